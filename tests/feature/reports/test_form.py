"""The web form: every field kept, contradictions asked about, nothing typed twice."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from responder.app import House, build
from responder.platform import terms
from responder.reports import indicators
from tests import cast
from tests.at_once import at_once
from tests.feature.reports.conftest import DISTRICT, OTHER_TOWN, STRANGER, TOWN, VILLAGE, Desk


def test_the_form_with_every_field(desk: Desk) -> None:
    filed = desk.browser("village").file(
        place="五组海堤", lat="30.8012", lng="121.4312", accuracy="12.5", affected="132", households_affected="45",
        deaths="0", missing="", injured="2", relocated="１8", houses_collapsed="4", crop_affected="350",
        crop_affected_unit="mu", loss_total="18.5", loss_total_unit="wan", need_item_0="棉被", need_qty_0="60",
        need_item_1="帐篷", need_qty_1="", text="海堤内进水", occurred_at="2026-09-12T05:00",
    )  # fmt: skip
    assert filed.status_code == 302
    (one,) = desk.reports()
    assert filed.location == f"/reports/{one.number}"
    assert one.figures == {
        "affected": 132, "households_affected": 45, "deaths": 0, "injured": 2, "relocated": 18, "houses_collapsed": 4,
        "crop_affected": 23.33, "loss_total": 185000,
    }  # fmt: skip
    assert one.needs == [{"item": "棉被", "qty": 60}, {"item": "帐篷", "qty": None}]
    assert (one.place, one.lat, one.lng, one.accuracy) == ("五组海堤", 30.8012, 121.4312, 12.5)
    assert one.occurred_at == datetime(2026, 9, 11, 21, tzinfo=UTC), "typed in Shanghai's time"
    assert (one.channel, one.reporter_name, one.typed_by_name) == ("web", "王秀兰", "王秀兰")
    (incident,) = desk.incidents()
    assert (incident.lat, incident.lng) == (30.8012, 121.4312)
    page = desk.browser("coordinator").client.get(f"/reports/{one.number}").text
    for shown in ("五组海堤", "海堤内进水", "棉被", "60"):
        assert shown in page


def test_every_figure_of_the_form_arrives(desk: Desk) -> None:
    every = indicators.indicators()
    figures = dict.fromkeys(every, "7")
    units = {f"{slug}_unit": one.unit for slug, one in every.items() if one.unit in ("ha", "yuan")}
    assert desk.browser("village").file(**figures, **units, checked="1").status_code == 302
    assert desk.reports()[0].figures == dict.fromkeys(every, 7)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"relocated": "-1"}, "negative"), ({"relocated": "1.5"}, "whole"), ({"relocated": "八十七"}, "number"),
        ({"relocated": "nan"}, "number"), ({"relocated": "1e999"}, "number"), ({"relocated": "1" * 20}, "too_large"),
        ({"hazard": "meteor"}, "unknown"), ({"hazard": ""}, "required"), ({"division": ""}, "required"),
        ({"occurred_at": "yesterday"}, "time"), ({"lat": "north", "lng": "121"}, "number"),
        ({"need_item_0": "棉被", "need_qty_0": "many"}, "number"), ({"need_item_0": "", "need_qty_0": "5"}, "required"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_has_to_be_typed_again(
    desk: Desk, fields: dict[str, str], problem: str
) -> None:
    typed = {"place": "五组海堤", "text": "海堤内进水", "affected": "132", **fields}
    refused = desk.browser("village").file(**typed)
    assert refused.status_code == 422
    assert terms.term("problem", problem, "zh") in refused.text
    for kept in ("五组海堤", "海堤内进水", 'value="132"'):
        assert kept in refused.text
    assert desk.reports() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"lat": "91", "lng": "121"}, {"lat": "30"}, {"lat": "nan", "lng": "nan"}, {"kind": "gossip"},
        {"need_item_0": "棉被", "need_qty_0": "-5"}, {"need_item_0": "棉被", "need_qty_0": "inf"},
        {"occurred_at": "2999-01-01T00:00"}, {"occurred_at": "0001-01-01T00:00"}, {"text": "x" * 5001},
        {"lat": "30.8", "lng": "121.4", "accuracy": "nan"}, {"lat": "30.8", "lng": "121.4", "accuracy": "-inf"},
    ],
)  # fmt: skip
def test_what_can_t_be_so_is_said_and_kept(desk: Desk, fields: dict[str, str]) -> None:
    refused = desk.browser("village").file(**{"place": "五组海堤", **fields})
    assert refused.status_code == 422
    assert "五组海堤" in refused.text
    assert desk.reports() == []


@pytest.mark.parametrize("fields", [{"text": "进\x00水"}, {"place": "\x00五组"}, {"need_item_0": "棉\x00被"}])
def test_a_nul_is_no_error(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.browser("village").file(**fields).status_code in (302, 422)


def test_contradictions_are_asked_about_once_and_taken_when_checked(desk: Desk) -> None:
    browser = desk.browser("village")
    figures = {"affected": "10", "relocated": "87"}
    asked = browser.file(**figures)
    assert asked.status_code == 422
    assert "87" in asked.text
    assert 'name="checked"' in asked.text
    assert 'value="10"' in asked.text
    assert desk.reports() == []
    assert browser.file(**figures, checked="1").status_code == 302
    (one,) = desk.reports()
    assert one.figures == {"affected": 10, "relocated": 87}
    assert len(one.warnings) == 1


def test_on_a_verification_a_contradiction_can_t_be_waved_through(desk: Desk) -> None:
    browser = desk.browser("village")
    browser.file(relocated="87")
    more = {
        "kind": "verification",
        "ref": desk.incidents()[0].number,
        "affected": "10",
        "relocated": "87",
        "checked": "1",
    }
    refused = browser.file(**more)
    assert refused.status_code == 422
    assert 'name="checked"' not in refused.text
    assert len(desk.reports()) == 1


@pytest.mark.parametrize(
    "division", [STRANGER, DISTRICT, TOWN, OTHER_TOWN, "310116112219", "99", "0", "x" * 50, "31011611221", "%"]
)
def test_a_place_outside_one_s_own_area_is_refused(desk: Desk, division: str) -> None:
    assert desk.browser("village").file(division=division).status_code == 422
    assert desk.reports() == []


def test_a_town_reports_for_its_villages(desk: Desk) -> None:
    assert desk.browser("town").file(division=VILLAGE).status_code == 302
    assert desk.browser("town").file(division=OTHER_TOWN).status_code == 422


def test_the_same_form_twice_is_one_report(desk: Desk) -> None:
    browser = desk.browser("village")
    fields = {**browser.hidden(), "relocated": "87"}
    first, second = browser.file(**fields), browser.file(**fields)
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    assert len(desk.reports()) == 1
    assert browser.file(relocated="87").location != first.location, "another form is another report"


def test_another_person_s_form_with_the_same_key_is_another_report(desk: Desk) -> None:
    desk.browser("village").file(idempotency_key="same")
    desk.browser("town").file(idempotency_key="same")
    assert len(desk.reports()) == 2


def test_a_double_press_is_one_report(desk: Desk) -> None:
    cookie = cast.session_for(desk.house, "village")
    first = desk.browser("village")
    fields = first.hidden()
    browsers = [desk.browser("village") for _ in range(4)]
    presses = [partial(one.file, idempotency_key=fields["idempotency_key"]) for one in browsers]
    answers = [answer.status_code for answer in at_once(*presses)]
    assert cookie
    assert len(desk.reports()) == 1
    assert set(answers) <= {302, 409}
    assert 302 in answers


def test_without_the_csrf_token_nothing_is_filed(desk: Desk) -> None:
    client = desk.browser("village").client
    refused = client.post("/reports/new", data={"hazard": "flood", "division": VILLAGE})
    assert refused.status_code == 400
    assert desk.reports() == []


@pytest.mark.parametrize("who", ["keeper", "director", "auditor", "supervisor"])
def test_who_may_not_report(desk: Desk, who: str) -> None:
    client = desk.browser(who).client
    assert client.get("/reports/new").status_code == 403


def test_nobody_signed_in_is_led_to_the_door(desk: Desk) -> None:
    client = build(desk.house).test_client()
    answered = client.get("/reports/new?kind=zero")
    assert answered.status_code == 302
    assert "next=" in answered.location


def test_a_zero_report_needs_no_hazard(desk: Desk) -> None:
    filed = desk.browser("village").file("/reports/new?kind=zero", hazard="")
    assert filed.status_code == 302
    (one,) = desk.reports()
    assert (one.kind, one.incident) == ("zero", None)


def test_by_proxy_who_said_it_is_kept_apart_from_who_typed_it(desk: Desk) -> None:
    filed = desk.browser("coordinator").file(
        "/reports/new?proxy=1", said_name="李大爷", said_phone="138 0013 8000", relocated="87"
    )
    assert filed.status_code == 302
    (one,) = desk.reports()
    assert (one.channel, one.reporter_name, one.typed_by_name) == ("proxy", "李大爷", "周慧敏")
    assert (one.reporter_phone, one.reporter_id) == ("+8613800138000", None)
    assert one.typed_by_id == cast.person_id(desk.house, "coordinator")
    page = desk.browser("coordinator").client.get(filed.location).text
    assert "李大爷" in page
    assert "周慧敏" in page


def test_a_caller_s_number_that_is_none_is_said(desk: Desk) -> None:
    refused = desk.browser("coordinator").file("/reports/new?proxy=1", said_name="李大爷", said_phone="abc")
    assert refused.status_code == 422
    assert "李大爷" in refused.text


def test_only_who_reviews_may_report_by_proxy(desk: Desk) -> None:
    desk.browser("village").file(proxy="1", said_name="李大爷", said_phone="13800138000")
    (one,) = desk.reports()
    assert (one.channel, one.reporter_name) == ("web", "王秀兰")


def test_people_in_danger_ticked_by_hand(desk: Desk) -> None:
    desk.browser("village").file(in_danger="1")
    assert desk.reports()[0].in_danger
    assert desk.incidents()[0].urgent


def test_a_time_just_ahead_is_a_clock_that_runs_fast(desk: Desk) -> None:
    shanghai = datetime.now(UTC) + timedelta(hours=8, minutes=5)
    assert desk.browser("village").file(occurred_at=shanghai.strftime("%Y-%m-%dT%H:%M")).status_code == 302


def test_a_continued_incident_shows_what_is_known(desk: Desk) -> None:
    browser = desk.browser("village")
    browser.file(relocated="87")
    number = desk.incidents()[0].number
    page = browser.client.get(f"/reports/new?incident={number}&kind=followup").text
    assert number in page
    assert "87" in page
    browser.file(kind="followup", ref=number, relocated="120")
    assert desk.incidents()[0].figures["relocated"] == 120


def test_a_follow_up_of_nothing_is_refused_in_words(desk: Desk) -> None:
    refused = desk.browser("village").file(kind="followup", relocated="9", hazard="")
    assert refused.status_code == 422
    assert "没有找到要续报" in refused.text


def test_a_form_made_from_a_waiting_text_settles_it(desk: Desk, house: House) -> None:
    phone = build(house).test_client()
    phone.post("/simulator/sms", json={"from": "+8613900001111", "body": "水进村了快来"})
    browser = desk.browser("coordinator")
    fields: dict[str, Any] = browser.hidden("/reports/new?proxy=1&inbound=1")
    assert fields["inbound"] == "1"
    filed = browser.file("/reports/new?proxy=1&inbound=1", inbound=fields["inbound"])
    assert filed.status_code == 302
    assert "水进村了快来" not in browser.client.get("/messages").text
