"""The breaker of a road: one that fails again and again is left alone, and tried by one text at a time. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from responder.messaging.manners import Breaking

AGAINST_THE_ROAD = ("temporary", "config", "unknown")
"""Errors that speak of the road. The others speak of the number or of the words (DOMAIN §8, error table)."""

Stand = Literal["closed", "open", "half_open"]


@dataclass(frozen=True)
class Breaker:
    """``failures`` in a row; ``opened_at`` since when it is open, ``probe_at`` from when one text may try it."""

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None

    def stand(self, now: datetime) -> Stand:
        """closed: it carries; open: it is left alone; half_open: one text may try it."""
        if self.opened_at is None:
            return "closed"
        return "half_open" if self.probe_at is None or now >= self.probe_at else "open"


def failed(breaker: Breaker, category: str, now: datetime, manners: Breaking) -> Breaker:
    """A text was not taken. Opens after so many in a row, at once for a wrong setting; a probe that fails doubles the
    time until the next."""
    if category not in AGAINST_THE_ROAD:
        return breaker
    failures = breaker.failures + 1
    if breaker.opened_at is None and failures < manners.failures and category != "config":
        return replace(breaker, failures=failures)
    return Breaker(failures, breaker.opened_at or now, now + pause(failures, category, manners))


def pause(failures: int, category: str, manners: Breaking) -> timedelta:
    """How long an open road is left alone."""
    least = manners.config_seconds if category == "config" else manners.first_seconds
    doubled = manners.first_seconds * 2 ** min(max(failures - manners.failures, 0), 20)
    return timedelta(seconds=max(least, min(doubled, manners.longest_seconds)))


def probing(breaker: Breaker, now: datetime, manners: Breaking) -> Breaker:
    """One text is on its way over an open road: no other follows until it is known how it went."""
    return replace(breaker, probe_at=now + pause(breaker.failures, "", manners))
