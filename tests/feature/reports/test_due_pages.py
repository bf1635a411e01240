"""The due list and the zero round on a screen and through the API."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from responder.app import House, build
from tests import cast

from .conftest import TOWN, VILLAGE
from .test_deadlines import START, Stage
from .test_zero_round import ASKED, EVENING, Night


@pytest.fixture
def stage(house: House) -> Iterator[Stage]:
    with time_machine.travel(START, tick=False) as clock:
        yield Stage(house, clock)


@pytest.fixture
def night(house: House) -> Iterator[Night]:
    with time_machine.travel(EVENING - timedelta(hours=13), tick=False) as clock:
        found = Night(house, clock)
        found.accept("town", found.file("village"))
        found.begin_level()
        found.at(ASKED)
        yield found


def send(client: FlaskClient, page: str, path: str, **fields: str) -> str:
    """Posts a form of a page with its hidden marks; returns the page that it leads to."""
    found = client.get(page).text
    marks = {name: re.findall(f'name="{name}" value="([^"]+)"', found)[-1] for name in ("csrf_token", "_page")}
    return client.post(path, data={**marks, **fields}, follow_redirects=True).text


def test_overdue_is_said_in_words_and_stands_above(stage: Stage) -> None:
    stage.file("village")
    stage.at(61)
    client = cast.client_for(stage.house, "coordinator")
    page = client.get("/reports/due").text
    assert "已逾期 1 分钟" in page
    assert "sev-red" in page
    assert "按时率" in page
    assert "1 份报告逾期" in client.get("/board/_needs", headers={"HX-Request": "true"}).text
    assert "枫泾" not in page


def test_asked_and_waived_with_a_button(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    (due,) = [one for one in stage.dues() if one.division == TOWN]
    client = cast.client_for(stage.house, "coordinator")
    assert "已短信催报" in send(client, "/reports/due", f"/reports/due/{due.id}/ask")
    assert "刚刚已经短信催过" in send(client, "/reports/due", f"/reports/due/{due.id}/ask")
    assert "已记录" in send(client, "/reports/due", f"/reports/due/{due.id}/waive", reason="电话已报")
    assert "不用报" in client.get("/reports/due").text
    (red,) = [one for one in stage.dues() if one.kind == "red_cross"]
    assert "已记录" in send(client, "/reports/due", f"/reports/due/{red.id}/told", how="电话报市红十字会")
    assert "已开始核报计时" in send(client, "/reports/due", "/reports/due/stable", incident="S1001")
    assert ("verification", TOWN, "open") in stage.owed()


def test_a_stranger_can_do_nothing_here(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    (due,) = [one for one in stage.dues() if one.division == TOWN]
    stranger = cast.client_for(stage.house, "stranger")
    page = stranger.get("/reports/due").text
    assert "海涯" not in page
    assert "漕泾" not in page
    token = {name: re.findall(f'name="{name}" value="([^"]+)"', stranger.get("/reports/new").text)[-1]
             for name in ("csrf_token", "_page")}  # fmt: skip
    assert stranger.post(f"/reports/due/{due.id}/ask", data=token).status_code == 404


def test_the_town_ticks_whom_it_reached(night: Night) -> None:
    client = cast.client_for(night.house, "town")
    page = client.get("/reports/zero-round").text
    assert "1 个中 0 个零报告" in page
    assert f'value="{VILLAGE}"' in page
    assert "王秀兰" in page
    done = send(client, "/reports/zero-round", "/reports/zero-round", reached=VILLAGE)
    assert "已登记 1 个单位零报告" in done
    assert "1 个中 1 个零报告" in done
    assert "1 个中 1 个零报告" in cast.client_for(night.house, "coordinator").get("/reports/due").text


def test_the_village_answers_on_its_screen(night: Night) -> None:
    client = cast.client_for(night.house, "village")
    page = client.get("/reports/due").text
    number = re.findall(r"/reports/due/(\d+)/zero", page)[0]
    assert "已零报告 R" in send(client, "/reports/due", f"/reports/due/{number}/zero")
    assert night.states() == {VILLAGE: "zero"}


def test_after_the_cut_off_the_unreached_are_named(night: Night) -> None:
    night.at(ASKED + 61)
    page = cast.client_for(night.house, "coordinator").get("/reports/zero-round").text
    assert "1 个失联待核" in page
    assert "1 个中 0 个零报告" in page


def test_dues_through_the_api(stage: Stage) -> None:
    stage.file("village")
    stage.at(61)
    client = build(stage.house).test_client()

    def ask(who: str) -> list[dict[str, object]]:
        headers = {"Authorization": f"Bearer {cast.token_for(stage.house, who)}"}
        found: list[dict[str, object]] = client.get("/api/v1/dues", headers=headers).get_json()["items"]
        return found

    (first, second) = ask("coordinator")
    assert (first["kind"], first["state"], first["to"]) == ("initial", "overdue", ["310116"])
    assert second["kind"] == "red_cross"
    assert ask("stranger") == []
