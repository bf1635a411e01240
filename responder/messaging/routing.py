"""The first half of the relay: wakes what was held, gives every waiting text its road, ends what has none left."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, get_args

import structlog
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from responder.kernel import clock
from responder.kernel.actors import REAL, Actor
from responder.kernel.notices import ANSWER
from responder.messaging import lastroad, roadbook, rules
from responder.messaging.fleet import Haulier
from responder.messaging.letters import Kind, treatment, treatments
from responder.messaging.manners import Course, manners
from responder.messaging.models import Outbound
from responder.messaging.roadbook import Seen
from responder.messaging.roads import Approved, Choice, Failure, Step, Text, Way, choose, step
from responder.platform.work import Work

log = structlog.get_logger(__name__)

AHEAD = 5.0
"""Seconds of work that a road is given in advance. Behind that, texts that can wait have no road yet: a long queue
costs nothing, and goes where there is room when it gets there."""
BATCH = 200
"""Texts that are given a road in one unit: few milliseconds, so that a first alert is in the next one."""
FULL = timedelta(seconds=0.25)
"""Roads that had enough to do for seconds still have, so long."""
NEVER = datetime.min.replace(tzinfo=UTC)
COUNTED = timedelta(seconds=2)
"""For so long a count of what has no road yet is good enough."""

_t: Any = Outbound.__table__

Row = Mapping[str, Any]


def text_of(row: Row) -> Text:
    """What the choice of a road must know of a row. Raises UnknownTemplate."""
    treated = treatment(row["template"])
    stale = timedelta(minutes=treated.stale_minutes)
    since = row["expires_at"] - stale if row["expires_at"] is not None else row["created_at"]
    return Text(
        row["number"], treated.kind, row["body"], rules.fingerprint("", row["body"]), row["template"], row["lang"],
        treated.form is not None, row["priority"], since, row["world"] != REAL,
    )  # fmt: skip


@dataclass(frozen=True)
class _Ending:
    row: Row
    choice: Choice
    failures: Sequence[Failure]
    late: bool = False


class Router:
    """Gives roads. Any number may run: rows are taken under a lock, or by the one writer."""

    def __init__(self, work: Work, hauliers: Sequence[Haulier], approved: Approved) -> None:
        self.work = work
        self.hauliers = hauliers
        self.approved = approved
        self.given: dict[str, int] = {}
        self._full_at = NEVER
        self._counted: tuple[datetime, int] | None = None

    def look(self) -> Seen:
        """What there is to do. An idle relay costs this, and never the writer's lock."""
        with self.work.read() as session:
            return roadbook.look(session.connection(), [one.name for one in self.hauliers], clock.now())

    def turn(self, seen: Seen | None = None) -> tuple[int, int]:
        """One unit. Returns how many texts were moved, and how many of them have ended; ``given`` then holds the roads
        that got texts, each with the best priority."""
        self.given = {}
        seen = seen or self.look()
        if "" not in seen.best and not seen.due:
            return 0, 0
        now = clock.now()
        if not seen.due and seen.best[""] > ANSWER and timedelta() <= now - self._full_at < FULL:
            return 0, 0
        with self.work.read() as session:
            state = self._state(session.connection(), now)
            self._full_at = now if state.full else NEVER
            if not seen.due and session.execute(self._waiting(select(_t.c.id), state.full).limit(1)).first() is None:
                return 0, 0
        with self.work.begin(Actor(None, "relay", "", "job")) as uow:
            connection = uow.session.connection()
            moved = self._wake(connection, "held", now) + self._wake(connection, "sending", now) if seen.due else 0
            rows = self._unrouted(connection, state.full)
            endings = self._route(connection, rows, state, now) if rows else []
        ended = sum(self._end(one) for one in endings)
        return moved + len(rows), ended

    def _state(self, connection: Connection, now: datetime) -> "_State":
        """How the roads stand, and whether each that carries has enough to do: then only what can't wait gets one."""
        ways = self._ways(connection, now)
        queues = roadbook.queues(connection, [one.name for one in self.hauliers])
        carry = [one for one in self.hauliers if not one.rings and _carries(ways[one.name], now)]
        waits = [_queue(queues[one.name], one) for one in carry]
        return _State(ways, queues, bool(waits) and min(waits) > AHEAD)

    def _waiting(self, statement: Any, full: bool) -> Any:
        statement = statement.where(_t.c.status == "queued", _t.c.road == "")
        if full:
            statement = statement.where(_t.c.priority <= ANSWER)
        if not self.hauliers:
            # Nothing can be sent yet: what must reach somebody is called by hand, the rest waits for a gateway.
            called = [name for name, one in treatments().items() if manners().course(one.kind).person]
            statement = statement.where(_t.c.template.in_(called))
        return statement

    def _wake(self, connection: Connection, status: str, now: datetime) -> int:
        """Texts whose time has come, and those whose relay died between claim and outcome."""
        due = select(_t.c.id).where(_t.c.status == status, _t.c.next_at <= now).order_by(_t.c.next_at).limit(BATCH)
        ids = list(connection.scalars(_locked(connection, due)))
        if ids:
            values = {"status": "queued", "road": "", "bundle_id": None}
            connection.execute(update(_t).where(_t.c.id.in_(ids)).values(values))
        return len(ids)

    def _unrouted(self, connection: Connection, full: bool) -> list[Row]:
        best = self._waiting(select(_t), full).order_by(_t.c.priority, _t.c.turn, _t.c.id).limit(BATCH)
        return [dict(row) for row in connection.execute(_locked(connection, best)).mappings()]

    def _behind(self, connection: Connection, now: datetime) -> int:
        """About how many texts have no road yet: counted now and then, and no further than it matters."""
        if self._counted is None or not timedelta() <= now - self._counted[0] < COUNTED:
            longest = max(manners().course(kind).queue_seconds for kind in get_args(Kind))
            most = int(longest * max((_rate(one) for one in self.hauliers), default=1.0)) + 1
            self._counted = (now, roadbook.unrouted(connection, most))
        return self._counted[1]

    def _route(self, connection: Connection, rows: Sequence[Row], state: "_State", now: datetime) -> list[_Ending]:
        """Writes a road, or a time to wait, for each of these; returns those that have no road left."""
        rules_ = manners()
        tallies = roadbook.tallies(connection, {row["number"] for row in rows}, now)
        past = roadbook.failures(connection, {row["id"] for row in rows if row["attempts"]})
        queues = state.queues
        behind = self._behind(connection, now) if len(rows) == BATCH else 0
        roads: dict[str, list[int]] = defaultdict(list)
        waits: dict[datetime, list[int]] = defaultdict(list)
        endings = []
        for row in rows:
            text, every, tally = text_of(row), past.get(row["id"], []), tallies[row["number"]]
            failures = [one for one in every if one.number == row["number"]]
            if row["expires_at"] is not None and row["expires_at"] <= now:
                endings.append(_Ending(row, Choice(), every, late=True))
                continue
            course = lastroad.course_of(row)
            apart = _apart(row, course, tally.last_at)
            if apart is not None and apart > now:
                waits[apart].append(row["id"])
                continue
            usable = self._ordered(text, state, 0 if text.urgent else behind, course, now)
            written = [way for way in usable if not way.rings]
            choice = choose(text, written, tally, failures, self.approved, now, course)
            next_step = step(text, choice, failures, now, course, rules_.retries)
            if next_step.do == "last" and course.voice:
                choice, next_step = _ring(text, usable, choice, tally, failures, now, course)
            if next_step.do == "go":
                roads[next_step.road].append(row["id"])
                self.given[next_step.road] = min(row["priority"], self.given.get(next_step.road, row["priority"]))
                queue = queues[next_step.road]
                queue[row["priority"]] = queue.get(row["priority"], 0) + 1
            elif next_step.until is not None:
                waits[next_step.until].append(row["id"])
            else:
                endings.append(_Ending(row, choice, every))
        for road, ids in roads.items():
            connection.execute(update(_t).where(_t.c.id.in_(ids)).values(road=road))
        for until, ids in waits.items():
            connection.execute(update(_t).where(_t.c.id.in_(ids)).values(status="held", next_at=until))
        return endings

    def _ways(self, connection: Connection, now: datetime) -> dict[str, Way]:
        found = {}
        standings = roadbook.standings(connection, self.hauliers, now) if self.hauliers else {}
        for one in self.hauliers:
            lines = standings[one.name]
            usable = [line for line in lines if line.well and line.breaker.stand(now) != "open"]
            lefts = [line.budget.left() for line in usable]
            left = None if not lefts or None in lefts else sum(n for n in lefts if n is not None)
            found[one.name] = Way(
                one.name, one.gateway, one.can, roadbook.best(lines, now), any(line.well for line in lines), left,
                most=one.most,
            )  # fmt: skip
        return found

    def _ordered(self, text: Text, state: "_State", behind: int, course: Course, now: datetime) -> list[Way]:
        """The roads that are meant for a text, each with the wait for what stands before it. ``behind`` counts what has
        no road yet: where that is more than the first can carry in time, all are kept busy and none is heaped up."""
        gateways = tuple(dict.fromkeys(one.gateway for one in self.hauliers))
        order = manners().order(text.kind, text.number, gateways)
        meant = [one for gateway in order for one in self.hauliers if one.gateway == gateway]
        first = next((one for one in meant if not one.rings and _carries(state.ways[one.name], now)), None)
        long = first is not None and behind / _rate(first) > course.queue_seconds
        found = []
        for one in meant:
            queue = _queue(state.queues[one.name], one, text.priority)
            backlog = inf if long and queue > AHEAD else 0.0
            found.append(replace(state.ways[one.name], queue=queue, backlog=backlog))
        return found

    def _end(self, ending: _Ending) -> int:
        row = ending.row
        try:
            with self.work.begin(Actor(None, "relay", row["division_code"], "job", row["world"])) as uow:
                return int(lastroad.end(uow, row, ending.choice, ending.failures, ending.late))
        except Exception:
            # One text that breaks the relay must not hold up the others; it comes up again a little later.
            log.exception("text not ended", ref=row["id"])
            with self.work.begin(Actor(None, "relay", "", "job")) as uow:
                later = {"status": "held", "next_at": clock.now() + timedelta(minutes=1)}
                same = (_t.c.id == row["id"]) & (_t.c.status == "queued")
                uow.session.connection().execute(update(_t).where(same).values(later))
            return 0


