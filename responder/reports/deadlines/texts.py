"""What offices are told about what they owe: few texts, each once."""

from collections.abc import Sequence

from responder.accounts import queries as accounts
from responder.accounts.views import PersonView
from responder.incidents.models import Incident
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number
from responder.kernel.notices import ANSWER, Notice
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.work import UnitOfWork
from responder.reports.deadlines.models import Due
from responder.reports.deadlines.rules import RED_CROSS

LONGEST = 18
"""Characters of a place that fit into one text."""
NAMED = 3
"""Offices that a text to the office above names; the others are counted."""


def subject(row: Due) -> str:
    """The number that a due is about: its incident's, "" for a round."""
    return number(INCIDENT, row.incident_id) if row.incident_id and row.kind != "zero" else ""


def people_of(uow: UnitOfWork, division: str) -> list[PersonView]:
    """Whom an office is reached through, who can be texted first: those who review, at the lowest tier those who
    report."""
    lowest = places(uow.session).tier(division) == 3
    found = accounts.people_with(uow.session, "report.file" if lowest else "report.review", [division])
    return [one for one in found if one.phone and one.phone_state != "opted_out"]


def ask(uow: UnitOfWork, row: Due, turn: int, *, late: bool, by_hand: bool = False) -> bool:
    """Reminds the office that owes: one person at a time, in turn, so that a deputy is asked after the first. Returns
    whether there was anybody to text."""
    people = people_of(uow, row.division_code)
    if not people:
        return False
    mark = f"{'hand' if by_hand else 'late' if late else 'before'}{turn}"
    _send(uow, row, people[turn % len(people)], "due_overdue" if late else "due_reminder", mark)
    return True


def prompt(uow: UnitOfWork, row: Due) -> bool:
    """Asks a village for its zero report, once, through one person. Returns whether there was anybody to ask."""
    people = people_of(uow, row.division_code)
    if not people:
        return False
    row.asked_id = people[0].id
    _send(uow, row, people[0], "zero_prompt", "prompt")
    return True


def _send(uow: UnitOfWork, row: Due, person: PersonView, template: str, turn: str) -> None:
    dedup = f"due:{row.key}:{turn}:{person.id}"
    wanted = f"due:{uow.world}:{row.key}"
    params = _params(uow, row)
    uow.send(Notice(template, dedup, person=person.id, params=params, subject=subject(row), wanted=wanted))


def _params(uow: UnitOfWork, row: Due) -> dict[str, object]:
    tree = places(uow.session)
    place = hazard = None
    if row.incident_id is not None and row.kind != "zero":
        incident = uow.session.get(Incident, row.incident_id)
        place, hazard = (short(incident.place), incident.hazard) if incident is not None else (None, None)
    return {
        "office": tree.name(row.division_code), "to": _receiver(tree, row), "kind": row.kind, "place": place,
        "hazard": hazard, "number": subject(row), "time": row.due_at.astimezone(tree.profile.zone()).strftime("%H:%M"),
    }  # fmt: skip


def _receiver(tree: Places, row: Due) -> str:
    found = tree.find(row.to_code) if row.kind != RED_CROSS else None
    return found.name if found is not None else ""


def short(place: str) -> str:
    """A place in so many characters that the text stays one text; of a longer one the nearer part."""
    return place if len(place) <= LONGEST else "…" + place[-LONGEST + 1 :]


def tell_above(uow: UnitOfWork, to: str, rows: Sequence[Due]) -> None:
    """The office above learns that something hasn't come: an event for each office, one text for all of them."""
    tree = places(uow.session)
    zero = [row for row in rows if row.kind == "zero"]
    others = [row for row in rows if row.kind != "zero"]
    for row in others:
        uow.record(Event("due.overdue", row.division_code, subject(row), _params(uow, row)))
    if zero:
        offices = [tree.name(row.division_code) for row in zero]
        data = {"office": tree.name(to), "n": len(zero), "names": "、".join(offices[:20]), "day": zero[0].round_on}
        uow.record(Event("due.unreached", to, "", data))
    for kind, found in (("zero_unreached", zero), ("due_above", others)):
        if found:
            _text_above(uow, to, kind, found)


def _text_above(uow: UnitOfWork, to: str, template: str, rows: Sequence[Due]) -> None:
    tree = places(uow.session)
    names = [tree.name(row.division_code) for row in rows]
    many = len(set(names))
    params = {**_params(uow, rows[0]), "names": "、".join(dict.fromkeys(names[:NAMED])), "n": many}
    params["more"] = many if many > NAMED else None
    for person in _duty(uow, tree, to):
        dedup = f"above:{template}:{rows[0].key}:{person.id}"
        uow.send(Notice(template, dedup, person=person.id, params=params, priority=ANSWER, subject=subject(rows[0])))


def _duty(uow: UnitOfWork, tree: Places, office: str) -> list[PersonView]:
    """The people of the nearest office at or above this one that has any."""
    at: str | None = office
    while at:
        found = people_of(uow, at) if tree.find(at) is not None else []
        if found:
            return found
        at = tree.profile.office_above(at) if at.startswith(tree.profile.root) else None
    return []
