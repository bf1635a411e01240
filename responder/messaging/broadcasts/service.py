"""Commands of broadcasts: send one, take an answer, send again, put the silent on the list of calls, end it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from responder.kernel import ids
from responder.kernel.events import Event
from responder.kernel.notices import ALERT, ROUTINE, Notice
from responder.kernel.refusals import NotFound
from responder.messaging.broadcasts import audience, rules
from responder.messaging.broadcasts.audience import Musters, Reachable
from responder.messaging.broadcasts.commands import Answer, SendBroadcast
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.models import Broadcast, Recipient
from responder.messaging.commands import Option
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.handcalls.models import HandCall
from responder.messaging.handcalls.rules import SILENT, WAITING
from responder.messaging.models import Outbound
from responder.messaging.wording import render
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

_to: Any = Recipient.__table__
_out: Any = Outbound.__table__
_call: Any = HandCall.__table__
_ADD = insert(_to)
_TOLD = update(_to).where(_to.c.id == bindparam("row_id")).values(told=bindparam("times"), told_at=bindparam("moment"))


def send(uow: UnitOfWork, command: SendBroadcast, musters: Musters) -> str:
    """Writes a broadcast with its recipients and puts its texts into the outbox; returns its number.

    The same form again gives the number that it got. Raises Invalid, Nobody, TooMany.
    """
    rules.check_words(command.body)
    if (before := sent_before(uow, command.dedup)) is not None:
        return before
    people = audience.chosen(uow.session, Scope(uow.actor.division, uow.world), command.audience, musters)
    if not people:
        raise rules.Nobody()
    row = Broadcast(
        dedup=dedup_key(uow, command.dedup), kind=rules.TEXT, body=rules.check_words(command.body),
        audience=command.audience.as_dict(), options=[vars(one) for one in command.options], urgent=command.urgent,
        made_by=uow.actor.name, made_by_id=uow.actor.person_id, made_at=uow.now, division_code=uow.actor.division,
    )  # fmt: skip
    add(uow, row, people, rules.template(command.urgent, command.options))
    number = ids.number(ids.BROADCAST, row.id)
    told = sum(1 for one in people if one.number)
    data = {"by": uow.actor.name, "n": told, "unreached": len(people) - told or "", "said": row.body[:30]}
    uow.record(Event("broadcast.sent", row.division_code, number, data))
    return number


def sent_before(uow: UnitOfWork, dedup: str) -> str | None:
    """The number that a form got when it was sent before."""
    found = uow.session.scalar(select(Broadcast.id).where(Broadcast.dedup == dedup_key(uow, dedup)))
    return ids.number(ids.BROADCAST, found) if found is not None else None


def dedup_key(uow: UnitOfWork, dedup: str) -> str:
    """A form's own key as it is kept: of this person, in this world."""
    return f"{uow.world}:{uow.actor.person_id or 0}:{dedup}"[:80]


def add(uow: UnitOfWork, row: Broadcast, people: Sequence[Reachable], template: str) -> None:
    """Writes a broadcast, its recipients and their first texts. Raises TooMany."""
    most = measures().max_recipients
    if len(people) > most:
        raise rules.TooMany(n=len(people), most=most)
    uow.session.add(row)
    uow.session.flush()
    number = ids.number(ids.BROADCAST, row.id)
    rows = [
        {
            "broadcast_id": row.id, "person_id": one.person_id, "name": one.name, "number": one.number,
            "problem": one.problem, "lang": one.lang, "post": one.post, "told": 1 if one.number else 0,
            "told_at": uow.now if one.number else None, "answer": "", "said": "", "via": "",
            "world": uow.world, "division_code": one.division,
        }
        for one in people
    ]  # fmt: skip
    if rows:
        uow.session.connection().execute(_ADD, rows)
    for one in people:
        if one.number:
            uow.send(notice(row, number, one.person_id, one.lang, 1, template))


def notice(row: Broadcast, number: str, person_id: int, lang: str, times: int, template: str) -> Notice:
    """One text of a broadcast to one person, the ``times``-th."""
    return Notice(
        template, f"{number}:{person_id}:{times}", person=person_id, params=params(row, number, lang),
        priority=ALERT if row.urgent else ROUTINE, subject=number, wanted=f"broadcast:{number}/{person_id}", lang=lang,
    )  # fmt: skip


def params(row: Broadcast, number: str, lang: str) -> dict[str, object]:
    """What the templates of a broadcast are filled with."""
    return {"body": row.body, "code": number, "options": rules.options_line(options(row), lang)}


def options(row: Broadcast) -> tuple[Option, ...]:
    """The numbered answers of a broadcast."""
    return tuple(Option(one["digit"], one["label"]) for one in row.options)


