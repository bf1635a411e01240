"""Token buckets by one moment: the generic cell rate algorithm. Pure.

``free_at`` is the moment at which the bucket is full again. A text takes one token by moving it on by one interval;
it may leave while that moment is nearer than the burst. One moment is all that workers must share.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Bucket:
    """``per_second`` texts in bursts of ``burst``. One token of a burst is kept for alerts, so that a queue that has
    drained the bucket doesn't make the first alert wait for a slow modem's next turn."""

    per_second: float
    burst: int

    @property
    def interval(self) -> timedelta:
        """Between two texts."""
        return timedelta(seconds=1 / self.per_second)

    def tokens(self, free_at: datetime | None, now: datetime, *, alert: bool) -> int:
        """How many texts may leave now."""
        depth = self.burst if alert or self.burst == 1 else self.burst - 1
        owed = max((free_at - now) / self.interval, 0.0) if free_at else 0.0
        # A rounding of microseconds must not cost a token.
        return max(0, int(depth - owed + 1e-6))

    def take(self, free_at: datetime | None, now: datetime, count: int) -> datetime:
        """The moment after so many texts have left."""
        return max(free_at or now, now) + count * self.interval

    def next_at(self, free_at: datetime | None, now: datetime, *, alert: bool) -> datetime:
        """When the next text may leave: now where there is a token."""
        depth = self.burst if alert or self.burst == 1 else self.burst - 1
        return max(now, free_at - (depth - 1) * self.interval) if free_at else now

    def held_back(self, free_at: datetime | None, now: datetime, seconds: float) -> datetime:
        """The moment after a provider has asked us to wait: the bucket is empty until then, for alerts too."""
        return max(free_at or now, now + timedelta(seconds=seconds) + (self.burst - 1) * self.interval)
