"""Joining incidents and parting them again: reports, missions, hand-offs and levels follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import select, update

from responder.dispatch.models import Mission
from responder.incidents import joins, service
from responder.incidents.commands import OpenIncident
from responder.incidents.models import Incident
from responder.incidents.similarity import common
from responder.kernel.ids import INCIDENT, MISSION, REPORT, number, row_id
from responder.kernel.refusals import NotFound
from responder.platform.work import UnitOfWork
from responder.reports import joining as reports
from responder.reports.models import Report


@dataclass(frozen=True)
class Merge:
    """Two incidents are one: the older keeps its number, the newer leads there."""

    one: str
    other: str


@dataclass(frozen=True)
class Part:
    """These reports tell of another incident: a new one, or ``back``, one that was joined here before."""

    incident: str
    reports: tuple[str, ...]
    missions: tuple[str, ...] = ()
    back: str = ""


def merge(uow: UnitOfWork, command: Merge) -> str:
    """Joins two incidents; returns the number that stays. Raises NotFound, CannotJoin."""
    kept, gone = joins.pair(uow, command.one, command.other)
    moved = reports.move_all(uow, gone, kept)
    missions = _move(uow, number(INCIDENT, gone.id), number(INCIDENT, kept.id), None)
    reports.recount(uow, gone)
    joins.absorb(uow, kept, gone, moved, missions)
    reports.recount(uow, kept)
    return number(INCIDENT, kept.id)


def part(uow: UnitOfWork, command: Part) -> str:
    """Parts reports off; returns the number under which they now stand. Raises NotFound, CannotPart."""
    kept = joins.held(uow, command.incident)
    known = reports.of_incident(uow, kept)
    leaving = [known[key] for key in sorted(reports.chosen(command.reports) & known.keys())]
    if not leaving or len(leaving) == len(known):
        raise joins.CannotPart()
    came: Mapping[str, Any] = {}
    if command.back:
        to = _back(uow, command.back)
        came = joins.release(uow, kept, to)
    else:
        to = _new(uow, kept, leaving)
    reports.move(uow, leaving, to)
    wanted = {*command.missions, *came.get("missions", ())}
    _move(uow, number(INCIDENT, kept.id), number(INCIDENT, to.id), wanted)
    for incident in (to, kept):
        reports.recount(uow, incident)
    joins.told_parted(uow, kept, to, [number(REPORT, row.id) for row in leaving])
    return number(INCIDENT, to.id)


def _back(uow: UnitOfWork, name: str) -> Incident:
    key = row_id(INCIDENT, name)
    row = uow.session.get(Incident, key, with_for_update=True, populate_existing=True) if key else None
    if row is None:
        raise NotFound(what=name)
    return row


def _new(uow: UnitOfWork, kept: Incident, leaving: list[Report]) -> Incident:
    """A new incident at the lowest division that holds all reports that leave."""
    first = leaving[0]
    division = reduce(common, (row.division_code for row in leaving))
    opened = OpenIncident(
        division, first.hazard or kept.hazard, first.place or kept.place, first.lat, first.lng, apart_from=kept.id
    )
    return uow.session.get_one(Incident, service.open_incident(uow, opened), with_for_update=True)


def _move(uow: UnitOfWork, gone: str, kept: str, only: set[str] | None) -> list[str]:
    """Missions of one incident serve another from now on: all, or those named; returns their numbers."""
    statement = select(Mission.id).where(Mission.incident == gone).order_by(Mission.id).with_for_update()
    keys = [key for key in uow.session.scalars(statement) if only is None or number(MISSION, key) in only]
    if keys:
        uow.session.execute(update(Mission).where(Mission.id.in_(keys)).values(incident=kept))
    return [number(MISSION, key) for key in keys]
