"""The main job by phones alone: a village's text becomes a team on the scene, and the goods never go astray."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from responder import worker
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.messaging.relay import Relay
from responder.messaging.rules import segments
from responder.stock import keeping, proof
from responder.stock.commands import LotLine, SaveWarehouse, TakeIn
from responder.teams import service as teams
from responder.teams.commands import AddTeam
from tests import cast

P02 = (
    "区红会：受台风“贝碧嘉”影响，今晨5时许漕泾镇海涯村海堤内进水，三十余户房屋进水，紧急转移87人到村文化活动室，"
    "倒塌简易房4间，损坏房屋11间，农作物受淹350亩，急需棉被60床、彩条布20卷、矿泉水100箱。"
)


@dataclass
class Night:
    """A branch at night: a team, two stores, its phones, its programs, and a worker's relay driven by hand."""

    house: House
    client: FlaskClient
    relay: Relay
    team: str
    district: str
    town: str
    tokens: dict[str, str]

    def text(self, who: str, body: str) -> None:
        """A text from a pretend phone; the worker then sends what is due."""
        sent = self.client.post("/simulator/sms", json={"from": cast.phone(who), "body": body})
        assert sent.status_code == 202
        self.work()

    def work(self) -> None:
        """The relay's turns until nothing is due."""
        while self.relay.turn():
            pass

    def phone(self, who: str) -> list[str]:
        """The texts on a pretend phone, oldest first."""
        shown = self.client.get(f"/simulator/phones/{cast.phone(who)}/messages").get_json()["messages"]
        return [message["body"] for message in shown if message["direction"] == "out"]

    def api(self, who: str, path: str, body: object = None) -> Any:
        """A call of the API: POST with a body, else GET."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        if body is None:
            answered = self.client.get(f"/api/v1{path}", headers=headers)
        else:
            answered = self.client.post(f"/api/v1{path}", json=body, headers=headers)
        self.work()
        assert answered.status_code < 300, answered.text
        return answered.get_json()

    def refused(self, who: str, path: str, body: object) -> int:
        """The status of a call that the rules decline."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        return self.client.post(f"/api/v1{path}", json=body, headers=headers).status_code

    def quilts(self) -> tuple[int, int, int]:
        """Quilts in the town's store: on hand, reserved, available. The ledger agrees each time it is asked."""
        with self.house.work.read() as session:
            assert proof.differences(session) == []
        rows = self.api("coordinator", f"/stock?item=quilt&warehouse={self.town}")["items"]
        return sum(r["on_hand"] for r in rows), sum(r["reserved"] for r in rows), sum(r["available"] for r in rows)

    def status(self, mission: str) -> str:
        """Where a mission stands."""
        found: str = self.api("coordinator", f"/missions/{mission}")["status"]
        return found

    def kinds(self) -> list[str]:
        """Everything that the coordinator's board was told, oldest first."""
        return [event["kind"] for event in self.api("coordinator", "/events?since=0&limit=500")["items"]]


@pytest.fixture
def night(house: House) -> Night:
    """All quiet."""
    with house.work.begin(Actor(None, "system", "310116", "job")) as uow:
        team = teams.add(uow, AddTeam("漕泾镇群众性救护队", "first_aid", "310116112", cast.person_id(house, "leader")))
        district = keeping.save_warehouse(uow, SaveWarehouse("310116", "区备灾库", 1))
        town = keeping.save_warehouse(uow, SaveWarehouse("310116112", "漕泾库", 2))
        keeping.take_in(uow, TakeIn(town, "purchase", (LotLine("quilt", 80, "Q-1"),)))
        keeping.take_in(uow, TakeIn(district, "purchase", (LotLine("quilt", 500, "Q-2"), LotLine("water", 200, "W-1"))))
    tokens = {who: cast.token_for(house, who) for who in ("coordinator", "town", "keeper", "leader", "stranger")}
    return Night(house, build(house).test_client(), worker.relay(house), team, district, town, tokens)


