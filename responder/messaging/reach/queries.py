"""Reads of who can be reached, scoped by the division of whoever is meant."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import case, exists, func, literal, select
from sqlalchemy.orm import Session

from responder.accounts.models import Person, Phone, RoleGrant
from responder.accounts.queries import held, ordered
from responder.kernel.actors import REAL
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Inbound
from responder.messaging.reach import rules
from responder.messaging.reach.book import book
from responder.messaging.reach.models import ReachTest
from responder.messaging.reach.rules import PROBLEMS, WORST_FIRST, Round, State
from responder.messaging.rules import PASTE
from responder.places.index import Places
from responder.places.queries import places
from responder.places.rules import NORMAL
from responder.platform.scope import Scope

_test: Any = ReachTest.__table__
_call: Any = HandCall.__table__.c
_inbound: Any = Inbound.__table__.c
_FRESH = timedelta(days=62)
"""How long having been heard of counts: two months of tests."""
_BY = {"voice": "call", "byhand": "call"}


@dataclass(frozen=True)
class Mark:
    """When somebody was last heard of, and by what (a term of ``reach_by``)."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Known:
    """Somebody on duty and how they can be reached. ``number`` is E.164, "" where there is none, masked by whoever
    shows it, ``others`` are more of them; ``since`` is when they fell silent."""

    person_id: int
    name: str
    post: str
    division: str
    number: str
    state: State
    last: Mark | None = None
    since: datetime | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spot:
    """A division and how it stands: as the best of its people."""

    division: str
    label: str
    state: State
    people: tuple[Known, ...] = ()


class Outline(NamedTuple):
    """A division and how it stands; ``partly``: there is somebody who can be reached, and somebody who can't."""

    division: str
    state: State
    partly: bool

    @property
    def has_problem(self) -> bool:
        """Whether there is nobody, or somebody who can't be reached."""
        return self.partly or self.state in PROBLEMS


@dataclass
class Tally:
    """How many divisions of a branch of the tree stand how."""

    division: str
    name: str
    counts: dict[State, int] = field(default_factory=lambda: dict.fromkeys(WORST_FIRST, 0))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def unreachable(self) -> int:
        """Those where nobody can be reached."""
        return sum(n for state, n in self.counts.items() if state in PROBLEMS)


def outlines(session: Session, scope: Scope, now: datetime) -> list[Outline]:
    """Every division in scope that should have somebody, or has, the worst first. One statement of plain values: a
    province's is read at every look at the page."""
    best = dict.fromkeys(_manned(places(session), scope.division), 0)
    worst: dict[str, int] = {}
    person = _Person(now)
    statement = person.rows(Person.division_code, *person.seen).where(scope.covers(Person.division_code), _on_duty())
    for code, *seen in session.connection().execute(statement):
        rank = _RANK[_state(*seen)]
        # A division stands as the best of its people.
        best[code] = max(best.get(code, 0), rank)
        worst[code] = min(worst.get(code, rank), rank)
    ranked = sorted((rank, not rank >= _SOUND > worst[code], code) for code, rank in best.items())
    return [Outline(code, WORST_FIRST[rank], not whole) for rank, whole, code in ranked]


def spots(session: Session, scope: Scope, now: datetime, divisions: Sequence[str] | None = None) -> list[Spot]:
    """Divisions with their people: these, in their order, or all in scope by code. Two statements, however many."""
    tree = places(session)
    at: dict[str, list[Known]] = defaultdict(list)
    for one in known(session, scope, now, divisions):
        at[one.division].append(one)
    codes = sorted(set(_manned(tree, scope.division)) | at.keys()) if divisions is None else divisions
    found = []
    for code in codes:
        there = sorted(at.get(code, ()), key=lambda one: (one.post == "", one.post, one.name, one.person_id))
        found.append(Spot(code, tree.label(code), rules.standing([one.state for one in there]), tuple(there)))
    return found


def tallies(session: Session, scope: Scope, found: Sequence[Outline]) -> list[Tally]:
    """The divisions right below the reader's, each with how those inside it stand, the worst first."""
    tree = places(session)
    below = tree.children(scope.division) if scope.division else ()
    made = {place.code: Tally(place.code, place.name) for place in below}
    own = Tally(scope.division, tree.name(scope.division))
    lengths = {len(code) for code in made}
    for one in found:
        part = next((made[one.division[:n]] for n in lengths if one.division[:n] in made), own)
        part.counts[one.state] += 1
    ranked = sorted(made.values(), key=lambda one: (-one.unreachable / (one.total or 1), one.division))
    return [one for one in (own, *ranked) if one.total]


