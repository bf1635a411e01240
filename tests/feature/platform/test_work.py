"""The unit of work: all or nothing, one world, one actor."""

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from responder.app import House
from responder.incidents.models import Incident
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.kernel.notices import Notice
from responder.messaging.models import Outbound
from responder.platform import database, eventlog
from responder.platform.work import UnitOfWork, Work
from tests import cast
from tests.at_once import at_once


def _incident(uow: UnitOfWork) -> Incident:
    row = Incident(
        division_code="310116112218", hazard="flood", place="漕泾镇海涯村", opened_at=uow.now, touched_at=uow.now
    )
    uow.session.add(row)
    return row


def _start(work: Work) -> int:
    with work.read() as session:
        return eventlog.last_seq(session)


def _count(work: Work, world: int) -> int:
    with work.read(world) as session:
        return session.scalar(select(func.count(Incident.id))) or 0


def test_rows_events_and_texts_are_kept_together_or_not_at_all(house: House, system: Actor) -> None:
    person, start = cast.person_id(house, "leader"), _start(house.work)
    with pytest.raises(ZeroDivisionError), house.work.begin(system) as uow:
        _incident(uow)
        uow.record(Event("incident.opened", "310116", "S1001"))
        uow.send(Notice("help", "once", person=person))
        raise ZeroDivisionError
    with house.work.read() as session:
        assert session.scalar(select(func.count(Incident.id))) == 0
        assert session.scalar(select(func.count(Outbound.id))) == 0
        assert eventlog.last_seq(session) == start


def test_the_same_notice_twice_is_one_text(house: House, system: Actor) -> None:
    person = cast.person_id(house, "leader")
    for _ in range(2):
        with house.work.begin(system) as uow:
            uow.send(Notice("help", "once", person=person))
            uow.send(Notice("help", "once", person=person))
    with house.work.read() as session:
        assert session.scalar(select(func.count(Outbound.id))) == 1


def test_a_drill_s_rows_are_invisible_outside_it_and_the_reverse(work: Work, system: Actor) -> None:
    with work.begin(system) as uow:
        _incident(uow)
    with work.read() as session:
        real = session.scalars(select(Incident.id)).one()
        assert session.get(Incident, real) is not None
    with work.read(world=7) as session:
        assert session.get(Incident, real) is None
        assert session.scalar(select(func.count(Incident.id))) == 0


def test_a_row_of_one_world_can_t_be_written_in_another(work: Work, system: Actor) -> None:
    with pytest.raises(RuntimeError, match="world"), work.begin(system) as uow:
        _incident(uow).world = 9
    assert _count(work, 0) == 0


def test_the_actor_is_named_before_anything_is_written(work: Work, system: Actor) -> None:
    with work.begin(system) as uow:
        uow.act_as(system.within(0))
        uow.record(Event("incident.opened", "310116", "S1001"))
        with pytest.raises(RuntimeError, match="before anything"):
            uow.act_as(system.within(3))


def test_writers_in_many_threads_all_get_their_turn(work: Work, system: Actor) -> None:
    def write() -> None:
        for _ in range(5):
            with work.begin(system) as uow:
                _incident(uow)

    at_once(*[write] * 10)
    assert _count(work, 0) == 50


def test_a_wait_for_another_writer_ends(work: Work, system: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.2)
    work.database.dispose()
    touch = update(eventlog.EventRow).values(subject="R1")
    with work.begin(system) as uow:
        uow.session.execute(touch)
        with pytest.raises(OperationalError), work.begin(system) as other:
            other.session.execute(touch)
    with work.begin(system) as uow:
        uow.session.execute(touch)


def test_whoever_wakes_on_commit_is_told_the_last_seq(work: Work, system: Actor) -> None:
    told: list[int] = []
    start = _start(work)
    work.wake = told.append
    with work.begin(system) as uow:
        _incident(uow)
    with work.begin(system) as uow:
        uow.record(Event("incident.opened", "310116", "S1001"))
        uow.record(Event("incident.opened", "310116", "S1002"))
    assert told == [start + 2]
