"""叫应: a warning whose receipt is called for, village by village, until A or B has answered or a person rings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from responder.accounts import queries as accounts
from responder.kernel import ids
from responder.kernel.events import Event
from responder.kernel.notices import ALERT, Notice
from responder.kernel.refusals import Invalid, NotFound
from responder.messaging.broadcasts import audience, rules, service
from responder.messaging.broadcasts.commands import SendCallout
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.models import Broadcast, Recipient
from responder.messaging.broadcasts.rules import Called
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

_NAMED = 5
"""Villages that an event or a text names; of more it says how many."""
_TOWN = 9


def send(uow: UnitOfWork, command: SendCallout) -> str:
    """Texts the A and B persons of the villages; returns the callout's number. The same form again gives the same.

    A village with nobody to call stays on it, as a finding. Raises Invalid, NotFound, Nobody, TooMany.
    """
    body = rules.check_words(command.body)
    if (before := service.sent_before(uow, command.dedup)) is not None:
        return before
    tree, scope = places(uow.session), Scope(uow.actor.division)
    villages = tuple(dict.fromkeys(command.villages))
    if not villages:
        raise Invalid(field="villages", problem="required")
    for code in villages:
        if not scope.holds(code) or tree.find(code) is None:
            raise NotFound(what=code)
    found = audience.posted(uow.session, villages)
    people = [one for at in found.values() for one in at]
    if not any(one.number for one in people):
        raise rules.Nobody()
    row = Broadcast(
        dedup=service.dedup_key(uow, command.dedup), kind=rules.CALLOUT, body=body, warning=command.warning.strip(),
        audience={"villages": list(villages)}, options=[vars(one) for one in rules.RECEIPT], urgent=True,
        made_by=uow.actor.name, made_by_id=uow.actor.person_id, made_at=uow.now, division_code=uow.actor.division,
    )  # fmt: skip
    service.add(uow, row, people, "callout")
    number = ids.number(ids.BROADCAST, row.id)
    data = {"by": uow.actor.name, "villages": len(villages), "n": sum(1 for one in people if one.number)}
    uow.record(Event("broadcast.called_out", row.division_code, number, {**data, "said": body[:30]}))
    unmanned = [code for code, at in found.items() if not any(one.number for one in at)]
    if unmanned:
        named = "、".join(tree.name(code) for code in unmanned[:_NAMED])
        uow.record(Event("broadcast.unmanned", row.division_code, number, {"n": len(unmanned), "places": named}))
    return number


def follow_up(uow: UnitOfWork, row: Broadcast) -> int:
    """What is due for the villages of an open callout: one more text, then the list of calls and a word to the town.
    Returns how many villages moved on."""
    due: dict[str, list[Sequence[Recipient]]] = defaultdict(list)
    for people in by_village(uow.session.scalars(select(Recipient).where(Recipient.broadcast_id == row.id))).values():
        step = rules.village_step([called(to) for to in people], row.made_at, uow.now, measures().callout)
        if step:
            due[step].append(people)
    number = ids.number(ids.BROADCAST, row.id)
    again = [to for people in due["again"] for to in people if to.number]
    if again:
        service.tell_again(uow, row, again, "callout_again")
        data = {"villages": len(due["again"]), "n": len(again)}
        uow.record(Event("broadcast.called_again", row.division_code, number, data))
    if due["hand"]:
        service.list_people(uow, row, [to for people in due["hand"] for to in people if to.hand_at is None])
        _tell_towns(uow, row, number, [people[0].division_code for people in due["hand"]])
    return len(due["again"]) + len(due["hand"])


def by_village(people: Iterable[Recipient]) -> dict[str, list[Recipient]]:
    """The people of a callout by village."""
    found: dict[str, list[Recipient]] = defaultdict(list)
    for to in people:
        found[to.division_code].append(to)
    return found


def called(to: Recipient) -> Called:
    """A person of a village as the steps are decided by."""
    return Called(to.number, to.told, to.told_at, to.answered_at is not None, to.hand_at is not None)


def _tell_towns(uow: UnitOfWork, row: Broadcast, number: str, villages: Sequence[str]) -> None:
    """Each town's officers learn once which of their villages stay silent."""
    tree, towns = places(uow.session), defaultdict(list)
    for code in villages:
        towns[code[:_TOWN]].append(code)
    for town, silent in towns.items():
        named = "、".join(tree.name(code) for code in silent[:_NAMED])
        uow.record(Event("broadcast.silent", town, number, {"places": named, "n": len(silent)}))
        for person in accounts.people_with(uow.session, "message.send", [town]):
            if person.id != row.made_by_id:
                about = {"code": number, "places": named, "n": len(silent)}
                key = f"{number}:town:{town}:{person.id}"
                uow.send(Notice("callout_silent", key, person=person.id, params=about, priority=ALERT, subject=number))
