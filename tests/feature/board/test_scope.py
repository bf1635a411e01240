"""Who sees what: another branch nothing, a liaison their own part, everybody only what their role needs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from responder.app import build
from tests.feature.board.conftest import Night

Browser = Callable[[str], FlaskClient]

OF_AN_INCIDENT = (
    "/incidents/S1001",
    "/board/_incident_head/S1001",
    "/board/_incident_figures/S1001",
    "/board/_incident_missions/S1001",
    "/board/_timeline/S1001",
    "/board/_incident_texts/S1001",
    "/board/_incident?incident=S1001",
    "/reports/R1001",
)
LISTS = (
    "/", "/board/_reports", "/board/_incident", "/board/_needs", "/board/_missions", "/board/_stock", "/incidents",
    "/board/_incidents", "/reports", "/reports/_reports", "/messages", "/messages/_inbox", "/messages?show=all",
    "/messages/outbox",
)  # fmt: skip
TOLD = ("海涯村", "S1001", "R1001", "M1001", "漕泾", "快来人", "13912345678")


def words(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", [*OF_AN_INCIDENT, *LISTS, "/board/map.json", "/reports/new"])
def test_nothing_without_a_session(night: Night, path: str) -> None:
    client = build(night.house).test_client()
    assert client.get(path).status_code == 302
    assert client.get(path, headers={"HX-Request": "true"}).status_code == 401


def test_a_stranger_finds_no_incident(browser: Browser) -> None:
    client = browser("stranger")
    assert [path for path in OF_AN_INCIDENT if client.get(path).status_code != 404] == []


def test_a_strangers_lists_are_empty(browser: Browser) -> None:
    client = browser("stranger")
    for path in LISTS:
        page = words(client, path)
        assert [word for word in TOLD if word in page] == [], path


def test_a_strangers_map_has_places_alone(browser: Browser) -> None:
    found = browser("stranger").get("/board/map.json").get_json()
    assert (found["points"], found["teams"], found["routes"]) == ([], [], [])


def test_the_coordinator_finds_all_of_it(browser: Browser) -> None:
    client = browser("coordinator")
    assert [path for path in OF_AN_INCIDENT if client.get(path).status_code != 200] == []
    board = words(client, "/")
    assert [word for word in ("海涯村", "S1001", "M1001", "漕泾镇群众性救护队", "1 条来信") if word not in board] == []
    found = client.get("/board/map.json").get_json()
    assert {point["key"] for point in found["points"]} == {"S1001", "S1002"}
    assert [route["label"] for route in found["routes"]] == ["M1001"]


def test_a_village_sees_its_own_part(browser: Browser) -> None:
    client = browser("village")
    page = words(client, "/")
    assert "R1001" in page
    assert "老街" not in page
    assert 'href="/reports/new"' in page
    assert "快来人" not in page
    assert client.get("/board/_stock").status_code == 403
    assert client.get("/messages").status_code == 403


def test_a_leader_answers_on_the_board(browser: Browser) -> None:
    page = words(browser("leader"), "/")
    assert "/dispatch/missions/M1001/answer" in page
    assert browser("leader").get("/board/_reports").status_code == 403


def test_who_has_no_business_on_the_board_is_led_elsewhere(browser: Browser) -> None:
    answer = browser("admin").get("/")
    assert (answer.status_code, answer.location) == (302, "/people")


@pytest.mark.parametrize("username", ["coordinator", "town", "supervisor", "director", "auditor", "keeper", "leader"])
def test_every_role_gets_a_board(browser: Browser, username: str) -> None:
    assert "海涯村" in words(browser(username), "/")


def test_a_drill_shows_nothing_of_the_real_night(night: Night, browser: Browser) -> None:
    with night.house.work.begin(night.actor("coordinator").within(7)) as uow:
        assert uow.world == 7
    from responder.board import queries
    from responder.platform.scope import Scope

    with night.house.work.read(7) as session:
        assert queries.newest(session, Scope("310116", 7))[0] == []
        assert queries.active(session, Scope("310116", 7)) == []
        assert queries.incident(session, Scope("310116", 7), "S1001") is None


def test_numbers_to_call_only_for_those_who_need_them(night: Night, browser: Browser) -> None:
    with night.house.work.begin(night.actor("leader")) as uow:
        from responder.dispatch import service
        from responder.dispatch.commands import AnswerMission

        service.answer(uow, AnswerMission("M1001", uow.actor.person_id, "declined"))
    page = words(browser("coordinator"), "/board/_needs")
    assert "tel:+8619900000006" in page
    assert "19900000006" not in words(browser("director"), "/")