def test_from_the_village_s_text_to_the_goods_on_the_scene(night: Night) -> None:
    # 1. The village reports; it gets a receipt, everybody above sees it, nobody beside.
    night.text("village", P02)
    (report,) = night.api("coordinator", "/reports")["items"]
    (receipt,) = night.phone("village")
    assert report["number"] in receipt
    assert report["figures"]["relocated"] == 87
    assert night.api("town", "/reports")["items"] == [report]
    assert night.api("stranger", "/reports")["items"] == []
    assert night.api("stranger", "/events?since=0")["items"] == []
    assert night.quilts() == (80, 0, 80)

    # 2. The coordinator confirms once: mission, reservation, event, alert.
    body = {
        "incident": report["incident"], "team": night.team,
        "goods": [{"warehouse": night.town, "item": "棉被", "qty": 60},
                  {"warehouse": night.district, "item": "water", "qty": 100}],
    }  # fmt: skip
    mission = night.api("coordinator", "/missions", body)["number"]
    assert night.status(mission) == "alerted"
    assert night.quilts() == (80, 60, 20)

    # 3. One text to the leader says where, what and how to answer.
    (alert,) = night.phone("leader")
    for said in (mission, "海涯村", "台风", "棉被60", "1收到"):
        assert said in alert
    assert segments(alert) == 1

    # 4. Nobody gets what is promised, nor the team that is out.
    line = {"warehouse": night.town, "item": "quilt", "qty": 61}
    assert night.refused("keeper", "/stock/issues", {"mission": mission, "lines": [{**line, "qty": 10**6}]}) == 409
    assert night.refused("coordinator", "/missions", body) == 409
    assert night.quilts() == (80, 60, 20)

    # 5. The team answers by digits.
    for digit, status in (("1", "acknowledged"), ("2", "en_route")):
        night.text("leader", digit)
        assert night.status(mission) == status
        assert night.phone("leader")[-1].startswith(mission)
    lines = [{"warehouse": night.town, "item": "quilt", "qty": 60}]
    issued = night.api("keeper", "/stock/issues", {"mission": mission, "lines": lines})
    assert [(one["item"], one["qty"], one["lot"]) for one in issued["lines"]] == [("quilt", 60, "Q-1")]
    assert night.quilts() == (20, 0, 20)
    night.text("leader", "3")
    assert night.status(mission) == "arrived"

    # 6. What was issued is received at the place, and no more than that.
    assert night.refused("keeper", "/stock/receipts", {"mission": mission, "lines": [{**lines[0], "qty": 61}]}) in (
        409,
        422,
    )
    night.api("keeper", "/stock/receipts", {"mission": mission, "lines": lines})
    assert night.quilts() == (20, 0, 20)
    assert night.refused("keeper", "/stock/receipts", {"mission": mission, "lines": lines}) in (409, 422)

    # 7. Done: what was promised and never left is free again, the mission is over, the clock has its stops.
    night.text("leader", "4")
    assert night.status(mission) in ("done", "closed")
    water = night.api("coordinator", f"/stock?item=water&warehouse={night.district}")["items"]
    assert [(row["on_hand"], row["reserved"]) for row in water] == [(200, 0)]
    times = night.api("coordinator", f"/missions/{mission}")["times"]
    reached = [times[status] for status in ("alerted", "acknowledged", "en_route", "arrived", "done")]
    assert reached == sorted(reached)
    kinds = night.kinds()
    told = [kind for kind in kinds if kind.partition(".")[0] in ("report", "incident", "mission", "stock")]
    for before, after in (
        ("report.received", "mission.created"), ("mission.created", "mission.alerted"),
        ("mission.alerted", "mission.acknowledged"), ("mission.acknowledged", "mission.en_route"),
        ("mission.en_route", "stock.issued"), ("stock.issued", "mission.arrived"),
        ("mission.arrived", "stock.received"), ("stock.received", "mission.done"),
    ):  # fmt: skip
        assert told.index(before) < told.index(after), (before, after)

    # 8. Afterwards a digit gets a kind word and changes nothing; the follow-up joins the same incident.
    night.text("leader", "2")
    assert night.kinds().count("mission.en_route") == 1
    night.text("village", "续报：转移人数增至120人")
    incident = night.api("coordinator", f"/incidents/{report['incident']}")
    assert incident["figures"]["relocated"] == 120
    assert len(night.phone("village")) == 2


def test_a_team_that_can_t_go_frees_its_goods_and_another_is_sent(night: Night) -> None:
    night.text("village", P02)
    incident = night.api("coordinator", "/incidents")["items"][0]["number"]
    body = {"incident": incident, "team": night.team, "goods": [{"warehouse": night.town, "item": "quilt", "qty": 60}]}
    first = night.api("coordinator", "/missions", body)["number"]
    night.text("leader", "9")
    assert night.status(first) == "declined"
    assert night.quilts() == (80, 0, 80)
    second = night.api("coordinator", "/missions", body)["number"]
    assert second != first
    assert night.quilts() == (80, 60, 20)
    night.text("leader", "1")
    assert (night.status(first), night.status(second)) == ("declined", "acknowledged")


def test_an_alert_of_a_mission_called_off_before_it_left_is_never_sent(night: Night) -> None:
    night.text("village", P02)
    incident = night.api("coordinator", "/incidents")["items"][0]["number"]
    senders = night.relay.senders
    night.relay.senders = []
    mission = night.api("coordinator", "/missions", {"incident": incident, "team": night.team})["number"]
    night.api("coordinator", f"/missions/{mission}/status", {"status": "cancelled"})
    night.relay.senders = senders
    night.work()
    texts = night.phone("leader")
    assert not any("1收到" in text for text in texts)
    assert all("取消" in text for text in texts)