@dataclass(frozen=True)
class Answered:
    """What was noted: the answer's ``label`` ("" for words alone); ``ended`` says that the broadcast is over."""

    number: str
    digit: str
    label: str
    ended: bool
    changed: bool


def answer(uow: UnitOfWork, command: Answer) -> Answered:
    """Notes somebody's answer, the newest counts; words alone are kept and not counted. Late ones count as well.

    Raises NotAsked, NoSuchOption.
    """
    row_id = ids.row_id(ids.BROADCAST, command.number)
    mine = (Recipient.broadcast_id == row_id, Recipient.person_id == command.person_id)
    to = uow.session.scalar(select(Recipient).where(*mine).with_for_update())
    row = uow.session.get(Broadcast, row_id) if to is not None else None
    if to is None or row is None:
        raise rules.NotAsked(number=command.number)
    label = next((one.label for one in options(row) if one.digit == command.digit), "")
    if command.digit and not label:
        raise rules.NoSuchOption(digit=command.digit)
    said = " ".join(command.said.split())[:200]
    changed = (command.digit and command.digit != to.answer) or (said and said != to.said)
    if command.digit:
        to.answer, to.answered_at = command.digit, uow.now
    if said:
        to.said = said
    to.via = command.via
    if changed:
        data = {"name": to.name, "label": label or said[:30]}
        uow.record(Event("broadcast.answered", to.division_code, command.number, data))
    return Answered(command.number, command.digit, label, row.state != rules.OPEN, bool(changed))


def note_for(uow: UnitOfWork, command: Answer) -> Answered:
    """An officer notes what somebody of their divisions said. Raises NotFound, NoSuchOption."""
    theirs = select(Recipient.id).where(
        Recipient.broadcast_id == ids.row_id(ids.BROADCAST, command.number),
        Recipient.person_id == command.person_id,
        Scope(uow.actor.division).covers(Recipient.division_code),
    )
    if uow.session.scalar(theirs) is None:
        raise NotFound(what=command.number)
    return answer(uow, command)


def resend(uow: UnitOfWork, number: str) -> tuple[int, int]:
    """Texts everybody once more who hasn't answered; returns how many, and how many were left out because their last
    text is still on its way. Raises NotFound, Ended."""
    row = _mine(uow, number)
    waiting = _statuses(uow, number)
    silent = [to for to in _silent(uow, row) if to.number]
    again = [to for to in silent if waiting.get(to.person_id, ("", 0))[0] not in rules.ON_ITS_WAY]
    template = "callout_again" if row.kind == rules.CALLOUT else rules.template(row.urgent, options(row))
    tell_again(uow, row, again, template)
    if again:
        uow.record(Event("broadcast.resent", row.division_code, number, {"by": uow.actor.name, "n": len(again)}))
    return len(again), len(silent) - len(again)


def tell_again(uow: UnitOfWork, row: Broadcast, people: Sequence[Recipient], template: str) -> None:
    """One more text to each."""
    number = ids.number(ids.BROADCAST, row.id)
    for to in people:
        uow.send(notice(row, number, to.person_id, to.lang, to.told + 1, template))
    if people:
        values = [{"row_id": to.id, "times": to.told + 1, "moment": uow.now} for to in people]
        uow.session.connection().execute(_TOLD, values)


def list_by_hand(uow: UnitOfWork, number: str) -> int:
    """Puts everybody on the list of calls who hasn't answered, also those who can't be texted; returns how many are
    new there. Raises NotFound, Ended."""
    row = _mine(uow, number)
    listed = list_people(uow, row, [to for to in _silent(uow, row) if to.hand_at is None])
    if listed:
        uow.record(Event("broadcast.listed", row.division_code, number, {"by": uow.actor.name, "n": listed}))
    return listed


def list_people(uow: UnitOfWork, row: Broadcast, people: Sequence[Recipient]) -> int:
    """Puts people on the list of calls, each with the reason; whoever stands there already stays as they are."""
    if not people:
        return 0
    number, texts = ids.number(ids.BROADCAST, row.id), _statuses(uow, ids.number(ids.BROADCAST, row.id))
    calls = select(_call.c.person_id).where(
        _call.c.subject == number, _call.c.world == uow.world, _call.c.state.in_(WAITING)
    )
    standing = set(uow.session.connection().scalars(calls))
    template = "callout" if row.kind == rules.CALLOUT else rules.template(row.urgent, options(row))
    spoken = options(row)
    for to in people:
        to.hand_at = uow.now
        if to.person_id in standing:
            continue
        status, text = texts.get(to.person_id, ("", None))
        handcalls.put(
            uow,
            HandCallWanted(
                text, to.person_id, to.number, to.name,
                render(template, to.lang, params(row, number, to.lang), drill=False),
                to.problem or ("unknown" if status == "failed" else SILENT), "", template,
                ALERT if row.urgent else ROUTINE, number, to.division_code, f"{number}:hand:{to.person_id}", spoken,
                f"broadcast:{number}/{to.person_id}",
            ),
        )  # fmt: skip
    return sum(1 for to in people if to.person_id not in standing)


