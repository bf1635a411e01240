"""Sums that are asked for, and questions that come to an end."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from responder.hotline import answers
from responder.incidents import responses
from responder.incidents.authorised import Authorised
from responder.kernel import clock
from responder.reports.deadlines import jobs as deadlines
from tests.feature.hotline.conftest import Hotline


@pytest.mark.parametrize(("who", "text"), [
    ("village", "海涯村又有2人死亡"), ("town", "海涯村又死亡2人"), ("town", "海涯村洪水新增死亡2人"),
])  # fmt: skip
def test_two_more_dead_are_not_the_same_two(hotline: Hotline, who: str, text: str) -> None:
    hotline.text("village", "海涯村洪水，死亡2人，转移20人")
    assert hotline.text(who, text)["outcome"] == "report"
    assert hotline.incidents()[0].figures == {"deaths": 2, "relocated": 20}
    assert "前报死亡2人" in hotline.said_to(who)[-1]
    hotline.text(who, "4")
    (incident,) = hotline.incidents()
    assert incident.figures == {"deaths": 4, "relocated": 20}


@pytest.mark.parametrize(("text", "sure"), [
    ("三村又有2人死亡", True), ("新增受伤3人", True), ("又发大水，转移20人", False), ("另外转移20人", False),
    ("又转移30人，累计50人", False), ("再次降雨，转移20人", False),
])  # fmt: skip
def test_only_more_of_something_counts_as_more(text: str, sure: bool) -> None:
    assert answers.surely_tells_more(text) is sure


def test_a_drill_of_last_month_does_not_stand_in_the_way(hotline: Hotline) -> None:
    with time_machine.travel(clock.now(), tick=True) as moment:
        world = hotline.drill()
        hotline.text("village", "演练 海涯村洪水，转移20人")
        hotline.end(world)
        hotline.text("town", "海涯村洪水，死亡1人")
        assert hotline.text("village", "续报 死亡2人")["outcome"] == "waiting"
        moment.shift(timedelta(days=30))
        hotline.text("town", "海涯村洪水，死亡1人，失踪1人")
        assert hotline.text("village", "续报 死亡2人")["outcome"] == "report"
        assert hotline.incidents()[0].figures["deaths"] == 2


def test_a_question_is_not_put_for_ever(hotline: Hotline) -> None:
    hotline.text("town", "有房子塌了")
    outcomes = [hotline.text("town", "9")["outcome"] for _turn in range(4)]
    assert outcomes == ["reply", "reply", "waiting", "waiting"]
    assert "值班员" in hotline.said_to("town")[-1]
    hotline.text("town", "海涯村")
    assert hotline.reports()[0].division == "310116112218"


def test_nothing_new_this_morning_is_no_figure_of_yesterday(hotline: Hotline) -> None:
    with time_machine.travel(datetime(2026, 6, 30, 23, tzinfo=UTC), tick=False) as moment:  # 07:00 in Jinshan
        report = hotline.text("village", "海涯村进水，好几十人被困")["subject"]
        with hotline.house.work.begin(hotline.actor("supervisor")) as uow:
            responses.start(uow, responses.StartLevel("S1001", "IV", Authorised(), "310116"))
        for pause in (timedelta(hours=1), timedelta(hours=22, minutes=35)):
            moment.shift(pause)
            for _name, _every, run in (*deadlines.JOBS, *deadlines.JOBS):
                run(hotline.house.work)
        assert "回0" in hotline.said_to("village")[-1]
        hotline.text("village", "0")
        newest, first = hotline.reports()
        assert (first.number, first.figures) == (report, {})
        assert newest.kind == "zero"


def test_zero_is_no_answer_to_how_many_dozens(hotline: Hotline) -> None:
    hotline.text("village", "海涯村进水，好几十人被困")
    hotline.text("village", "0")
    assert [(one.kind, one.figures) for one in hotline.reports()] == [("zero", {}), ("initial", {})]
    hotline.text("village", "35")
    assert hotline.reports()[1].figures == {"affected": 35}


def test_danger_told_after_the_verification_counts(hotline: Hotline) -> None:
    hotline.text("village", "海涯村洪水，转移20人，受灾50人")
    hotline.text("village", "核报 转移22人 受灾50人")
    hotline.text("village", "海涯村有2人失踪")
    (incident,) = hotline.incidents()
    assert incident.figures == {"relocated": 22, "affected": 50, "missing": 2}
    assert hotline.text("village", "续报 转移30人")["outcome"] == "waiting"


def test_danger_that_is_not_understood_is_texted_to_the_duty_officers(hotline: Hotline) -> None:
    for who, text in (("village", "出人命了快来"), ("stranger", "海涯村有人被困"), ("+8613912345678", "救命")):
        assert hotline.text(who, text)["outcome"] == "waiting"
        assert text[:3] in hotline.said_to("coordinator")[-1]
        assert hotline.said_to("coordinator")[-1].startswith("急")
    assert sum("出人命" in said for said in hotline.said_to("town")) == 1
    hotline.text("village", "出人命了快来啊")
    assert sum("出人命" in said for said in hotline.said_to("town")) == 1
