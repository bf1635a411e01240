"""What of an incident is told in public. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

TOWN_DIGITS = 9
"""Places are told down to the town, never the village or the house: thirty households know each other."""

WITHHELD = ("deaths", "missing")
"""Figures that wait for release (待核): next of kin must not learn them from a page."""

WENT = frozenset({"alerted", "acknowledged", "en_route", "arrived", "working", "done", "closed"})
"""States of missions whose teams were sent; those that declined or were called off aren't told of."""


def town(code: str) -> str:
    """The division that is told for a place."""
    return code[:TOWN_DIGITS]


def told(figures: Mapping[str, object], released: bool, known: Iterable[str]) -> dict[str, int | float | None]:
    """The figures that are told, in the order of ``known`` (the indicators); None is one not yet released.

    Only known indicators with a number are told: whatever else is kept beside them stays inside.
    """
    found: dict[str, int | float | None] = {}
    for slug in known:
        value = figures.get(slug)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        found[slug] = value if released or slug not in WITHHELD else None
    return found


@dataclass(frozen=True)
class Response:
    """How fast one incident was answered: the moments of the first-response clock, None without one."""

    reported: datetime
    acknowledged: datetime | None = None
    left: datetime | None = None
    arrived: datetime | None = None
    goods: datetime | None = None

    def after(self, moment: datetime | None) -> timedelta | None:
        """How long after the first report; never less than nothing."""
        return max(moment - self.reported, timedelta(0)) if moment is not None else None


def usual(delays: Iterable[timedelta | None]) -> timedelta | None:
    """The median of the delays there are (of two in the middle the shorter), None where there are none."""
    known = [delay for delay in delays if delay is not None]
    return median_low(known) if known else None
