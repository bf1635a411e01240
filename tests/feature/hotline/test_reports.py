"""Reports by text: understood, filed, seen by whom it concerns, receipted, continued and corrected."""

from datetime import timedelta

import pytest
import time_machine
from structlog.testing import capture_logs

from responder.hotline import service
from responder.hotline.call import Call
from responder.kernel import clock
from responder.messaging.rules import segments
from responder.reports import indicators
from tests import cast
from tests.feature.hotline.conftest import P02, VILLAGE, Hotline


def test_the_village_s_text_becomes_a_report_an_incident_and_a_receipt(hotline: Hotline) -> None:
    came = hotline.text("village", P02)
    (one,) = hotline.reports()
    assert (came["outcome"], came["subject"], came["understood"]) != ("waiting", "", "{}")
    assert came["subject"] == one.number
    assert (one.kind, one.hazard, one.division, one.channel) == ("initial", "typhoon", VILLAGE, "sms")
    assert one.figures == {
        "relocated": 87, "houses_collapsed": 4, "houses_damaged": 11, "households_affected": 30, "crop_affected": 23.33
    }  # fmt: skip
    assert one.needs == [{"item": "棉被", "qty": 60}, {"item": "彩条布", "qty": 20}, {"item": "矿泉水", "qty": 100}]
    assert (one.text, one.occurred_text) == (P02, "今晨5时许")
    assert (one.reporter_name, one.typed_by_name, one.reporter_phone) == ("王秀兰", "王秀兰", cast.phone("village"))
    assert not one.in_danger
    (incident,) = hotline.incidents()
    assert one.incident == incident.number
    assert (incident.hazard, incident.division, incident.status) == ("typhoon", VILLAGE, "open")
    assert incident.figures == one.figures
    assert incident.lat is not None
    (receipt,) = hotline.outbox()
    assert (receipt["number"], receipt["status"], receipt["subject"]) == (cast.phone("village"), "queued", one.number)
    for said in (one.number, "漕泾镇海涯村", "台风", "87", "棉被60床等3样", "有误回“更正…”"):
        assert said in receipt["body"]
    assert segments(receipt["body"]) == 1
    assert [kind for kind in hotline.kinds() if kind.partition(".")[0] in ("report", "incident")] == [
        "incident.opened", "incident.level_suggested", "report.received"
    ]  # fmt: skip


def test_everybody_above_sees_it_and_nobody_beside(hotline: Hotline) -> None:
    hotline.text("village", P02)
    for division in ("310116", "310116112", VILLAGE):
        assert len(hotline.reports(division)) == len(hotline.incidents(division)) == 1
    for division in ("310117", "310116102", "310116112219", "22"):
        assert hotline.reports(division) == []
        assert hotline.incidents(division) == []


@pytest.mark.parametrize(
    ("who", "seen"), [("coordinator", True), ("town", True), ("village", True), ("stranger", False)]
)
def test_pages_and_api_keep_to_the_scope(hotline: Hotline, who: str, seen: bool) -> None:
    number = hotline.text("village", P02)["subject"]
    token = {"Authorization": f"Bearer {cast.token_for(hotline.house, who)}"}
    listed = hotline.client.get("/api/v1/reports", headers=token).get_json()["items"]
    assert [one["number"] for one in listed] == ([number] if seen else [])
    assert hotline.client.get(f"/api/v1/reports/{number}", headers=token).status_code == (200 if seen else 404)
    events = hotline.client.get("/api/v1/events?since=0&limit=500", headers=token).get_json()["items"]
    assert (number in {event["subject"] for event in events}) is seen
    browser = cast.client_for(hotline.house, who)
    assert browser.get(f"/reports/{number}").status_code == (200 if seen else 404)
    assert (number in browser.get("/reports").text) is seen
    incident = hotline.incidents()[0].number
    assert browser.get(f"/incidents/{incident}").status_code == (200 if seen else 404)
    assert hotline.client.get(f"/api/v1/incidents/{incident}", headers=token).status_code == (200 if seen else 404)


