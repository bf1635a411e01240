"""Reports as lists show them: with the place in words, the severity, and whether anybody has looked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.incidents.models import Incident
from responder.incidents.severity import Severity, severity
from responder.kernel.ids import INCIDENT, number, row_id
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.reports.queries import ReportView
from responder.reports.service import shown


@dataclass(frozen=True)
class ReportRow:
    """A report as a list shows it. A zero report has no severity. ``unseen``: nobody with authority has looked at
    its incident yet."""

    report: ReportView
    label: str
    severity: Severity | None
    unseen: bool


def rows(session: Session, scope: Scope, found: Sequence[ReportView]) -> list[ReportRow]:
    """Reports already read, dressed with one statement more."""
    tree = places(session)
    level = tree.division(tree.profile.root).level
    keys = {key for one in found if one.incident and (key := row_id(INCIDENT, one.incident)) is not None}
    statement = select(Incident.id).where(Incident.id.in_(keys), Incident.seen_at.is_(None))
    unseen = {number(INCIDENT, key) for key in session.scalars(statement.where(scope.covers(Incident.division_code)))}
    return [
        ReportRow(
            one,
            shown(tree.label(one.division), one.place),
            None if one.kind == "zero" else severity(one.figures, one.in_danger, level),
            one.incident in unseen and one.status == "received",
        )
        for one in found
    ]
