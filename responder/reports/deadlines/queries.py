"""Reads of what is owed, always scoped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from responder.accounts.models import Person
from responder.incidents.models import Incident
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.platform.scope import Scope
from responder.reports.deadlines.models import Due
from responder.reports.deadlines.rules import LATE, MET, OPEN
from responder.reports.models import Report

_t: Any = Due.__table__
_i: Any = Incident.__table__
_p: Any = Person.__table__
_r: Any = Report.__table__

SOON = timedelta(minutes=30)
"""What is due within this time is said to be due soon."""
RATED = timedelta(days=30)
"""Over how long the on-time rate is counted."""
LONGEST = 200


@dataclass(frozen=True)
class DueView:
    """Something owed. ``state``: overdue, soon, open, met, late, waived. Times aware UTC. ``incident`` "" for a
    round. ``met_by``: report, accepted, forwarded, round, told; ``report`` the number of the report, "" without one."""

    id: int
    kind: str
    division: str
    to: str
    also: str
    incident: str
    hazard: str | None
    place: str
    day: str
    started_from: datetime
    due_at: datetime
    state: str
    reminded_at: datetime | None
    nags: int
    escalated_at: datetime | None
    met_at: datetime | None
    met_by: str
    report: str
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.state in ("overdue", "soon", "open")


_LISTED = select(_t, _i.c.hazard, _i.c.place).outerjoin(_i, _i.c.id == _t.c.incident_id)


def _view(row: Any, now: datetime) -> DueView:
    state = row.status
    if state == OPEN:
        state = "overdue" if row.due_at < now else "soon" if row.due_at - now <= SOON else "open"
    about = row.incident_id is not None and row.kind != "zero"
    return DueView(
        row.id, row.kind, row.division_code, row.to_code, row.also_code,
        number(INCIDENT, row.incident_id) if about else "", row.hazard if about else None,
        row.place if about else "", row.round_on, row.started_from, row.due_at, state, row.reminded_at, row.nags,
        row.escalated_at, row.met_at, row.met_by,
        number(REPORT, row.report_id) if row.report_id else "", row.reason,
    )  # fmt: skip


def _within(scope: Scope) -> Any:
    return and_(_t.c.world == scope.world, scope.covers(_t.c.division_code))


def owed(session: Session, scope: Scope, now: datetime, *, incident: str = "") -> list[DueView]:
    """What is still owed in scope, the most overdue first; of one incident where given.

    The zero reports of villages stand in their round: here is only one's own.
    """
    key = row_id(INCIDENT, incident) if incident else None
    mine = _t.c.division_code == scope.division
    statement = _LISTED.where(_within(scope), _t.c.status == OPEN, or_(~_t.c.asks, mine))
    if incident:
        statement = statement.where(_t.c.incident_id == (key or 0), _t.c.kind != "zero")
    rows = session.execute(statement.order_by(_t.c.due_at, _t.c.id).limit(LONGEST)).all()
    return [_view(row, now) for row in rows]


def settled(session: Session, scope: Scope, now: datetime, limit: int = 30) -> list[DueView]:
    """What was met or waived in the last day, newest first. Zero reports of villages stand in their round."""
    statement = _LISTED.where(_within(scope), _t.c.status != OPEN, _t.c.due_at > now - timedelta(days=1))
    statement = statement.where(or_(~_t.c.asks, _t.c.division_code == scope.division))
    rows = session.execute(statement.order_by(_t.c.due_at.desc(), _t.c.id.desc()).limit(limit)).all()
    return [_view(row, now) for row in rows]


def due(session: Session, scope: Scope, due_id: int, now: datetime) -> DueView | None:
    """One due in scope."""
    row = session.execute(_LISTED.where(_within(scope), _t.c.id == due_id)).first()
    return _view(row, now) if row is not None else None


@dataclass(frozen=True)
class Waiting:
    """How much is owed: for badges. ``mine`` of it by the reader's own office."""

    overdue: int
    soon: int
    mine: int
    next: datetime | None


def waiting(session: Session, scope: Scope, now: datetime) -> Waiting:
    """The numbers of the board's badge, in one statement."""
    late, mine = _t.c.due_at < now, _t.c.division_code == scope.division
    soon = and_(~late, _t.c.due_at <= now + SOON)
    statement = select(
        func.count(case((late, 1))), func.count(case((soon, 1))), func.count(case((mine, 1))),
        func.min(case((~late, _t.c.due_at))),
    ).where(_within(scope), _t.c.status == OPEN, or_(~_t.c.asks, mine))  # fmt: skip
    return Waiting(*session.execute(statement).one())


