"""Pages and API of missions: the plan confirmed, answers by button, the stranger sees nothing."""

import re
from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from responder.accounts import sessions
from responder.app import build
from responder.dispatch import queries
from responder.dispatch.commands import Scene
from responder.platform.scope import Scope, everything
from tests.cast import session_for, token_for

from .conftest import Stage
from .test_service import confirm, reserved

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def browser(stage: Stage) -> Browser:
    """Browsers on one application whose only incident is the stage's."""
    app = build(stage.house)

    def scene_of(_session: Session, scope: Scope, incident: str) -> Scene | None:
        known = incident == stage.scene.incident and scope.holds(stage.scene.division)
        return stage.scene if known else None

    app.extensions["scene_of"] = scene_of

    def open_(username: str) -> FlaskClient:
        client = app.test_client()
        if username:
            client.set_cookie(sessions.COOKIE, session_for(stage.house, username))
        return client

    return open_


def post(client: FlaskClient, path: str, **fields: Sequence[str]) -> TestResponse:
    """Posts a form with the token that the page of the session carries."""
    page = client.get("/dispatch/mine").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return client.post(path, data={**fields, "csrf_token": found.group(1)})


def status_of(stage: Stage, number: str) -> str:
    with stage.work.read() as session:
        found = queries.mission(session, everything(), number)
        assert found
        return found.status


def test_the_plan_is_proposed_and_confirmed_once(stage: Stage, browser: Browser) -> None:
    client = browser("coordinator")
    page = client.get("/dispatch/plan/S1001").get_data(as_text=True)
    assert re.search(rf'value="{stage.own}"[^>]*checked', page)
    assert re.search(rf'name="qty:{stage.town_store}:quilt"[^>]*value="60"', page)
    sent = post(client, "/dispatch/plan/S1001", **{"team": [stage.own], f"qty:{stage.town_store}:quilt": "60"})
    assert (sent.status_code, sent.headers["Location"]) == (302, "/dispatch/missions")
    assert reserved(stage) == 60
    shown = client.get("/dispatch/missions").get_data(as_text=True)
    assert "漕泾镇群众性救护队" in shown
    assert "棉被60床" in shown
    again = client.get("/dispatch/_plan/S1001").get_data(as_text=True)
    assert re.search(rf'value="{stage.own}"[^>]*disabled', again)


def test_a_refusal_keeps_what_was_chosen(stage: Stage, browser: Browser) -> None:
    client = browser("coordinator")
    fields = {"team": [stage.medical], f"qty:{stage.town_store}:quilt": "999"}
    refused = post(client, "/dispatch/plan/S1001", **fields)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "棉被" in page
    assert re.search(rf'value="{stage.medical}"[^>]*checked', page)
    assert re.search(rf'name="qty:{stage.town_store}:quilt"[^>]*value="999"', page)
    wrong = post(client, "/dispatch/plan/S1001", **{**fields, f"qty:{stage.town_store}:quilt": "-3"})
    assert wrong.status_code == 422
    assert post(client, "/dispatch/plan/S1001").status_code == 422


def test_a_leader_answers_by_buttons(stage: Stage, browser: Browser) -> None:
    (number,) = confirm(stage, stage.plan(stage.own, quilts=60))
    client = browser("leader")
    page = client.get("/dispatch/mine").get_data(as_text=True)
    assert all(word in page for word in (number, "漕泾镇海涯村", "棉被60床"))
    assert re.findall(r'name="status" value="(\w+)"', page) == ["acknowledged", "declined"]
    for status in ("acknowledged", "en_route", "arrived"):
        answered = post(client, f"/dispatch/missions/{number}/answer", status=status, next="/dispatch/mine")
        assert answered.headers["Location"] == "/dispatch/mine"
        assert status_of(stage, number) == status
    post(client, f"/dispatch/missions/{number}/answer", status="en_route")
    assert status_of(stage, number) == "arrived"
    assert "不能改为" in client.get("/dispatch/mine").get_data(as_text=True)
    post(client, f"/dispatch/missions/{number}/answer", status="done")
    assert status_of(stage, number) == "closed"


def test_a_leader_may_not_call_off(stage: Stage, browser: Browser) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    assert post(browser("leader"), f"/dispatch/missions/{number}/cancel").status_code == 403
    assert post(browser("coordinator"), f"/dispatch/missions/{number}/cancel", reason="误报").status_code == 302
    assert status_of(stage, number) == "cancelled"


PAGES = ("/dispatch/missions/{}", "/dispatch/_mission/{}", "/dispatch/plan/S1001", "/dispatch/_plan/S1001")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_finds_nothing(stage: Stage, browser: Browser, path: str) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    assert browser("coordinator").get(path.format(number)).status_code == 200
    client = browser("stranger")
    assert client.get(path.format(number)).status_code == 404
    for listing in ("/dispatch/missions", "/dispatch/_missions", "/dispatch/mine", "/dispatch/_mine"):
        assert number not in client.get(listing).get_data(as_text=True)
    for act in ("answer", "cancel", "close"):
        assert post(client, f"/dispatch/missions/{number}/{act}", status="acknowledged").status_code == 404
    assert post(client, "/dispatch/plan/S1001", team=[stage.own]).status_code == 404
    assert status_of(stage, number) == "alerted"


