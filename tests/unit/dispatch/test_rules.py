"""A mission's way and what answers mean."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.dispatch import rules
from responder.dispatch.rules import Backwards, NotByHand, Patience, Waiting, due, move


def test_departing_straight_after_the_alert_acknowledges_too() -> None:
    assert move("alerted", "en_route").steps == ("acknowledged", "en_route")
    assert move("alerted", "done").steps == ("acknowledged", "en_route", "arrived", "done")
    assert move("no_answer", "arrived").steps == ("acknowledged", "en_route", "arrived")
    assert move("arrived", "done").steps == ("done",)


def test_the_same_again_changes_nothing() -> None:
    assert move("acknowledged", "acknowledged") == rules.Move("repeated", "acknowledged")
    assert move("done", "done") == rules.Move("repeated", "done")
    assert move("arrived", "acknowledged").outcome == "repeated"


@pytest.mark.parametrize(("now", "asked"), [("arrived", "en_route"), ("working", "arrived"), ("arrived", "declined")])
def test_backwards_is_refused(now: str, asked: str) -> None:
    with pytest.raises(Backwards) as refused:
        move(now, asked)
    assert refused.value.params == {"status": now, "asked": asked}


@pytest.mark.parametrize("over", rules.OVER)
@pytest.mark.parametrize("asked", rules.ANSWERS)
def test_a_late_answer_changes_nothing(over: str, asked: str) -> None:
    assert move(over, asked).steps == ()


@pytest.mark.parametrize("status", ["created", "alerted", "no_answer", "closed", "cancelled", "nonsense"])
def test_a_team_cannot_say_what_follows_by_itself(status: str) -> None:
    with pytest.raises(NotByHand):
        move("alerted", status)


@given(st.lists(st.sampled_from(rules.ANSWERS), max_size=12))
def test_whatever_is_answered_the_way_only_goes_forward(answers: list[str]) -> None:
    status, passed = "alerted", ["alerted"]
    for said in answers:
        try:
            steps = move(status, said).steps
        except Backwards:
            continue
        passed += steps
        status = steps[-1] if steps else status
    assert len(passed) == len(set(passed))
    on_the_way = [step for step in passed if step in rules.WAY]
    assert on_the_way == sorted(on_the_way, key=rules.WAY.index)
    assert "declined" not in passed[:-1]


@pytest.mark.parametrize(
    ("note", "channel", "status", "kept"),
    [
        ("9", "sms", "declined", ""), ("去不了", "sms", "declined", ""), ("9 车坏了", "sms", "declined", "9 车坏了"),
        ("收到，马上集合出发", "sms", "acknowledged", ""), ("已替他回复", "web", "acknowledged", "已替他回复"),
    ],
)  # fmt: skip
def test_why_a_team_cannot_go_is_kept(note: str, channel: str, status: str, kept: str) -> None:
    assert rules.remark(note, channel, status) == kept


PATIENCE = Patience(10, 15, 20)
ALERTED = datetime(2026, 9, 15, 19, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "reminded", "deputy_told", "has_deputy", "step"),
    [
        (9, False, False, True, None), (10, False, False, True, "remind"), (14, True, False, True, None),
        (15, True, False, True, "deputy"), (15, True, False, False, None), (19, True, True, True, None),
        (20, True, True, True, "no_answer"), (20, True, False, False, "no_answer"),
        # After a standstill the steps come in order, none is left out.
        (60, False, False, True, "remind"), (60, True, False, True, "deputy"),
    ],
)  # fmt: skip
def test_waiting_for_an_answer(
    minutes: int, reminded: bool, deputy_told: bool, has_deputy: bool, step: str | None
) -> None:
    waiting = Waiting(ALERTED, reminded, deputy_told, has_deputy)
    assert due(waiting, ALERTED + timedelta(minutes=minutes), PATIENCE) == step
