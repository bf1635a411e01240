"""How the roads stand and what each number got: the tables ``road`` and ``attempt``, shared by all workers.

Attempts are written when a text is claimed and filled in when it is known what came of it: what is on its way counts
against the caps like what arrived, and a worker that was killed leaves a trace. Caps are counted over all worlds: the
network doesn't know of drills.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
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
        fresh = [{"name": name, "failures": 0, "last_error": "", "well": True, "state": ""} for name in sorted(missing)]
        connection.execute(_INSERTS[connection.dialect.name](_road).on_conflict_do_nothing(), fresh)
        rows = {row["name"]: row for row in _locked(connection, statement, lock)}
    used = _used(connection, hauliers, now)
    return {one.name: [_standing(one, line, rows[one.row(line)], used) for line in one.lines] for one in hauliers}


def _locked(connection: Connection, statement: Any, lock: bool) -> Sequence[Any]:
    if lock and connection.dialect.name == "postgresql":
        statement = statement.with_for_update()
    return connection.execute(statement).mappings().all()


def _standing(one: Haulier, line: Line | None, row: Any, used: Mapping[tuple[str, str], tuple[int, int]]) -> Standing:
    hour, day = used.get((one.name, line.name if line else ""), (0, 0))
    budget = Budget(hour, day, *one.budgets(line))
    breaker = Breaker(row["failures"], row["opened_at"], row["probe_at"])
    return Standing(row["name"], line, row["free_at"], breaker, row["well"], budget)


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


def queues(connection: Connection) -> dict[str, dict[int, int]]:
    """How many texts of each priority wait on each road."""
    o = _outbound.c
    statement = select(o.road, o.priority, func.count()).where(o.status == "queued", o.road != "")
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for road, priority, count in connection.execute(statement.group_by(o.road, o.priority)):
        found[road][priority] = count
    return found


def begin_attempts(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Texts that are about to be handed over."""
    connection.execute(_attempt.insert(), rows)


def end_attempt(connection: Connection, text: int, nth: int, values: dict[str, Any]) -> None:
    """What came of one: it is named by its text and which of its tries it was."""
    connection.execute(update(_attempt).where(_attempt.c.outbound_id == text, _attempt.c.nth == nth).values(values))


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
