"""The same words again: when they are the same report, and when they are not."""

from datetime import timedelta

import time_machine

from responder.incidents import service as incidents
from responder.incidents.commands import CloseIncident, VerifyIncident
from responder.kernel import clock
from responder.reports import service as reports
from responder.reports.commands import Review
from tests.feature.hotline.conftest import VILLAGE, Hotline

CRY = "海涯村进水，有人被困，救命"
EVENING = "2026-07-01T15:50:00Z"


def test_a_bare_zero_report_of_the_next_day_is_a_report_of_its_own(hotline: Hotline) -> None:
    with time_machine.travel(EVENING, tick=False) as moment:
        hotline.text("village", "零报告")
        moment.shift(timedelta(minutes=5))
        hotline.text("village", "零报告")
        assert len(hotline.reports()) == 1
        moment.shift(timedelta(minutes=15))  # past midnight in Shanghai
        hotline.text("village", "零报告")
        assert [one.kind for one in hotline.reports()] == ["zero", "zero"]
        moment.shift(timedelta(hours=9))
        hotline.text("village", "零报告")
        assert len(hotline.reports()) == 3


def test_who_stands_by_a_returned_report_is_heard(hotline: Hotline) -> None:
    text = "海涯村洪涝，转移210人"
    number = hotline.text("village", text)["subject"]
    with hotline.house.work.begin(hotline.actor("coordinator")) as uow:
        reports.review(uow, Review(number, False, "人数请核实"))
    assert hotline.incidents()[0].figures == {}
    again = hotline.text("village", text)
    assert again["outcome"] == "report"
    assert again["subject"] != number
    assert hotline.incidents()[0].figures == {"relocated": 210}


def test_a_cry_for_help_in_the_same_words_is_heard_again_but_filed_once(hotline: Hotline) -> None:
    with time_machine.travel(EVENING, tick=False) as moment:
        number = hotline.text("village", CRY)["subject"]
        assert _alarms(hotline) == 1
        moment.shift(timedelta(minutes=2))
        hotline.text("village", CRY)
        assert _alarms(hotline) == 1
        moment.shift(timedelta(minutes=20))
        assert hotline.text("village", CRY)["subject"] == number
        assert _alarms(hotline) == 2
        moment.shift(timedelta(hours=5))
        hotline.text("village", CRY)
        assert _alarms(hotline) == 3
        assert len(hotline.reports()) == len(hotline.incidents()) == 1
        assert hotline.kinds().count("report.urgent") == 3


def test_the_same_words_after_the_end_of_it_are_a_new_incident(hotline: Hotline) -> None:
    with time_machine.travel(EVENING, tick=False) as moment:
        hotline.text("village", CRY)
        for minutes in (10, 300):
            with hotline.house.work.begin(hotline.actor("coordinator")) as uow:
                incidents.verify(uow, VerifyIncident(hotline.incidents()[0].number))
                incidents.close(uow, CloseIncident(hotline.incidents()[0].number))
            moment.shift(timedelta(minutes=minutes))
            assert clock.now() > hotline.reports()[0].received_at
            came = hotline.text("village", CRY)
            assert came["outcome"] == "report"
            assert hotline.incidents()[0].status == "open"
        assert len(hotline.reports(VILLAGE)) == len(hotline.incidents()) == 3


def _alarms(hotline: Hotline) -> int:
    return sum("被困" in said and said.startswith("急") for said in hotline.said_to("coordinator"))
