"""One function per command on incidents."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from responder.incidents import joins, levels, responses, rules, suggestions
from responder.incidents.commands import (
    CloseIncident,
    OpenIncident,
    PlaceIncident,
    PublishIncident,
    ReleaseFigures,
    SeeIncident,
    UpdateTotals,
    VerifyIncident,
)
from responder.incidents.models import Incident
from responder.incidents.queries import Open
from responder.incidents.similarity import Told
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number, row_id
from responder.kernel.refusals import NotFound
from responder.places.coordinates import Point
from responder.places.queries import places
from responder.platform.work import UnitOfWork


def find(uow: UnitOfWork, incident: str) -> Incident:
    """The row of an incident that the actor may see, held until the end of the unit. Raises NotFound."""
    key = row_id(INCIDENT, incident)
    row = uow.session.get(Incident, key, with_for_update=True) if key else None
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    return row


_table: Any = Incident.__table__
_OPEN = insert(_table).returning(_table.c.id)
_TOTALS = update(_table).where(_table.c.id == bindparam("row_id"))
_KNOWN = select(_table.c.division_code, _table.c.place, _table.c.suggested).where(_table.c.id == bindparam("row_id"))


def open_incident(uow: UnitOfWork, command: OpenIncident) -> int:
    """A new incident with its first figures; returns its id."""
    tree = places(uow.session)
    found = suggestions.weigh(tree, command.division, command.figures, command.by_office)
    row = {
        "division_code": command.division, "hazard": command.hazard, "place": command.place, "lat": command.lat,
        "lng": command.lng, "urgent": command.urgent, "opened_at": uow.now, "touched_at": uow.now,
        "world": uow.world, "status": rules.OPEN, "figures": dict(command.figures),
        "seen_by": "", "verified_by": "", "exception": "", "closed_by": "",
        "released": False, "released_by": "", "released_figures": {}, "suggested": {s.office: s.level for s in found},
        "origin_code": command.division,
    }  # fmt: skip
    key: int = uow.session.connection().execute(_OPEN, row).scalar_one()
    name = number(INCIDENT, key)
    data = {"incident": name, "place": command.place, "hazard": command.hazard, "urgent": command.urgent}
    uow.record(Event("incident.opened", command.division, name, data))
    for event in suggestions.events(tree, command.division, name, command.place, found):
        uow.record(event)
    point = Point(command.lat, command.lng) if command.lat is not None and command.lng is not None else None
    joins.propose(uow, key, Told(command.hazard, command.division, uow.now, point), command.place, command.apart_from)
    return key


def update_totals(uow: UnitOfWork, command: UpdateTotals) -> None:
    """Another report changed the totals. Part of filing a report, which records its own event."""
    row = {
        "row_id": command.incident_id, "figures": dict(command.figures), "touched_at": uow.now,
        "urgent": command.urgent, "hazard": command.hazard,
    }  # fmt: skip
    kept = command.kept
    if kept is not None and kept.status == rules.VERIFIED and kept.figures != row["figures"]:
        row |= _reopened(uow, kept, command)
    if levels.reached_anywhere((command.figures, *command.by_office.values())):
        row |= _suggested(uow, command)
    uow.session.connection().execute(_TOTALS, row)


def _reopened(uow: UnitOfWork, kept: Open, command: UpdateTotals) -> dict[str, object]:
    """Nobody's name stands under figures that they haven't seen: others than the verified ones are verified anew."""
    data = {"place": kept.place, "before": kept.figures, "figures": dict(command.figures)}
    uow.record(Event("incident.reopened", kept.division, number(INCIDENT, kept.id), data))
    return {
        "status": rules.OPEN, "verified_at": None, "verified_by": "", "verified_by_id": None, "exception": "",
    }  # fmt: skip


def place_anew(uow: UnitOfWork, command: PlaceIncident) -> None:
    """The only report of an incident was amended: it happened elsewhere, or was something else."""
    row = {
        "row_id": command.incident_id, "division_code": command.division, "place": command.place, "lat": command.lat,
        "lng": command.lng, "hazard": command.hazard,
    }  # fmt: skip
    uow.session.connection().execute(_TOTALS, row)


def _suggested(uow: UnitOfWork, command: UpdateTotals) -> dict[str, object]:
    """Tells of levels newly reached; returns what is to be kept with the totals. Nothing is read where the caller
    knows the row."""
    kept = command.kept
    division, place, told = (
        (kept.division, kept.place, kept.suggested)
        if kept is not None
        else uow.session.connection().execute(_KNOWN, {"row_id": command.incident_id}).one()
    )
    tree = places(uow.session)
    found = suggestions.fresh(suggestions.weigh(tree, division, command.figures, command.by_office), told)
    for event in suggestions.events(tree, division, number(INCIDENT, command.incident_id), place, found):
        uow.record(event)
    return {"suggested": {**told, **{one.office: one.level for one in found}}} if found else {}


def see(uow: UnitOfWork, command: SeeIncident) -> bool:
    """The first look by somebody who manages incidents stops the clock's second hand; later looks change nothing."""
    row = find(uow, command.incident)
    if row.seen_at is not None:
        return False
    row.seen_at, row.seen_by = uow.now, uow.actor.name
    data = {"incident": command.incident, "by": uow.actor.name, "place": row.place}
    uow.record(Event("incident.seen", row.division_code, command.incident, data))
    return True


