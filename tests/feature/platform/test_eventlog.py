"""The spine: seq order is commit order, no reader skips a row, a rollback leaves no hole, the chain holds."""

import threading
import time
from functools import partial

import pytest
from sqlalchemy import update

from responder.app import House
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.platform import eventlog
from responder.platform.eventlog import EventRow
from responder.platform.scope import Scope
from responder.platform.work import Work
from tests.at_once import at_once

VILLAGE = "310116112218"


def _start(work: Work) -> int:
    """The last seq of the cast's own events."""
    with work.read() as session:
        return eventlog.last_seq(session)


def _event(n: int = 0, division: str = VILLAGE) -> Event:
    return Event("report.received", division, f"R{1000 + n}", {"figures": {"affected": n}})


def test_rows_are_chained_and_a_change_breaks_the_chain(work: Work, system: Actor) -> None:
    start = _start(work)
    for n in range(5):
        with work.begin(system) as uow:
            uow.record(_event(n))
            uow.record(_event(n + 100))
    with work.read() as session:
        assert eventlog.broken_at(session) is None
        assert eventlog.last_seq(session) == start + 10
    with work.begin(system) as uow:
        uow.session.execute(update(EventRow).where(EventRow.seq == start + 4).values(subject="R9999"))
    with work.read() as session:
        assert eventlog.broken_at(session) == start + 4


def test_a_rolled_back_unit_leaves_no_hole(work: Work, system: Actor) -> None:
    start = _start(work)
    with work.begin(system) as uow:
        uow.record(_event(1))
    with pytest.raises(ZeroDivisionError), work.begin(system) as uow:
        uow.record(_event(2))
        raise ZeroDivisionError
    with work.begin(system) as uow:
        uow.record(_event(3))
    with work.read() as session:
        assert [e.seq for e in eventlog.after(session, start)] == [start + 1, start + 2]
        assert [e.subject for e in eventlog.after(session, start)] == ["R1001", "R1003"]


def test_of_two_open_transactions_the_first_to_commit_comes_first(work: Work, system: Actor) -> None:
    """On PostgreSQL both are open at once; the one that ends later gets the later seq, whoever began first."""
    start = _start(work)
    if work.database.is_sqlite:
        with work.begin(system) as uow:
            uow.record(_event(2))
        with work.begin(system) as uow:
            uow.record(_event(1))
    else:
        second_done = threading.Event()

        def second() -> None:
            with work.begin(system) as uow:
                uow.record(_event(2))
            second_done.set()

        with work.begin(system) as uow:
            uow.record(_event(1))
            other = threading.Thread(target=second, daemon=True)
            other.start()
            assert second_done.wait(10), "an open unit must not hold up another before its own end"
        other.join(10)
        assert not other.is_alive()
    with work.read() as session:
        assert [e.subject for e in eventlog.after(session, start)] == ["R1002", "R1001"]


def test_many_writers_make_one_gapless_chain_that_a_reader_never_skips(work: Work, system: Actor) -> None:
    writers, each, start = 8, 12, _start(work)
    seen: list[int] = [start]
    end = time.monotonic() + 30

    def write(me: int) -> None:
        for n in range(each):
            with work.begin(system) as uow:
                uow.record(_event(me * 100 + n))

    def tail() -> None:
        while len(seen) <= writers * each and time.monotonic() < end:
            with work.read() as session:
                found = eventlog.after(session, seen[-1])
            seen.extend(e.seq for e in found)

    at_once(tail, *[partial(write, n) for n in range(writers)])
    assert seen == list(range(start, start + writers * each + 1))
    with work.read() as session:
        assert eventlog.broken_at(session) is None


def test_a_reader_sees_their_own_subtree_and_world_only(house: House, system: Actor) -> None:
    start = _start(house.work)
    with house.work.begin(system) as uow:
        uow.record(_event(1))
        uow.record(_event(2, "310116102"))
        uow.record(_event(3, "310117"))
        uow.record(Event("account.added", "310116", "P1", {}, private=True))
    with house.work.read() as session:

        def subjects(scope: Scope) -> list[str]:
            return [e.subject for e in eventlog.since(session, scope, start, 100)]

        assert subjects(Scope("310116")) == ["R1001", "R1002"]
        assert subjects(Scope("310116112")) == ["R1001"]
        assert subjects(Scope(VILLAGE)) == ["R1001"]
        assert subjects(Scope("310117")) == ["R1003"]
        assert subjects(Scope("310116", world=7)) == []
        assert subjects(Scope("310116", permissions={"audit.read"})) == ["R1001", "R1002", "P1"]
