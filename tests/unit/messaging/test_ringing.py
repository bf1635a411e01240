"""A text read aloud: every digit by itself, twice, one key, and never a call that goes on for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.messaging.ringing import rules
from responder.messaging.ringing.rules import TURNS, Reading

TEXT = "【演练】M1001 漕泾镇洪涝，45户132人，22:30前集合。回1收到 9去不了"
MISSION = Reading("金山区红十字会", "陆海峰", TEXT, "zh", "M1001", wants_answer=True, answer_number="+8613800138000")


def said(reading: Reading, turn: int) -> str:
    return "".join(prompt.text for prompt in rules.turn(reading, turn))


def done(reading: Reading, turn: int) -> list[str]:
    return [prompt.do for prompt in rules.turn(reading, turn) if prompt.do != "say"]


def test_who_calls_whom_and_the_text_twice() -> None:
    words = said(MISSION, 0)
    assert words.startswith("您好，金山区红十字会来电，找陆海峰。演练，M一零零一 漕泾镇洪涝")
    assert words.count("四五户一三二人，二二点三零前集合") == 2
    assert words.endswith("请按一个键回答。重听按星号。")
    assert not any(digit in words for digit in "0123456789【】")
    assert done(MISSION, 0) == ["gather"]


def test_silence_is_asked_once_more_then_a_text_is_asked_for() -> None:
    assert said(MISSION, 1).startswith("没有收到按键。")
    assert "四五户一三二人" in said(MISSION, 1)
    assert done(MISSION, 1) == ["gather"]
    for turn in (TURNS, 99):
        assert said(MISSION, turn) == "请发短信答复到一三八零零一三八零零零。再见。"
        assert done(MISSION, turn) == ["hangup"]


def test_without_an_answering_number_none_is_named() -> None:
    assert said(Reading("区红会", "", TEXT, "zh", wants_answer=True), TURNS) == "请发短信答复。再见。"


def test_what_wants_no_answer_asks_for_no_key() -> None:
    told = Reading("区红会", "", "响应已结束", "zh")
    assert said(told, 0) == "您好，区红会来电。响应已结束再说一遍。响应已结束再见。"
    assert done(told, 0) == ["hangup"]


def test_chinese_names_inside_english_are_left_to_the_chinese_voice() -> None:
    reading = Reading(
        "Jinshan Red Cross", "陆海峰", "M1001: flood at 漕泾镇海涯村, 45 homes. Reply 1", "en", "M1001", True
    )
    prompts = rules.turn(reading, 0)
    assert prompts[0].text == "Hello, this is Jinshan Red Cross."
    assert [(one.lang, one.text) for one in prompts[1:4]] == [
        ("en", "M 1 0 0 1 : flood at"), ("zh", "漕泾镇海涯村"), ("en", ", 4 5 homes. Reply 1"),
    ]  # fmt: skip


def test_a_key_bears_the_number_of_what_was_read() -> None:
    assert rules.answer(MISSION, "1") == "M1001 1"
    assert rules.answer(Reading("", "", "", "zh", "B1003"), "2") == "B1003 2"
    assert rules.answer(Reading("", "", "", "zh", "E1004"), "2") == "E1004 2"
    assert rules.answer(Reading("", "", "", "zh", "S1001"), "0") == "0", (
        "a report's number beside a digit means another"
    )
    assert rules.answer(Reading("", "", "", "zh"), "0") == "0"


def test_heard_is_who_listened_to_it_once() -> None:
    short = Reading("区红会", "", "请马上集合", "zh")
    assert not rules.was_heard(short, 2)
    assert rules.was_heard(short, 5)
    assert not rules.was_heard(MISSION, 5), "a long text takes longer"
    assert rules.was_heard(MISSION, 30)


@given(st.text(max_size=120), st.sampled_from(["zh", "en"]))
def test_any_text_can_be_read(body: str, lang: str) -> None:
    for prompt in rules.aloud(body, lang):
        assert prompt.text
        assert prompt.lang == "zh" or not any("\u4e00" <= letter <= "\u9fff" for letter in prompt.text)
        assert lang == "en" or not any(digit in prompt.text for digit in "0123456789")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sentence_is_there(lang: str) -> None:
    keys = ("opening", "again", "ask", "silent", "noted", "by_text", "goodbye")
    assert set(rules.manner().words) == set(keys)
    assert rules.noted("3", lang)[-1].do == "hangup"
