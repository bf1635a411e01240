"""Reads of incidents, always scoped."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from responder.incidents import rules
from responder.incidents.models import Incident
from responder.kernel.ids import INCIDENT, number, row_id
from responder.platform.api import Cursor
from responder.platform.scope import Scope


@dataclass(frozen=True)
class IncidentView:
    """An incident as read. Times aware UTC; figures {slug: number}, ha and yuan."""

    id: int
    number: str
    hazard: str
    division: str
    place: str
    lat: float | None
    lng: float | None
    status: str
    urgent: bool
    figures: dict[str, Any]
    opened_at: datetime
    touched_at: datetime
    seen_at: datetime | None
    seen_by: str
    verified_at: datetime | None
    verified_by: str
    exception: str
    closed_at: datetime | None
    closed_by: str
    published_at: datetime | None
    released: bool


def _view(row: Incident) -> IncidentView:
    return IncidentView(
        row.id, number(INCIDENT, row.id), row.hazard, row.division_code, row.place, row.lat, row.lng, row.status,
        row.urgent, row.figures, row.opened_at, row.touched_at, row.seen_at, row.seen_by, row.verified_at,
        row.verified_by, row.exception, row.closed_at, row.closed_by, row.published_at, row.released,
    )  # fmt: skip


def incident(session: Session, scope: Scope, name: str) -> IncidentView | None:
    """One incident by number, None where there is none in scope."""
    key = row_id(INCIDENT, name)
    if key is None:
        return None
    row = session.scalar(select(Incident).where(Incident.id == key, scope.covers(Incident.division_code)))
    return _view(row) if row else None


def incidents(session: Session, scope: Scope, cursor: Cursor, *, status: str = "") -> list[IncidentView]:
    """Incidents newest first, ``limit + 1`` of them."""
    statement = select(Incident).where(scope.covers(Incident.division_code))
    if status:
        statement = statement.where(Incident.status == status)
    if cursor.before is not None:
        statement = statement.where(Incident.id < cursor.before)
    return [_view(row) for row in session.scalars(statement.order_by(Incident.id.desc()).limit(cursor.limit + 1))]


def active(session: Session, scope: Scope, limit: int = 50) -> list[IncidentView]:
    """Incidents not closed, people in danger first, then the latest touched."""
    statement = select(Incident).where(scope.covers(Incident.division_code), Incident.status != rules.CLOSED)
    statement = statement.order_by(Incident.urgent.desc(), Incident.touched_at.desc()).limit(limit)
    return [_view(row) for row in session.scalars(statement)]


def published(session: Session, cursor: Cursor, name: str | None = None) -> list[IncidentView]:
    """Published incidents of the real world, newest first: what the public may read (no scope by design)."""
    statement = select(Incident).where(Incident.published_at.is_not(None), Incident.status == rules.CLOSED)
    if name is not None:
        statement = statement.where(Incident.id == (row_id(INCIDENT, name) or 0))
    if cursor.before is not None:
        statement = statement.where(Incident.id < cursor.before)
    return [_view(row) for row in session.scalars(statement.order_by(Incident.id.desc()).limit(cursor.limit + 1))]


@dataclass(frozen=True)
class Open:
    """An incident that a report may join, as the write path needs it; its row is locked until the unit ends."""

    id: int
    division: str
    hazard: str
    status: str
    place: str
    urgent: bool
    figures: dict[str, Any]
    by_division: dict[str, Any]
    suggested: dict[str, Any]


_t: Any = Incident.__table__
_COLUMNS = (
    _t.c.id, _t.c.division_code, _t.c.hazard, _t.c.status, _t.c.place, _t.c.urgent, _t.c.figures, _t.c.by_division,
    _t.c.suggested,
)  # fmt: skip
# Made once: this is on every text's way. A plain statement names its world itself.
_JOINABLE = (
    select(*_COLUMNS)
    .where(
        _t.c.division_code == bindparam("division"),
        _t.c.world == bindparam("world"),
        _t.c.status == rules.OPEN,
        _t.c.touched_at >= bindparam("since", type_=_t.c.touched_at.type),
    )
    .order_by(_t.c.id.desc())
    .limit(10)
    .with_for_update()
)
_ONE = select(*_COLUMNS).where(_t.c.id == bindparam("id"), _t.c.world == bindparam("world")).with_for_update()


def joinable(session: Session, world: int, division: str, hazard: str | None, now: datetime) -> Open | None:
    """The open incident that a new report from this division most likely tells of. Part of the write path."""
    asked = {"division": division, "world": world, "since": now - rules.SAME_WITHIN}
    for row in session.connection().execute(_JOINABLE, asked):
        if hazard is None or row.hazard == "other" or rules.alike(hazard, row.hazard):
            return Open(*row)
    return None


def open_one(session: Session, world: int, incident_id: int) -> Open | None:
    """One incident by id, locked, for the write path."""
    row = session.connection().execute(_ONE, {"id": incident_id, "world": world}).first()
    return Open(*row) if row else None


def open_count(session: Session, scope: Scope) -> int:
    """How many incidents are not closed."""
    statement = select(func.count(Incident.id)).where(
        scope.covers(Incident.division_code), Incident.status != rules.CLOSED
    )
    return session.scalar(statement) or 0


def unpublished(session: Session, scope: Scope, limit: int = 10) -> list[IncidentView]:
    """Closed incidents that the public hasn't been told of, oldest first."""
    statement = select(Incident).where(scope.covers(Incident.division_code), Incident.status == rules.CLOSED)
    statement = statement.where(Incident.published_at.is_(None)).order_by(Incident.id).limit(limit)
    return [_view(row) for row in session.scalars(statement)]
