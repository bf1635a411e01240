"""Reads of reports, always scoped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from responder.incidents import rules as incident_rules
from responder.incidents.models import Incident
from responder.kernel.actors import Actor
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import rules
from responder.reports.commands import FileReport
from responder.reports.models import Photo, Report, Standing
from responder.reports.standing import DECIDES, OWN


@dataclass(frozen=True)
class ReportView:
    """A report as read. Times aware UTC; figures {slug: number}, ha and yuan; needs [{item, qty|None}]."""

    id: int
    number: str
    kind: str
    hazard: str | None
    division: str
    place: str
    lat: float | None
    lng: float | None
    accuracy: float | None
    occurred_at: datetime | None
    occurred_text: str
    received_at: datetime
    channel: str
    reporter_id: int | None
    reporter_name: str
    reporter_phone: str
    typed_by_id: int | None
    typed_by_name: str
    status: str
    reason: str
    reviewed_by: str
    incident: str | None
    figures: dict[str, Any]
    needs: list[dict[str, Any]]
    urgent: list[str]
    warnings: list[str]
    text: str
    in_danger: bool
    source: str
    basis: str
    said_at: datetime
    asks: str
    amended: bool
    repeated: bool = False
    """This very text was filed before: nothing new was written."""


def as_view(key: int, row: Mapping[str, Any]) -> ReportView:
    """A report's columns as read."""
    incident = number(INCIDENT, row["incident_id"]) if row["incident_id"] else None
    return ReportView(
        key, number(REPORT, key), row["kind"], row["hazard"], row["division_code"], row["place"], row["lat"],
        row["lng"], row["accuracy"], row["occurred_at"], row["occurred_text"], row["received_at"], row["channel"],
        row["reporter_id"], row["reporter_name"], row["reporter_phone"], row["typed_by_id"], row["typed_by_name"],
        row["status"], row["reason"], row["reviewed_by"], incident, row["figures"], row["needs"], row["urgent"],
        row["warnings"], row["text"], rules.is_urgent(row["figures"], row["urgent"]),
        row["source"], row["basis"], row["said_at"], row["asks"], row["amended"],
    )  # fmt: skip


def _view(row: Report) -> ReportView:
    return as_view(row.id, vars(row))


def world_of(session: Session, ref: str) -> int | None:
    """The world in which a report's or an incident's number was issued: a text that names it belongs there."""
    tables: tuple[tuple[str, Any], ...] = ((REPORT, Report.__table__), (INCIDENT, Incident.__table__))
    for prefix, table in tables:
        if (key := row_id(prefix, ref)) is not None:
            return session.scalar(select(table.c.world).where(table.c.id == key))
    return None


def by_form_key(session: Session, person: int | None, key: str) -> ReportView | None:
    """The report that this person's form already became. Part of the write path."""
    row = session.scalar(select(Report).where(Report.typed_by_id == person, Report.form_key == key))
    return replace(_view(row), repeated=True) if row else None


def by_id(session: Session, key: int) -> ReportView:
    """A report that is known to exist. Part of the write path."""
    return _view(session.get_one(Report, key))


def is_over(session: Session, key: int) -> bool:
    """Whether a report's incident is verified or closed: the same words tell of something new then. Part of the write
    path."""
    statement = select(Incident.status).join(Report, Report.incident_id == Incident.id).where(Report.id == key)
    return session.scalar(statement) in (incident_rules.VERIFIED, incident_rules.CLOSED)


def report(session: Session, scope: Scope, name: str) -> ReportView | None:
    """One report by number, None where there is none in scope."""
    key = row_id(REPORT, name)
    if key is None:
        return None
    row = session.scalar(select(Report).where(Report.id == key, scope.covers(Report.division_code)))
    return _view(row) if row else None


def may_tell(session: Session, who: Actor, of: FileReport) -> bool:
    """Whether somebody may report this: of their own area always; by text of a neighbour's too, which the hotline has
    found inside the branch, but what closes or corrects its figures only where they told them themselves. Part of
    the write path."""
    if of.division.startswith(who.division):
        return True
    if of.channel != "sms" or of.kind not in DECIDES:
        return of.channel == "sms"
    before = (Report.reporter_id == who.person_id) & (Report.division_code == of.division)
    return session.scalar(select(Report.id).where(before, Report.world == who.world).limit(1)) is not None


