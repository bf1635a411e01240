"""Reads of incidents, always scoped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from responder.incidents import rules
from responder.incidents.models import Incident
from responder.kernel.ids import INCIDENT, number, row_id
from responder.platform.api import Cursor
from responder.platform.scope import Scope, ancestors


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
    released_at: datetime | None
    released_by: str
    joined_to: str


def _view(row: Incident) -> IncidentView:
    return IncidentView(
        row.id, number(INCIDENT, row.id), row.hazard, row.division_code, row.place, row.lat, row.lng, row.status,
        row.urgent, row.figures, row.opened_at, row.touched_at, row.seen_at, row.seen_by, row.verified_at,
        row.verified_by, row.exception, row.closed_at, row.closed_by, row.published_at,
        # Other figures than those that were released are unverified again.
        row.released and row.released_figures == rules.withheld(row.figures), row.released_at, row.released_by,
        number(INCIDENT, row.merged_into) if row.merged_into else "",
    )  # fmt: skip


def seen(scope: Scope) -> ColumnElement[bool]:
    """Whether a reader sees an incident: inside their scope, or a wide one to which one of theirs was joined."""
    inside = scope.covers(Incident.division_code)
    above = ancestors(scope.division)[:-1] if scope.division else []
    if not above:
        return inside
    part = aliased(Incident)
    mine = exists().where(or_(part.id == Incident.id, part.merged_into == Incident.id), scope.covers(part.origin_code))
    return or_(inside, and_(Incident.division_code.in_(above), mine))


def incident(session: Session, scope: Scope, name: str) -> IncidentView | None:
    """One incident by number, None where there is none in scope; one that was joined says so (``joined_to``)."""
    key = row_id(INCIDENT, name)
    if key is None:
        return None
    row = session.scalar(select(Incident).where(Incident.id == key, seen(scope)))
    return _view(row) if row else None


def joined_numbers(name: str) -> Select[str]:
    """The numbers of what was joined to an incident, as a subquery for rooms that keep numbers for ever."""
    base = int(number("", 0))
    key = row_id(INCIDENT, name) or 0
    return select(literal(INCIDENT).concat(cast(Incident.id + base, String))).where(Incident.merged_into == key)


def incidents(session: Session, scope: Scope, cursor: Cursor, *, status: str = "") -> list[IncidentView]:
    """Incidents newest first, ``limit + 1`` of them; joined ones only where asked for."""
    statement = select(Incident).where(seen(scope))
    if status:
        statement = statement.where(Incident.status == status)
    else:
        statement = statement.where(Incident.status != rules.JOINED)
    if cursor.before is not None:
        statement = statement.where(Incident.id < cursor.before)
    return [_view(row) for row in session.scalars(statement.order_by(Incident.id.desc()).limit(cursor.limit + 1))]


def active(session: Session, scope: Scope, limit: int = 50) -> list[IncidentView]:
    """Incidents not closed, people in danger first, then the latest touched."""
    statement = select(Incident).where(seen(scope), Incident.status.in_((rules.OPEN, rules.VERIFIED)))
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
    suggested: dict[str, Any]
    merged_into: int | None


_t: Any = Incident.__table__
_COLUMNS = (
    _t.c.id, _t.c.division_code, _t.c.hazard, _t.c.status, _t.c.place, _t.c.urgent, _t.c.figures, _t.c.suggested,
    _t.c.merged_into,
)  # fmt: skip
# Made once: this is on every text's way. A plain statement names its world itself. A village's report joins what was
# opened there, also where that was joined to another since (``o``), or the wide incident of the division itself.
_o: Any = _t.alias("o")
JOINABLE = (
    select(*_COLUMNS)
    .join(_o, _t.c.id == func.coalesce(_o.c.merged_into, _o.c.id))
    .where(
        or_(_o.c.origin_code == bindparam("division"), _o.c.division_code == bindparam("division")),
        _o.c.world == bindparam("world"),
        _t.c.status.in_((rules.OPEN, rules.JOINED)),
        _t.c.touched_at >= bindparam("since", type_=_t.c.touched_at.type),
    )
    .order_by(_t.c.id.desc())
    .limit(10)
    .with_for_update(of=_t)
)
"""What a report from a ``division`` may tell of in a ``world`` ``since`` a moment, newest first, locked."""


def held(key: ColumnElement[int]) -> Select[Any]:
    """The statement that reads and locks the incident of this id; to be made once."""
    return select(*_COLUMNS).where(_t.c.id == key, _t.c.world == bindparam("world")).with_for_update()


_ONE = held(bindparam("id"))


def joinable(session: Session, world: int, division: str, hazard: str | None, now: datetime) -> Open | None:
    """The open incident that a new report from this division most likely tells of. Part of the write path."""
    rows = session.connection().execute(JOINABLE, asks(world, division, now)).all()
    return first_open(session, world, hazard, [Open(*row) for row in rows])


def asks(world: int, division: str, now: datetime) -> dict[str, Any]:
    """What ``JOINABLE`` is asked with."""
    return {"division": division, "world": world, "since": now - rules.SAME_WITHIN}


def first_open(session: Session, world: int, hazard: str | None, rows: Sequence[Open]) -> Open | None:
    """The first of what ``JOINABLE`` gave that this hazard fits."""
    for row in rows:
        if hazard is None or row.hazard == "other" or rules.alike(hazard, row.hazard):
            # Joined to another while we waited for its lock: it lives on there.
            found = open_one(session, world, row.merged_into) if row.merged_into else row
            if found is not None and found.status == rules.OPEN:
                return found
    return None


def open_one(session: Session, world: int, incident_id: int) -> Open | None:
    """One incident by id, locked, for the write path; of one that was joined, where it lives on."""
    return open_by(session, _ONE, world, id=incident_id)


def open_by(session: Session, statement: Select[Any], world: int, **asked: int) -> Open | None:
    """The incident of a ``held`` statement; of one that was joined, where it lives on."""
    row = session.connection().execute(statement, {"world": world, **asked}).first()
    if row is not None and row.merged_into:
        return open_one(session, world, row.merged_into)
    return Open(*row) if row else None


def open_count(session: Session, scope: Scope) -> int:
    """How many incidents are not closed."""
    statement = select(func.count(Incident.id)).where(seen(scope), Incident.status.in_((rules.OPEN, rules.VERIFIED)))
    return session.scalar(statement) or 0


def unpublished(session: Session, scope: Scope, limit: int = 10) -> list[IncidentView]:
    """Closed incidents that the public hasn't been told of, oldest first."""
    statement = select(Incident).where(scope.covers(Incident.division_code), Incident.status == rules.CLOSED)
    statement = statement.where(Incident.published_at.is_(None)).order_by(Incident.id).limit(limit)
    return [_view(row) for row in session.scalars(statement)]
