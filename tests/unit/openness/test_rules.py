"""What is told in public, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.openness import rules
from responder.openness.rules import Response

KNOWN = ("affected", "deaths", "missing", "relocated")
START = datetime(2026, 9, 16, 21, tzinfo=UTC)


def test_places_end_at_the_town() -> None:
    assert rules.town("310116112218") == "310116112"
    assert rules.town("310116112") == "310116112"
    assert rules.town("220281") == "220281"


def test_deaths_and_missing_wait_for_release() -> None:
    figures = {"deaths": 1, "missing": 0, "relocated": 87}
    assert rules.told(figures, False, KNOWN) == {"deaths": None, "missing": None, "relocated": 87}
    assert rules.told(figures, True, KNOWN) == {"deaths": 1, "missing": 0, "relocated": 87}


def test_zero_is_told_and_absent_is_not() -> None:
    assert rules.told({"affected": 0, "relocated": None}, True, KNOWN) == {"affected": 0}


@pytest.mark.parametrize("value", ["13800138000", True, ["a"], {"name": "王秀兰"}])
def test_what_is_no_number_stays_inside(value: object) -> None:
    assert rules.told({"affected": value}, True, KNOWN) == {}


def test_what_is_no_indicator_stays_inside() -> None:
    assert rules.told({"phone": 13800138000, "relocated": 1}, True, KNOWN) == {"relocated": 1}


def test_a_delay_is_never_less_than_nothing() -> None:
    response = Response(START, acknowledged=START - timedelta(minutes=1), arrived=START + timedelta(minutes=40))
    assert response.after(response.acknowledged) == timedelta(0)
    assert response.after(response.arrived) == timedelta(minutes=40)
    assert response.after(response.goods) is None


def test_the_usual_delay_is_the_median_of_those_there_are() -> None:
    delays = [timedelta(minutes=5), None, timedelta(minutes=90), timedelta(minutes=7)]
    assert rules.usual(delays) == timedelta(minutes=7)
    assert rules.usual([None]) is None


def test_only_teams_that_went_are_told() -> None:
    assert not rules.WENT & {"created", "declined", "no_answer", "cancelled"}
