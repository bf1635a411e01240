"""A drill's world: opened by the start, shut by the end, seen by nobody outside."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from responder.drills import queries, service
from responder.drills.commands import EndDrill, PlanDrill, StartDrill
from responder.drills.rules import DrillOver, NotPlanned, NotRunning
from responder.incidents import service as incidents
from responder.incidents.commands import OpenIncident
from responder.incidents.models import Incident
from responder.kernel import clock, ids
from responder.kernel.actors import Actor
from responder.messaging.models import Inbound
from responder.platform import eventlog
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork, Work

DISTRICT, TOWN, VILLAGE, OTHER_TOWN = "310116", "310116112", "310116112218", "310116102"
DIRECTOR = Actor(7, "徐静", DISTRICT, "web")


def planned(work: Work, *participants: str, division: str = DISTRICT) -> str:
    with work.begin(DIRECTOR) as uow:
        at = clock.now() + timedelta(days=1)
        return service.plan(uow, PlanDrill("疏散演练", "evacuation", division, at, participants))


def running(work: Work, *participants: str, division: str = DISTRICT) -> tuple[str, int]:
    number = planned(work, *participants, division=division)
    with work.begin(DIRECTOR) as uow:
        service.start(uow, StartDrill(number))
    world = ids.row_id(ids.DRILL, number)
    assert world is not None
    return number, world


def end(work: Work, number: str, reason: str = "") -> None:
    with work.begin(DIRECTOR) as uow:
        service.end(uow, EndDrill(number, reason))


def flood(uow: UnitOfWork) -> int:
    return incidents.open_incident(uow, OpenIncident(VILLAGE, "flood", "漕泾镇海涯村"))


def inside(world: int) -> Actor:
    return DIRECTOR.within(world)


def kinds(work: Work, world: int) -> list[str]:
    with work.read(world) as session:
        return [event.kind for event in eventlog.since(session, Scope(DISTRICT, world), 0, 100)]


def test_the_start_is_told_in_both_worlds(work: Work) -> None:
    number, world = running(work)
    assert kinds(work, 0)[-2:] == ["drill.planned", "drill.started"]
    assert kinds(work, world) == ["drill.started"]
    with work.read() as session:
        assert eventlog.broken_at(session) is None
        assert queries.drill(session, Scope(DISTRICT), number).status == "running"


def test_what_happens_inside_stays_inside(work: Work) -> None:
    _number, world = running(work)
    with work.begin(inside(world)) as uow:
        flood(uow)
    with work.read() as session:
        assert session.scalar(select(func.count(Incident.id))) == 0
    with work.read(world) as session:
        assert session.scalar(select(func.count(Incident.id))) == 1
    assert "incident.opened" not in kinds(work, 0)


def test_the_end_is_told_in_both_worlds_and_keeps_its_reason(work: Work) -> None:
    number, world = running(work)
    end(work, number, "真的来了洪水")
    assert kinds(work, 0)[-1] == "drill.ended"
    assert kinds(work, world)[-1] == "drill.ended"
    with work.read() as session:
        found = queries.drill(session, Scope(DISTRICT), number)
        assert eventlog.broken_at(session) is None
    assert (found.status, found.reason) == ("ended", "真的来了洪水")
    assert found.ended_at is not None


def test_nothing_is_written_into_an_ended_world(work: Work) -> None:
    number, world = running(work)
    with work.begin(inside(world)) as uow:
        row_id = flood(uow)
    end(work, number)
    with pytest.raises(DrillOver), work.begin(inside(world)) as uow:
        flood(uow)
    with pytest.raises(DrillOver), work.begin(inside(world)) as uow:
        uow.session.get_one(Incident, row_id).place = "别处"
    with pytest.raises(DrillOver), work.begin(inside(world)) as uow:
        uow.session.execute(delete(Incident))
    with pytest.raises(DrillOver), work.begin(inside(world)) as uow:
        uow.session.execute(update(Incident).values(place="别处"))
    with work.read(world) as session:
        assert session.scalars(select(Incident.place)).all() == ["漕泾镇海涯村"]


def test_nor_into_one_that_has_not_begun_or_does_not_exist(work: Work) -> None:
    world = ids.row_id(ids.DRILL, planned(work))
    assert world is not None
    for closed in (world, 999):
        with pytest.raises(DrillOver), work.begin(inside(closed)) as uow:
            flood(uow)


def test_a_unit_that_moves_into_an_ended_world_is_stopped_too(work: Work) -> None:
    number, world = running(work)
    end(work, number)

    def move() -> None:
        with work.begin(DIRECTOR) as uow:
            uow.act_as(inside(world))
            flood(uow)

    with pytest.raises(DrillOver):
        move()


def test_a_late_text_is_kept(work: Work) -> None:
    number, world = running(work)
    end(work, number)
    with work.begin(inside(world)) as uow:
        late = Inbound(
            gateway="simulator", provider_id="1", number="+8619900000004", body="收到", received_at=uow.now,
            division_code=VILLAGE,
        )  # fmt: skip
        uow.session.add(late)
    with work.read(world) as session:
        assert session.scalar(select(func.count(Inbound.id))) == 1


def test_the_real_world_is_never_asked_about(work: Work) -> None:
    number, _world = running(work)
    end(work, number)
    with work.begin(DIRECTOR) as uow:
        flood(uow)


def test_a_drill_starts_and_ends_once(work: Work) -> None:
    number, _world = running(work)
    with pytest.raises(NotPlanned), work.begin(DIRECTOR) as uow:
        service.start(uow, StartDrill(number))
    end(work, number)
    with pytest.raises(NotRunning):
        end(work, number)


def test_a_director_inside_the_drill_can_end_it(work: Work) -> None:
    number, world = running(work)
    with work.begin(inside(world)) as uow:
        service.end(uow, EndDrill(number))
    assert kinds(work, 0)[-1] == "drill.ended"
    assert kinds(work, world)[-1] == "drill.ended"


def test_a_failed_end_leaves_everything_as_it_was(work: Work) -> None:
    number, world = running(work)

    def fail() -> None:
        with work.begin(DIRECTOR) as uow:
            service.end(uow, EndDrill(number))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert kinds(work, 0)[-1] == "drill.started"
    with work.begin(inside(world)) as uow:
        flood(uow)


def test_which_drill_a_text_belongs_to(work: Work) -> None:
    first, _ = running(work, TOWN)
    with work.read() as session:
        assert [drill.number for drill in queries.running_for(session, VILLAGE)] == [first]
        assert queries.running_for(session, OTHER_TOWN) == []
        assert queries.running_for(session, "310117") == []
    second, _ = running(work)
    with work.read() as session:
        assert [drill.number for drill in queries.running_for(session, VILLAGE)] == [first, second]
    end(work, first)
    with work.read() as session:
        assert [drill.number for drill in queries.running_for(session, VILLAGE)] == [second]


def test_which_worlds_one_may_enter(work: Work) -> None:
    number, world = running(work, TOWN)
    waiting = planned(work)
    with work.read() as session:
        for division, may in ((DISTRICT, True), (VILLAGE, True), (OTHER_TOWN, False), ("310117", False)):
            assert [d.number for d in queries.joinable(session, Scope(division))] == ([number] if may else [])
        assert queries.world_of(session, number) == world
        assert queries.world_of(session, waiting) is None
        assert queries.world_of(session, "R1001") is None
        assert queries.drill_of(session, 0) is None
        found = queries.drill_of(session, world)
        assert found is not None
        assert found.name == "疏散演练"
        assert queries.enterable(session, Scope(VILLAGE), number).world == world
        with pytest.raises(NotRunning):
            queries.enterable(session, Scope(VILLAGE), waiting)
    assert queries.number_of(world) == number
    assert queries.number_of(0) is None


def test_the_evaluation_reads_the_drills_own_events_only(work: Work) -> None:
    with work.begin(DIRECTOR) as uow:
        flood(uow)
    number, world = running(work)
    with work.begin(inside(world)) as uow:
        flood(uow)
    with work.begin(DIRECTOR) as uow:
        flood(uow)
    end(work, number)
    waiting = planned(work)
    with work.read() as session:
        assert queries.evaluate(session, Scope(DISTRICT), number).incidents == 1
        assert queries.evaluate(session, Scope(DISTRICT), waiting).incidents == 0
