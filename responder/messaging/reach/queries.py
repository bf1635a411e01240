"""Reads of who can be reached, scoped by the division of whoever is meant."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from responder.accounts.models import Person, Phone, RoleGrant
from responder.accounts.queries import held, ordered
from responder.kernel import clock
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


def spots(session: Session, scope: Scope, now: datetime) -> list[Spot]:
    """Every division in scope that should have somebody, or has, the worst first. Five statements, however many."""
    tree = places(session)
    people = known(session, scope, now)
    at: dict[str, list[Known]] = defaultdict(list)
    for one in people:
        at[one.division].append(one)
    codes = set(_manned(tree, scope.division)) | at.keys()
    found = []
    for code in codes:
        there = sorted(at.get(code, ()), key=lambda one: (one.post == "", one.post, one.name, one.person_id))
        found.append(Spot(code, tree.label(code), rules.standing([one.state for one in there]), tuple(there)))
    return sorted(found, key=lambda spot: (WORST_FIRST.index(spot.state), not _partly(spot), spot.division))


def tallies(session: Session, scope: Scope, found: Sequence[Spot]) -> list[Tally]:
    """The divisions right below the reader's, each with how those inside it stand, the worst first."""
    tree = places(session)
    below = [place.code for place in tree.children(scope.division)] if scope.division else []
    made = {code: Tally(code, tree.name(code)) for code in below}
    own = Tally(scope.division, tree.name(scope.division))
    for spot in found:
        code = next((spot.division[:n] for n in (4, 6, 9, 12) if spot.division[:n] in made), None)
        (made[code] if code else own).counts[spot.state] += 1
    ranked = sorted(made.values(), key=lambda one: (-one.unreachable / (one.total or 1), one.division))
    return [one for one in (own, *ranked) if one.total]


def known(session: Session, scope: Scope, now: datetime) -> list[Known]:
    """Everybody on duty in scope: those with a tested role, or a post."""
    here = (scope.covers(Person.division_code), Person.disabled_at.is_(None), _on_duty())
    statement = select(Person.id, Person.name, Person.post, Person.division_code).where(*here)
    people = session.execute(statement).all()
    numbers = _numbers(session, here)
    tests = _tests(session, scope)
    heard = _heard(session, scope)
    found = []
    for row in people:
        own, test, last = numbers.get(row.id, []), tests.get(row.id), heard.get(row.id)
        if test is not None and test.answered_at is not None and (last is None or test.answered_at > last.at):
            last = Mark(test.answered_at, test.answered_from or "test")
        since = max(now - _FRESH, test.asked_at) if test is not None and test.state != "answered" else now - _FRESH
        newest, lately = test.state if test else "", last is not None and last.at >= since
        state = rules.state([one for _number, one in own], newest, lately)
        silent = test.asked_at if test is not None and state == "silent" else None
        number, *others = [number for number, _state in own] or [""]
        found.append(Known(row.id, row.name, row.post, row.division_code, number, state, last, silent, tuple(others)))
    return found


def unreachable_count(session: Session, scope: Scope) -> int:
    """How many people on duty can't be reached: without a number that works, or silent after their newest test. For
    badges: two short statements."""
    here = (scope.covers(Person.division_code), Person.disabled_at.is_(None), _on_duty())
    works = exists().where(Phone.person_id == Person.id, Phone.state == "ok").correlate(Person)
    cut_off = session.scalar(select(func.count(Person.id)).where(*here, ~works)) or 0
    stays = (_test.c.person_id == Person.id) & (_test.c.state == "silent") & (_test.c.world == REAL)
    silent = exists().where(stays, _test.c.round.in_(_lately())).correlate(Person)
    return cut_off + (session.scalar(select(func.count(Person.id)).where(*here, works, silent)) or 0)


