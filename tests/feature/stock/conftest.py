"""A store to work with: a district and a town warehouse with dated lots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from responder.accounts.models import Person
from responder.app import House, build
from responder.drills.models import Drill
from responder.kernel.actors import Actor
from responder.platform.scope import Scope
from responder.platform.work import Work
from responder.stock import keeping, proof, queries
from responder.stock.commands import Line, LotLine, SaveWarehouse, TakeIn
from tests import cast

DISTRICT, TOWN, STRANGER = "310116", "310116112", "310117"


@dataclass
class Store:
    """The work, two warehouses of Jinshan and one of the neighbours."""

    work: Work
    district: str
    town: str
    other: str

    def rows(self, division: str = DISTRICT, world: int = 0) -> dict[tuple[str, str, str], tuple[int, int]]:
        """{(warehouse, item, lot): (on hand, reserved)}."""
        with self.work.read(world) as session:
            found = queries.stock(session, Scope(division, world))
        return {(r.warehouse, r.item, r.lot): (r.on_hand, r.reserved) for r in found}

    def free(self, item: str, warehouse: str = "") -> int:
        """What may still leave."""
        with self.work.read() as session:
            found = queries.stock(session, Scope(""), item=item, warehouse=warehouse or self.district)
        return sum(r.available for r in found)

    def is_right(self, world: int = 0) -> None:
        """The kept balances are what the ledger says."""
        with self.work.read(world) as session:
            assert proof.differences(session) == []

    def actor(self, username: str, world: int = 0) -> Actor:
        """One of the cast."""
        with self.work.read() as session:
            person = session.execute(
                select(Person.id, Person.name, Person.division_code).where(Person.username == username)
            ).one()
        return Actor(person.id, person.name, person.division_code, "web", world)

    def drill(self) -> int:
        """The world of a drill that is running."""
        with self.work.begin(Actor(None, "system", "", "job")) as uow:
            drill = Drill(
                name="演练", kind="tabletop", division_code=DISTRICT, planned_at=uow.now, changed_at=uow.now,
                status="running",
            )  # fmt: skip
            uow.session.add(drill)
            uow.session.flush()
            return drill.id

    def line(self, item: str, qty: int, warehouse: str = "") -> tuple[Line, ...]:
        """One line, of the district's warehouse unless named."""
        return (Line(warehouse or self.district, item, qty),)


@pytest.fixture
def store(work: Work) -> Store:
    """Quilts in two lots (40 that expire first, 60 later), tents, water at the district; quilts in the town."""
    system = Actor(None, "system", "", "job")
    with work.begin(system) as uow:
        district = keeping.save_warehouse(uow, SaveWarehouse(DISTRICT, "区备灾仓库", 1, lat=30.74, lng=121.34))
        town = keeping.save_warehouse(uow, SaveWarehouse(TOWN, "漕泾镇物资点", 2))
        other = keeping.save_warehouse(uow, SaveWarehouse(STRANGER, "松江区仓库", 1))
        for warehouse, lines in (
            (
                district,
                (
                    LotLine("quilt", 60, "Q-later", date(2024, 5, 1), date(2035, 5, 1)),
                    LotLine("quilt", 40, "Q-first", date(2023, 5, 1), date(2032, 5, 1)),
                    LotLine("tent", 10, "T-1"),
                    LotLine("water", 100, "W-1", expires=date(2036, 1, 1)),
                ),
            ),
            (town, (LotLine("quilt", 20, "Q-first", date(2023, 5, 1), date(2032, 5, 1)),)),
            (other, (LotLine("quilt", 500, "SJ-1"),)),
        ):
            keeping.take_in(uow, TakeIn(warehouse, "purchase", lines))
    return Store(work, district, town, other)


@dataclass(frozen=True)
class Mission:
    """A mission as the book of missions tells of it."""

    number: str
    incident: str = "S1001"
    division: str = TOWN
    place: str = "漕泾镇海涯村"
    team_name: str = "漕泾镇群众性救护队"
    confirmed_by: str = "周慧敏"
    open: bool = True


class Book:
    """Three missions: two open, one over. Seen by those above their division."""

    missions = (Mission("M1001"), Mission("M1002"), Mission("M1009", open=False))

    def __call__(self, session: Session, scope: Scope, number: str) -> Mission | None:
        return next((m for m in self.missions if m.number == number and scope.holds(m.division)), None)


@dataclass
class Browsers:
    """Signed-in browsers and API callers of one application."""

    house: House

    def browser(self, username: str) -> FlaskClient:
        """A browser in which one of the cast is signed in."""
        client = cast.client_for(self.house, username)
        client.application.extensions["mission_book"] = Book()
        return client

    def caller(self, username: str) -> Caller:
        """A program with a token of one of the cast."""
        client = build(self.house).test_client()
        client.application.extensions["mission_book"] = Book()
        return Caller(client, cast.token_for(self.house, username))


@dataclass
class Caller:
    """Calls the API."""

    client: FlaskClient
    token: str

    def get(self, path: str) -> TestResponse:
        """GET below /api/v1."""
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: object, key: str = "") -> TestResponse:
        """POST below /api/v1."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)


@pytest.fixture
def at(house: House) -> Browsers:
    """Browsers and callers by name."""
    return Browsers(house)


def press(client: FlaskClient, path: str, form: str = "", **fields: object) -> TestResponse:
    """Opens a page and sends a form from it with its CSRF token: to ``form``, else to the page itself."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, f"no form on {path}"
    return client.post(form or path, data={"csrf_token": found.group(1), **fields})
