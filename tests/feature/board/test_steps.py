"""Levels, hand-offs, joins and the release of deaths on the incident's page."""

from collections.abc import Callable

from flask.testing import FlaskClient

from responder.incidents import queries, responses
from responder.platform.scope import Scope
from tests.feature.board.conftest import Night, post

Browser = Callable[[str], FlaskClient]
TOWN, OTHER = "310116112", "310116102201"


def steps(client: FlaskClient, number: str = "S1001") -> str:
    return client.get(f"/board/_incident_steps/{number}").get_data(as_text=True)


def test_a_suggested_level_is_started_from_the_page(night: Night, browser: Browser) -> None:
    client = browser("coordinator")
    assert "建议金山区启动四级响应" in steps(client)
    assert "建议启动四级响应" in client.get("/board/_needs").get_data(as_text=True)
    status, said = post(client, "/incidents/S1001/start-level", level="IV", how="system", division="310116")
    assert (status, "已启动" in said) == (200, True)
    shown = steps(client)
    assert "建议金山区启动四级响应" not in shown
    assert "每 24 小时续报" in shown
    assert "四级响应" in client.get("/board/_incident").get_data(as_text=True)
    assert "四级响应" in steps(browser("village"))


def test_a_level_by_phone_waits_for_its_signer(night: Night, browser: Browser) -> None:
    client = browser("coordinator")
    post(client, "/incidents/S1001/start-level", level="II", how="phone", authorised_by="张副会长", division="310116")
    assert "待补签" in steps(client)
    assert "等补签" in browser("supervisor").get("/board/_needs").get_data(as_text=True)
    assert "张副会长" in browser("auditor").get("/incidents/authority").get_data(as_text=True)
    assert "张副会长" not in browser("stranger").get("/incidents/authority").get_data(as_text=True)
    post(browser("supervisor"), "/incidents/authority", authorisation="1")
    assert "待补签" not in steps(client)


def test_the_town_takes_what_was_ordered(night: Night, browser: Browser) -> None:
    supervisor = browser("supervisor")
    post(supervisor, "/incidents/S1001/start-level", level="III", how="system", division="310116")
    post(supervisor, "/incidents/S1001/order-level", response="1", division=TOWN, level="IV", how="system")
    town = browser("town")
    assert "上级要求漕泾镇启动四级响应" in steps(town)
    assert "上级要求漕泾镇启动四级响应" in town.get("/board/_needs").get_data(as_text=True)
    post(town, "/incidents/S1001/take-order", response="2")
    with night.house.work.read() as session:
        assert [one.division for one in responses.running(session)] == ["310116", TOWN]
    post(supervisor, "/incidents/S1001/end-level", response="1", how="system", summary="水退")
    assert "水退" in steps(supervisor)


def test_people_in_danger_are_handed_over(night: Night, browser: Browser) -> None:
    night.file("village", kind="followup", ref="S1001", text="3人被困", figures={"missing": 1})
    client = browser("coordinator")
    assert "还没告知119 消防救援" in steps(client)
    assert "还没告知" in client.get("/board/_needs").get_data(as_text=True)
    post(client, "/incidents/S1001/hand-off", line="fire")
    post(client, "/incidents/S1001/hand-off", line="police", needed="0", note="已在现场")
    shown = steps(client)
    assert "还没告知119 消防救援" not in shown
    assert "不用告知110 公安" in shown
    assert "还没告知应急指挥部" in shown
    assert "周慧敏已经告知过" in post(client, "/incidents/S1001/hand-off", line="fire")[1]


def test_a_leader_stands_for_the_dead_and_new_figures_wait_again(night: Night, browser: Browser) -> None:
    night.file("village", kind="followup", ref="S1001", figures={"deaths": 1})
    supervisor = browser("supervisor")
    assert "由我认定" in steps(supervisor)
    assert "由我认定" not in steps(browser("coordinator"))
    assert post(browser("coordinator"), "/incidents/S1001/release")[0] == 403
    post(supervisor, "/incidents/S1001/release")
    assert "高卫东认定" in steps(supervisor)
    night.file("village", kind="followup", ref="S1001", figures={"deaths": 2})
    with night.house.work.read() as session:
        found = queries.incident(session, Scope("310116"), "S1001")
        assert found is not None
        assert not found.released


def test_two_are_joined_and_parted_on_the_page(night: Night, browser: Browser) -> None:
    night.file("town", hazard="typhoon", division=TOWN, figures={"relocated": 9})
    client = browser("coordinator")
    assert "可能是同一起" in steps(client)
    assert "可能是同一起" in client.get("/board/_needs").get_data(as_text=True)
    post(client, "/incidents/S1001/join", other="S1003")
    gone = client.get("/incidents/S1003")
    assert gone.status_code == 302
    assert gone.location.endswith("/incidents/S1001")
    assert "S1003" in steps(client)
    page = client.get("/incidents/S1001/part?back=S1003").get_data(as_text=True)
    assert 'value="R1003" checked' in page
    post(client, "/incidents/S1001/part", report="R1003", back="S1003")
    assert client.get("/incidents/S1003").status_code == 200


def test_one_call_tells_a_line_of_all_that_were_joined_and_leaves_what_came_in_since(
    night: Night, browser: Browser
) -> None:
    night.file("village", kind="followup", ref="S1001", text="3人被困", figures={})
    night.file("town", hazard="typhoon", division=TOWN, text="2人被困", figures={"relocated": 9})
    client = browser("coordinator")
    post(client, "/incidents/S1001/join", other="S1003")
    shown = steps(client)
    assert shown.count("还没告知119 消防救援") == 1
    assert 'name="origins" value="S1001 S1003"' in shown
    post(client, "/incidents/S1001/hand-off", line="fire", origins="S1003")
    assert "还没告知119 消防救援" in steps(client)
    post(client, "/incidents/S1001/hand-off", line="fire", origins="S1001 S1003")
    assert "还没告知119 消防救援" not in steps(client)
    assert post(client, "/incidents/S1001/hand-off", line="fire", origins="S1002")[0] == 404


def test_strangers_find_nothing(night: Night, browser: Browser) -> None:
    client = browser("stranger")
    for path in ("/board/_incident_steps/S1001", "/incidents/S1001/part"):
        assert client.get(path).status_code == 404
    for act in ("start-level", "hand-off", "end-level", "take-order", "keep-apart"):
        fields = {"level": "IV", "line": "fire", "response": "1", "proposal": "1", "division": "310117"}
        assert post(client, f"/incidents/S1001/{act}", **fields)[0] == 404
    post(client, "/incidents/S1001/join", other="S1001")
    with night.house.work.read() as session:
        assert responses.running(session) == []
