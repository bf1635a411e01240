"""Coordinates between the systems that people in China paste from (DOMAIN §6).

We store WGS-84, what phones and browsers measure. AMap, Tencent and Google-in-China show GCJ-02, about
half a kilometre off; Baidu shows BD-09, a second shift on top. All values here are degrees.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

Crs = Literal["wgs84", "gcj02", "bd09"]

SYSTEMS: tuple[Crs, ...] = ("wgs84", "gcj02", "bd09")

# The Krasovsky 1940 ellipsoid, on which GCJ-02 computes its shift.
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000.0 / 180.0
_BAIDU_LNG, _BAIDU_LAT = 0.0065, 0.006

# 1e-10 degrees is a hundredth of a millimetre; both shifts are so flat that four or five rounds reach it.
_CLOSE_ENOUGH = 1e-10
_ROUNDS = 30


class Point(NamedTuple):
    """A place on the ground in degrees; which system it is in is said by whoever hands it over."""

    lat: float
    lng: float


def in_shifted_area(point: Point) -> bool:
    """Whether GCJ-02 and BD-09 shift this point at all: inside the rectangle around China (DOMAIN §6)."""
    return 0.8293 <= point.lat <= 55.8271 and 72.004 <= point.lng <= 137.8347


def to_wgs84(point: Point, crs: Crs) -> Point:
    """The same place in WGS-84 degrees, from the system the point was written in."""
    if crs == "wgs84" or not in_shifted_area(point):
        return point
    if crs == "bd09":
        point = _unshift(point, _baidu_shift)
    return _unshift(point, _gcj_shift)


def from_wgs84(point: Point, crs: Crs) -> Point:
    """The same place in the system `crs`, from WGS-84 degrees."""
    if crs == "wgs84" or not in_shifted_area(point):
        return point
    shifted = _gcj_shift(point)
    return _baidu_shift(shifted) if crs == "bd09" else shifted


def _gcj_shift(point: Point) -> Point:
    x, y = point.lng - 105.0, point.lat - 35.0
    root = math.sqrt(abs(x))
    ripple = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north_m += _waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east_m += _waves(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))

    phi = math.radians(point.lat)
    w_squared = 1.0 - _ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    meridian_radius = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (w_squared * math.sqrt(w_squared))
    parallel_radius = _SEMI_MAJOR_M / math.sqrt(w_squared) * math.cos(phi)
    return Point(
        point.lat + math.degrees(north_m / meridian_radius),
        point.lng + math.degrees(east_m / parallel_radius),
    )


def _waves(value: float, *terms: tuple[float, float]) -> float:
    """Sum of amplitude · sin(value · π / divisor), two thirds of it, in metres."""
    return sum(amplitude * math.sin(value * math.pi / divisor) for amplitude, divisor in terms) * 2.0 / 3.0


def _baidu_shift(point: Point) -> Point:
    radius = math.hypot(point.lng, point.lat) + 0.00002 * math.sin(point.lat * _BAIDU_TURN)
    angle = math.atan2(point.lat, point.lng) + 0.000003 * math.cos(point.lng * _BAIDU_TURN)
    return Point(radius * math.sin(angle) + _BAIDU_LAT, radius * math.cos(angle) + _BAIDU_LNG)


def _unshift(shifted: Point, shift: Callable[[Point], Point]) -> Point:
    """The point that `shift` moves onto `shifted`: guess, see how far off it lands, step back by that."""
    guess = shifted
    for _ in range(_ROUNDS):
        landed = shift(guess)
        off_lat, off_lng = landed.lat - shifted.lat, landed.lng - shifted.lng
        guess = Point(guess.lat - off_lat, guess.lng - off_lng)
        if abs(off_lat) < _CLOSE_ENOUGH and abs(off_lng) < _CLOSE_ENOUGH:
            break
    return guess
