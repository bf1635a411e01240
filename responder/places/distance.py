"""How far and how long: the one module that knows geopy."""

from functools import lru_cache

from geopy.distance import geodesic

from responder.places.coordinates import Point
from responder.places.profiles import Travel


@lru_cache(maxsize=65536)
def km(one: Point, other: Point) -> float:
    """The straight line between two WGS-84 points over the WGS-84 ellipsoid, in kilometres."""
    return float(geodesic((one.lat, one.lng), (other.lat, other.lng)).kilometers)


def road_km(one: Point, other: Point, travel: Travel) -> float:
    """An estimate of the way by road in kilometres: the straight line times the branch's road factor."""
    return km(one, other) * travel.road_factor


def minutes(one: Point, other: Point, travel: Travel) -> int:
    """An estimate of the drive in whole minutes, rounded up: the road at the branch's usual speed."""
    return -int(-road_km(one, other, travel) / travel.speed_kmh * 60 // 1)