def known(session: Session, scope: Scope, now: datetime, divisions: Sequence[str] | None = None) -> list[Known]:
    """Everybody on duty in scope, or at these divisions of it: those with a tested role, or a post."""
    here = [*_at(scope, divisions), Person.disabled_at.is_(None), _on_duty()]
    person = _Person(now)
    numbers = _numbers(session, here)
    found = []
    for row in session.execute(person.rows(*person.told, *person.seen).where(*here)):
        state = _state(row.best, row.newest, row.lately)
        marks = [Mark(row.came_at, _BY.get(row.came_by, "text"))] if row.came_at is not None else []
        if row.rung_at is not None:
            marks.append(Mark(row.rung_at, "call"))
        if row.answered_at is not None:
            marks.append(Mark(row.answered_at, row.answered_from or "test"))
        last = max(marks, key=lambda mark: mark.at, default=None)
        silent = row.asked_at if state == "silent" else None
        number, *others = numbers.get(row.id, [""])
        found.append(Known(row.id, row.name, row.post, row.division_code, number, state, last, silent, tuple(others)))
    return found


def unreachable_count(session: Session, scope: Scope, now: datetime) -> int:
    """How many people on duty can't be reached. One statement, but one that looks at everybody: not for every page."""
    person = _Person(now)
    here = (scope.covers(Person.division_code), _on_duty())
    grouped = person.rows(func.count().label("people"), *person.seen).where(*here).group_by(*person.seen)
    return sum(row.people for row in session.execute(grouped) if _state(row.best, row.newest, row.lately) in PROBLEMS)


def roles(session: Session, scope: Scope, divisions: Sequence[str] | None = None) -> dict[int, tuple[str, ...]]:
    """The roles that everybody in scope, or at these divisions of it, holds now, in the order of the table."""
    statement = select(RoleGrant.person_id, RoleGrant.role).join(Person, held())
    found: dict[int, list[str]] = defaultdict(list)
    for person, role in session.execute(statement.where(*_at(scope, divisions))):
        found[person].append(role)
    return {person: ordered(named) for person, named in found.items()}


def _at(scope: Scope, divisions: Sequence[str] | None) -> list[Any]:
    inside = [scope.covers(Person.division_code)]
    return inside if divisions is None else [*inside, Person.division_code.in_(divisions)]


def _on_duty() -> Any:
    named = exists().where(held(), RoleGrant.role.in_(book().tests.roles)).correlate(Person)
    return (Person.post != "") | named


def _manned(tree: Places, division: str) -> list[str]:
    """The divisions that should have somebody: those of the second and third tier."""
    root = division or tree.profile.root
    return [place.code for place in tree.below(root) if place.kind == NORMAL and tree.tier(place.code) in (2, 3)]


def _numbers(session: Session, here: Sequence[Any]) -> dict[int, list[str]]:
    """Numbers, the one that texts go to first."""
    statement = select(Phone.person_id, Phone.e164).join(Person, Person.id == Phone.person_id)
    order = (Phone.state != "ok", Phone.state == "opted_out", Phone.primary.desc(), Phone.id)
    found: dict[int, list[str]] = defaultdict(list)
    for person, number in session.execute(statement.where(*here).order_by(*order)):
        found[person].append(number)
    return found


