"""Distances and drives."""

import pytest

from responder.places import distance
from responder.places.coordinates import Point
from responder.places.profiles import Travel

CHANGCHUN, JILIN = Point(43.8171, 125.3235), Point(43.8379, 126.5496)


def test_straight_line() -> None:
    assert distance.km(CHANGCHUN, JILIN) == pytest.approx(98.6, abs=0.5)
    assert distance.km(CHANGCHUN, CHANGCHUN) == 0


def test_a_degree_of_latitude_is_no_degree_of_longitude() -> None:
    assert distance.km(Point(30, 121), Point(31, 121)) == pytest.approx(110.9, abs=0.1)
    assert distance.km(Point(30, 121), Point(30, 122)) == pytest.approx(96.5, abs=0.1)


def test_the_road_is_longer_and_the_minutes_round_up() -> None:
    travel = Travel(road_factor=1.5, speed_kmh=60)
    line = distance.km(CHANGCHUN, JILIN)
    assert distance.road_km(CHANGCHUN, JILIN, travel) == pytest.approx(line * 1.5)
    assert distance.minutes(CHANGCHUN, JILIN, travel) == int(line * 1.5) + 1
    assert distance.minutes(CHANGCHUN, CHANGCHUN, travel) == 0