def test_a_visitor_is_asked_to_sign_in(browser: Browser) -> None:
    answer = browser("").get("/dispatch/missions")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("path", ["/dispatch/missions", "/dispatch/missions/{}", "/dispatch/mine"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_state_is_drawn_in_both_languages(stage: Stage, browser: Browser, path: str, lang: str) -> None:
    sent = confirm(stage, stage.plan(stage.own, stage.next, stage.medical, quilts=5))
    client = browser("coordinator")
    client.set_cookie("lang", lang)
    for status in ("acknowledged", "en_route", "arrived", "working", "done"):
        post(client, f"/dispatch/missions/{sent[0]}/answer", status=status)
        assert client.get(path.format(sent[0])).status_code == 200
    post(client, f"/dispatch/missions/{sent[1]}/answer", status="declined", note="车坏了")
    post(client, f"/dispatch/missions/{sent[2]}/cancel")
    for number in sent:
        page = client.get(path.format(number))
        assert page.status_code == 200
        assert 'style="' not in page.get_data(as_text=True)


# API


@pytest.fixture
def api(stage: Stage, browser: Browser) -> Callable[..., TestResponse]:
    """Calls the API as one of the cast."""
    client = browser("")

    def call(who: str, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        headers["Authorization"] = f"Bearer {token_for(stage.house, who)}"
        return client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)

    return call


def test_a_mission_by_the_api(stage: Stage, api: Callable[..., TestResponse]) -> None:
    goods = [{"warehouse": stage.town_store, "item": "棉被", "qty": 60}]
    body = {"incident": "S1001", "team": stage.own, "goods": goods}
    made = api("coordinator", "POST", "missions", body, **{"Idempotency-Key": "one"})
    assert made.status_code == 201
    found = made.json
    assert found
    assert (found["status"], found["team"], found["place"]) == ("alerted", stage.own, "漕泾镇海涯村")
    assert found["goods"] == [{"warehouse": stage.town_store, "item": "quilt", "qty": 60}]
    again = api("coordinator", "POST", "missions", body, **{"Idempotency-Key": "one"})
    assert again.json == found
    taken = api("coordinator", "POST", "missions", {**body, "goods": []})
    assert (taken.status_code, taken.json and taken.json["code"]) == (409, "dispatch.team_busy")
    number = found["number"]
    for status in ("acknowledged", "en_route", "arrived", "done"):
        moved = api("leader", "POST", f"missions/{number}/status", {"status": status})
        assert moved.status_code == 200
    assert moved.json
    assert moved.json["status"] == "closed"
    assert {"alerted", "acknowledged", "en_route", "arrived", "done", "closed"} <= set(moved.json["times"])
    listed = api("coordinator", "GET", "missions?limit=1").json
    assert listed
    assert (listed["items"][0]["number"], listed["next"]) == (number, None)


def test_shortage_and_nonsense_are_problems(stage: Stage, api: Callable[..., TestResponse]) -> None:
    body = {"incident": "S1001", "team": stage.own}
    many = [{"warehouse": stage.town_store, "item": "quilt", "qty": 5000}]
    assert api("coordinator", "POST", "missions", {**body, "goods": many}).status_code == 409
    odd = [{"warehouse": stage.town_store, "item": "飞机", "qty": 1}]
    assert api("coordinator", "POST", "missions", {**body, "goods": odd}).status_code == 422
    assert api("coordinator", "POST", "missions", {**body, "incident": "S9999"}).status_code == 404
    assert api("coordinator", "POST", "missions", {**body, "team": "T9999"}).status_code == 404
    wrong = api("coordinator", "POST", "missions", {**body, "goods": [{**many[0], "qty": -1}]})
    assert wrong.status_code == 422
    assert reserved(stage) == 0


def test_the_api_keeps_to_what_each_may_do(stage: Stage, api: Callable[..., TestResponse]) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    assert api("stranger", "GET", f"missions/{number}").status_code == 404
    assert api("stranger", "POST", f"missions/{number}/status", {"status": "cancelled"}).status_code == 404
    assert api("stranger", "POST", "missions", {"incident": "S1001", "team": stage.own}).status_code == 404
    listed = api("stranger", "GET", "missions").json
    assert listed
    assert listed["items"] == []
    assert api("leader", "POST", f"missions/{number}/status", {"status": "cancelled"}).status_code == 403
    assert api("keeper", "POST", f"missions/{number}/status", {"status": "done"}).status_code == 403
    assert api("leader", "POST", f"missions/{number}/status", {"status": "alerted"}).status_code == 422
    assert api("leader", "POST", f"missions/{number}/status", {"status": "nonsense"}).status_code == 422
    off = api("coordinator", "POST", f"missions/{number}/status", {"status": "cancelled"})
    assert off.json
    assert off.json["status"] == "cancelled"
