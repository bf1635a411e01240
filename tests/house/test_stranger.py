"""A stranger from another branch walks through every page and resource, and meets nothing of ours."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from responder.accounts.models import Person
from responder.app import House, assemble, build
from responder.dispatch import service as dispatch
from responder.dispatch.commands import ConfirmPlan, Load
from responder.dispatch.scenes import scene_of
from responder.drills import service as drills
from responder.drills.commands import PlanDrill, StartDrill
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging.broadcasts import service as broadcasts
from responder.messaging.broadcasts.commands import Audience, SendBroadcast
from responder.platform.scope import Scope
from responder.settings import Settings
from responder.stock.models import Balance, Lot, Warehouse
from responder.teams.models import Team
from responder.teams.queries import musters
from tests.cast import PEOPLE, client_for, phone, token_for

MARK = "绝密"
OURS = (MARK, "海涯村", *(name for division, name, _, _ in PEOPLE.values() if division.startswith("310116")))
"""What a stranger must never read: the mark in all that is made here, the village, our people."""

NUMBERS = ("R1001", "S1001", "M1001", "T1001", "W1001", "D1001", "Y1001", "B1001")
SIMULATOR = "/simulator"
"""The pretend phones of a demonstration are open to whoever runs it."""


@pytest.fixture(scope="module")
def ours(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which something happened: a text, a report, an incident, a mission with goods, a drill."""
    folder = tmp_path_factory.mktemp("stranger")
    shutil.copy(_sqlite_template, folder / "responder.db")
    url = f"sqlite:///{folder}/responder.db"
    house = assemble(Settings(data=folder, database_url=url, demo=True, secret_key="test", gateways="simulator"))
    fill(house)
    yield house
    house.work.database.dispose()


def fill(house: House) -> None:
    client = build(house).test_client()
    text = f"漕泾镇海涯村{MARK}河水倒灌，转移36人，无伤亡，急需棉被40床"
    assert client.post("/simulator/sms", json={"from": phone("village"), "body": text}).status_code == 202
    assert client.post("/simulator/sms", json={"from": phone("village"), "body": f"{MARK}今天"}).status_code == 202
    with house.work.read() as session:
        people = {p.username: p.id for p in session.scalars(select(Person))}
    coordinator = Actor(people["coordinator"], "周慧敏", "310116", "web")
    with house.work.begin(coordinator) as uow:
        store = Warehouse(division_code="310116", name=f"{MARK}库", tier=1)
        lot = Lot(item="quilt", code=f"{MARK}1", source="purchase")
        team = Team(
            name=f"{MARK}队", type="relief", division_code="310116112", leader_id=people["leader"], added_at=uow.now
        )
        uow.session.add_all([store, lot, team])
        uow.session.flush()
        uow.session.add(Balance(warehouse_id=store.id, item="quilt", lot_id=lot.id, on_hand=100))
    with house.work.begin(coordinator) as uow:
        scene = scene_of(uow.session, Scope("310116"), "S1001")
        assert scene is not None
        dispatch.confirm(uow, ConfirmPlan(scene, ("T1001",), (Load("W1001", "quilt", 40),)))
    with house.work.begin(coordinator) as uow:
        everybody = SendBroadcast(Audience(divisions=("310116",)), f"{MARK}通知", (), True, "k")
        broadcasts.send(uow, everybody, musters)
    with house.work.begin(coordinator) as uow:
        number = drills.plan(uow, PlanDrill(f"{MARK}演练", "joint", "310116", clock.now().replace(year=2099)))
    with house.work.begin(coordinator) as uow:
        drills.start(uow, StartDrill(number))


def addresses(app: Flask) -> list[str]:
    """Every address that a GET may ask for, with the numbers of what there is in place of its parameters."""
    found: set[str] = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(SIMULATOR) or rule.endpoint == "static":
            continue
        path = re.sub(r"<int:[^>]+>", "1", rule.rule)
        if "<code>" in path:
            found.add(path.replace("<code>", "310116112218"))
        elif "<" in path:
            found.update(re.sub(r"<[^>]+>", number, path) for number in NUMBERS)
        else:
            found.add(path)
    return sorted(found)


def met(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> set[str]:
    """What of ours an answer holds."""
    answer = client.get(path, headers=headers)
    assert answer.status_code < 500 or path == "/readyz", path
    # An example beside an empty field (写到村，如：…) is nobody's.
    text = re.sub(r'placeholder="[^"]*"', "", answer.get_data().decode("utf-8", "replace"))
    return {word for word in OURS if word in text}


TREE = ("/places/",)
"""Divisions are public knowledge: their names alone may be read by everybody."""


def test_the_walk_passes_where_there_is_something_to_see(ours: House) -> None:
    client = client_for(ours, "coordinator")
    seen = {path for path in addresses(build(ours)) if MARK in met(client, path)}
    assert len(seen) >= 12, seen


def test_a_stranger_meets_nothing_on_the_pages(ours: House) -> None:
    client = client_for(ours, "stranger")
    found = {path: words for path in addresses(build(ours)) if (words := met(client, path) - tree(path))}
    assert found == {}


def test_nor_through_the_api(ours: House) -> None:
    client = build(ours).test_client()
    headers = {"Authorization": f"Bearer {token_for(ours, 'stranger')}"}
    paths = [path for path in addresses(build(ours)) if path.startswith("/api/")]
    assert len(paths) > 15
    assert {path: words for path in paths if (words := met(client, path, headers))} == {}


def test_nor_without_signing_in(ours: House) -> None:
    client = build(ours).test_client()
    assert {path: words for path in addresses(build(ours)) if (words := met(client, path))} == {}


def tree(path: str) -> set[str]:
    return {"海涯村"} if path.startswith(TREE) else set()
