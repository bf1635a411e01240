"""How the roads stand and what each number got: the tables ``road`` and ``attempt``, shared by all workers.

Attempts are written when a text is claimed and filled in when it is known what came of it: what is on its way counts
against the caps like what arrived, and a worker that was killed leaves a trace. Caps are counted over all worlds: the
network doesn't know of drills.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from responder.messaging.breaker import Breaker
from responder.messaging.caps import DAY, HOUR, Budget, Tally, Try
from responder.messaging.fleet import Haulier
from responder.messaging.gateways import Line
from responder.messaging.models import Attempt, Outbound, Road
from responder.messaging.roads import CALL, Failure

_road: Any = Road.__table__
_attempt: Any = Attempt.__table__
_outbound: Any = Outbound.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}

_FRESH: dict[str, Any] = {"failures": 0, "last_error": "", "well": True, "state": ""}
_NEVER: dict[str, Any] = {"free_at": None, "opened_at": None, "probe_at": None, "checked_at": None}

STALE = timedelta(minutes=5)
"""A line that nobody has looked at for so long is taken as well: its breaker knows better than an old word."""


@dataclass(frozen=True)
class Standing:
    """How one line of a road stands."""

    name: str
    line: Line | None
    free_at: datetime | None
    breaker: Breaker
    well: bool
    budget: Budget

    def carries(self, now: datetime) -> bool:
        """Whether a text may be given to it, tokens apart."""
        left = self.budget.left()
        return self.well and self.breaker.stand(now) != "open" and (left is None or left > 0)


def road_of(gateway: str, voice: bool) -> str:
    """The road of an attempt."""
    return gateway + CALL if voice else gateway


def standings(
    connection: Connection, hauliers: Sequence[Haulier], now: datetime, *, lock: bool = False
) -> dict[str, list[Standing]]:
    """Every line of these roads, by road. With ``lock`` nobody else gives out their tokens until the unit ends."""
    names = {one.row(line) for one in hauliers for line in one.lines}
    statement = select(_road).where(_road.c.name.in_(names)).order_by(_road.c.name)
    rows = {row["name"]: row for row in _locked(connection, statement, lock)}
    if missing := names - rows.keys():
        fresh = [{"name": name, **_FRESH} for name in sorted(missing)]
        if lock:
            connection.execute(_INSERTS[connection.dialect.name](_road).on_conflict_do_nothing(), fresh)
            rows = {row["name"]: row for row in _locked(connection, statement, lock)}
        else:
            # Whoever only looks writes nothing: a road that nothing has gone by yet stands as it began.
            rows |= {one["name"]: one | _NEVER for one in fresh}
    used = _used(connection, hauliers, now)
    return {one.name: [_standing(one, line, rows[one.row(line)], used, now) for line in one.lines] for one in hauliers}


def _locked(connection: Connection, statement: Any, lock: bool) -> Sequence[Any]:
    if lock and connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    return connection.execute(statement).mappings().all()


def _standing(
    one: Haulier, line: Line | None, row: Any, used: Mapping[tuple[str, str], tuple[int, int]], now: datetime
) -> Standing:
    hour, day = used.get((one.name, line.name if line else ""), (0, 0))
    budget = Budget(hour, day, *one.budgets(line))
    breaker = Breaker(row["failures"], row["opened_at"], row["probe_at"])
    looked_at = row["checked_at"] is not None and abs(now - row["checked_at"]) <= STALE
    return Standing(row["name"], line, row["free_at"], breaker, row["well"] or not looked_at, budget)


def _used(connection: Connection, hauliers: Sequence[Haulier], now: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    """What the roads that have budgets carried in the last hour and day, by line. Asked at every claim: counted in an
    index alone, and never more than a day's budgets."""
    a = _attempt.c
    found = {}
    for one in hauliers:
        if all(limit is None for line in one.lines for limit in one.budgets(line)):
            continue
        recent = func.sum(case((a.at > now - HOUR, 1), else_=0))
        counted = select(a.line, recent, func.count()).where(
            a.gateway == one.gateway, a.at > now - DAY, a.taken, a.voice == one.rings,
            a.line.in_([line.name if line else "" for line in one.lines]),
        )  # fmt: skip
        for line, hour, day in connection.execute(counted.group_by(a.line)):
            found[one.name, line] = (int(hour), int(day))
    return found


def tallies(connection: Connection, numbers: Collection[str], now: datetime) -> dict[str, Tally]:
    """What these numbers got in the last 24 hours; a number that got nothing has an empty tally."""
    a = _attempt.c
    columns = (a.number, a.gateway, a.voice, a.words, a.template, a.at)
    tries: dict[str, list[Try]] = defaultdict(list)
    statement = select(*columns).where(a.number.in_(set(numbers)), a.at > now - DAY, a.taken)
    for row in connection.execute(statement):
        tries[row.number].append(Try(road_of(row.gateway, row.voice), row.at, row.words, row.template))
    return {number: Tally.of(tries[number]) for number in set(numbers)}