@dataclass(frozen=True)
class Rate:
    """How an office kept its times over the last 30 days. ``missed`` is overdue and still not there."""

    division: str
    on_time: int
    late: int
    missed: int

    @property
    def total(self) -> int:
        """All that fell due."""
        return self.on_time + self.late + self.missed

    @property
    def percent(self) -> int:
        """On time, of a hundred."""
        return round(100 * self.on_time / self.total) if self.total else 100


def rates(session: Session, scope: Scope, offices: Sequence[str], now: datetime) -> list[Rate]:
    """The on-time rate of these offices in scope, the worst first; offices that owed nothing are left out."""
    missed = and_(_t.c.status == OPEN, _t.c.due_at < now)
    statement = (
        select(
            _t.c.division_code, func.count(case((_t.c.status == MET, 1))), func.count(case((_t.c.status == LATE, 1))),
            func.count(case((missed, 1))),
        )
        .where(_within(scope), _t.c.division_code.in_(offices), _t.c.due_at > now - RATED)
        .group_by(_t.c.division_code)
    )  # fmt: skip
    found = [Rate(*row) for row in session.execute(statement)]
    return sorted((one for one in found if one.total), key=lambda one: (one.percent, -one.total, one.division))


@dataclass(frozen=True)
class Prompt:
    """A zero prompt that waits for an answer."""

    id: int
    division: str
    day: str
    asked_at: datetime
    due_at: datetime


def open_prompt(session: Session, person_id: int, world: int) -> Prompt | None:
    """The zero prompt that a person of a village may answer now: theirs or their deputy's, in this world.

    It waits for a day; then the next round asks.
    """
    statement = (
        select(_t.c.id, _t.c.division_code, _t.c.round_on, _t.c.reminded_at, _t.c.due_at)
        .join(_p, _p.c.division_code == _t.c.division_code)
        .where(
            _p.c.id == person_id, _t.c.world == world, _t.c.kind == "zero", _t.c.status == OPEN,
            _t.c.asked_id.is_not(None),
        )
        .order_by(_t.c.due_at.desc())
        .limit(1)
    )  # fmt: skip
    row = session.execute(statement).first()
    return Prompt(*row) if row is not None else None


def is_wanted(session: Session, key: str) -> bool:
    """Whether a reminder should still be sent: asked by the relay. ``key`` is ``world:key of the due``."""
    world, _, rest = key.partition(":")
    return session.scalar(select(_t.c.status).where(_t.c.world == int(world), _t.c.key == rest)) == OPEN


@dataclass(frozen=True)
class Asked:
    """A village in a zero round. ``state``: zero, report, asked, waiting, unreached (never counted as zero)."""

    division: str
    state: str
    asked_at: datetime | None
    met_at: datetime | None
    report: str


@dataclass(frozen=True)
class Office:
    """One office's villages in a zero round."""

    division: str
    due_at: datetime
    asked: tuple[Asked, ...]
    own: str

    def count(self, *states: str) -> int:
        """How many villages stand so."""
        return sum(one.state in states for one in self.asked)


def zero_round(session: Session, scope: Scope, now: datetime, day: str = "") -> tuple[str, list[Office]]:
    """The zero round of a local day (YYYY-MM-DD; by default the newest) in scope: per office its villages.

    The day is "" where there was none.
    """
    if not day:
        newest = select(func.max(_t.c.round_on)).where(_within(scope), _t.c.kind == "zero")
        day = session.scalar(newest) or ""
    if not day:
        return "", []
    statement = (
        select(_t, _r.c.kind.label("told"))
        .outerjoin(_r, _r.c.id == _t.c.report_id)
        .where(_within(scope), _t.c.kind == "zero", _t.c.round_on == day)
        .order_by(_t.c.division_code)
    )
    rows = session.execute(statement).all()
    offices: dict[str, list[Asked]] = {}
    limits: dict[str, datetime] = {}
    own = {row.division_code: row.status for row in rows if not row.asks}
    for row in rows:
        if row.asks:
            offices.setdefault(row.to_code, []).append(_asked(row, now))
            limits[row.to_code] = row.due_at
    found = [Office(code, limits[code], tuple(ones), own.get(code, "")) for code, ones in offices.items()]
    return day, found


def _asked(row: Any, now: datetime) -> Asked:
    if row.status == OPEN:
        state = "unreached" if row.due_at < now else "asked" if row.asked_id is not None else "waiting"
    else:
        state = "zero" if row.told == "zero" else "report"
    asked_at = row.reminded_at if row.asked_id is not None else None
    report = number(REPORT, row.report_id) if row.report_id else ""
    return Asked(row.division_code, state, asked_at, row.met_at, report)
