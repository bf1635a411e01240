"""The way through a call: short, complete in both languages, and never stuck whatever is pressed."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.hotline.voice import flow, menu
from responder.hotline.voice.flow import State, Task
from responder.messaging import calls
from responder.messaging.calls import Heard, Prompt
from responder.platform.terms import LANGUAGES

SYLLABLES_A_SECOND = 4.0
"""A synthetic Mandarin voice reads four to five characters a second."""
SPOKEN = 20
"""Seconds in which somebody says place, what happened and how many."""

CALLER = State("menu", name="王芳", office="枫泾镇红十字会", place="枫泾镇新义村", division="310116101201")
TASKS = (Task("M1005", 0, "漕泾镇海涯村"), Task("M1006", 3, "漕泾镇"))


def seconds(prompts: tuple[Prompt, ...]) -> float:
    """How long what is said takes."""
    return sum(len(re.findall(r"[\w]", one.text)) for one in prompts if one.do == "say") / SYLLABLES_A_SECOND


def test_a_whole_call_of_speaking_takes_less_than_forty_seconds() -> None:
    first = flow.begin(CALLER)
    spoken = flow.step(first.state, Heard("keys", "1"))
    # Whoever knows the menu presses during the greeting; whoever hears it out for the first time still gets through.
    said_first = tuple(one for one in first.prompts if one.lang == "zh")
    assert seconds(said_first) + seconds(spoken.prompts) + SPOKEN < 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_node_speaks_in_the_caller_s_language(lang: str) -> None:
    state = State("menu", lang, "王芳", "枫泾镇红十字会", "枫泾镇", tasks=TASKS, drill=3)
    for keys in ((), ("2",), ("2", "1"), ("2", "1", "0", "0", "0", "0", "0"), ("3",), ("4",), ("4", "1"), ("0",)):
        found = flow.begin(state)
        for key in keys:
            found = flow.step(found.state, Heard("keys", key))
        said = [one for one in found.prompts if one.do == "say"]
        assert said[0].lang == lang
        own = "".join(one.text for one in said if one.lang == lang)
        assert own
        assert (re.search("[一-鿿]", own) is not None) is (lang == "zh")


def test_digits_are_read_one_by_one() -> None:
    assert calls.digits(120, "zh") == "一二零"
    assert calls.digits("R1042", "zh") == "R一零四二"
    assert calls.digits(120, "en") == "1 2 0"


def test_nought_is_read_back_and_skipped_is_not() -> None:
    state = State("readback", keyed={"deaths": 0, "missing": None, "injured": 12}, hazard="fire")
    assert flow.spoken(state) == "火灾，死亡零人，受伤一二人"
    assert state.figures == {"deaths": 0, "injured": 12}


@pytest.mark.parametrize(
    ("keys", "value"), [("0", 0), ("00", 0), ("007", 7), ("*", None), ("**", None), ("999999", 999999)]
)
def test_a_figure_by_keypad(keys: str, value: int | None) -> None:
    found = flow.step(State("figure"), Heard("keys", keys))
    assert found.state.keyed == {"deaths": value}


@pytest.mark.parametrize("keys", ["*1", "1*", "1000000", "-1", "1.5", "１", "A", "+1"])
def test_what_is_no_figure_is_asked_again(keys: str) -> None:
    found = flow.step(State("figure"), Heard("keys", keys))
    assert found.state.keyed == {}
    assert found.state.failures == 1


HEARD = st.one_of(
    st.text("0123456789*#", max_size=8).map(lambda keys: Heard("keys", keys)),
    st.sampled_from([Heard("silence"), Heard("recording"), Heard("answered"), Heard("unanswered")]),
)
STATES = st.builds(
    State, node=st.just("menu"), lang=st.sampled_from(LANGUAGES), known=st.booleans(),
    duty=st.sampled_from(["", "+861"]), tasks=st.sampled_from([(), TASKS[:1], TASKS, TASKS * 6]),
    drill=st.sampled_from([0, 3]), name=st.just("王芳"),
)  # fmt: skip


@given(state=STATES, heard=st.lists(HEARD, max_size=40))
def test_whatever_is_pressed_the_line_waits_ends_or_asks(state: State, heard: list[Heard]) -> None:
    found = flow.begin(state)
    for one in heard:
        found = flow.step(found.state, one)
        assert State.of(json.loads(json.dumps(found.state.as_dict()))) == found.state
        if found.deed:
            assert found.state.node == "over"
            break
        # Nobody is left in an empty line: the last prompt waits for something or hangs up.
        assert found.prompts[-1].do in ("gather", "record", "dial", "hangup")
        assert found.state.failures <= menu.menu().tries
    gone = flow.step(found.state, Heard("gone"))
    assert gone.state.node == "over"
    assert found.deed or gone.deed == "wait"


@given(state=STATES)
def test_who_never_presses_anything_reaches_a_person(state: State) -> None:
    found = flow.begin(state)
    for _ in range(menu.menu().tries + 2):
        if found.deed:
            break
        found = flow.step(found.state, Heard("silence"))
    assert found.deed == "wait"


def test_a_real_call_stays_real_unless_the_drill_is_chosen() -> None:
    offered = flow.begin(State("menu", drill=3))
    assert offered.state.world == 0
    assert flow.step(offered.state, Heard("keys", "6")).state.world == 3
    assert flow.step(flow.begin(State("menu")).state, Heard("keys", "6")).state.world == 0