def test_the_api_shows_every_indicator_null_where_not_stated(hotline: Hotline) -> None:
    number = hotline.text("village", P02)["subject"]
    token = {"Authorization": f"Bearer {cast.token_for(hotline.house, 'coordinator')}"}
    one = hotline.client.get(f"/api/v1/reports/{number}", headers=token).get_json()
    assert set(one["figures"]) == set(indicators.indicators())
    assert one["figures"]["deaths"] is None
    assert one["figures"]["relocated"] == 87
    assert one["reporter"] == {"name": "王秀兰", "phone": cast.phone("village")}
    assert one["division"] == {"code": VILLAGE, "name": "海涯村"}


def test_zero_stays_zero(hotline: Hotline) -> None:
    hotline.text("village", "海涯村内涝，转移18人，无伤亡。")
    (one,) = hotline.reports()
    assert one.figures["deaths"] == 0
    assert one.figures["injured"] == 0
    assert "missing" not in one.figures


def test_a_zero_report_opens_nothing(hotline: Hotline) -> None:
    came = hotline.text("village", "海涯村今日零报告，无灾情。")
    (one,) = hotline.reports()
    assert (came["outcome"], one.kind, one.incident) == ("report", "zero", None)
    assert hotline.incidents() == []
    (said,) = hotline.said_to("village")
    assert one.number in said
    assert "零报告" in said


def test_a_follow_up_with_its_number_joins(hotline: Hotline) -> None:
    first = hotline.text("village", P02)["subject"]
    hotline.text("village", f"续报{first}：海涯村转移人数增至120人，急需帐篷5顶")
    later, _earlier = hotline.reports()
    (incident,) = hotline.incidents()
    assert (later.kind, later.incident) == ("followup", incident.number)
    assert incident.figures["relocated"] == 120
    assert incident.figures["houses_collapsed"] == 4, "what a later report leaves blank stays"


def test_a_follow_up_without_a_number_joins_what_is_open_there(hotline: Hotline) -> None:
    hotline.text("village", P02)
    hotline.text("village", "续报：转移人数增至120人")
    (incident,) = hotline.incidents()
    assert incident.figures["relocated"] == 120
    assert len(hotline.reports()) == 2


def test_another_report_of_the_same_night_joins(hotline: Hotline) -> None:
    hotline.text("village", P02)
    hotline.text("village", "海涯村暴雨积水，受灾132人")
    assert len(hotline.incidents()) == 1
    hotline.text("village", "海涯村仓库火灾，烧毁房屋3间")
    assert len(hotline.incidents()) == 2


def test_a_correction_replaces_what_it_names(hotline: Hotline) -> None:
    first = hotline.text("village", P02)["subject"]
    hotline.text("village", f"更正{first}：转移78人，不是87人")
    later = hotline.reports()[0]
    (incident,) = hotline.incidents()
    assert later.kind == "correction"
    assert incident.figures["relocated"] == 78
    assert incident.figures["houses_damaged"] == 11


def test_a_correction_of_nothing_is_told_so_and_waits_for_a_person(hotline: Hotline) -> None:
    came = hotline.text("village", "更正：转移78人，不是87人")
    assert came["outcome"] == "waiting"
    assert hotline.reports() == []
    (said,) = hotline.said_to("village")
    assert "没有找到要续报或更正的事件" in said
    assert "{" not in said


def test_a_stranger_s_number_doesn_t_lead_into_another_branch(hotline: Hotline) -> None:
    first = hotline.text("village", P02)["subject"]
    hotline.text("stranger", f"续报{first}：转移人数增至999人")
    assert hotline.incidents()[0].figures["relocated"] == 87
    assert len(hotline.reports()) == 1


