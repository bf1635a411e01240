"""The public pages: published incidents only, and nothing personal on them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from responder.accounts.models import WebSession
from responder.app import House, build
from responder.dispatch.models import Mission
from responder.drills import service as drills
from responder.drills.commands import PlanDrill, StartDrill
from responder.incidents import service as incidents
from responder.incidents.commands import CloseIncident, OpenIncident, PublishIncident, VerifyIncident
from responder.incidents.models import Incident
from responder.kernel import ids
from responder.kernel.actors import Actor
from responder.stock.models import Document, Lot, Transit, Warehouse
from responder.stock.rules import ISSUE
from responder.teams.models import Team
from tests.cast import PEOPLE, client_for

START = datetime(2026, 9, 16, 1, tzinfo=UTC)
SUPERVISOR = Actor(8, "高卫东", "310116", "web")
FIGURES = {"relocated": 87, "deaths": 1, "houses_collapsed": 4, "caller": "+8619900000004"}


@dataclass(frozen=True)
class Story:
    """One incident, from the report to the public page, in a world."""

    house: House
    world: int = 0

    @property
    def actor(self) -> Actor:
        return SUPERVISOR.within(self.world)

    def open(self, place: str = "漕泾镇海涯村3组12号王秀兰家") -> str:
        with time_machine.travel(START, tick=False), self.house.work.begin(self.actor) as uow:
            key = incidents.open_incident(
                uow, OpenIncident("310116112218", "typhoon", place, lat=30.7912345, lng=121.4112345)
            )
            uow.session.get_one(Incident, key).figures = dict(FIGURES)
            return ids.number(ids.INCIDENT, key)

    def respond(self, incident: str, status: str = "closed") -> None:
        with time_machine.travel(START, tick=False), self.house.work.begin(self.actor) as uow:
            team = Team(name="漕泾镇救护队", type="first_aid", division_code="310116112", leader_id=6, added_at=uow.now)
            store = Warehouse(division_code="310116", name="区库", tier=1)
            lot = Lot(item="quilt", code="A1", source="purchase")
            uow.session.add_all([team, store, lot])
            uow.session.flush()
            mission = Mission(
                incident=incident, division_code="310116112218", hazard="typhoon", place="海涯村", team_id=team.id,
                leader_id=6, deputy_id=None, confirmed_by="周慧敏", confirmed_by_id=2, status=status,
                created_at=uow.now, lat=None, lng=None, km=None, minutes=None,
            )  # fmt: skip
            mission.acknowledged_at = START + timedelta(minutes=4)
            mission.arrived_at = START + timedelta(minutes=50)
            uow.session.add(mission)
            uow.session.flush()
            number = ids.number(ids.MISSION, mission.id)
            paper = Document(
                kind=ISSUE, division_code="310116", at=START + timedelta(minutes=70), warehouse_id=store.id,
                mission=number, incident=incident, actor_name="朱国平",
            )  # fmt: skip
            uow.session.add(paper)
            uow.session.flush()
            uow.session.add(
                Transit(
                    document_id=paper.id,
                    warehouse_id=store.id,
                    item="quilt",
                    lot_id=lot.id,
                    sent=60,
                    returned=10,
                    mission=number,
                )
            )

    def close(self, incident: str) -> None:
        with self.house.work.begin(self.actor) as uow:
            incidents.verify(uow, VerifyIncident(incident))
        with self.house.work.begin(self.actor) as uow:
            incidents.close(uow, CloseIncident(incident))

    def publish(self, incident: str, *, release: bool = False) -> None:
        with self.house.work.begin(self.actor) as uow:
            incidents.publish(uow, PublishIncident(incident, release))

    def whole(self, *, release: bool = False) -> str:
        number = self.open()
        self.respond(number)
        self.close(number)
        self.publish(number, release=release)
        return number


@pytest.fixture(autouse=True)
def _evening() -> Iterator[None]:
    with time_machine.travel(START + timedelta(hours=12), tick=True):
        yield


@pytest.fixture
def visitor(house: House) -> FlaskClient:
    return build(house).test_client()


def body(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_page_tells_times_teams_goods_and_figures(house: House, visitor: FlaskClient) -> None:
    page = body(visitor, f"/public/incidents/{Story(house).whole()}")
    for told in ("漕泾镇", "台风", "漕泾镇救护队", "棉被50床", "4 分钟", "50 分钟", "1 小时 10 分", "87"):
        assert told in page, told


def test_deaths_wait_for_release(house: House, visitor: FlaskClient) -> None:
    story = Story(house)
    number = story.whole()
    assert "待核" in body(visitor, f"/public/incidents/{number}")
    story.publish(number, release=True)
    assert "待核" not in body(visitor, f"/public/incidents/{number}")


@pytest.mark.parametrize("path", ["/public/incidents", "/public/incidents/{}", "/public/incidents.json"])
def test_nothing_personal_leaves_the_house(house: House, visitor: FlaskClient, path: str) -> None:
    number = Story(house).whole()
    page = body(visitor, path.format(number))
    for _division, name, _roles, phone in PEOPLE.values():
        assert name not in page, name
        assert phone not in page
        assert phone.removeprefix("+86") not in page
    for hidden in ("海涯村", "12号", "30.79", "121.41", "310116112218", "M1001", "D1001"):
        assert hidden not in page, hidden


def test_only_closed_and_published_incidents_are_there(house: House, visitor: FlaskClient) -> None:
    story = Story(house)
    number = story.open()
    path = f"/public/incidents/{number}"
    assert visitor.get(path).status_code == 404
    story.close(number)
    assert visitor.get(path).status_code == 404
    assert number not in body(visitor, "/public/incidents")
    story.publish(number)
    assert visitor.get(path).status_code == 200
    assert number in body(visitor, "/public/incidents")


@pytest.mark.parametrize("number", ["S9999", "R1001", "x", "S1001%20", "-1"])
def test_what_there_is_not_is_not_found(visitor: FlaskClient, number: str) -> None:
    assert visitor.get(f"/public/incidents/{number}").status_code == 404


def drill(house: House) -> int:
    with house.work.begin(SUPERVISOR) as uow:
        number = drills.plan(uow, PlanDrill("疏散演练", "evacuation", "310116", uow.now + timedelta(days=1)))
    with house.work.begin(SUPERVISOR) as uow:
        drills.start(uow, StartDrill(number))
    world = ids.row_id(ids.DRILL, number)
    assert world is not None
    return world


def test_a_drill_is_never_public(house: House, visitor: FlaskClient) -> None:
    number = Story(house, drill(house)).whole()
    assert visitor.get(f"/public/incidents/{number}").status_code == 404
    assert json.loads(body(visitor, "/public/incidents.json"))["items"] == []
    assert number not in body(visitor, "/public/incidents")


def test_not_even_to_somebody_who_sits_in_it(house: House) -> None:
    world = drill(house)
    number = Story(house, world).whole()
    director = client_for(house, "director")
    with house.work.begin(SUPERVISOR) as uow:
        for browser in uow.session.scalars(select(WebSession)):
            browser.world = world
    assert "疏散演练" in director.get("/drills").get_data(as_text=True)
    assert director.get(f"/public/incidents/{number}").status_code == 404


def test_teams_that_never_went_are_not_told(house: House, visitor: FlaskClient) -> None:
    story = Story(house)
    number = story.open()
    story.respond(number, status="declined")
    story.close(number)
    story.publish(number)
    page = body(visitor, f"/public/incidents/{number}")
    assert "漕泾镇救护队" not in page
    assert "棉被" not in page


def test_the_feed_pages_through_all(house: House, visitor: FlaskClient) -> None:
    story = Story(house)
    numbers = []
    for _ in range(3):
        numbers.append(story.open())
        story.close(numbers[-1])
        story.publish(numbers[-1])
    first = json.loads(body(visitor, "/public/incidents.json?limit=2"))
    rest = json.loads(body(visitor, f"/public/incidents.json?limit=2&cursor={first['next']}"))
    assert [i["number"] for i in (*first["items"], *rest["items"])] == numbers[::-1]
    assert rest["next"] is None
    assert first["items"][0]["place"] == "漕泾镇"
    assert first["items"][0]["figures"] == {"relocated": 87, "deaths": None, "houses_collapsed": 4}
    assert first["items"][0]["arrived_at"] is None


def test_the_year_counts_published_incidents(house: House, visitor: FlaskClient) -> None:
    Story(house).whole()
    page = body(visitor, "/public/incidents")
    assert "50 分钟" in page
    assert "50" in page


def test_the_feed_may_be_kept_by_anybody_a_page_with_a_form_only_by_its_reader(visitor: FlaskClient) -> None:
    assert visitor.get("/public/incidents.json").headers["Cache-Control"] == "public, max-age=60"
    page = visitor.get("/public/incidents")
    assert page.headers["Cache-Control"].endswith("max-age=60")
    shared = page.headers["Cache-Control"].startswith("public")
    assert shared == ("csrf" not in page.get_data(as_text=True))
    assert not (shared and "Set-Cookie" in page.headers)


def test_a_signed_in_readers_page_is_theirs_alone(house: House) -> None:
    answer = client_for(house, "coordinator").get("/public/incidents")
    assert answer.headers["Cache-Control"] == "private, max-age=60"


def test_english(house: House, visitor: FlaskClient) -> None:
    number = Story(house).whole()
    page = visitor.get(f"/public/incidents/{number}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "typhoon" in page
    assert "50 x quilt" in page
