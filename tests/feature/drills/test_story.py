"""A drill from start to end through the real rooms: real stock and real missions stay untouched."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from responder.accounts.models import Person
from responder.app import House
from responder.dispatch import queries as dispatch
from responder.dispatch import service as dispatching
from responder.dispatch.commands import AnswerMission, ConfirmPlan, Load
from responder.dispatch.scenes import scene_of
from responder.drills import queries, service
from responder.drills.commands import EndDrill, PlanDrill, StartDrill
from responder.incidents import service as incidents
from responder.incidents.commands import OpenIncident
from responder.kernel import ids
from responder.kernel.actors import Actor
from responder.messaging.models import Outbound
from responder.platform.scope import Scope
from responder.stock.models import Balance, Lot, Warehouse
from responder.teams.models import Team

DISTRICT, TOWN, VILLAGE = "310116", "310116112", "310116112218"


@pytest.fixture
def director(house: House) -> Actor:
    with house.work.read() as session:
        person = session.scalars(select(Person).where(Person.username == "director")).one()
    return Actor(person.id, person.name, DISTRICT, "web")


@pytest.fixture
def drill(house: House, director: Actor) -> tuple[str, int]:
    """A running drill over a real branch with a team and two tents."""
    with house.work.begin(director) as uow:
        leader = uow.session.scalars(select(Person).where(Person.username == "leader")).one()
        store = Warehouse(division_code=DISTRICT, name="区库", tier=1)
        lot = Lot(item="tent", code="A1", source="purchase")
        team = Team(name="漕泾镇救护队", type="first_aid", division_code=TOWN, leader_id=leader.id, added_at=uow.now)
        uow.session.add_all([store, lot, team])
        uow.session.flush()
        uow.session.add(Balance(warehouse_id=store.id, item="tent", lot_id=lot.id, on_hand=2))
        number = service.plan(uow, PlanDrill("拉动", "muster", DISTRICT, uow.now + timedelta(days=1)))
    with house.work.begin(director) as uow:
        service.start(uow, StartDrill(number))
    return number, ids.row_id(ids.DRILL, number) or 0


def balance(house: House, world: int) -> tuple[int, int]:
    with house.work.read(world) as session:
        row = session.scalars(select(Balance)).one()
        return row.on_hand, row.reserved


def sent(house: House, actor: Actor) -> str:
    """An incident in the actor's world with one mission that carries both tents; returns the mission's number."""
    with house.work.begin(actor) as uow:
        key = incidents.open_incident(uow, OpenIncident(VILLAGE, "flood", "漕泾镇海涯村"))
    incident = ids.number(ids.INCIDENT, key)
    with house.work.begin(actor) as uow:
        scene = scene_of(uow.session, Scope(DISTRICT, actor.world), incident)
        assert scene is not None
        goods = (Load(warehouse="W1001", item="tent", qty=2),)
        (mission,) = dispatching.confirm(uow, ConfirmPlan(scene=scene, teams=("T1001",), goods=goods))
    return mission


def test_the_drill_begins_with_what_lies_in_the_store(house: House, drill: tuple[str, int]) -> None:
    assert balance(house, drill[1]) == (2, 0)
    assert balance(house, 0) == (2, 0)


def test_a_mission_of_the_drill_reserves_the_drills_tents_only(
    house: House, director: Actor, drill: tuple[str, int]
) -> None:
    sent(house, director.within(drill[1]))
    assert balance(house, drill[1]) == (2, 2)
    assert balance(house, 0) == (2, 0)
    # The same team and the same tents are free for the real flood.
    sent(house, director)
    assert balance(house, 0) == (2, 2)


def test_the_drills_text_says_that_it_is_one(house: House, director: Actor, drill: tuple[str, int]) -> None:
    sent(house, director.within(drill[1]))
    with house.work.read(drill[1]) as session:
        texts = [row.body for row in session.scalars(select(Outbound))]
    assert texts
    assert all(text.startswith("【演练】") for text in texts)
    with house.work.read() as session:
        assert session.scalars(select(Outbound)).all() == []


def test_the_end_closes_the_missions_and_frees_the_drills_goods(
    house: House, director: Actor, drill: tuple[str, int]
) -> None:
    number, world = drill
    inside = director.within(world)
    mission = sent(house, inside)
    with house.work.begin(inside) as uow:
        answer = AnswerMission(mission, director.person_id, "acknowledged")
        dispatching.answer(uow, answer, Scope(DISTRICT, world, frozenset({"mission.confirm"}), director.person_id))
    real = sent(house, director)
    with house.work.begin(director) as uow:
        service.end(uow, EndDrill(number, "真的有灾情"))

    with house.work.read(world) as session:
        assert [m.status for m in dispatch.missions(session, Scope(DISTRICT, world))] == ["closed"]
    assert balance(house, world) == (2, 0)
    with house.work.read() as session:
        assert [(m.number, m.status) for m in dispatch.missions(session, Scope(DISTRICT))] == [(real, "alerted")]
        figures = queries.evaluate(session, Scope(DISTRICT), number)
    assert balance(house, 0) == (2, 2)
    assert (figures.incidents, figures.alerted, figures.reached) == (1, 1, 1)
    assert figures.first_ack is not None
    assert figures.first_ack >= timedelta(0)


def test_the_clock_is_not_stopped_by_the_other_world(house: House, director: Actor, drill: tuple[str, int]) -> None:
    sent(house, director)
    with house.work.read() as session:
        assert queries.evaluate(session, Scope(DISTRICT), drill[0]).alerted == 0
