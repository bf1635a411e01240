"""Coordinates: known values, round trips, and what is never shifted (DOMAIN §6)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.places.coordinates import SYSTEMS, Crs, Point, from_wgs84, to_wgs84

METRES_PER_DEGREE = 111_320.0

# WGS-84, GCJ-02, BD-09, the latter two as the library coord-convert 0.2.1 gives them.
KNOWN = [
    ((30.7418, 121.3425), (30.73962799, 121.34703352), (30.74568852, 121.35353585)),
    ((43.88, 125.32), (43.88240976, 125.32650672), (43.88811769, 125.33308945)),
    ((42.9, 129.5), (42.90248929, 129.50696451), (42.90854997, 129.51344167)),
    ((22.5431, 114.0579), (22.54038281, 114.06301400), (22.54604156, 114.06956399)),
]


def metres(one: Point, other: Point) -> float:
    north = (one.lat - other.lat) * METRES_PER_DEGREE
    east = (one.lng - other.lng) * METRES_PER_DEGREE * math.cos(math.radians(one.lat))
    return math.hypot(north, east)


@pytest.mark.parametrize(("wgs", "gcj", "bd"), KNOWN)
def test_known_values(wgs: tuple[float, float], gcj: tuple[float, float], bd: tuple[float, float]) -> None:
    assert metres(from_wgs84(Point(*wgs), "gcj02"), Point(*gcj)) < 0.01
    assert metres(from_wgs84(Point(*wgs), "bd09"), Point(*bd)) < 0.01
    assert metres(to_wgs84(Point(*gcj), "gcj02"), Point(*wgs)) < 0.01
    assert metres(to_wgs84(Point(*bd), "bd09"), Point(*wgs)) < 0.01


@pytest.mark.parametrize(("lat", "lng", "off"), [(30.74, 121.34, 496), (43.88, 125.32, 589), (42.9, 129.5, 628)])
def test_a_mixed_up_system_is_off_by_half_a_kilometre(lat: float, lng: float, off: int) -> None:
    point = Point(lat, lng)
    assert metres(point, from_wgs84(point, "gcj02")) == pytest.approx(off, abs=5)
    assert 1100 < metres(point, from_wgs84(point, "bd09")) < 1500


@given(lat=st.floats(1.0, 55.0), lng=st.floats(73.0, 137.0), crs=st.sampled_from(SYSTEMS))  # well inside the rectangle
def test_there_and_back_is_the_same_place(lat: float, lng: float, crs: Crs) -> None:
    point = Point(lat, lng)
    assert metres(to_wgs84(from_wgs84(point, crs), crs), point) < 0.01


@given(lat=st.floats(-90, 90), lng=st.floats(-180, 180), crs=st.sampled_from(SYSTEMS))
def test_outside_china_nothing_is_shifted(lat: float, lng: float, crs: Crs) -> None:
    point = Point(lat, lng)
    if 0.8293 <= lat <= 55.8271 and 72.004 <= lng <= 137.8347:
        return
    assert to_wgs84(point, crs) == point == from_wgs84(point, crs)


def test_wgs84_is_left_alone_everywhere() -> None:
    point = Point(30.7, 121.3)
    assert to_wgs84(point, "wgs84") is point
    assert from_wgs84(point, "wgs84") is point