@pytest.mark.parametrize("ref", ["R9999", "S9999"])
def test_a_number_that_was_never_given_changes_nothing_and_is_told(hotline: Hotline, ref: str) -> None:
    hotline.text("village", P02)
    came = hotline.text("village", f"续报{ref}：海涯村转移人数增至120人")
    assert came["outcome"] == "waiting"
    assert hotline.incidents()[0].figures["relocated"] == 87
    assert ref in hotline.said_to("village")[-1]


def test_another_office_s_number_doesn_t_stop_a_follow_up(hotline: Hotline) -> None:
    hotline.text("village", P02)
    assert hotline.text("village", "续报 JS20240916-03：转移人数增至120人")["outcome"] == "report"
    assert hotline.incidents()[0].figures["relocated"] == 120


def test_the_word_correction_alone_is_asked_what(hotline: Hotline) -> None:
    hotline.text("village", P02)
    assert hotline.text("village", "更正")["outcome"] == "reply"
    assert len(hotline.reports()) == 1
    assert "请写更正的内容" in hotline.said_to("village")[-1]
    hotline.text("village", "转移78人")
    assert hotline.reports()[0].kind == "correction"
    assert hotline.incidents()[0].figures["relocated"] == 78


def test_another_branch_s_phone_changes_none_of_our_figures(hotline: Hotline) -> None:
    hotline.text("village", P02)
    assert hotline.text("stranger", "漕泾镇海涯村进水，死亡5人，转移40人")["outcome"] == "waiting"
    assert hotline.incidents()[0].figures["relocated"] == 87


def test_people_in_danger_are_pinned_and_the_duty_officers_texted(hotline: Hotline) -> None:
    hotline.text("village", "海涯村海堤决口，3人被困屋顶，1人失踪，快来救人")
    (one,) = hotline.reports()
    assert one.in_danger
    assert "被困" in one.urgent
    (incident,) = hotline.incidents()
    assert incident.urgent
    assert "report.urgent" in hotline.kinds()
    alerts = [row for row in hotline.outbox() if row["template"] == "report_urgent"]
    assert {row["number"] for row in alerts} == {cast.phone("coordinator"), cast.phone("town")}
    assert all(row["priority"] == 0 and one.number in row["body"] for row in alerts)


def test_danger_that_is_denied_rings_nobody(hotline: Hotline) -> None:
    hotline.text("village", "海涯村内涝，转移18人，无人员被困，无人失踪")
    assert "report.urgent" not in hotline.kinds()
    assert not hotline.incidents()[0].urgent


def test_an_english_text_gets_an_english_answer(hotline: Hotline) -> None:
    hotline.text("village", "Flood in Haiya Village, 30 households 87 people affected, 20 relocated, need 20 quilts")
    (one,) = hotline.reports()
    assert one.figures["relocated"] == 20
    (said,) = hotline.said_to("village")
    assert one.number in said
    assert "received" in said


def test_a_place_in_another_branch_is_kept_in_words_under_the_sender_s_own(hotline: Hotline) -> None:
    hotline.text("village", "松江区内涝，受灾10人")
    (one,) = hotline.reports()
    assert one.division == VILLAGE
    assert "松江" in one.place


def test_what_isn_t_understood_waits_and_is_answered_once_an_hour(hotline: Hotline) -> None:
    with time_machine.travel(clock.now(), tick=True) as clocked:
        for _ in range(3):
            assert hotline.text("village", "明天开会吗")["outcome"] == "waiting"
        assert len(hotline.said_to("village")) == 1
        clocked.shift(timedelta(minutes=61))
        hotline.text("village", "明天开会吗")
        assert len(hotline.said_to("village")) == 2
    assert hotline.kinds().count("message.waiting") == 4
    assert hotline.reports() == []


