"""Whether two incidents may be one: kin hazards near in place and time, never others."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.incidents.similarity import Told, common, compare, joining
from responder.places.coordinates import Point

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
HERE = Told("flood", "310116112218", NOW, Point(30.80, 121.40))


def test_the_same_is_wholly_alike() -> None:
    assert compare(HERE, HERE).score == 1


@pytest.mark.parametrize(
    ("other", "proposed"),
    [
        (Told("typhoon", "310116112", NOW + timedelta(hours=2), Point(30.81, 121.41)), True),
        (Told("flood", "310116102201", NOW + timedelta(hours=1), Point(30.85, 121.35)), True),
        (Told("flood", "310116102201", NOW + timedelta(hours=23), Point(30.95, 121.20)), False),
        (Told("flood", "220102001001", NOW, None), False),
        (Told("fire", "310116112218", NOW, Point(30.80, 121.40)), False),
    ],
)
def test_what_is_proposed(other: Told, proposed: bool) -> None:
    assert (compare(HERE, other).score >= joining().propose_at) is proposed
    assert compare(HERE, other) == compare(other, HERE)


def test_kin_hazards_weigh_less_and_a_missing_point_is_no_nearness() -> None:
    kin = Told("typhoon", HERE.division, NOW, HERE.point)
    blind = Told("flood", HERE.division, NOW, None)
    assert compare(HERE, kin).score < 1
    assert "near" not in {reason["kind"] for reason in compare(HERE, blind).reasons}


def test_the_lowest_division_that_holds_both() -> None:
    assert common("310116112218", "310116112") == "310116112"
    assert common("310116112218", "310116102201") == "310116"
    assert common("310116", "220102") == ""
