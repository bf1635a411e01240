"""What whoever reviews a report needs beside its words: what was amended, what was asked, how many photos."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from responder.kernel.ids import INCIDENT, REPORT, row_id
from responder.platform import eventlog
from responder.platform.scope import Scope
from responder.reports.models import Photo, Report, ReportAmendment

ENOUGH_PHOTOS = 3
"""Asked for while a response level runs (DOMAIN §1.2); never demanded."""


@dataclass(frozen=True)
class Change:
    """One field of an amendment: ``field`` place, division_code, hazard, kind, or a figure's slug; None is blank."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class AmendmentView:
    """Who changed what in a report, when (aware UTC) and why."""

    at: datetime
    by: str
    reason: str
    changes: tuple[Change, ...]


def amendments(session: Session, scope: Scope, name: str) -> list[AmendmentView]:
    """A report's amendments, oldest first."""
    statement = (
        select(ReportAmendment)
        .join(Report, Report.id == ReportAmendment.report_id)
        .where(
            Report.id == (row_id(REPORT, name) or 0), Report.world == scope.world,
            scope.covers(Report.division_code), ReportAmendment.world == scope.world,
        )
        .order_by(ReportAmendment.id)
    )  # fmt: skip
    return [
        AmendmentView(row.at, row.by_name, row.reason, tuple(_changes(row.before, row.after)))
        for row in session.scalars(statement)
    ]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    found = [Change(name, before.get(name), after[name]) for name in after if name != "figures"]
    was, now = before.get("figures") or {}, after.get("figures") or {}
    slugs = [slug for slug in {**was, **now} if was.get(slug) != now.get(slug)]
    return found + [Change(slug, was.get(slug), now.get(slug)) for slug in slugs]


@dataclass(frozen=True)
class Unexplained:
    """A figure that fell or grew so much that its reason is asked for; ``reason`` as given since, or blank."""

    slug: str
    before: float
    now: float
    reason: str


def unexplained(session: Session, scope: Scope, name: str) -> Unexplained | None:
    """What a report's reporter was asked to explain; None where nothing was."""
    asked = [one for one in eventlog.about(session, scope, [name]) if one.kind == "report.unexplained"]
    if not asked:
        return None
    reason = session.scalar(
        select(Report.because).where(
            Report.id == (row_id(REPORT, name) or 0), Report.world == scope.world, scope.covers(Report.division_code)
        )
    )
    data = asked[-1].data
    return Unexplained(data["figure"], data["before"], data["now"], reason or "")


def photo_count(session: Session, scope: Scope, incident: str, division: str) -> int:
    """How many photos a division's chain of an incident has, those of returned reports left out."""
    statement = (
        select(func.count(Photo.id))
        .join(Report, Report.id == Photo.report_id)
        .where(
            Report.incident_id == (row_id(INCIDENT, incident) or 0), Report.world == scope.world,
            Report.division_code == division, Report.status != "returned", scope.covers(Report.division_code),
        )
    )  # fmt: skip
    return session.scalar(statement) or 0
