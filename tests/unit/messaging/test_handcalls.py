"""Calls that a person makes: what is read aloud, when the next try is, how an answer is passed on."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.messaging.commands import Option
from responder.messaging.handcalls import rules
from responder.messaging.handcalls.manners import manners
from responder.messaging.letters import treatments

NOW = datetime(2026, 9, 16, 19, 8, tzinfo=UTC)


def test_a_drill_is_said_first_and_once() -> None:
    assert rules.script("请出动", drill=True) == "【演练】请出动"
    assert rules.script("【演练】请出动", drill=True) == "【演练】请出动"
    assert rules.script("请出动", drill=False) == "请出动"


@pytest.mark.parametrize(("tries", "minutes"), [(1, 5), (2, 15), (3, 30), (9, 30)])
def test_the_waits_grow_and_the_last_one_repeats(tries: int, minutes: int) -> None:
    assert rules.next_try(tries, (5, 15, 30)) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("about", "answer", "said", "drill", "body"),
    [
        ("M1003", "1", "", False, "M1003 1"),
        ("M1003", "9", " 路 断了\n过不去 ", True, "M1003 9 路 断了 过不去"),
        ("M1003", "", "水退了", False, "水退了"),
        ("", "0", "", True, "演练 0"),
        ("", "0", "", False, "0"),
        ("M1003", "", "  ", True, ""),
    ],
)
def test_an_answer_is_passed_on_as_it_would_be_texted(
    about: str, answer: str, said: str, drill: bool, body: str
) -> None:
    assert rules.spoken(about, answer, said, drill=drill) == body


def test_only_the_questions_own_digits_are_answers() -> None:
    options = (Option("1", "收到"), Option("9", "去不了"))
    assert rules.is_answer(options, "9")
    assert rules.is_answer(options, "")
    assert not rules.is_answer(options, "2")
    assert not rules.is_answer((), "1")


def test_whoever_took_a_call_and_says_nothing_lets_it_go() -> None:
    release = timedelta(minutes=10)
    assert rules.is_held("taken", NOW, NOW + timedelta(minutes=9, seconds=59), release)
    assert not rules.is_held("taken", NOW, NOW + release, release)
    assert not rules.is_held("open", NOW, NOW, release)


def test_every_text_that_a_mission_sends_may_be_answered_by_voice() -> None:
    asking = {name for name, one in treatments().items() if name.startswith("mission_") and one.wants_answer}
    assert {name for name in asking if manners().to(name) is None} == set()
