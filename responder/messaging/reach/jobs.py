"""Test texts leave by themselves; who stays silent is asked again, and then told of."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from responder.accounts import queries as accounts
from responder.kernel import clock
from responder.kernel.actors import REAL, Actor
from responder.messaging.models import Inbound
from responder.messaging.reach import queries, rules, service
from responder.messaging.reach.book import book
from responder.messaging.reach.models import ReachTest
from responder.messaging.rules import PASTE
from responder.places.queries import is_loaded, places
from responder.platform.work import Work

_t: Any = ReachTest.__table__
_i: Any = Inbound.__table__
_ROUNDS = timedelta(days=62)


def ask(work: Work) -> int:
    """Asks whoever is due at this minute; whoever was heard of lately is excused. Returns how many were seen to."""
    tests, now = book().tests, clock.now()
    with work.read() as session:
        if not is_loaded(session):
            return 0
        tree = places(session)
        local = now.astimezone(tree.profile.zone())
        if not rules.is_hour(local, tests.hours):
            return 0
        found = rules.round_of(local.date(), tests.every)
        due = queries.due(session, found, now, tests.per_minute)
        if not due:
            return 0
        since = now - timedelta(days=tests.proof_days)
        proofs = queries.proofs(session, [one.person_id for one in due], since)
    with work.begin(_actor(tree.profile.root)) as uow:
        for one in due:
            proof = proofs.get(one.person_id)
            if proof is None:
                service.ask(uow, one.person_id, one.number, one.division, found.name)
            else:
                service.excuse(uow, one.person_id, one.number, one.division, found.name, proof.at, proof.by)
    return len(due)


def chase(work: Work) -> int:
    """Notes what came in since; asks once more; gives up; tells the offices above once a day. Returns how many steps
    were made."""
    with work.read() as session:
        if not is_loaded(session):
            return 0
        tree = places(session)
    tests, now = book().tests, clock.now()
    local = now.astimezone(tree.profile.zone())
    done = _prove(work, tree.profile.root, now)
    if rules.is_hour(local, tests.hours):
        late = _t.c.asked_at <= now - timedelta(hours=tests.again_hours)
        done += _each(work, tree.profile.root, (_t.c.state == "asked") & late, service.ask_again)
    patience = timedelta(hours=tests.silent_hours - tests.again_hours)
    over = (_t.c.asked_at <= now - timedelta(hours=tests.silent_hours)) & (_t.c.again_at <= now - patience)
    done += _each(work, tree.profile.root, (_t.c.state == "asked_again") & over, service.give_up)
    if local.time() >= tests.tell_at:
        done += _tell(work)
    return done


JOBS: Sequence[tuple[str, float, Callable[[Work], int]]] = (("reach.ask", 60.0, ask), ("reach.chase", 120.0, chase))
"""What the worker runs: name, seconds between runs, function."""


def _actor(division: str) -> Actor:
    return Actor(None, "system", division, "job")


def _prove(work: Work, root: str, now: datetime) -> int:
    """Anything that came from somebody since they were asked is an answer."""
    open_ = _t.c.state.in_((*rules.OPEN, "silent")) & (_t.c.asked_at >= now - _ROUNDS) & (_t.c.world == REAL)
    came = (_i.c.person_id == _t.c.person_id) & (_i.c.received_at > _t.c.asked_at) & (_i.c.gateway != PASTE)
    statement = select(_t.c.id, _i.c.received_at, _i.c.gateway).join(_i, came).where(open_).order_by(_i.c.id.desc())
    with work.read() as session:
        found = {row.id: row for row in session.execute(statement)}
    if found:
        with work.begin(_actor(root)) as uow:
            for test, row in found.items():
                by = "call" if row.gateway in ("voice", "byhand") else "text"
                service.proved(uow, test, row.received_at, by)
    return len(found)


def _each(work: Work, root: str, due: Any, act: Callable[[Any, int], bool]) -> int:
    with work.read() as session:
        statement = select(_t.c.id).where(due, _t.c.world == REAL).order_by(_t.c.id)
        tests = session.scalars(statement.limit(2 * book().tests.per_minute)).all()
    if not tests:
        return 0
    with work.begin(_actor(root)) as uow:
        return sum(act(uow, test) for test in tests)


def _tell(work: Work) -> int:
    """Each office hears once a day of all who fell silent below it."""
    with work.read() as session:
        silent = (_t.c.state == "silent") & _t.c.raised_at.is_(None) & (_t.c.world == REAL)
        statement = select(_t.c.id, _t.c.person_id, _t.c.division_code).where(silent)
        rows = session.execute(statement.order_by(_t.c.division_code, _t.c.id)).all()
        names = accounts.names(session, {row.person_id for row in rows})
        tree = places(session)
    offices: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        offices[tree.profile.office_above(row.division_code) or tree.profile.root].append(row)
    for office, mine in offices.items():
        with work.begin(_actor(office)) as uow:
            people = [(row.person_id, names.get(row.person_id, "")) for row in mine]
            service.tell(uow, office, people, [row.id for row in mine])
    return len(offices)