def test_the_waiting_text_stands_in_the_inbox_of_those_above(hotline: Hotline) -> None:
    hotline.text("village", "明天开会吗")
    for who, seen in (("coordinator", True), ("town", True), ("stranger", False)):
        page = cast.client_for(hotline.house, who).get("/messages")
        assert page.status_code == 200
        assert ("明天开会吗" in page.text) is seen


def test_help_is_explained(hotline: Hotline) -> None:
    assert hotline.text("village", "帮助")["outcome"] == "help"
    (said,) = hotline.said_to("village")
    assert "报灾这样写" in said


def test_somebody_on_duty_who_wants_no_texts_is_told_of(hotline: Hotline) -> None:
    assert hotline.text("leader", "TD")["outcome"] == "stop"
    assert "message.stop_asked" in hotline.kinds()
    (said,) = hotline.said_to("leader")
    assert "管理员" in said


@pytest.mark.parametrize("body", ["", "  ", "😀😀😀", "？", "0" * 400, "a" * 5000])
def test_odd_texts_are_kept(hotline: Hotline, body: str) -> None:
    hotline.text("village", body)
    (came,) = hotline.inbox()
    assert came["body"] == body


def test_half_a_letter_is_kept_as_a_mark(hotline: Hotline) -> None:
    hotline.text("village", "水\ud83d进村")
    assert hotline.inbox()[0]["body"] == "水?进村"


@pytest.mark.parametrize(
    "body", [None, [], {"from": 1, "body": "x"}, {"from": "abc", "body": "x"}, {"from": "+8613800138000"}]
)
def test_the_simulator_refuses_what_is_no_text(hotline: Hotline, body: object) -> None:
    refused = hotline.client.post("/simulator/sms", json=body)
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"
    assert hotline.inbox() == []


def test_the_simulator_s_repeated_delivery_is_one_text(hotline: Hotline) -> None:
    for _ in range(2):
        hotline.text("village", P02, id="same")
    assert len(hotline.inbox()) == len(hotline.reports()) == len(hotline.outbox()) == 1


@pytest.mark.parametrize("number", ["{}", "%2B8619900000004", "8619900000004", "19900000004"])
def test_a_pretend_phone_is_found_however_its_number_is_written(hotline: Hotline, number: str) -> None:
    hotline.text("village", "帮助")
    hotline.shown("village")
    path = number.format(cast.phone("village"))
    shown = hotline.client.get(f"/simulator/phones/{path}/messages").get_json()["messages"]
    assert [message["direction"] for message in shown] == ["in", "out"]
    assert shown[0]["at"] <= shown[1]["at"]


def test_the_list_of_pretend_phones(hotline: Hotline) -> None:
    phones = {one["number"]: one for one in hotline.client.get("/simulator/phones").get_json()["phones"]}
    assert phones[cast.phone("village")] == {
        "number": cast.phone("village"), "name": "王秀兰", "role": "village",
        "division": {"code": VILLAGE, "name": "海涯村"},
    }  # fmt: skip
    roles = {one["role"] for one in phones.values()}
    assert roles == {"village", "town", "coordinator", "leader", "keeper", "director"}
    assert hotline.client.get("/simulator").status_code == 200


def test_an_error_in_understanding_still_stores_the_text(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(service, "understand", broken)
    with capture_logs() as logged:
        came = hotline.text("village", P02)
    assert (came["outcome"], came["body"], came["name"]) == ("waiting", P02, "王秀兰")
    assert hotline.kinds().count("message.waiting") == 1
    assert hotline.reports() == []
    (entry,) = [one for one in logged if one["log_level"] == "error"]
    assert entry["event"] == "a text could not be dealt with"
    assert "海涯村" not in str(logged), "what somebody wrote is never logged"


def test_an_error_after_the_report_undoes_it_and_keeps_the_text(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Call, "reply", broken)
    assert hotline.text("village", P02)["outcome"] == "waiting"
    assert hotline.reports() == []
    assert hotline.incidents() == []
    assert len(hotline.inbox()) == 1
