"""Forms are taken once, in the world they were opened in; bodies have limits; numbers beyond all rows are nobody's."""

import re

import pytest
from flask.testing import FlaskClient

from responder.app import House, build
from responder.drills import demo
from tests import cast


@pytest.fixture
def director(house: House) -> FlaskClient:
    """The drill director's browser, with two planned drills."""
    with house.work.begin(cast.SYSTEM) as uow:
        demo.furnish(uow, "jinshan")
    client = cast.client_for(house, "director")
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


def _mark(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="_page" value="([^"]+)"', client.get(path).text)
    assert found
    return found.group(1)


def _drill(client: FlaskClient) -> str:
    found = re.search(r"/drills/(Y\d+)", client.get("/drills").text)
    assert found
    return found.group(1)


def test_a_form_pressed_twice_is_taken_once(director: FlaskClient) -> None:
    number = _drill(director)
    mark = _mark(director, f"/drills/{number}")
    change = {"_page": mark, "drill_reason": "下雨"}
    assert director.post(f"/drills/{number}/cancel", data=change).status_code == 302
    assert director.post(f"/drills/{number}/cancel", data=change).status_code == 409


def test_a_page_of_the_real_world_changes_nothing_inside_a_drill_and_the_reverse(director: FlaskClient) -> None:
    number = _drill(director)
    path = f"/drills/{number}"
    assert director.post(f"{path}/start", data={"_page": _mark(director, path)}).status_code == 302
    outside = _mark(director, path)
    assert director.post("/world", data={"drill": number, "_page": outside}).status_code == 302
    assert director.post(f"{path}/end", data={"_page": outside}).status_code == 409
    inside = _mark(director, path)
    assert inside != outside
    assert director.post(f"{path}/end", data={"_page": inside}).status_code == 302


@pytest.mark.parametrize(
    "path", ["/people/99999999999999999999", "/reports/photos/99999999999999999999.jpg", "/reports/R999999999999"]
)
def test_a_row_that_no_database_could_hold_is_not_found(house: House, path: str) -> None:
    username = "admin" if path.startswith("/people") else "coordinator"
    assert cast.client_for(house, username).get(path).status_code == 404


def test_a_body_too_large_for_its_path_is_refused_before_it_is_read(house: House) -> None:
    client = build(house).test_client()
    answer = client.post("/hooks/twilio/sms", data={"Body": "x" * 100_000})
    assert answer.status_code == 413
    assert client.post("/sign-in", data={"username": "x" * 50_000}).status_code == 413


def test_a_nul_in_a_query_and_a_body_nested_too_deep_are_bad_requests(house: House) -> None:
    client = build(house).test_client()
    token = {"Authorization": f"Bearer {cast.token_for(house, 'coordinator')}"}
    assert client.get("/api/v1/reports?status=%00", headers=token).status_code == 400
    deep = client.post("/api/v1/reports", data="[" * 100_000, headers=token, content_type="application/json")
    assert deep.status_code == 400


def test_an_idempotency_key_of_a_drill_is_another_in_the_real_world(house: House, director: FlaskClient) -> None:
    number = _drill(director)
    path = f"/drills/{number}"
    director.post(f"{path}/start", data={"_page": _mark(director, path)})
    client = build(house).test_client()
    token = {"Authorization": f"Bearer {cast.token_for(house, 'coordinator')}", "Idempotency-Key": "one"}
    body = {"kind": "initial", "hazard": "flood", "division": "310116112218", "figures": {"affected": 3}}
    drilled = client.post("/api/v1/reports", json=body, headers={**token, "Responder-Drill": number})
    real = client.post("/api/v1/reports", json=body, headers=token)
    assert drilled.status_code == real.status_code == 201
    assert drilled.get_json()["number"] != real.get_json()["number"]
    assert client.get(f"/api/v1/reports/{real.get_json()['number']}", headers=token).status_code == 200
