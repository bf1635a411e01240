"""The report's page: returned in one press, amended with a trace, questions settled, photos asked for kindly."""

import io

import pytest
from werkzeug.test import TestResponse

from responder.incidents import responses
from responder.incidents.authorised import Authorised
from responder.incidents.responses import StartLevel
from responder.messaging.models import Outbound
from responder.platform.scope import Scope
from responder.reports import queries
from responder.reports.commands import StoredPhoto
from tests.feature.reports.conftest import DISTRICT, TOWN, VILLAGE, Desk, picture
from tests.feature.reports.filing import say, sheet


def post(desk: Desk, who: str, path: str, **fields: str) -> TestResponse:
    """A form sent by somebody, and the page that follows."""
    browser = desk.browser(who)
    data = {"csrf_token": browser.hidden()["csrf_token"], **fields}
    return browser.client.post(path, data=data, follow_redirects=True)


def read(desk: Desk, who: str, path: str) -> str:
    """A page as somebody reads it."""
    answer = desk.browser(who).client.get(path)
    assert answer.status_code == 200, path
    return answer.text


@pytest.fixture
def number(desk: Desk) -> str:
    """A report of the village."""
    return say(desk, "village", kind="initial", affected=87, relocated=30, text="八十七人受灾").number


def test_a_return_takes_a_tile_or_words_or_both(desk: Desk, number: str) -> None:
    assert "位置不清" in read(desk, "town", f"/reports/{number}")
    assert "已退回" not in post(desk, "town", f"/reports/{number}/review", accept="0", quick="nonsense").text
    post(desk, "town", f"/reports/{number}/review", accept="0", quick="place", reason="五组还是六组？")
    with desk.house.work.read() as session:
        found = queries.report(session, Scope(DISTRICT), number)
        texts = [one.id for one in session.query(Outbound) if one.template == "report_returned"]
    assert found is not None
    assert found.reason == "位置不清，请写明哪个村哪个组；五组还是六组？"
    assert len(texts) == 1


def test_an_amendment_is_traced_on_the_page_and_counts(desk: Desk, number: str) -> None:
    here = f"/reports/{number}/amend"
    assert 'value="87"' in read(desk, "town", here)
    refused = post(desk, "town", here, affected="78", relocated="30")
    assert refused.status_code == 422
    assert 'value="78"' in refused.text
    assert post(desk, "town", here, affected="很多", reason="x").status_code == 422
    fields = {"affected": "７８", "relocated": "", "deaths": "0", "place": "五组", "division": VILLAGE}
    page = post(desk, "town", here, **fields, hazard="typhoon", kind="initial", reason="电话核实").text
    for wanted in ("电话核实", "吴建国", "五组", "台风", "→"):
        assert wanted in page
    assert sheet(desk, desk.reports()[0].incident or "", TOWN).tier.figures == {"affected": 78, "deaths": 0}
    (row,) = desk.reports()
    assert (row.status, row.amended, row.place, row.hazard) == ("accepted", True, "五组", "typhoon")
    assert row.figures == {"affected": 78, "deaths": 0}
    assert "内容没有变" in post(desk, "town", here, reason="再核一遍").text


def test_a_contradiction_keeps_what_was_typed(desk: Desk, number: str) -> None:
    refused = post(desk, "town", f"/reports/{number}/amend", kind="verification", affected="10", reason="核报")
    assert refused.status_code == 422
    assert "数字对不上" in refused.text
    assert 'value="10"' in refused.text
    assert desk.reports()[0].figures == {"affected": 87, "relocated": 30}


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("village", 403), ("supervisor", 403)])
def test_nobody_else_amends(desk: Desk, number: str, who: str, status: int) -> None:
    here = f"/reports/{number}/amend"
    assert desk.browser(who).client.get(here).status_code == status
    if who != "supervisor":
        assert post(desk, who, here, affected="1", reason="x").status_code == status
        for act in ("settle", "explain"):
            assert post(desk, who, f"/reports/{number}/{act}", kind="update", reason="").status_code in (200, 404)
    assert desk.reports()[0].figures == {"affected": 87, "relocated": 30}


def test_one_s_own_report_is_not_amended(desk: Desk) -> None:
    own = say(desk, "town", TOWN, kind="initial", affected=5).number
    assert "自己报的用" in read(desk, "town", f"/reports/{own}/amend")
    assert post(desk, "town", f"/reports/{own}/amend", affected="6", reason="x").status_code == 403
    assert "/amend" not in read(desk, "town", f"/reports/{own}")
    assert post(desk, "coordinator", f"/reports/{own}/amend", affected="6", reason="核实").status_code == 200


@pytest.mark.parametrize(("kind", "stored"), [("update", "followup"), ("correction", "correction")])
def test_update_or_correction_is_answered_on_the_page(desk: Desk, number: str, kind: str, stored: str) -> None:
    other = say(desk, "town", VILLAGE, kind="initial", affected=60)
    assert other.asks == "update_or_correction"
    assert "是情况更新，还是更正" in read(desk, "coordinator", f"/reports/{other.number}")
    assert "已问报灾人" in read(desk, "village", f"/reports/{other.number}")
    post(desk, "coordinator", f"/reports/{other.number}/settle", kind="maybe")
    assert desk.reports()[0].asks
    post(desk, "town", f"/reports/{other.number}/settle", kind=kind, reason="前面多算了")
    found = desk.reports()[0]
    assert (found.asks, found.kind) == ("", stored)
    assert "别人报的数字不同" not in read(desk, "town", f"/reports/{other.number}")


def test_a_jump_is_explained_by_whoever_reported_it(desk: Desk, number: str) -> None:
    jump = say(desk, "village", affected=8700).number
    assert "变化很大，是什么原因" in read(desk, "village", f"/reports/{jump}")
    assert "还没有说明原因" in read(desk, "town", f"/reports/{jump}")
    assert "请核对" in read(desk, "town", f"/reports/{jump}")
    assert post(desk, "town", f"/reports/{jump}/explain", reason="不是我报的").status_code == 404
    post(desk, "village", f"/reports/{jump}/explain", reason=" ")
    assert "还没有说明原因" in read(desk, "town", f"/reports/{jump}")
    post(desk, "village", f"/reports/{jump}/explain", reason="上游溃口")
    assert "上游溃口" in read(desk, "town", f"/reports/{jump}")


def test_photos_are_asked_for_while_a_level_runs_and_never_demanded(desk: Desk, number: str) -> None:
    asked = "方便时请补照片"
    assert asked not in read(desk, "village", f"/reports/{number}")
    incident = desk.reports()[0].incident or ""
    with desk.house.work.begin(desk.actor("supervisor")) as uow:
        responses.start(uow, StartLevel(incident, "IV", Authorised("system")))
    assert f"{asked}：现有 0 张" in read(desk, "village", f"/reports/{number}")
    desk.browser("village").file(
        kind="followup", ref=incident, photos=[(io.BytesIO(picture(size=(40 + n, 40))), f"{n}.jpg") for n in range(2)]
    )
    assert f"{asked}：现有 2 张" in read(desk, "town", f"/reports/{number}")
    say(desk, "village", ref=incident, photos=[StoredPhoto("0" * 64, 4, 3, 12)])
    assert asked not in read(desk, "village", f"/reports/{number}")
