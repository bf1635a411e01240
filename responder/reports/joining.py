"""Reports that move from one incident to another: when two are joined, or one is parted."""

from collections.abc import Sequence

from sqlalchemy import select, update

from responder.incidents.models import Incident
from responder.kernel.ids import REPORT, row_id
from responder.platform.work import UnitOfWork
from responder.reports import rules, standings
from responder.reports.ledgers import service as ledgers
from responder.reports.models import Report


def move_all(uow: UnitOfWork, gone: Incident, kept: Incident) -> list[int]:
    """All reports of ``gone`` now tell of ``kept``; returns their ids. Both rows are held; the sheets are made anew
    by ``recount``."""
    moved = list(uow.session.scalars(select(Report.id).where(Report.incident_id == gone.id).order_by(Report.id)))
    uow.session.execute(update(Report).where(Report.incident_id == gone.id).values(incident_id=kept.id))
    ledgers.move(uow, gone.id, kept.id)
    return moved


def of_incident(uow: UnitOfWork, incident: Incident) -> dict[int, Report]:
    """The reports of an incident by id, oldest first, whatever their state."""
    rows = uow.session.scalars(select(Report).where(Report.incident_id == incident.id).order_by(Report.id))
    return {row.id: row for row in rows}


def chosen(numbers: Sequence[str]) -> set[int]:
    """The ids of reports by number; what is no number is left out."""
    return {key for number in numbers if (key := row_id(REPORT, number)) is not None}


def move(uow: UnitOfWork, reports: Sequence[Report], to: Incident) -> None:
    """These reports tell of another incident from now on; with the last report of a place go its lines of the
    ledgers."""
    before = {(row.incident_id, row.division_code) for row in reports if row.incident_id}
    for row in reports:
        row.incident_id = to.id
    uow.session.flush()
    for incident, division in sorted(before):
        left = select(Report.id).where(Report.incident_id == incident, Report.division_code == division).limit(1)
        if incident != to.id and uow.session.scalar(left) is None:
            ledgers.move(uow, incident, to.id, [division])


def recount(uow: UnitOfWork, incident: Incident) -> None:
    """The incident's sheets, totals and danger from the reports it now has."""
    uow.session.flush()
    counting = [row for row in of_incident(uow, incident).values() if row.status != "returned"]
    incident.urgent = any(rules.is_urgent(row.figures, row.urgent) for row in counting)
    uow.session.flush()
    standings.rebuild(uow, incident.id)
    uow.session.refresh(incident)