def roles(session: Session, scope: Scope) -> dict[int, tuple[str, ...]]:
    """The roles that everybody in scope holds now, in the order of the table."""
    statement = select(RoleGrant.person_id, RoleGrant.role).join(Person, held())
    found: dict[int, list[str]] = defaultdict(list)
    for person, role in session.execute(statement.where(scope.covers(Person.division_code))):
        found[person].append(role)
    return {person: ordered(named) for person, named in found.items()}


def _lately() -> list[str]:
    """The names of this round and the one before, by the day in UTC: a round's first hours don't matter here."""
    now = rules.round_of(clock.now().date(), book().tests.every)
    return [now.name, rules.before(now, book().tests.every).name]


def _on_duty() -> Any:
    named = exists().where(held(), RoleGrant.role.in_(book().tests.roles)).correlate(Person)
    return (Person.post != "") | named


def _manned(tree: Places, division: str) -> list[str]:
    """The divisions that should have somebody: those of the second and third tier."""
    root = division or tree.profile.root
    return [place.code for place in tree.below(root) if place.kind == NORMAL and tree.tier(place.code) in (2, 3)]


def _partly(spot: Spot) -> bool:
    """Whether somebody of a division that can be reached can't."""
    return any(one.state in PROBLEMS for one in spot.people)


def _numbers(session: Session, here: Sequence[Any]) -> dict[int, list[tuple[str, str]]]:
    """Numbers with their states, the one that texts go to first."""
    statement = select(Phone.person_id, Phone.e164, Phone.state).join(Person, Person.id == Phone.person_id)
    order = (Phone.state != "ok", Phone.state == "opted_out", Phone.primary.desc(), Phone.id)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for person, number, state in session.execute(statement.where(*here).order_by(*order)):
        found[person].append((number, state))
    return found


def _tests(session: Session, scope: Scope) -> dict[int, Any]:
    """The newest test of everybody in scope. Tests are of the real world, whichever the reader is in."""
    t = _test.c
    newest = select(func.max(t.id)).where(scope.covers(t.division_code), t.world == REAL).group_by(t.person_id)
    columns = (t.person_id, t.state, t.asked_at, t.answered_at, t.answered_from)
    return {row.person_id: row for row in session.execute(select(*columns).where(t.id.in_(newest)))}


def _heard(session: Session, scope: Scope) -> dict[int, Mark]:
    """The last thing that came from everybody's telephone, in a drill too; a call that an officer made counts."""
    i: Any = Inbound.__table__
    newest = (
        select(func.max(i.c.id))
        .join(Person, Person.id == i.c.person_id)
        .where(scope.covers(Person.division_code), i.c.gateway != PASTE)
        .group_by(i.c.person_id)
    )
    statement = select(i.c.person_id, i.c.received_at, i.c.gateway).where(i.c.id.in_(newest))
    found = {row.person_id: Mark(row.received_at, _BY.get(row.gateway, "text")) for row in session.execute(statement)}
    c: Any = HandCall.__table__.c
    rung = (c.state == "reached") & c.person_id.is_not(None) & scope.covers(c.division_code)
    calls = select(c.person_id, func.max(c.ended_at).label("at")).where(rung).group_by(c.person_id)
    for row in session.execute(calls):
        if row.person_id not in found or row.at > found[row.person_id].at:
            found[row.person_id] = Mark(row.at, "call")
    return found


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
    return [Known(row.id, row.name, row.post, row.division_code, numbers[row.id][0][0], "unknown") for row in picked]


def proofs(session: Session, people: Sequence[int], since: datetime) -> dict[int, Mark]:
    """The last thing that came from these people's telephones since a moment. For the job alone."""
    i: Any = Inbound.__table__
    told = (i.c.person_id.in_(list(people))) & (i.c.received_at >= since) & (i.c.gateway != PASTE)
    statement = select(i.c.person_id, i.c.received_at, i.c.gateway).where(told).order_by(i.c.id)
    return {row.person_id: Mark(row.received_at, _BY.get(row.gateway, "text")) for row in session.execute(statement)}
