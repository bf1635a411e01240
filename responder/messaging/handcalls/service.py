"""Commands of the list of calls. The only place that writes it."""

from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.accounts.commands import MarkPhone
from responder.accounts.credentials import mark_phone
from responder.kernel import ids
from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.kernel.refusals import NotFound
from responder.messaging.broadcasts.models import Broadcast
from responder.messaging.commands import Option
from responder.messaging.handcalls import rules
from responder.messaging.handcalls.commands import EndCall, HandCallWanted
from responder.messaging.handcalls.manners import manners
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Inbound, Outbound
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

_call: Any = HandCall.__table__
_text: Any = Outbound.__table__
_inbound: Any = Inbound.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_PUT = {name: insert(_call).on_conflict_do_nothing().returning(_call.c.id) for name, insert in _INSERTS.items()}
_WANTED = select(_text.c.wanted).where(_text.c.id == bindparam("text"))
_STANDING = (
    select(_call.c.id)
    .where(_call.c.person_id == bindparam("person"), _call.c.number == bindparam("to"))
    .where(_call.c.wanted == bindparam("key"), _call.c.world == bindparam("in_world"), _call.c.state.in_(rules.WAITING))
    .limit(1)
)
_OPTIONS = select(Broadcast.__table__.c.options).where(Broadcast.__table__.c.id == bindparam("broadcast"))


def put(uow: UnitOfWork, wanted: HandCallWanted) -> int:
    """Puts a call on the list; the same ``dedup`` again, or another reason to ring the same number about the same thing
    while it still waits, gives the call that stands there. Returns its id."""
    dedup = f"{uow.world}:{wanted.dedup}"[:200]
    connection = uow.session.connection()
    key, options = wanted.wanted, [vars(option) for option in wanted.options]
    if wanted.outbound_id is not None:
        key = key or connection.scalar(_WANTED, {"text": wanted.outbound_id}) or ""
    same = {"key": key, "person": wanted.person_id, "to": wanted.number[:40], "in_world": uow.world}
    if key and (standing := connection.scalar(_STANDING, same)) is not None:
        return int(standing)
    if not options and (asked := ids.row_id(ids.BROADCAST, wanted.subject)) is not None:
        options = connection.scalar(_OPTIONS, {"broadcast": asked}) or []
    row = {
        "dedup": dedup, "outbound_id": wanted.outbound_id, "person_id": wanted.person_id, "number": wanted.number[:40],
        "name": wanted.name[:80], "script": rules.script(wanted.script, drill=uow.world != REAL),
        "reason": wanted.reason[:24], "detail": wanted.detail[:200], "template": wanted.template[:60],
        "priority": wanted.priority, "subject": wanted.subject[:40], "state": "open", "created_at": uow.now,
        "next_at": uow.now, "tries": 0, "taken_by": "", "wanted": key, "options": options, "answer": "", "said": "",
        "ended_by": "", "world": uow.world, "division_code": wanted.division,
    }  # fmt: skip
    made = connection.execute(_PUT[connection.dialect.name], row).scalar()
    if made is None:
        return int(connection.execute(select(_call.c.id).where(_call.c.dedup == dedup)).scalar_one())
    data = {
        "call": made, "name": wanted.name, "reason": wanted.reason, "about": wanted.subject,
        "template": wanted.template, "text": wanted.outbound_id,
    }  # fmt: skip
    kind = "call.wanted.urgent" if rules.is_urgent(wanted.priority) else "call.wanted"
    uow.record(Event(kind, wanted.division, wanted.subject, data))
    return int(made)


def put_instead(uow: UnitOfWork, call_id: int, person_id: int, name: str, number: str) -> int:
    """Puts somebody else on the list in a person's place, with the same script; the first call stays. Returns its id.

    Raises NotFound, CallEnded.
    """
    row = _mine(uow, call_id)
    detail = row["name"] if person_id != row["person_id"] else ""
    reason = "deputy" if detail else "other_number"
    root = row["dedup"].removeprefix(f"{uow.world}:")
    return put(
        uow,
        HandCallWanted(
            row["outbound_id"], person_id, number, name, row["script"], reason, detail, row["template"],
            row["priority"], row["subject"], row["division_code"], f"{root}:{number}",
            tuple(Option(**one) for one in row["options"]), row["wanted"],
        ),
    )  # fmt: skip


def take(uow: UnitOfWork, call_id: int) -> None:
    """An officer makes this call: for some minutes nobody else can take it. Taken again by the same, it lasts anew.

    Raises NotFound, CallTaken, CallEnded.
    """
    row = _mine(uow, call_id)
    changed = _move(uow, row, state="taken", taken_by=uow.actor.name, taken_by_id=uow.actor.person_id, taken_at=uow.now)
    if not changed:
        raise rules.CallTaken(by=_mine(uow, call_id)["taken_by"])
    _tell(uow, "call.taken", row, by=uow.actor.name)