@dataclass(frozen=True)
class _State:
    """``full``: every road that carries has enough to do."""

    ways: Mapping[str, Way]
    queues: dict[str, dict[int, int]]
    full: bool


def _carries(way: Way, now: datetime) -> bool:
    return way.well and way.left != 0 and way.breaker.stand(now) != "open"


def _queue(queue: Mapping[int, int], one: Haulier, priority: int = sys.maxsize) -> float:
    """Seconds before a text of a priority would leave."""
    before = sum(n for its, n in queue.items() if its <= priority)
    return inf if before >= roadbook.FAR else before / _rate(one)


def _rate(one: Haulier) -> float:
    return one.can.per_second * len(one.lines)


def _apart(row: Row, course: Course, last_at: datetime | None) -> datetime | None:
    """Until when a text that can be bundled waits because its number has just got another."""
    if not course.apart_minutes or last_at is None or row["attempts"] or not treatment(row["template"]).may_be_bundled:
        return None
    return last_at + timedelta(minutes=course.apart_minutes)


def _ring(
    text: Text,
    ways: Sequence[Way],
    written: Choice,
    tally: Any,
    failures: Sequence[Failure],
    now: datetime,
    course: Course,
) -> tuple[Choice, Step]:
    """A call, once by each road that rings, when no text goes any more."""
    rung = {one.road for one in failures}
    rings = [way for way in ways if way.rings and way.name not in rung]
    choice = choose(text, rings, tally, failures, lambda *_: False, now, course)
    reasons = {**written.reasons, **choice.reasons}
    if choice.road:
        return replace(choice, reasons=reasons), Step("go", choice.road)
    return Choice("", reasons), Step("last")


def _locked(connection: Connection, statement: Any) -> Any:
    return statement.with_for_update(skip_locked=True) if connection.dialect.name == "postgresql" else statement