def stand_down(uow: UnitOfWork, number: str, note: str) -> int:
    """Calls a broadcast off: everybody who was texted or rung is told, once, whether they answered or not; texts still
    waiting aren't sent any more. Returns how many are told. Raises NotFound, Ended, Invalid."""
    note = " ".join(note.split())
    row = _end(uow, number, rules.STOOD_DOWN, rules.check_words(note, 200) if note else "")
    texts = _statuses(uow, number)
    people = uow.session.scalars(select(Recipient).where(Recipient.broadcast_id == row.id))
    # Whose text hasn't left yet never hears of it: neither what it said nor that it is over.
    told = {
        to.person_id: to.lang
        for to in people
        if to.answered_at is not None
        or (to.told > 0 and (to.told > 1 or texts.get(to.person_id, ("", 0))[0] not in rules.NOT_LEFT))
    }
    told |= {person: told.get(person, "") for person in _heard(uow, number, texts)}
    for person, lang in told.items():
        uow.send(
            Notice(
                "stand_down", f"{number}:{person}:over", person=person, params={"code": number, "note": row.note},
                priority=ALERT if row.urgent else ROUTINE, subject=number, lang=lang,
            )
        )  # fmt: skip
    data = {"by": uow.actor.name, "n": len(told), "note": row.note}
    uow.record(Event("broadcast.stood_down", row.division_code, number, data))
    return len(told)


def _heard(uow: UnitOfWork, number: str, texts: Mapping[int, tuple[str, int]]) -> set[int]:
    """Who else knows of a broadcast: rung by a person, also in somebody's place, or given a deputy's copy."""
    rung = select(_call.c.person_id).where(
        _call.c.subject == number, _call.c.world == uow.world, _call.c.state == "reached",
        _call.c.template.in_(rules.ASKING), _call.c.person_id.is_not(None),
    )  # fmt: skip
    asked = select(Recipient.person_id).where(Recipient.broadcast_id == ids.row_id(ids.BROADCAST, number))
    copies = {person for person, (status, _text) in texts.items() if status not in rules.NOT_LEFT}
    return copies - set(uow.session.scalars(asked)) | set(uow.session.connection().scalars(rung))


def close(uow: UnitOfWork, number: str) -> None:
    """Ends a broadcast without telling anybody; what came of it is one event. Raises NotFound, Ended."""
    row = _end(uow, number, rules.CLOSED, "")
    mine = select(func.count(), func.count(Recipient.answered_at)).where(Recipient.broadcast_id == row.id)
    total, answered = uow.session.execute(mine).one()
    data = {"by": uow.actor.name, "answered": answered, "total": total, "silent": total - answered}
    uow.record(Event("broadcast.closed", row.division_code, number, data))


def _end(uow: UnitOfWork, number: str, state: str, note: str) -> Broadcast:
    row = _mine(uow, number)
    row.state, row.note, row.ended_at, row.ended_by = state, note, uow.now, uow.actor.name
    return row


def _mine(uow: UnitOfWork, number: str) -> Broadcast:
    """An open broadcast of the actor's divisions, held. Raises NotFound, Ended."""
    statement = select(Broadcast).where(
        Broadcast.id == ids.row_id(ids.BROADCAST, number), Scope(uow.actor.division).covers(Broadcast.division_code)
    )
    row = uow.session.scalar(statement.with_for_update())
    if row is None:
        raise NotFound(what=number)
    if row.state != rules.OPEN:
        raise rules.Ended(by=row.ended_by)
    return row


def _silent(uow: UnitOfWork, row: Broadcast) -> list[Recipient]:
    mine = (Recipient.broadcast_id == row.id, Recipient.answered_at.is_(None))
    return list(uow.session.scalars(select(Recipient).where(*mine).order_by(Recipient.id)))


def _statuses(uow: UnitOfWork, number: str) -> dict[int, tuple[str, int]]:
    """Status and id of everybody's newest text of a broadcast, by person."""
    statement = (
        select(_out.c.person_id, _out.c.status, _out.c.id)
        .where(_out.c.subject == number, _out.c.world == uow.world, _out.c.template.in_(rules.ASKING))
        .order_by(_out.c.id)
    )
    return {row.person_id: (row.status, row.id) for row in uow.session.connection().execute(statement)}