def failures(connection: Connection, texts: Collection[int]) -> dict[int, list[Failure]]:
    """The tries of these texts that came to nothing, oldest first."""
    a = _attempt.c
    found: dict[int, list[Failure]] = defaultdict(list)
    statement = select(_attempt).where(a.outbound_id.in_(set(texts)), a.category != "").order_by(a.at, a.id)
    for row in connection.execute(statement):
        road = road_of(row.gateway, row.voice)
        found[row.outbound_id].append(Failure(road, row.words, row.category, row.at, row.code, row.number))
    return found


FAR = 2_000
"""Texts of one road that are counted: more is a queue that a road never gets to the end of in time."""


def queues(connection: Connection, roads: Sequence[str]) -> dict[str, dict[int, int]]:
    """How many texts of each priority wait on each road, the best ``FAR`` of them."""
    found: dict[str, dict[int, int]] = {road: {} for road in roads}
    if roads:
        for road, priority, count in connection.execute(_queues(tuple(roads))):
            found[road][priority] = count
    return found


@cache
def _queues(roads: tuple[str, ...]) -> Any:
    o, parts = _outbound.c, []
    for n, road in enumerate(roads):
        waits = select(o.priority).where(o.status == "queued", o.road == road)
        best = waits.order_by(o.priority).limit(FAR).subquery(f"best_{n}")
        parts.append(select(literal(road), best.c.priority, func.count()).group_by(best.c.priority))
    return union_all(*parts)


def unrouted(connection: Connection, most: int) -> int:
    """How many texts have no road yet, counted up to ``most``."""
    waits = select(_outbound.c.id).where(_outbound.c.status == "queued", _outbound.c.road == "").limit(most)
    return connection.scalar(select(func.count()).select_from(waits.subquery())) or 0


@dataclass(frozen=True)
class Seen:
    """What there is to do: the best priority that waits on each road where anything waits ("" for those without a
    road), and whether the time of a text that was held, or whose relay died, has come."""

    best: Mapping[str, int]
    due: bool


def look(connection: Connection, roads: Sequence[str], now: datetime) -> Seen:
    """One statement for all roads, a few steps down an index each, however long the outbox is."""
    found = connection.execute(_look(("", *roads)), {"its_now": now}).one()
    best = {road: found[n] for n, road in enumerate(("", *roads)) if found[n] is not None}
    return Seen(best, found.held is not None or found.left is not None)


@cache
def _look(roads: tuple[str, ...]) -> Any:
    o = _outbound.c
    waits = [select(o.priority).where(o.status == "queued", o.road == road).order_by(o.priority) for road in roads]
    columns = [one.limit(1).scalar_subquery().label(f"best_{n}") for n, one in enumerate(waits)]
    for name, status in (("held", "held"), ("left", "sending")):
        due = select(o.id).where(o.status == status, o.next_at <= bindparam("its_now")).order_by(o.next_at)
        columns.append(due.limit(1).scalar_subquery().label(name))
    return select(*columns)


def begin_attempts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Texts that are about to be handed over."""
    connection.execute(_attempt.insert(), rows)


_END = update(_attempt).where(_attempt.c.outbound_id == bindparam("its_text"), _attempt.c.nth == bindparam("its_nth"))


def end_attempt(connection: Connection, text: int, nth: int, values: dict[str, Any]) -> None:
    """What came of one: it is named by its text and which of its tries it was."""
    connection.execute(_END.values(values), {"its_text": text, "its_nth": nth})


def end_attempts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """What came of many that were taken: each names its text and try as ``its_text`` and ``its_nth``."""
    connection.execute(_END, rows)


def forget_attempt(connection: Connection, text: int, nth: int) -> None:
    """One that never was handed over."""
    connection.execute(_attempt.delete().where(_attempt.c.outbound_id == text, _attempt.c.nth == nth))


def spend(connection: Connection, standing: Standing, free_at: datetime, breaker: Breaker) -> None:
    """Tokens were given out."""
    values = {"free_at": free_at, "probe_at": breaker.probe_at}
    connection.execute(update(_road).where(_road.c.name == standing.name).values(values))


def hold_back(connection: Connection, name: str, free_at: datetime) -> None:
    """A provider asked us to wait."""
    connection.execute(update(_road).where(_road.c.name == name).values(free_at=free_at))


def write_breaker(connection: Connection, name: str, breaker: Breaker, error: str) -> None:
    """How a road's breaker stands now."""
    values = {
        "failures": breaker.failures, "opened_at": breaker.opened_at, "probe_at": breaker.probe_at,
        "last_error": error[:200],
    }  # fmt: skip
    connection.execute(update(_road).where(_road.c.name == name).values(values))


def breakers(session: Session) -> dict[str, str]:
    """Every road that isn't as it should be: open or unwell. For the health page: no words of a provider."""
    rows = session.execute(select(_road.c.name, _road.c.opened_at, _road.c.well).order_by(_road.c.name))
    return {
        row.name: "open" if row.opened_at is not None else "unwell"
        for row in rows
        if row.opened_at is not None or not row.well
    }


def best(found: Sequence[Standing], now: datetime) -> Breaker:
    """The breaker of a road: of its lines the one that stands best."""
    order = {"closed": 0, "half_open": 1, "open": 2}
    rows = sorted(found, key=lambda one: (order[one.breaker.stand(now)], one.breaker.probe_at or now))
    return replace(rows[0].breaker)