def end(uow: UnitOfWork, command: EndCall) -> str:
    """What came of a call; returns its state from now on. ``no_answer`` puts it back for a later try.

    What the person answered must have been heard before (``hooks.hear``): it is only noted here. Raises NotFound,
    CallTaken, CallEnded.
    """
    row = _mine(uow, command.call)
    if command.outcome == "no_answer":
        return _again(uow, row)
    ended = {
        "state": command.outcome, "ended_at": uow.now, "ended_by": uow.actor.name, "answer": command.answer[:8],
        "said": " ".join(command.said.split())[:200],
    }  # fmt: skip
    if not _move(uow, row, **ended):
        raise rules.CallTaken(by=_mine(uow, command.call)["taken_by"])
    if command.outcome == "reached":
        _deliver(uow, row)
    elif command.outcome == "wrong_number" and row["number"]:
        mark_phone(uow, MarkPhone(row["number"], "bad"))
    _tell_ended(uow, row, ended)
    return command.outcome


def close_unwanted(uow: UnitOfWork, call_id: int) -> bool:
    """Ends a call that nobody needs any more; False where it has ended already."""
    row = uow.session.connection().execute(select(_call).where(_call.c.id == call_id)).mappings().one()
    ended = {"state": "closed", "ended_at": uow.now, "ended_by": "system", "answer": "", "said": ""}
    waiting = (_call.c.id == call_id) & _call.c.state.in_(rules.WAITING)
    if not uow.session.connection().execute(update(_call).where(waiting).values(ended)).rowcount:
        return False
    _tell_ended(uow, row, ended)
    return True


def note_typist(uow: UnitOfWork, provider_id: str) -> None:
    """Keeps who typed what a person said on the telephone."""
    mine = (_inbound.c.gateway == rules.GATEWAY) & (_inbound.c.provider_id == provider_id)
    uow.session.connection().execute(update(_inbound).where(mine).values(handled_by=uow.actor.name))


def _mine(uow: UnitOfWork, call_id: int) -> dict[str, Any]:
    """The call as it stands, in the actor's world and divisions. Raises NotFound, CallEnded."""
    seen = Scope(uow.actor.division).covers(_call.c.division_code)
    statement = select(_call).where(_call.c.id == call_id, _call.c.world == uow.world, seen)
    row = uow.session.connection().execute(statement).mappings().first()
    if row is None:
        raise NotFound()
    if row["state"] not in rules.WAITING:
        raise rules.CallEnded(by=row["ended_by"] if row["ended_by"] != "system" else "")
    return dict(row)


def _move(uow: UnitOfWork, row: dict[str, Any], **values: Any) -> bool:
    """Writes a call that is free or the actor's own; False where another officer has it."""
    own = (_call.c.state == "taken") & (_call.c.taken_by_id == uow.actor.person_id)
    let_go = (_call.c.state == "taken") & (_call.c.taken_at <= uow.now - manners().release)
    free = (_call.c.id == row["id"]) & or_(_call.c.state == "open", own, let_go)
    return bool(uow.session.connection().execute(update(_call).where(free).values(values)).rowcount)


def _again(uow: UnitOfWork, row: dict[str, Any]) -> str:
    tries = row["tries"] + 1
    wait = rules.next_try(tries, manners().again_minutes)
    back = {"state": "open", "tries": tries, "next_at": uow.now + wait, "taken_by": "", "taken_by_id": None}
    if not _move(uow, row, **back, taken_at=None):
        raise rules.CallTaken(by=_mine(uow, row["id"])["taken_by"])
    _tell(uow, "call.tried", row, by=uow.actor.name, tries=tries)
    return "open"


def _deliver(uow: UnitOfWork, row: dict[str, Any]) -> None:
    """The text that the call stood for has arrived after all."""
    text = (_text.c.id == row["outbound_id"]) & (_text.c.status == "by_hand")
    values = {"status": "delivered", "gateway": rules.GATEWAY, "delivered_at": uow.now}
    uow.session.connection().execute(update(_text).where(text).values(values))


def _tell_ended(uow: UnitOfWork, row: Any, ended: dict[str, Any]) -> None:
    _tell(uow, "call.ended", row, by=ended["ended_by"], reason=ended["state"], answer=ended["answer"],
          said=ended["said"])  # fmt: skip


def _tell(uow: UnitOfWork, kind: str, row: Any, **more: object) -> None:
    """One event about a call. ``text`` is the id of the text that it stands for, ``person`` who was to be rung."""
    data = {
        "call": row["id"], "name": row["name"], "about": row["subject"], "template": row["template"],
        "text": row["outbound_id"], "person": row["person_id"], **more,
    }  # fmt: skip
    uow.record(Event(kind, row["division_code"], row["subject"], data))
