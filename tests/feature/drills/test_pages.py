"""The pages of the drills room, as a director, a village officer and a stranger see them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from responder.app import House
from responder.drills import service
from responder.drills.commands import PlanDrill, StartDrill
from responder.kernel.actors import Actor
from tests.cast import client_for, token_for

NOW = datetime(2027, 4, 20, 1, 0, tzinfo=UTC)
DIRECTOR = Actor(7, "徐静", "310116", "web")


@pytest.fixture(autouse=True)
def _april() -> object:
    with time_machine.travel(NOW, tick=True):
        yield


def planned(house: House, *participants: str) -> str:
    with house.work.begin(DIRECTOR) as uow:
        at = datetime(2027, 5, 12, 1, tzinfo=UTC)
        command = PlanDrill("疏散演练", "evacuation", "310116", at, participants, script="09:00 秘密脚本")
        return service.plan(uow, command)


def started(house: House) -> str:
    number = planned(house)
    with house.work.begin(DIRECTOR) as uow:
        service.start(uow, StartDrill(number))
    return number


def post(client: FlaskClient, page: str, path: str, **data: object) -> tuple[int, str]:
    """Posts a form as the page holds it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found, page
    answer = client.post(path, data={"csrf_token": found.group(1), **data})
    return answer.status_code, answer.get_data(as_text=True)


def test_the_year_proposes_its_days_and_shows_what_is_planned(house: House) -> None:
    director = client_for(house, "director")
    page = director.get("/drills?year=2027").get_data(as_text=True)
    assert "9月11日" in page
    assert "世界急救日" in page
    assert "该排了" in page
    planned(house)
    page = director.get("/drills?year=2027").get_data(as_text=True)
    assert "疏散演练" in page


def test_a_drill_is_planned_from_a_day(house: House) -> None:
    director = client_for(house, "director")
    form = director.get("/drills/new?day=first_aid_day&year=2027").get_data(as_text=True)
    assert "2027-09-11T09:00" in form
    status, _ = post(
        director, "/drills/new", "/drills/new",
        drill_name="急救日演练", drill_kind="first_aid", division="310116", planned_at="2027-09-11T09:00",
        day="first_aid_day",
    )  # fmt: skip
    assert status == 302
    page = director.get("/drills/Y1001").get_data(as_text=True)
    assert "急救日演练" in page
    assert "2027-09-11 09:00:00" in page
    year = director.get("/drills/_year?year=2027").get_data(as_text=True)
    assert "9-11" not in year.partition("建议的日子")[2]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("drill_name", "", "演练名称：必须填写"),
        ("planned_at", "", "计划时间：必须填写"),
        ("planned_at", "soon", "计划时间：时间看不懂"),
        ("planned_at", "2020-05-12T09:00", "计划时间：不能是过去的时间"),
        ("drill_kind", "party", "演练形式：没有这个选项"),
    ],
)
def test_a_form_that_cant_be_kept_says_why_and_loses_nothing(house: House, field: str, value: str, said: str) -> None:
    director = client_for(house, "director")
    typed = {"drill_name": "急救日演练", "drill_kind": "first_aid", "planned_at": "2027-09-11T09:00"}
    data = {**typed, "division": "310116", "script": "我写了很久的脚本", field: value}
    status, page = post(director, "/drills/new", "/drills/new", **data)
    assert status == 422
    assert said in page
    assert "我写了很久的脚本" in page


def test_a_director_runs_a_drill_from_its_page(house: House) -> None:
    number = planned(house)
    director = client_for(house, "director")
    page = f"/drills/{number}"
    assert post(director, page, f"{page}/start")[0] == 302
    assert "进行中" in director.get(page).get_data(as_text=True)
    assert post(director, page, f"{page}/end", drill_reason="真实灾情")[0] == 302
    after = director.get(page).get_data(as_text=True)
    assert "提前结束：真实灾情" in after
    assert post(director, page, f"{page}/start")[0] == 409