class _Person:
    """A person on duty with all that their state is made of, each read by one seek of an index: the best state of their
    numbers, their newest test, the last thing that came from them (in a drill too), the last call that reached them."""

    def __init__(self, now: datetime) -> None:
        self.test = _test.alias("newest")
        test, numbers = self.test.c, select(func.min(case(_BEST, value=Phone.state)))
        came, rung = self._came(_inbound.received_at), self._rung()
        fresh = literal(now - _FRESH, test.asked_at.type)
        # What came before an unanswered test is no answer to it.
        since = case((test.asked_at > fresh, test.asked_at), else_=fresh)
        self.seen = (
            _one(numbers.where(Phone.person_id == Person.id)).label("best"),
            test.state.label("newest"),
            # Not looked for where the test itself was answered: it would change nothing.
            case((test.state == "answered", False), else_=(came >= since) | (rung >= since)).label("lately"),
        )
        self.told = (
            Person.id, Person.name, Person.post, Person.division_code, test.asked_at, test.answered_at,
            test.answered_from, came.label("came_at"), self._came(_inbound.gateway).label("came_by"),
            rung.label("rung_at"),
        )  # fmt: skip

    def rows(self, *columns: Any) -> Any:
        """These columns of everybody who isn't disabled."""
        tests = _test.alias("tests").c
        # Tests are of the real world, whichever the reader is in.
        newest = select(tests.id).where(tests.person_id == Person.id, tests.world == REAL)
        newest = _one(newest.order_by(tests.id.desc()).limit(1))
        joined = select(*columns).select_from(Person).outerjoin(self.test, self.test.c.id == newest)
        return joined.where(Person.disabled_at.is_(None))

    @staticmethod
    def _came(column: Any) -> Any:
        theirs = select(column).where(_inbound.person_id == Person.id, _inbound.gateway != PASTE)
        return _one(theirs.order_by(_inbound.id.desc()).limit(1))

    @staticmethod
    def _rung() -> Any:
        return _one(select(func.max(_call.ended_at)).where(_call.person_id == Person.id, _call.state == "reached"))


def _one(statement: Any) -> Any:
    return statement.correlate(Person).scalar_subquery()


_BEST = {"ok": 0, "bad": 1, "opted_out": 2}
_STATES = tuple(_BEST)
_RANK = {state: rank for rank, state in enumerate(WORST_FIRST)}
_SOUND = min(_RANK[state] for state in WORST_FIRST if state not in PROBLEMS)


@cache
def _state(best: int | None, newest: str | None, lately: bool | None) -> State:
    """Of few different answers, asked for everybody of a province."""
    return rules.state([_STATES[best]] if best is not None else [], newest or "", bool(lately))


def due(session: Session, found: Round, now: datetime, limit: int) -> list[Known]:
    """Who is to be tested by this moment and wasn't yet in this round, at most so many. For the job alone.

    Whoever was added later than their moment waits for the next round: a new branch isn't tested on its first day.
    """
    tree, tests = places(session), book().tests
    here = (Person.disabled_at.is_(None), _on_duty())
    seen = exists().where(_test.c.person_id == Person.id, _test.c.round == found.name).correlate(Person)
    works = exists().where(Phone.person_id == Person.id, Phone.state == "ok").correlate(Person)
    columns = (Person.id, Person.name, Person.post, Person.division_code, Person.created_at)
    rows = session.execute(select(*columns).where(*here, ~seen, works).order_by(Person.id))
    zone = tree.profile.zone()
    picked = []
    for row in rows:
        at = rules.slot(found, row.id, row.post, row.division_code, tests.days, tests.hours, zone)
        if row.created_at <= at <= now:
            picked.append(row)
            if len(picked) == limit:
                break
    numbers = _numbers(session, [Person.id.in_([row.id for row in picked])]) if picked else {}
    return [Known(row.id, row.name, row.post, row.division_code, numbers[row.id][0], "unknown") for row in picked]


def proofs(session: Session, people: Sequence[int], since: datetime) -> dict[int, Mark]:
    """The last thing that came from these people's telephones since a moment. For the job alone."""
    i: Any = Inbound.__table__
    told = (i.c.person_id.in_(list(people))) & (i.c.received_at >= since) & (i.c.gateway != PASTE)
    statement = select(i.c.person_id, i.c.received_at, i.c.gateway).where(told).order_by(i.c.id)
    return {row.person_id: Mark(row.received_at, _BY.get(row.gateway, "text")) for row in session.execute(statement)}


def open_since(session: Session, person_id: int) -> datetime | None:
    """When somebody was last sent a test text that they haven't answered; None where there is none. For phones, which
    are tested in the real world alone."""
    t: Any = ReachTest.__table__
    waits = (t.c.person_id == person_id) & (t.c.world == REAL) & t.c.state.in_(("asked", "asked_again"))
    asked_at = func.coalesce(t.c.again_at, t.c.asked_at)
    found: datetime | None = session.scalar(select(func.max(asked_at)).where(waits))
    return found
