"""The API of reports (DESIGN §8): fields, pages, repetition, scope, problem documents; and what the list costs."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from responder.app import build
from responder.drills.models import Drill
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import indicators, queries
from responder.reports.models import Report
from tests import cast
from tests.at_once import at_once
from tests.feature.reports.conftest import DISTRICT, STRANGER, TOWN, VILLAGE, Desk, flood


def test_a_report_with_every_field(desk: Desk) -> None:
    body = flood(
        place="五组海堤", occurred_at="2026-09-12T05:00:00+08:00", text="海堤内进水",
        needs=[{"item": "棉被", "qty": 60}],
        figures={"relocated": 87, "deaths": 0, "missing": None, "crop_affected": 23.33, "loss_total": 185000},
    )  # fmt: skip
    filed = desk.caller("village").post("/reports", body)
    assert filed.status_code == 201
    one = filed.get_json()
    assert set(one) >= {
        "number", "kind", "hazard", "division", "place", "occurred_at", "received_at", "channel", "reporter", "status",
        "incident", "figures", "needs", "text",
    }  # fmt: skip
    assert (one["kind"], one["hazard"], one["place"]) == ("initial", "flood", "五组海堤")
    assert one["division"] == {"code": VILLAGE, "name": "海涯村"}
    assert (one["channel"], one["status"], one["text"]) == ("api", "received", "海堤内进水")
    assert one["reporter"] == {"name": "王秀兰", "phone": None}
    assert one["needs"] == [{"item": "棉被", "qty": 60}]
    assert one["incident"] == desk.incidents()[0].number
    assert set(one["figures"]) == set(indicators.indicators())
    assert {slug: value for slug, value in one["figures"].items() if value is not None} == {
        "relocated": 87, "deaths": 0, "crop_affected": 23.33, "loss_total": 185000
    }  # fmt: skip
    for time in (one["occurred_at"], one["received_at"]):
        assert time.endswith("+00:00")
    assert one["occurred_at"] == "2026-09-11T21:00:00+00:00"
    assert desk.caller("coordinator").get(f"/reports/{one['number']}").get_json() == one


def test_a_phone_is_masked_for_those_without_need(desk: Desk) -> None:
    phone = build(desk.house).test_client()
    phone.post("/simulator/sms", json={"from": cast.phone("village"), "body": "海涯村内涝，转移18人"})
    number = desk.reports()[0].number
    for who, shown in (("coordinator", cast.phone("village")), ("auditor", "199****0004"), ("village", "199****0004")):
        assert desk.caller(who).get(f"/reports/{number}").get_json()["reporter"]["phone"] == shown


def test_pages_newest_first_to_the_end(desk: Desk) -> None:
    village = desk.caller("village")
    numbers = [village.post("/reports", flood()).get_json()["number"] for _ in range(7)]
    seen: list[str] = []
    cursor, pages = "", 0
    while True:
        page = desk.caller("coordinator").get(f"/reports?limit=3{cursor}").get_json()
        seen += [one["number"] for one in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == numbers[::-1]
    assert pages == 3


def test_an_empty_list_ends_at_once(desk: Desk) -> None:
    assert desk.caller("stranger").get("/reports").get_json() == {"items": [], "next": None}


def test_the_list_is_narrowed(desk: Desk) -> None:
    village = desk.caller("village")
    village.post("/reports", flood())
    village.post("/reports", flood(hazard="fire"))
    village.post("/reports", {"kind": "zero", "division": VILLAGE})
    get = desk.caller("coordinator").get
    assert [one["hazard"] for one in get("/reports?hazard=fire").get_json()["items"]] == ["fire"]
    assert [one["kind"] for one in get("/reports?kind=zero").get_json()["items"]] == ["zero"]
    assert get("/reports?status=accepted").get_json()["items"] == []
    assert len(get("/reports?status=received").get_json()["items"]) == 3


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=x", "cursor=x", "cursor=-1", "limit=1.5", "cursor=9" + "9" * 30]
)
def test_a_page_that_can_t_be(desk: Desk, query: str) -> None:
    refused = desk.caller("coordinator").get(f"/reports?{query}")
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"


def test_a_huge_limit_is_cut(desk: Desk) -> None:
    assert desk.caller("coordinator").get("/reports?limit=1000000").status_code == 200


def test_the_same_key_gives_the_same_answer(desk: Desk) -> None:
    village = desk.caller("village")
    first = village.post("/reports", flood(), **{"Idempotency-Key": "k1"})
    again = village.post("/reports", flood(), **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert len(desk.reports()) == 1
    other = village.post("/reports", flood(place="六组"), **{"Idempotency-Key": "k1"})
    assert other.status_code == 409
    assert other.get_json()["code"] == "key_reused"
    assert desk.caller("town").post("/reports", flood(), **{"Idempotency-Key": "k1"}).status_code == 201
    assert len(desk.reports()) == 2


def test_a_refused_post_may_be_repeated_with_its_key(desk: Desk) -> None:
    village = desk.caller("village")
    assert village.post("/reports", flood(hazard="meteor"), **{"Idempotency-Key": "k1"}).status_code == 422
    assert village.post("/reports", flood(), **{"Idempotency-Key": "k1"}).status_code == 201


def test_the_same_key_at_the_same_moment_is_one_report(desk: Desk) -> None:
    callers = [desk.caller("village") for _ in range(4)]
    posts = [partial(one.post, "/reports", flood(), **{"Idempotency-Key": "k1"}) for one in callers]
    answers = [answer.status_code for answer in at_once(*posts)]
    assert len(desk.reports()) == 1
    assert set(answers) <= {201, 409}
    assert 201 in answers


@pytest.mark.parametrize(
    "body",
    [
        flood(kind="gossip"), flood(hazard="meteor"), flood(hazard="x" * 300), flood(figures={"relocated": -1}),
        flood(figures={"relocated": 1.5}), flood(figures={"no_such": 1}), flood(figures={"relocated": "many"}),
        flood(figures={"relocated": 1e300}), flood(figures=[]), flood(needs=[{"item": ""}]),
        flood(needs=[{"item": "x", "qty": -1}]),
        flood(occurred_at="2026-09-12T05:00:00"), flood(occurred_at="2999-01-01T00:00:00Z"),
        flood(occurred_at="0001-01-01T00:00:00+08:00"), flood(text="x" * 5001), flood(place="x" * 201),
        flood(division=STRANGER), flood(division=TOWN), flood(division="9" * 12), flood(more=1), {}, [], None, "x",
        flood(kind="followup", ref="S9999", division=TOWN),
    ],
)  # fmt: skip
def test_what_can_t_be_taken_is_a_problem_document(desk: Desk, body: Any) -> None:
    refused = desk.caller("village").post("/reports", body)
    assert refused.status_code in (400, 409, 422)
    assert refused.mimetype == "application/problem+json"
    problem = refused.get_json()
    assert problem["status"] == refused.status_code
    assert problem["title"]
    assert desk.reports() == []


def test_a_follow_up_of_nothing_is_a_conflict(desk: Desk) -> None:
    refused = desk.caller("village").post("/reports", flood(kind="correction"))
    assert refused.status_code == 409
    assert refused.get_json()["code"] == "reports.nothing_to_continue"


@pytest.mark.parametrize("field", ["text", "place"])
def test_odd_letters_are_no_error(desk: Desk, field: str) -> None:
    for odd in ("进\x00水", "🌊", "\ud83d"):
        assert desk.caller("village").post("/reports", flood(**{field: odd})).status_code in (201, 422)


def test_a_body_that_is_no_json(desk: Desk) -> None:
    caller = desk.caller("village")
    refused = caller.client.post(
        "/api/v1/reports",
        data="{",
        headers={"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"},
    )
    assert refused.status_code in (400, 422)
    assert refused.mimetype == "application/problem+json"


def test_without_a_token_401_with_too_little_403_out_of_scope_404(desk: Desk) -> None:
    number = desk.caller("village").post("/reports", flood()).get_json()["number"]
    nobody = build(desk.house).test_client()
    for refused in (
        nobody.get("/api/v1/reports"),
        nobody.get("/api/v1/reports", headers={"Authorization": "Bearer wrong"}),
        nobody.post("/api/v1/reports", json=flood()),
        desk.browser("coordinator").client.get("/api/v1/reports"),
    ):
        assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
    assert desk.caller("keeper").get("/reports").status_code == 403
    assert desk.caller("auditor").post("/reports", flood()).status_code == 403
    stranger = desk.caller("stranger")
    hidden, missing = stranger.get(f"/reports/{number}"), stranger.get("/reports/R9999")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.get_json() == missing.get_json(), "out of scope and not there look the same"
    for odd in ("x", "S1001", "R", "R0", "R1000", "R99999999"):
        assert desk.caller("coordinator").get(f"/reports/{odd}").status_code == 404


def test_the_drill_header_leads_into_the_drill(desk: Desk) -> None:
    with desk.house.work.begin(Actor(None, "system", "", "job")) as uow:
        drill = Drill(
            name="演练", kind="tabletop", division_code=DISTRICT, planned_at=uow.now, changed_at=uow.now,
            status="running",
        )  # fmt: skip
        uow.session.add(drill)
        uow.session.flush()
        number, world = drill.number, drill.id
    inside = {"Responder-Drill": number}
    village = desk.caller("village")
    filed = village.post("/reports", flood(), **inside)
    assert filed.status_code == 201
    assert desk.reports() == []
    assert len(desk.reports(world=world)) == 1
    assert village.get("/reports").get_json()["items"] == []
    assert len(village.get("/reports", **inside).get_json()["items"]) == 1
    report = filed.get_json()["number"]
    assert village.get(f"/reports/{report}").status_code == 404
    assert village.get(f"/reports/{report}", **inside).status_code == 200
    for wrong in ("Y9999", "x", "R1001"):
        assert village.get("/reports", **{"Responder-Drill": wrong}).status_code in (404, 422)
    assert desk.caller("stranger").get("/reports", **inside).status_code == 404


SCOPES = [(DISTRICT, "_6_id"), (TOWN, "_9_id"), (VILLAGE, "division_code_id")]


@pytest.mark.parametrize(("division", "index"), SCOPES)
def test_the_newest_page_is_read_by_an_index_of_its_scope(desk: Desk, division: str, index: str) -> None:
    work = desk.house.work
    towns = [f"310{district}{town}" for district in (112, 113, 114, 116, 117) for town in (100, 101, 112)]
    rows = [
        {
            "kind": "initial", "hazard": "flood", "place": "", "received_at": clock.now(),
            "said_at": clock.now(), "channel": "sms",
            "reporter_id": None, "reporter_name": "", "reporter_phone": "", "typed_by_id": None, "typed_by_name": "",
            "status": "received", "reason": "", "reviewed_by": "", "figures": "{}", "needs": "[]", "urgent": "[]",
            "warnings": "[]", "text": "", "ref": "", "occurred_text": "", "world": 0,
            "division_code": f"{towns[n % len(towns)]}{200 + n % 40}",
        }
        for n in range(6000)
    ]  # fmt: skip
    table: Any = Report.__table__
    with work.begin(Actor(None, "system", "", "job")) as uow:
        uow.session.connection().execute(insert(table), rows)
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, params: Any, *_more: Any) -> None:
        asked.append((statement, params))

    engine = work.database.reader
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    event.listen(engine, "before_cursor_execute", note)
    with work.read() as session:
        queries.reports(session, Scope(division), Cursor(None, 25))
    event.remove(engine, "before_cursor_execute", note)
    (statement, params), *_ = [one for one in asked if "FROM report" in one[0]]
    explain = "EXPLAIN QUERY PLAN " if work.database.is_sqlite else "EXPLAIN "
    with engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(explain + statement, params))
    assert f"ix_report_world_{'division' if index[0] == '_' else ''}{index}" in plan, plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