def test_a_planned_drill_is_changed_and_cancelled(house: House) -> None:
    number = planned(house)
    director = client_for(house, "director")
    page = f"/drills/{number}/change"
    assert "秘密脚本" in director.get(page).get_data(as_text=True)
    data = {"drill_name": "改名演练", "drill_kind": "joint", "planned_at": "2027-05-13T09:30"}
    assert post(director, page, page, **data)[0] == 302
    assert "改名演练" in director.get(f"/drills/{number}").get_data(as_text=True)
    assert post(director, f"/drills/{number}", f"/drills/{number}/cancel", drill_reason="台风")[0] == 302
    assert "已取消：台风" in director.get(f"/drills/{number}").get_data(as_text=True)
    assert director.get(page).status_code == 409


def test_those_who_take_part_see_the_drill_but_not_the_script(house: House) -> None:
    number = planned(house)
    village = client_for(house, "village")
    page = village.get(f"/drills/{number}").get_data(as_text=True)
    assert "疏散演练" in page
    assert "秘密脚本" not in page
    assert "/start" not in page
    assert village.get("/drills/new").status_code == 403
    assert post(village, "/drills", f"/drills/{number}/start")[0] == 403


def test_a_stranger_sees_nothing(house: House) -> None:
    number = started(house)
    stranger = client_for(house, "stranger")
    assert "疏散演练" not in stranger.get("/drills?year=2027").get_data(as_text=True)
    assert stranger.get(f"/drills/{number}").status_code == 404
    assert stranger.get(f"/drills/{number}/_figures").status_code == 404


def test_the_band_shows_the_drill_to_those_inside(house: House) -> None:
    number = started(house)
    director = client_for(house, "director")
    page = f"/drills/{number}"
    assert "这里的一切都不是真的灾情" not in director.get(page).get_data(as_text=True)
    assert post(director, page, "/world", drill=number)[0] == 302
    assert f"{number} 疏散演练" in re.sub(r"\s+", " ", director.get(page).get_data(as_text=True))


def test_visitors_sign_in_first(house: House) -> None:
    from responder.app import build

    visitor = build(house).test_client()
    for path in ("/drills", "/drills/new", "/drills/Y1001"):
        assert visitor.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/drills/Y9999", "/drills/R1001", "/drills/x", "/drills?year=0"])
def test_what_there_is_not(house: House, path: str) -> None:
    assert client_for(house, "director").get(path).status_code == 404


def test_the_api_lists_drills(house: House) -> None:
    from responder.app import build

    numbers = [planned(house) for _ in range(3)]
    client = build(house).test_client()
    headers = {"Authorization": f"Bearer {token_for(house, 'coordinator')}"}
    page = client.get("/api/v1/drills?limit=2", headers=headers).get_json()
    assert [item["number"] for item in page["items"]] == numbers[:0:-1]
    rest = client.get(f"/api/v1/drills?limit=2&cursor={page['next']}", headers=headers).get_json()
    assert [item["number"] for item in rest["items"]] == numbers[:1]
    assert rest["next"] is None
    one = client.get(f"/api/v1/drills/{numbers[0]}", headers=headers).get_json()
    assert one == {
        "number": numbers[0],
        "name": "疏散演练",
        "kind": "evacuation",
        "division": {"code": "310116", "name": "金山区"},
        "status": "planned",
        "planned_at": "2027-05-12T01:00:00+00:00",
        "started_at": None,
        "ended_at": None,
    }
    stranger = {"Authorization": f"Bearer {token_for(house, 'stranger')}"}
    assert client.get("/api/v1/drills", headers=stranger).get_json() == {"items": [], "next": None}
    missing = client.get(f"/api/v1/drills/{numbers[0]}", headers=stranger)
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")


def test_times_are_long_past_in_the_calendar(house: House) -> None:
    started(house)
    with time_machine.travel(NOW + timedelta(days=400), tick=True):
        page = client_for(house, "director").get("/drills?year=2027").get_data(as_text=True)
    assert "该排了" not in page
