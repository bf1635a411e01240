"""What an answer adds to a report already filed: the thin way into the reports room."""

from collections.abc import Mapping
from typing import Any

from responder.hotline.refusals import Gone
from responder.platform.scope import everything
from responder.platform.work import UnitOfWork
from responder.reports import queries as reports_read
from responder.reports import service as reports
from responder.reports.commands import FileReport
from responder.reports.queries import ReportView


def complete(
    uow: UnitOfWork,
    report: str,
    reason: str,
    *,
    division: str | None = None,
    place: str | None = None,
    hazard: str | None = None,
    figures: Mapping[str, Any] | None = None,
    kind: str | None = None,
) -> ReportView:
    """Completes a report of the actor's own and returns it as it is now. Raises Gone where there is none."""
    before = reports_read.report(uow.session, everything(uow.world), report)
    if before is None:
        raise Gone(report=report)
    return reports.file(
        uow,
        FileReport(
            kind=kind or "correction", hazard=hazard, division=division or before.division,
            place=before.place if place is None else place, figures=figures or {}, text=reason, ref=report,
            channel="sms",
        ),
    )  # fmt: skip


def again(uow: UnitOfWork, report: str) -> ReportView | None:
    """A report as it stands, for telling its receipt once more."""
    return reports_read.report(uow.session, everything(uow.world), report)
