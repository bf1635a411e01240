"""What an answer adds to a report already filed: the way into the reports room."""

from responder.kernel.ids import REPORT, number
from responder.platform.scope import everything
from responder.platform.work import UnitOfWork
from responder.reports import amending
from responder.reports import queries as reports_read
from responder.reports.commands import Amend, Settle
from responder.reports.queries import ReportView


def complete(uow: UnitOfWork, command: Amend) -> ReportView:
    """Completes a report of the actor's own and returns it as it is now. Raises what ``amending`` raises."""
    return _now(uow, amending.complete(uow, command).id)


def settle(uow: UnitOfWork, report: str, kind: str, reason: str) -> ReportView:
    """Takes the answer to "update or correction?". Raises what ``amending`` raises."""
    return _now(uow, amending.settle_question(uow, Settle(report, kind, reason)).id)


def again(uow: UnitOfWork, report: str) -> ReportView | None:
    """A report as it stands, for telling its receipt once more."""
    return reports_read.report(uow.session, everything(uow.world), report)


def _now(uow: UnitOfWork, key: int) -> ReportView:
    found = again(uow, number(REPORT, key))
    assert found is not None, "it was just changed"
    return found
