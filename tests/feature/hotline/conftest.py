"""Phones by the simulator's own road, and what became of what they wrote."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from responder import worker
from responder.app import House, build
from responder.dispatch import service as dispatch
from responder.dispatch.commands import ConfirmPlan, Scene
from responder.drills import service as drills
from responder.drills.commands import EndDrill, PlanDrill, StartDrill
from responder.incidents import queries as incidents
from responder.incidents.queries import IncidentView
from responder.kernel import clock, ids
from responder.kernel.actors import Actor
from responder.messaging.models import Inbound, Outbound
from responder.platform import eventlog
from responder.platform.api import Cursor
from responder.platform.eventlog import EventView
from responder.platform.scope import Scope, everything
from responder.reports import queries as reports
from responder.reports.queries import ReportView
from responder.teams import service as teams
from responder.teams.commands import AddTeam
from tests import cast

VILLAGE = "310116112218"
P02 = (
    "区红会：受台风“贝碧嘉”影响，今晨5时许漕泾镇海涯村海堤内进水，三十余户房屋进水，紧急转移87人到村文化活动室，"
    "倒塌简易房4间，损坏房屋11间，农作物受淹350亩，急需棉被60床、彩条布20卷、矿泉水100箱。"
)

_in: Any = Inbound.__table__
_out: Any = Outbound.__table__


@dataclass
class Hotline:
    """Pretend phones and a look behind the scenes."""

    house: House
    client: FlaskClient

    def text(self, who: str, body: str, **more: str) -> dict[str, Any]:
        """A text from somebody of the cast, or a number; returns the inbox row."""
        number = cast.phone(who) if who in cast.PEOPLE else who
        answered = self.client.post("/simulator/sms", json={"from": number, "body": body, **more})
        assert answered.status_code == 202
        return self._all(_in)[-1]

    def shown(self, who: str) -> list[dict[str, Any]]:
        """What a pretend phone shows once the worker has sent what was due."""
        relay = worker.relay(self.house)
        while relay.turn():
            pass
        number = cast.phone(who) if who in cast.PEOPLE else who
        found: list[dict[str, Any]] = self.client.get(f"/simulator/phones/{number}/messages").get_json()["messages"]
        return found

    def said_to(self, who: str) -> list[str]:
        """The texts that a pretend phone got."""
        return [message["body"] for message in self.shown(who) if message["direction"] == "out"]

    def inbox(self) -> list[dict[str, Any]]:
        """All that came in."""
        return self._all(_in)

    def outbox(self) -> list[dict[str, Any]]:
        """All that goes out."""
        return self._all(_out)

    def _all(self, table: Any) -> list[dict[str, Any]]:
        with self.house.work.read() as session:
            return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]

    def reports(self, division: str = "310116", world: int = 0) -> list[ReportView]:
        """Reports as somebody at this division sees them, newest first."""
        with self.house.work.read(world) as session:
            return reports.reports(session, Scope(division, world), Cursor(None, 50))

    def incidents(self, division: str = "310116", world: int = 0) -> list[IncidentView]:
        """Incidents as somebody at this division sees them, newest first."""
        with self.house.work.read(world) as session:
            return incidents.incidents(session, Scope(division, world), Cursor(None, 50))

    def events(self, world: int = 0) -> list[EventView]:
        """The log of one world."""
        with self.house.work.read(world) as session:
            return eventlog.since(session, everything(world), 0, 1000)

    def kinds(self, world: int = 0) -> list[str]:
        """Kinds of event in one world."""
        return [event.kind for event in self.events(world)]

    def actor(self, who: str, world: int = 0) -> Actor:
        """One of the cast at a screen."""
        division, name, _roles, _phone = cast.PEOPLE[who]
        return Actor(cast.person_id(self.house, who), name, division, "web", world)

    def drill(self, name: str = "疏散演练", division: str = "310116") -> int:
        """The world of a drill that has just been started."""
        with self.house.work.begin(self.actor("director")) as uow:
            command = PlanDrill(name, "evacuation", division, clock.now() + timedelta(days=1))
            number = drills.plan(uow, command)
        with self.house.work.begin(self.actor("director")) as uow:
            drills.start(uow, StartDrill(number))
        world = ids.row_id(ids.DRILL, number)
        assert world is not None
        return world

    def end(self, world: int) -> None:
        """Ends a drill."""
        with self.house.work.begin(self.actor("director")) as uow:
            drills.end(uow, EndDrill(ids.number(ids.DRILL, world)))

    def team(self) -> str:
        """The leader's team."""
        with self.house.work.begin(self.actor("coordinator")) as uow:
            leader = cast.person_id(self.house, "leader")
            return teams.add(uow, AddTeam("漕泾镇群众性救护队", "first_aid", "310116112", leader))

    def send_out(self, team: str, world: int = 0) -> str:
        """A mission of this team in one world."""
        with self.house.work.begin(self.actor("coordinator", world)) as uow:
            scene = Scene("S1001", "flood", VILLAGE, "漕泾镇海涯村")
            (number,) = dispatch.confirm(uow, ConfirmPlan(scene, (team,)))
        return number


@pytest.fixture
def hotline(house: House) -> Hotline:
    """The phones of the demonstration."""
    return Hotline(house, build(house).test_client())
