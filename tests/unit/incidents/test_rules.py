"""Incidents: what may follow what, who may say so, how grave it is. Pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.incidents import rules
from responder.incidents.severity import severity

NOBODY: frozenset[int] = frozenset()
DISTRICT_LEVEL = 3


def test_verified_by_somebody_else() -> None:
    rules.check_verify("open", 2, frozenset({1}), (), "")


def test_nobody_verifies_their_own_figures_unless_the_branch_delegated_it() -> None:
    with pytest.raises(rules.OwnFigures):
        rules.check_verify("open", 1, frozenset({1, 2}), (), "")
    rules.check_verify("open", 1, frozenset({1, 2}), (), "本会已授权")


def test_contradictions_are_resolved_first() -> None:
    with pytest.raises(rules.Contradiction) as caught:
        rules.check_verify("open", 2, NOBODY, ("甲", "乙"), "")
    assert caught.value.params["problems"] == "甲；乙"


@pytest.mark.parametrize("status", ["verified", "closed"])
def test_what_is_verified_isn_t_verified_again(status: str) -> None:
    with pytest.raises(rules.WrongState):
        rules.check_verify(status, 2, NOBODY, (), "")


def test_closed_after_verification_with_no_team_out() -> None:
    rules.check_close("verified", 0)
    with pytest.raises(rules.MissionsOpen) as caught:
        rules.check_close("verified", 2)
    assert caught.value.params == {"n": 2}
    for status in ("open", "closed"):
        with pytest.raises(rules.WrongState):
            rules.check_close(status, 0)


def test_only_a_closed_incident_is_told_in_public() -> None:
    rules.check_publish("closed")
    for status in ("open", "verified"):
        with pytest.raises(rules.WrongState):
            rules.check_publish(status)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("flood", "flood", True),
        ("flood", "typhoon", True),
        ("fire", "explosion", True),
        ("flood", "fire", False),
        ("drought", "flood", False),
    ],
)
def test_hazards_that_come_together_are_one_incident(one: str, other: str, same: bool) -> None:
    assert rules.alike(one, other) is same
    assert rules.alike(other, one) is same


THRESHOLDS = {"I": {"dead": 10}, "II": {"dead": 5}, "III": {"dead": 3}, "IV": {"dead": 1, "moved": 50}}


@pytest.mark.parametrize(
    ("figures", "urgent", "colour"),
    [
        ({}, False, "blue"),
        ({"dead": 0}, False, "blue"),
        ({"moved": 49}, False, "blue"),
        ({"moved": 50}, False, "yellow"),
        ({"dead": 1}, False, "yellow"),
        ({"dead": 3}, False, "orange"),
        ({"dead": 5}, False, "red"),
        ({"dead": 99}, False, "red"),
        ({}, True, "red"),
    ],
)
def test_the_colour_follows_the_level_that_is_reached(figures: dict[str, float], urgent: bool, colour: str) -> None:
    assert rules.severity(figures, urgent, THRESHOLDS) == colour


@given(st.integers(0, 50), st.integers(0, 50), st.booleans())
def test_more_harm_is_never_a_milder_colour(dead: int, more: int, urgent: bool) -> None:
    order = rules.SEVERITIES
    low = rules.severity({"dead": dead}, urgent, THRESHOLDS)
    high = rules.severity({"dead": dead + more}, urgent, THRESHOLDS)
    assert order.index(high) <= order.index(low)


def test_the_branch_s_own_thresholds() -> None:
    calm = severity({"relocated": 10}, False, DISTRICT_LEVEL)
    assert (calm.colour, calm.level) == ("blue", "")
    grave = severity({"deaths": 3}, False, DISTRICT_LEVEL)
    assert grave.level in ("I", "II", "III")
    assert grave.colour in ("red", "orange")
    assert severity({}, True, DISTRICT_LEVEL).colour == "red"


def test_a_colour_never_stands_alone() -> None:
    for one in (
        severity({}, False, DISTRICT_LEVEL),
        severity({"deaths": 3}, False, DISTRICT_LEVEL),
        severity({}, True, DISTRICT_LEVEL),
    ):
        for lang in ("zh", "en"):
            assert one.word(lang).strip("—")


def test_the_clock_counts_from_the_first_report() -> None:
    start = datetime(2026, 9, 12, 3, tzinfo=UTC)
    found = rules.stop_times({"received": start, "acknowledged": start + timedelta(seconds=90), "arrived": None})
    assert found == {"received": 0.0, "acknowledged": 90.0, "arrived": None}
