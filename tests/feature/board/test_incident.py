"""From the first look to the public page."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from responder.accounts.models import Delegation
from responder.board import queries
from responder.incidents import service
from responder.incidents.commands import ReleaseFigures
from responder.incidents.models import Incident
from responder.kernel import clock
from responder.platform import eventlog
from responder.platform.scope import Scope
from responder.reports import sheets
from tests.cast import person_id
from tests.feature.board.conftest import VILLAGE, Night, post

Browser = Callable[[str], FlaskClient]


def incident(night: Night) -> Incident:
    with night.house.work.read() as session:
        found = session.scalar(select(Incident).where(Incident.id == 1))
        assert found is not None
        return found


def kinds(night: Night) -> list[str]:
    with night.house.work.read() as session:
        return [event.kind for event in eventlog.about(session, Scope("310116"), ["S1001"])]


def test_the_first_look_of_whoever_manages_stops_the_hand(night: Night, browser: Browser) -> None:
    for username in ("town", "director", "auditor", "supervisor"):
        assert browser(username).get("/incidents/S1001").status_code == 200
    assert incident(night).seen_at is None
    browser("coordinator").get("/incidents/S1001")
    first = incident(night).seen_at
    assert first is not None
    browser("coordinator").get("/incidents/S1001")
    assert incident(night).seen_at == first
    assert kinds(night).count("incident.seen") == 1


def test_looking_at_the_board_alone_stops_nothing(night: Night, browser: Browser) -> None:
    page = browser("coordinator").get("/").get_data(as_text=True)
    assert "未看 2" in page
    assert incident(night).seen_at is None


def test_the_whole_way(night: Night, browser: Browser) -> None:
    browser("coordinator").get("/incidents/S1001")
    assert "不能这样操作" in post(browser("coordinator"), "/incidents/S1001/close")[1]
    assert "核实数字" in browser("supervisor").get("/incidents/S1001").get_data(as_text=True)
    assert "已核实" in post(browser("supervisor"), "/incidents/S1001/verify")[1]
    assert incident(night).verified_by == "高卫东"
    assert "还有 1 支队伍" in post(browser("coordinator"), "/incidents/S1001/close")[1]
    night.finish()
    assert "已结束" in post(browser("coordinator"), "/incidents/S1001/close")[1]
    assert "等公示" in browser("supervisor").get("/board/_needs").get_data(as_text=True)
    assert "已公示" in post(browser("supervisor"), "/incidents/S1001/publish")[1]
    found = incident(night)
    assert (found.status, found.released) == ("closed", False)
    assert found.published_at is not None
    post(browser("supervisor"), "/incidents/S1001/publish", release="1")
    assert incident(night).released
    for kind in ("incident.verified", "incident.closed", "incident.published"):
        assert kind in kinds(night)


def test_nobody_does_what_their_role_may_not(browser: Browser) -> None:
    assert post(browser("coordinator"), "/incidents/S1001/verify")[0] == 403
    assert post(browser("supervisor"), "/incidents/S1001/close")[0] == 403
    assert post(browser("coordinator"), "/incidents/S1001/publish")[0] == 403
    for act in ("verify", "close", "publish"):
        assert post(browser("village"), f"/incidents/S1001/{act}")[0] == 403
    assert post(browser("stranger"), "/incidents/S1001/close")[0] == 404


def test_nobody_verifies_their_own_figures(night: Night, browser: Browser) -> None:
    night.file("supervisor", kind="followup", ref="S1001", figures={"relocated": 90})
    page = browser("supervisor").get("/incidents/S1001").get_data(as_text=True)
    assert "不能由你核实" in page
    assert 'action="/incidents/S1001/verify"' not in page
    assert "不能核实自己报的数字" in post(browser("supervisor"), "/incidents/S1001/verify")[1]
    assert incident(night).status == "open"


def test_a_branch_may_delegate_it_and_the_exception_is_kept(night: Night, browser: Browser) -> None:
    night.file("supervisor", kind="followup", ref="S1001", figures={"relocated": 90})
    with night.house.work.begin(night.actor("admin")) as uow:
        from datetime import timedelta

        uow.session.add(
            Delegation(
                kind="own_documents", person_id=person_id(night.house, "supervisor"), division_code="310116",
                reason="只有一人值守", granted_by=person_id(night.house, "admin"), created_at=uow.now,
                valid_until=uow.now + timedelta(days=1),
            )
        )  # fmt: skip
    post(browser("supervisor"), "/incidents/S1001/verify")
    found = incident(night)
    assert found.status == "verified"
    assert found.exception


def test_contradictory_figures_are_not_verified(night: Night, browser: Browser) -> None:
    night.file("village", kind="followup", ref="S1001", figures={"affected": 50, "deaths": 0})
    page = browser("supervisor").get("/incidents/S1001").get_data(as_text=True)
    assert "数字互相矛盾" in page
    assert "互相矛盾" in post(browser("supervisor"), "/incidents/S1001/verify")[1]
    assert incident(night).status == "open"


def test_figures_stand_by_place_and_nothing_is_counted_twice(night: Night, browser: Browser) -> None:
    night.file("town", kind="followup", ref="S1001", division="310116112", figures={"relocated": 120})
    night.file("village", kind="followup", ref="S1001", figures={"relocated": 90, "injured": 0})
    page = browser("coordinator").get("/board/_incident_figures/S1001").get_data(as_text=True)
    assert incident(night).figures["relocated"] == 120
    total = page[page.index("<tfoot>") :]
    assert ">120<" in total
    assert ">90<" not in total
    assert ">0<" in total


def test_nobody_s_name_stands_under_figures_that_came_later(night: Night, browser: Browser) -> None:
    post(browser("supervisor"), "/incidents/S1001/verify")
    night.file("coordinator", kind="followup", ref="S1001", figures={"relocated": 500}, source="media")
    night.file("village", kind="followup", ref="S1001", figures={"relocated": 87})
    assert incident(night).status == "verified"
    night.file("village", kind="followup", ref="S1001", figures={"deaths": 5})
    found = incident(night)
    assert (found.status, found.verified_by, found.verified_at) == ("open", "", None)
    assert "incident.reopened" in kinds(night)
    assert "不能这样操作" in post(browser("coordinator"), "/incidents/S1001/close")[1]
    post(browser("supervisor"), "/incidents/S1001/verify")
    assert incident(night).status == "verified"


def test_page_and_sheet_say_the_same(night: Night) -> None:
    now = clock.now()
    told = {"kind": "followup", "ref": "S1001"}
    night.file("village", **told, figures={"relocated": 90})
    night.file("village", **told, figures={"relocated": 50, "injured": 3}, said_at=now - timedelta(hours=2))
    night.file("coordinator", **told, figures={"relocated": 500}, source="media")
    night.file("town", **told, division="310116112", figures={"relocated": 5}, basis="addition")
    scope = Scope("310116", permissions=frozenset({"mission.see"}))
    with night.house.work.read() as session:
        case = queries.case(session, scope, "S1001")
        assert case is not None
        given = {one.division: one for one in queries.given(session, scope, case)}
        sheet = sheets.sheet(session, scope, "S1001", "310116112")
    assert sheet is not None
    assert given[VILLAGE].figures == {slug: cell.value for slug, cell in sheet.rows[0].own.items()}
    assert (given[VILLAGE].figures["relocated"], given[VILLAGE].figures["injured"]) == (90, 3)
    assert given["310116112"].figures == {"relocated": 5}
    assert all(one.counted for one in given.values())
    assert incident(night).figures["relocated"] == sheet.tier.figures["relocated"] == 95


def test_deaths_wait_to_be_released(night: Night, browser: Browser) -> None:
    night.file("village", kind="followup", ref="S1001", figures={"deaths": 2})
    assert "（待核）" in browser("coordinator").get("/board/_incident?incident=S1001").get_data(as_text=True)
    with night.house.work.begin(night.actor("supervisor")) as uow:
        service.release(uow, ReleaseFigures("S1001"))
    assert "（待核）" not in browser("coordinator").get("/board/_incident?incident=S1001").get_data(as_text=True)


def test_goods_stand_beside_the_team_that_carries_them(browser: Browser) -> None:
    page = browser("coordinator").get("/board/_incident_missions/S1001").get_data(as_text=True)
    assert "待出库 60" in page


def test_the_timeline_tells_of_reports_missions_and_goods(browser: Browser) -> None:
    client = browser("coordinator")
    whole = client.get("/board/_timeline/S1001").get_data(as_text=True)
    for word in ("新事件 S1001", "初报", "派漕泾镇群众性救护队", "预留"):
        assert word in whole
    only = client.get("/board/_timeline/S1001?show=stock").get_data(as_text=True)
    assert "预留" in only
    assert "初报" not in only
