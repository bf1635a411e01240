"""A small branch ready to act: three teams, two stores, a typhoon at 海涯村."""

from dataclasses import dataclass

import pytest

from responder.app import House
from responder.dispatch.commands import ConfirmPlan, Load, Need, Scene
from responder.drills.models import Drill
from responder.kernel.actors import Actor
from responder.platform.work import Work
from responder.stock import keeping
from responder.stock.commands import LotLine, SaveWarehouse, TakeIn
from responder.teams import service as teams
from responder.teams.commands import AddTeam
from tests.cast import person_id


@dataclass(frozen=True)
class Stage:
    """What the tests find: numbers of teams and stores, ids of people, the scene."""

    house: House
    work: Work
    own: str
    next: str
    medical: str
    town_store: str
    district_store: str
    leader: int
    deputy: int
    coordinator: Actor
    stranger: Actor
    scene: Scene

    def plan(self, *teams: str, quilts: int = 0, carrier: str = "") -> ConfirmPlan:
        """A confirmation that sends these teams, with so many quilts of the town's store."""
        goods = (Load(self.town_store, "quilt", quilts),) if quilts else ()
        return ConfirmPlan(self.scene, teams, goods, carrier)

    def drill(self) -> int:
        """The world of a drill that is running."""
        with self.work.begin(self.coordinator) as uow:
            row = Drill(
                division_code="310116", name="综合演练", kind="tabletop", planned_at=uow.now,
                changed_at=uow.now, status="running",
            )  # fmt: skip
            uow.session.add(row)
            uow.session.flush()
            return row.id

    def by(self, username: str, division: str) -> Actor:
        """One of the cast as the one behind a change."""
        return Actor(person_id(self.house, username), username, division, "web")


@pytest.fixture
def stage(house: House) -> Stage:
    """The branch in its quiet state."""
    leader, deputy = person_id(house, "leader"), person_id(house, "village")
    coordinator = Actor(person_id(house, "coordinator"), "周慧敏", "310116", "web")
    with house.work.begin(Actor(None, "system", "310116", "job")) as uow:
        own = teams.add(uow, AddTeam("漕泾镇群众性救护队", "first_aid", "310116112", leader, deputy))
        other = teams.add(uow, AddTeam("朱泾镇群众性救护队", "first_aid", "310116102", person_id(house, "keeper")))
        medical = teams.add(uow, AddTeam("区医疗救护队", "first_aid_medical", "310116", person_id(house, "supervisor")))
        stores = []
        for division, name, tier, quilts in (("310116112", "漕泾库", 2, 80), ("310116", "区备灾库", 1, 1000)):
            store = keeping.save_warehouse(uow, SaveWarehouse(division, name, tier))
            lines = (LotLine("quilt", quilts, f"Q{tier}"), LotLine("tent", 1, f"T{tier}"))
            keeping.take_in(uow, TakeIn(store, "purchase", lines))
            stores.append(store)
    scene = Scene(
        "S1001", "typhoon", "310116112218", "漕泾镇海涯村", 30.80, 121.43,
        (Need("quilt", 60),), {"relocated": 87, "houses_collapsed": 4},
    )  # fmt: skip
    return Stage(
        house, house.work, own, other, medical, stores[0], stores[1], leader, deputy, coordinator,
        Actor(person_id(house, "stranger"), "何伟", "310117", "web"), scene,
    )  # fmt: skip
