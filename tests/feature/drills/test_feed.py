"""The calendar that programs subscribe to."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from responder.accounts.models import Person
from responder.app import House, build
from responder.drills import service
from responder.drills.commands import CancelDrill, ChangeDrill, PlanDrill
from responder.drills.models import DrillFeed
from responder.kernel.actors import Actor
from tests.cast import client_for

DIRECTOR = Actor(7, "徐静", "310116", "web")
AT = datetime(2027, 5, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with time_machine.travel(datetime(2027, 4, 20, 1, tzinfo=UTC), tick=True):
        yield


def plan(house: House, name: str = "疏散演练", division: str = "310116") -> str:
    with house.work.begin(DIRECTOR) as uow:
        return service.plan(uow, PlanDrill(name, "evacuation", division, AT))


def address(client: FlaskClient) -> str:
    """Makes a calendar address on the page and returns its path."""
    page = client.get("/drills").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    shown = client.post("/drills/feed", data={"csrf_token": found.group(1)}).get_data(as_text=True)
    link = re.search(r'value="http://localhost(/drills/feed/[\w-]+\.ics)"', shown)
    assert link
    return link.group(1)


def events(house: House, path: str) -> dict[str, dict[str, object]]:
    answer = build(house).test_client().get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.data)
    return {str(event["UID"]): event for event in found.walk("VEVENT")}


def test_the_file_needs_no_sign_in_and_tells_the_drills(house: House) -> None:
    number = plan(house)
    (event,) = events(house, address(client_for(house, "village"))).values()
    assert event["UID"] == f"{number}@jinshan.responder"
    assert event["SUMMARY"] == "【演练】疏散演练"
    assert event["SEQUENCE"] == 0
    assert event["STATUS"] == "CONFIRMED"
    start = event.decoded("DTSTART")  # type: ignore[attr-defined]
    assert start == AT
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"  # type: ignore[attr-defined]
    assert (start.hour, start.minute) == (9, 0)


def test_the_file_describes_its_time_zone(house: House) -> None:
    plan(house)
    path = address(client_for(house, "director"))
    body = build(house).test_client().get(path).get_data(as_text=True)
    assert "BEGIN:VTIMEZONE" in body
    assert "script" not in body.lower()


def test_a_change_keeps_the_id_and_counts_up(house: House) -> None:
    number = plan(house)
    path = address(client_for(house, "director"))
    with house.work.begin(DIRECTOR) as uow:
        service.change(uow, ChangeDrill(number, "联合演练", "joint", AT, (), ""))
    with house.work.begin(DIRECTOR) as uow:
        service.cancel(uow, CancelDrill(number))
    (event,) = events(house, path).values()
    assert event["UID"] == f"{number}@jinshan.responder"
    assert event["SEQUENCE"] == 2
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "【演练】联合演练"


def test_only_the_owners_drills_are_in_it(house: House) -> None:
    plan(house)
    plan(house, "漕泾演练", "310116112")
    assert len(events(house, address(client_for(house, "town")))) == 2
    assert events(house, address(client_for(house, "stranger"))) == {}


def test_the_address_is_shown_once_and_kept_as_a_hash(house: House) -> None:
    director = client_for(house, "director")
    path = address(director)
    token = path.rpartition("/")[2].removesuffix(".ics")
    assert token not in director.get("/drills").get_data(as_text=True)
    with house.work.read() as session:
        kept = session.scalars(select(DrillFeed.token_hash)).all()
    assert len(kept) == 1
    assert token not in kept[0]


def test_a_new_address_ends_the_old_one(house: House) -> None:
    director = client_for(house, "director")
    old, new = address(director), address(director)
    visitor = build(house).test_client()
    assert visitor.get(old).status_code == 404
    assert visitor.get(new).status_code == 200


def test_a_revoked_address_is_gone(house: House) -> None:
    director = client_for(house, "director")
    path = address(director)
    found = re.search(r'name="csrf_token" value="([^"]+)"', director.get("/drills").get_data(as_text=True))
    assert found
    director.post("/drills/feed/revoke", data={"csrf_token": found.group(1)})
    assert build(house).test_client().get(path).status_code == 404


def test_an_owner_who_is_disabled_has_no_calendar(house: House) -> None:
    path = address(client_for(house, "village"))
    with house.work.begin(Actor(None, "system", "", "job")) as uow:
        uow.session.scalars(select(Person).where(Person.username == "village")).one().disabled_at = uow.now
    assert build(house).test_client().get(path).status_code == 404


def test_a_demonstrations_address_is_nothing_without_the_demonstration(house: House) -> None:
    path = address(client_for(house, "director"))
    earnest = House(house.settings.model_copy(update={"demo": False}), house.work)
    assert build(earnest).test_client().get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "../../drills", "' OR 1=1"])
def test_a_guessed_address_is_nothing(house: House, token: str) -> None:
    assert build(house).test_client().get(f"/drills/feed/{token}.ics").status_code == 404
