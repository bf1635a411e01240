"""The first-response clock: from the first report to the first goods handed out (DESIGN §1). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

STOPS = ("received", "seen", "sent", "acknowledged", "arrived", "goods")


@dataclass(frozen=True)
class Stop:
    """One stop. ``at`` is when it was reached, ``after`` how long that was from the first report.

    ``state``: done, now (the next one to reach), or empty. ``expected`` is the estimate where there is one.
    """

    name: str
    at: datetime | None
    after: timedelta | None
    state: str
    late: bool = False
    expected: timedelta | None = None


@dataclass(frozen=True)
class Way:
    """A mission under way: when it left (or was told to), and the estimate of its minutes on the road."""

    since: datetime
    minutes: int


@dataclass(frozen=True)
class Limits:
    """When an answer is late, in minutes after the alert."""

    answer: int


def stops(
    times: Sequence[datetime | None], ways: Sequence[Way], now: datetime, limits: Limits, *, over: bool
) -> list[Stop]:
    """The six stops in order; ``times`` are theirs. The first one not reached is next, unless all is ``over``.

    The first answer is late where it came, or still doesn't come, later than the limit after the alert.
    """
    start = times[0]
    assert start is not None
    # A stop that was never made doesn't hold up those after it: what comes next stands after the last one reached.
    reached = [place for place, at in enumerate(times) if at is not None]
    waiting = next((p for p in range(reached[-1] + 1, len(STOPS))), None) if not over else None
    found = []
    for place, (name, at) in enumerate(zip(STOPS, times, strict=True)):
        state = "done" if at is not None else "now" if place == waiting else ""
        late = name == "acknowledged" and _late(times[2], at, now, limits, over)
        expected = None
        if name == "arrived" and at is None and ways:
            expected = min(way.since + timedelta(minutes=way.minutes) for way in ways) - start
        found.append(Stop(name, at, at - start if at else None, state, late, expected))
    return found


def _late(alerted: datetime | None, answered: datetime | None, now: datetime, limits: Limits, over: bool) -> bool:
    if alerted is None or (over and answered is None):
        return False
    return (answered or now) - alerted > timedelta(minutes=limits.answer)


def spelled(after: timedelta) -> str:
    """A delay as a figure: ``+2:05`` minutes and seconds, from an hour on ``+1:02:05``."""
    seconds = int(after.total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"+{hours}:{minutes:02}:{seconds % 60:02}"
    return f"+{minutes}:{seconds % 60:02}"