def verify(uow: UnitOfWork, command: VerifyIncident) -> Incident:
    """The figures are confirmed. Raises NotFound, WrongState, Contradiction, OwnFigures."""
    row = find(uow, command.incident)
    rules.check_verify(row.status, uow.actor.person_id, command.reporters, command.problems, command.own_allowed)
    own = uow.actor.person_id in command.reporters
    row.status, row.verified_at, row.verified_by = rules.VERIFIED, uow.now, uow.actor.name
    row.verified_by_id = uow.actor.person_id
    row.exception = command.own_allowed if own else ""
    data = {"incident": command.incident, "by": uow.actor.name, "place": row.place, "figures": row.figures}
    if own:
        data["exception"] = command.own_allowed
    uow.record(Event("incident.verified", row.division_code, command.incident, data))
    return row


def close(uow: UnitOfWork, command: CloseIncident) -> Incident:
    """The response is over. Raises NotFound, WrongState, MissionsOpen."""
    row = find(uow, command.incident)
    rules.check_close(row.status, command.open_missions)
    if runs := responses.levels_of(uow.session, row.id):
        raise rules.LevelStillRunning(level=runs[0])
    row.status, row.closed_at, row.closed_by = rules.CLOSED, uow.now, uow.actor.name
    data = {"incident": command.incident, "by": uow.actor.name, "place": row.place}
    uow.record(Event("incident.closed", row.division_code, command.incident, data))
    return row


def publish(uow: UnitOfWork, command: PublishIncident) -> Incident:
    """The public may read of it. Raises NotFound, WrongState."""
    row = find(uow, command.incident)
    rules.check_publish(row.status)
    row.published_at = row.published_at or uow.now
    if command.release:
        _release(uow, row, command.incident)
    released = row.released and row.released_figures == rules.withheld(row.figures)
    data = {"incident": command.incident, "by": uow.actor.name, "place": row.place, "released": released}
    uow.record(Event("incident.published", row.division_code, command.incident, data))
    return row


def release(uow: UnitOfWork, command: ReleaseFigures) -> Incident:
    """A named leader stands for the dead and missing as they are now: no longer 待核, and told in public once the
    incident is. Other figures that come later must be released again. Raises NotFound, NothingToRelease."""
    row = find(uow, command.incident)
    if not rules.withheld(row.figures):
        raise rules.NothingToRelease()
    _release(uow, row, command.incident)
    return row


def _release(uow: UnitOfWork, row: Incident, name: str) -> None:
    figures = rules.withheld(row.figures)
    if row.released and row.released_figures == figures:
        return
    row.released, row.released_figures = True, figures
    row.released_at, row.released_by = uow.now, uow.actor.name
    if not figures:
        return
    data = {"by": uow.actor.name, "place": row.place, "figures": figures}
    uow.record(Event("incident.released", row.division_code, name, data))
