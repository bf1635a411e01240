"""A night on the board: two incidents, a team out with goods, a text that nobody understood."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from responder.app import House
from responder.dispatch import service as dispatch
from responder.dispatch.commands import AnswerMission, ConfirmPlan, Load
from responder.dispatch.scenes import scene_of
from responder.kernel.actors import Actor
from responder.messaging import service as messaging
from responder.messaging.commands import Incoming
from responder.platform.scope import Scope
from responder.reports import service as reports
from responder.reports.commands import FileReport
from responder.stock import keeping
from responder.stock.commands import LotLine, SaveWarehouse, TakeIn
from responder.teams import service as teams
from responder.teams.commands import AddTeam
from tests.cast import PEOPLE, client_for, person_id

VILLAGE = "310116112218"


@dataclass
class Night:
    """What the tests find: numbers, and browsers of the cast."""

    house: House
    incident: str
    report: str
    mission: str

    def actor(self, username: str) -> Actor:
        """One of the cast as the one behind a change."""
        return Actor(person_id(self.house, username), PEOPLE[username][1], PEOPLE[username][0], "web")

    def file(self, username: str, **fields: object) -> str:
        """A report by one of the cast; its number."""
        return file(self.house, self.actor(username), **fields)

    def finish(self) -> None:
        """The team comes home."""
        with self.house.work.begin(self.actor("leader")) as uow:
            dispatch.answer(uow, AnswerMission(self.mission, uow.actor.person_id, "done"))


def file(house: House, actor: Actor, **fields: object) -> str:
    """Files a report from 海涯村; its number."""
    asked = {"kind": "initial", "hazard": "typhoon", "division": VILLAGE, **fields}
    with house.work.begin(actor) as uow:
        return reports.file(uow, FileReport(**asked)).number  # type: ignore[arg-type]


@pytest.fixture
def night(house: House) -> Night:
    """The branch at three in the morning."""
    found = Night(house, "S1001", "R1001", "M1001")
    needs = [{"item": "棉被", "qty": 60}]
    file(
        house, found.actor("village"), figures={"relocated": 87, "houses_collapsed": 4}, needs=needs, text="海涯村进水"
    )
    file(house, found.actor("town"), hazard="fire", division="310116112", figures={"injured": 1}, text="老街火灾")
    with house.work.begin(Actor(None, "system", "310116", "job")) as uow:
        leader, deputy = person_id(house, "leader"), person_id(house, "keeper")
        team = teams.add(uow, AddTeam("漕泾镇群众性救护队", "first_aid", "310116112", leader, deputy))
        store = keeping.save_warehouse(uow, SaveWarehouse("310116112", "漕泾库", 2))
        keeping.take_in(uow, TakeIn(store, "purchase", (LotLine("quilt", 80, "Q1"),)))
    with house.work.begin(found.actor("coordinator")) as uow:
        scene = scene_of(uow.session, Scope("310116"), found.incident)
        assert scene is not None
        dispatch.confirm(uow, ConfirmPlan(scene, (team,), (Load(store, "quilt", 60),)))
    with house.work.begin(Actor(None, "", "", "sms")) as uow:
        inbound = messaging.take_in(uow, Incoming("simulator", "x1", "+8613912345678", "快来人"))
        assert inbound is not None
        messaging.note_outcome(uow, inbound, {"division_code": "310116", "outcome": "waiting", "understood": {}})
    return found


@pytest.fixture
def browser(night: Night) -> Callable[[str], FlaskClient]:
    """Signed-in browsers."""
    return lambda username: client_for(night.house, username)


def post(client: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    """Posts a form as its page would; the words of the page that follows."""
    page = client.get("/account").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    answer = client.post(path, data={**form, "csrf_token": found.group(1)}, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """The SELECTs that run meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    engine = house.work.database.reader
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
