"""Caps: whatever comes in whatever order, a number never gets more of a road than it allows."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from responder.messaging.caps import Budget, Tally, Try
from responder.messaging.gateways import Capabilities

START = datetime(2026, 7, 8, tzinfo=UTC)
CAN = Capabilities(same_per_day=2, different_per_day=4, template_per_day=6)


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("xy"), st.integers(0, 400)), max_size=80))
def test_no_sequence_goes_over_a_cap_in_any_24_hours(wanted: list[tuple[str, str, int]]) -> None:
    sent: list[Try] = []
    now = START
    for words, template, minutes in wanted:
        now += timedelta(minutes=minutes)
        recent = [one for one in sent if one.at > now - timedelta(hours=24)]
        if not Tally.of(recent).refusal("r", CAN, words, template):
            sent.append(Try("r", now, words, template))
    for one in sent:
        window = [other for other in sent if one.at - timedelta(hours=24) < other.at <= one.at]
        assert max(Counter(other.words for other in window).values()) <= 2
        assert len({other.words for other in window}) <= 4
        assert max(Counter(other.template for other in window).values()) <= 6


def test_each_cap_has_its_name() -> None:
    tally = Tally()
    for words in "aab":
        tally.add("r", words, "t", START)
    assert tally.refusal("r", CAN, "a", "t") == "same_cap"
    assert tally.refusal("r", CAN, "b", "t") == ""
    for words in "cd":
        tally.add("r", words, "t", START)
    assert tally.refusal("r", CAN, "e", "t") == "different_cap"
    tally.add("r", "b", "t", START)
    assert tally.refusal("r", CAN, "c", "t") == "template_cap"
    assert tally.refusal("other", CAN, "a", "t") == "", "another road has caps of its own"


def test_what_was_not_taken_counts_for_nothing() -> None:
    assert Tally.of([Try("r", START, "a", taken=False)] * 9).count("r") == 0


def test_a_budget_is_the_tighter_of_hour_and_day() -> None:
    budget = Budget(hour=3, day=99, per_hour=5, per_day=100)
    assert budget.left() == 1
    budget.take()
    assert budget.left() == 0
    assert Budget(hour=9, day=9).left() is None