def last_filed(session: Session, scope: Scope, person: int) -> tuple[str, str | None, datetime] | None:
    """Division, hazard and time of a person's newest report in scope: their next form begins there."""
    statement = select(Report.division_code, Report.hazard, Report.received_at).where(
        Report.reporter_id == person, Report.world == scope.world, scope.covers(Report.division_code)
    )
    row = session.execute(statement.order_by(Report.id.desc()).limit(1)).first()
    return (row[0], row[1], row[2]) if row else None


def reports(
    session: Session, scope: Scope, cursor: Cursor, *, status: str = "", kind: str = "", hazard: str = ""
) -> list[ReportView]:
    """Reports newest first, ``limit + 1`` of them. Costs the same however many are stored: an index per scope."""
    statement = select(Report).where(Report.world == scope.world, scope.covers(Report.division_code))
    for column, value in ((Report.status, status), (Report.kind, kind), (Report.hazard, hazard)):
        if value:
            statement = statement.where(column == value)
    if cursor.before is not None:
        statement = statement.where(Report.id < cursor.before)
    return [_view(row) for row in session.scalars(statement.order_by(Report.id.desc()).limit(cursor.limit + 1))]


def of_incident(session: Session, scope: Scope, incident: str) -> list[ReportView]:
    """An incident's reports, oldest first."""
    key = row_id(INCIDENT, incident)
    if key is None:
        return []
    statement = select(Report).where(Report.incident_id == key, scope.covers(Report.division_code))
    return [_view(row) for row in session.scalars(statement.order_by(Report.id))]


def needs_of(session: Session, scope: Scope, incident: str) -> list[dict[str, Any]]:
    """What the incident's reports ask for now: [{item, qty|None}]."""
    found = of_incident(session, scope, incident)
    return rules.merged_needs((one.division, one.needs) for one in found if one.status != "returned")


def photos(session: Session, scope: Scope, name: str) -> list[tuple[int, int, int]]:
    """A report's photos in scope: (id, width, height)."""
    key = row_id(REPORT, name)
    statement = select(Photo.id, Photo.width, Photo.height).join(Report, Report.id == Photo.report_id)
    statement = statement.where(Report.id == (key or 0), scope.covers(Report.division_code))
    return [(row.id, row.width, row.height) for row in session.execute(statement.order_by(Photo.id))]


def photo_file(session: Session, scope: Scope, photo: int) -> str | None:
    """The SHA-256 of a photo's file, None where the report is out of scope."""
    statement = select(Photo.sha256).join(Report, Report.id == Photo.report_id)
    return session.scalar(statement.where(Photo.id == photo, scope.covers(Report.division_code)))


@dataclass(frozen=True)
class Counts:
    """How many reports came since a moment, and how many wait for review."""

    since: int
    unreviewed: int


def counts(session: Session, scope: Scope, since: datetime) -> Counts:
    """Numbers for the board's head."""
    mine = scope.covers(Report.division_code)
    new = session.scalar(select(func.count(Report.id)).where(mine, Report.received_at >= since))
    waiting = session.scalar(select(func.count(Report.id)).where(mine, Report.status == "received"))
    return Counts(new or 0, waiting or 0)


def unreviewed(session: Session, scope: Scope, limit: int = 10) -> list[ReportView]:
    """Reports that wait for review, oldest first."""
    statement = select(Report).where(scope.covers(Report.division_code), Report.status == "received")
    statement = statement.where(Report.kind != "zero").order_by(Report.id).limit(limit)
    return [_view(row) for row in session.scalars(statement)]


def returned_to(session: Session, scope: Scope, person_id: int, limit: int = 5) -> list[ReportView]:
    """A person's own reports that were returned and not followed by another of the same incident, newest first."""
    later = aliased(Report)
    answered = exists().where(
        later.incident_id == Report.incident_id,
        later.reporter_id == Report.reporter_id,
        later.world == Report.world,
        later.id > Report.id,
    )
    statement = select(Report).where(
        scope.covers(Report.division_code), Report.reporter_id == person_id, Report.status == "returned", ~answered
    )
    return [_view(row) for row in session.scalars(statement.order_by(Report.id.desc()).limit(limit))]


def latest_figures(session: Session, scope: Scope, incident: str, division: str) -> dict[str, Any]:
    """What one division has reported of an incident so far: its latest word on every figure."""
    if not scope.holds(division):
        return {}
    statement = select(Standing.own).where(
        Standing.incident_id == (row_id(INCIDENT, incident) or 0), Standing.division_code == division,
        Standing.source == OWN, Standing.world == scope.world,
    )  # fmt: skip
    return {slug: entry[0] for slug, entry in (session.scalar(statement) or {}).items()}
