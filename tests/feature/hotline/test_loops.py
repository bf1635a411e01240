"""Loops: machines aren't answered, answers to one number are capped, nothing is lost by either."""

from datetime import timedelta

import pytest
import time_machine

from responder.messaging import hooks
from responder.messaging.commands import Incoming
from responder.messaging.replies import replies
from tests import cast
from tests.feature.hotline.conftest import Hotline

STRANGER = "+8613800138000"
AT = "2026-07-01T02:00:00Z"


def came(hotline: Hotline, number: str, body: str) -> str:
    """What became of a text from a sender as a modem names it, which need be no phone number."""
    number = cast.phone(number) if number in cast.PEOPLE else number
    with hotline.client.application.app_context():
        hooks.hear(Incoming("kannel", "", number, body))
    return str(hotline.inbox()[-1]["outcome"])


def replied(hotline: Hotline) -> list[str]:
    """Templates of what the house said by itself, oldest first."""
    return [row["template"] for row in hotline.outbox() if row["dedup"].split(":", 1)[1].startswith("reply:")]


@pytest.mark.parametrize(
    ("number", "body"),
    [
        ("10086", "【中国移动】尊敬的客户，您本月已使用流量10GB"),
        ("12306", "【铁路12306】订单已取消"),
        ("106901234567", "【某某贷】最高可借20万，拒收请回复R"),
        ("1069012345678", "【京东】您的包裹已到，取件码8-2-301"),
        ("CMCC", "hello"),
        (STRANGER, "【某宝】验证码 482913，请勿告诉他人"),
        (STRANGER, "我正在开车，稍后回复您。"),
        (STRANGER, "I'm driving with Do Not Disturb While Driving turned on."),
        ("village", "[自动回复] 您好，我现在有事不在，一会再和您联系。"),
        ("village", "Auto-reply: out of office until Monday"),
        ("leader", "您好，我正在开会，稍后联系您"),
    ],
)
def test_machines_are_put_aside_and_never_answered(hotline: Hotline, number: str, body: str) -> None:
    assert came(hotline, number, body) == "automatic"
    assert replied(hotline) == []
    assert not {"message.waiting", "mission.answered"} & set(hotline.kinds())


@pytest.mark.parametrize(
    ("number", "body"),
    [
        ("106901234567", "【金山应急】海涯村有人被困，请求支援"),
        ("10690000000123", "【镇应急办】漕泾镇海涯村内涝，转移30人"),
        ("12379", "【预警】金山区发布暴雨红色预警信号"),
    ],
)
def test_what_may_matter_reaches_a_person_whoever_sends_it(hotline: Hotline, number: str, body: str) -> None:
    assert came(hotline, number, body) == "waiting"
    assert replied(hotline) == []


@pytest.mark.parametrize(
    "body",
    [
        "自动回复坏了，海涯村内涝转移20人",
        "我正在开车，海涯村有人被困",
        "正在开车去海涯村，那里塌了2间房",
    ],
)
def test_a_report_is_filed_whatever_words_stand_in_it(hotline: Hotline, body: str) -> None:
    assert hotline.text("village", body)["outcome"] in ("report", "partly")


@pytest.mark.parametrize("body", ["收到，正在开车过去", "出发了", "收到"])
def test_people_are_no_machines(hotline: Hotline, body: str) -> None:
    hotline.send_out(hotline.team())
    assert hotline.text("leader", body)["outcome"] == "answer"


def test_after_so_many_bare_answers_a_number_is_told_once_and_then_left_to_people(hotline: Hotline) -> None:
    most = replies().most
    with time_machine.travel(AT, tick=False) as moment:
        for n in range(most + 3):
            row = hotline.text("village", f"帮助{'！' * n}")
            assert row["outcome"] == ("help" if n < most else "waiting")
            moment.shift(timedelta(seconds=20))
        assert replied(hotline) == ["help"] * most + ["replies_paused"]
        assert hotline.kinds().count("message.paused") == 1
        assert hotline.text("village", "帮助")["outcome"] == "repeat"
        moment.shift(replies().window)
        assert hotline.text("village", "帮助")["outcome"] == "help"
        assert replied(hotline)[-1] == "help"
        assert hotline.text("town", "帮助")["outcome"] == "help"


def test_reports_are_filed_and_get_their_receipts_all_the_while(hotline: Hotline) -> None:
    most, talk = replies().most, replies().most_in_talk
    with time_machine.travel(AT, tick=False) as moment:
        for n in range(most + 1):
            hotline.text("village", f"帮助{'！' * n}")
        for n in range(talk):
            row = hotline.text("village", f"海涯村内涝，转移{20 + n}人")
            assert row["outcome"] in ("report", "partly")
            moment.shift(timedelta(seconds=10))
        assert len(hotline.reports()) == talk
        assert len(replied(hotline)) == talk
        assert replied(hotline).count("replies_paused") == 1


def test_refusals_are_capped_too(hotline: Hotline) -> None:
    with time_machine.travel(AT, tick=False):
        for n in range(replies().most + 3):
            row = hotline.text("village", f"M9{n:03d} 1")
            assert row["outcome"] == "waiting"
    assert replied(hotline) == ["report_refused"] * replies().most + ["replies_paused"]


def test_two_machines_that_answer_each_other_stop(hotline: Hotline) -> None:
    with time_machine.travel(AT, tick=False) as moment:
        for _ in range(60):
            last = hotline.outbox()[-1:]
            hotline.text("village", f"收到您的消息：{last[0]['body'][:60] if last else '帮助'}")
            moment.shift(timedelta(seconds=2))
    assert len(replied(hotline)) <= replies().most_in_talk + 1


def test_danger_is_heard_when_nobody_is_answered_any_more(hotline: Hotline) -> None:
    with time_machine.travel(AT, tick=False):
        for n in range(replies().most + 2):
            hotline.text("village", f"帮助{'！' * n}")
        assert hotline.text("village", "海涯村有人被困，救命")["outcome"] in ("report", "partly")
    assert "report.urgent" in hotline.kinds()


def test_a_stranger_is_answered_once_and_read_every_time(hotline: Hotline) -> None:
    with time_machine.travel(AT, tick=False) as moment:
        for n in range(3):
            assert hotline.text(STRANGER, f"你们是谁？{n}")["outcome"] == "waiting"
            moment.shift(timedelta(hours=1))
        assert replied(hotline) == ["unknown_number"]
        assert hotline.kinds().count("message.waiting") == 3
        moment.shift(timedelta(days=1))
        hotline.text(STRANGER, "还在吗")
        assert replied(hotline) == ["unknown_number"] * 2
