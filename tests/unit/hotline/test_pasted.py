"""Chats as they come out of the programs that people use, taken apart."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.hotline.pasted import Message, split
from responder.hotline.understanding import understand
from tests.unit.hotline import gold

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 16, 9, 0, tzinfo=ZONE)


def _split(paste: str) -> list[Message]:
    return split(paste, NOW, ZONE)


def _told(paste: str) -> list[tuple[str, str, str]]:
    """Speaker, local time, words."""
    return [
        (one.speaker, one.at.astimezone(ZONE).strftime("%m-%d %H:%M") if one.at else "", one.text)
        for one in _split(paste)
    ]


TWO = [("王秀兰", "09-16 02:13", "海涯村进水，转移20人"), ("周慧敏", "09-16 02:15", "收到")]
FORMS = {
    "WeChat, Windows": "王秀兰 2026/9/16 2:13:05\n海涯村进水，转移20人\n\n周慧敏 2026/9/16 2:15:40\n收到\n",
    "WeChat, iPhone": "王秀兰 2026年9月16日 上午2:13\n海涯村进水，转移20人\n周慧敏 2026年9月16日 上午2:15\n收到",
    "WeChat, record": "王秀兰\n2026年9月16日 02:13\n海涯村进水，转移20人\n\n周慧敏\n2026年9月16日 02:15\n收到",
    "WeChat, times between": "凌晨2:13\n王秀兰：\n海涯村进水，转移20人\n\n02:15\n周慧敏：\n收到",
    "WeChat, by e-mail": (
        "Dear:\n  “金山救灾联络群”群聊的聊天记录如下:\n\n—————  2026-09-16  —————\n\n王秀兰  02:13\n\n"
        "海涯村进水，转移20人\n\n周慧敏  02:15\n\n收到\n"
    ),
    "QQ": "王秀兰(123456789) 2026/9/16 2:13:05\n海涯村进水，转移20人\n周慧敏<zhm@qq.com> 2026/9/16 2:15:05\n收到[抱拳]",
    "QQ, exported": (
        "2026-09-16 2:13:05 王秀兰(123456789)\n海涯村进水，转移20人\n\n2026-09-16 2:15:05 周慧敏(987654)\n收到"
    ),
    "WeCom": "王秀兰 9/16 02:13:05\n海涯村进水，转移20人\n周慧敏 9/16 02:15:00\n收到",
    "DingTalk": "王秀兰 02:13\n海涯村进水，转移20人\n周慧敏 02:15\n收到",
    "Feishu": "王秀兰 9月16日 02:13\n海涯村进水，转移20人\n周慧敏 9月16日 02:15\n收到",
    "WhatsApp, iPhone": "[16/9/2026, 02:13:05] 王秀兰: 海涯村进水，转移20人\n[16/9/2026, 02:15:00] 周慧敏: 收到",
    "WhatsApp, Android": "16/09/2026, 02:13 - 王秀兰: 海涯村进水，转移20人\n16/09/2026, 02:15 - 周慧敏: 收到",
    "typed by hand": "[02:13] 王秀兰：海涯村进水，转移20人\n[02:15] 周慧敏：收到",
    "full width": "王秀兰　０２：１３\n海涯村进水，转移20人\n周慧敏　02：15\n收到",
    "line ends of Windows": "王秀兰 2026/9/16 2:13:05\r\n海涯村进水，转移20人\r\n周慧敏 2026/9/16 2:15\r\n收到",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_two_messages(form: str) -> None:
    assert _told(FORMS[form]) == TWO


@pytest.mark.parametrize(
    "paste",
    [
        "王秀兰:\n海涯村进水，转移20人\n\n周慧敏:\n收到",
        "王秀兰：海涯村进水，转移20人\n周慧敏：收到",
        "“周慧敏”撤回了一条消息\n王秀兰：海涯村进水，转移20人\n周慧敏：收到\n你邀请陆海峰加入了群聊",
    ],
)
def test_without_times(paste: str) -> None:
    assert _told(paste) == [(name, "", words) for name, _at, words in TWO]


def test_times_of_another_day() -> None:
    assert _told("昨天 23:50\n王秀兰-海涯村：\n海堤进水\n2:13\n王秀兰-海涯村：\n转移87人") == [
        ("王秀兰-海涯村", "09-15 23:50", "海堤进水"),
        ("王秀兰-海涯村", "09-16 02:13", "转移87人"),
    ]
    assert [at for _who, at, _words in _told("王秀兰 星期二 下午8:12\n进水\n王秀兰 星期三 08:12\n退了")] == [
        "09-15 20:12", "09-16 08:12",
    ]  # fmt: skip


def test_the_day_between_dashes_holds_until_the_next() -> None:
    paste = "—————  2026-09-14  —————\n王秀兰  23:50\n进水\n—————  2026-09-15  —————\n王秀兰  23:55\n退了"
    assert [at for _who, at, _words in _told(paste)] == ["09-14 23:50", "09-15 23:55"]


def test_what_was_quoted_is_not_said_again() -> None:
    dashes = "- - - - - - - - - - - - - - -"
    paste = f"周慧敏 02:15\n「王秀兰：海涯村转移86人」\n{dashes}\n是68人吧\n"
    paste += "王秀兰 02:16\n引用 周慧敏的消息：是68人吧\n是68人"
    first, second = _split(paste)
    assert (first.text, first.quoted) == ("是68人吧", f"「王秀兰：海涯村转移86人」\n{dashes}".split("\n")[0])
    assert (second.text, second.quoted) == ("是68人", "引用 周慧敏的消息：是68人吧")
    assert "86" in first.raw


def test_marks_of_photos_are_counted_and_other_marks_fall_away() -> None:
    (one,) = _split(
        '王秀兰 02:13\n海涯村进水[流泪]\n[图片]\n[图片: a1.jpg(请在附件中查看)]\n[语音] 12"\n【演练】[演练]'
    )
    assert (one.pictures, one.text) == (2, "海涯村进水\n\n\n\n【演练】[演练]")
    (photo,) = _split("[16/9/2026, 02:15:00] Li Si: image omitted")
    assert (photo.pictures, photo.text) == (1, "")


def test_lines_belong_to_whoever_spoke_last_and_stay_as_they_were() -> None:
    (one,) = _split("王秀兰 02:13\n【灾情初报】\n时间：8月3日14时\n地点：海涯村\n受灾人口：126人\n联系人：李强")
    assert one.text.splitlines()[1:] == ["时间：8月3日14时", "地点：海涯村", "受灾人口：126人", "联系人：李强"]
    assert one.raw.startswith("王秀兰 02:13\n【灾情初报】")


@pytest.mark.parametrize(
    "paste",
    [
        "【灾情初报】\n时间：8月3日14时\n地点：蛟河市新站镇\n灾种：洪涝\n受灾人口：1260人\n联系人：李强",
        "枫泾镇中洪村内涝，受灾45户132人，转移18人，无伤亡。",
        "海涯村：积水40厘米\n中洪村：进水3户\n更正：是14户",
        "安全撤离，请放心",
    ],
)
def test_a_text_that_is_no_chat_is_one_message_of_nobody(paste: str) -> None:
    assert _told(paste) == [("", "", paste)]


def test_one_person_with_a_colon_is_a_speaker() -> None:
    assert _told("张三：中洪村内涝，受灾45户") == [("张三", "", "中洪村内涝，受灾45户")]


def test_nothing_gives_nothing() -> None:
    assert _split("") == []
    assert _split("\n \n") == []


_BITS = [*"张三王:：\n 「」[]-—", "2026/9/16", " 02:13", "昨天", "图片", "内涝", "上午", "(123456)"]


@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(_BITS), max_size=60).map("".join)))
def test_any_paste_is_taken_apart(paste: str) -> None:
    for one in _split(paste):
        assert one.at is None or one.at <= NOW
        assert one.text or one.pictures or one.raw


@pytest.mark.parametrize("part", ["「a:", "张三 ", "a:b\n", "[", "02:1", "—", "引用 a", "2026/9/16 ", "张三 02:13\n"])
def test_a_flood_of_marks_takes_no_time(part: str) -> None:
    start = time.perf_counter()
    _split(part * (60_000 // len(part)))
    assert time.perf_counter() - start < 3


def test_the_words_of_a_chat_are_understood() -> None:
    assert understand(TWO[0][2], gold.jinshan()).relocated == 20
