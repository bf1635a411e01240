"""Who is tested when, and how somebody's reachability stands. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

State = Literal["nobody", "no_phone", "bad", "opted_out", "silent", "asked", "unknown", "fine"]
WORST_FIRST: tuple[State, ...] = ("nobody", "no_phone", "bad", "opted_out", "silent", "asked", "unknown", "fine")
"""``asked``: a test text is out and not answered yet; ``unknown``: never tested and never heard of."""
PROBLEMS: frozenset[State] = frozenset({"nobody", "no_phone", "bad", "opted_out", "silent"})

OPEN = ("asked", "asked_again")
"""States of a test that waits for an answer."""


@dataclass(frozen=True)
class Round:
    """One round of tests: its name (2026-11, 2026-W47) and its first day, local."""

    name: str
    first: date


def round_of(today: date, every: str) -> Round:
    """The round of a local day."""
    if every == "week":
        year, week, weekday = today.isocalendar()
        return Round(f"{year}-W{week:02}", today - timedelta(days=weekday - 1))
    return Round(f"{today:%Y-%m}", today.replace(day=1))


def before(found: Round, every: str) -> Round:
    """The round before one."""
    return round_of(found.first - timedelta(days=1), every)


def slot(
    found: Round, person: int, post: str, division: str, days: int, hours: tuple[int, int], zone: ZoneInfo
) -> datetime:
    """When somebody is tested: at a day and minute of their own that look random but stay. Of a division's A and B
    persons one is tested half a spread later than the other, so that a broken network never takes both for silent."""
    own = _spread(f"{found.name}/{person}")
    shared = _spread(f"{found.name}/{division}") + (days // 2 if post == "B" else 0)
    day = (shared if post else own) % days
    minutes = (own // days) % ((hours[1] - hours[0]) * 60)
    at = datetime.combine(found.first + timedelta(days=day), time(hours[0]), zone)
    return at + timedelta(minutes=minutes)


def is_hour(now: datetime, hours: tuple[int, int]) -> bool:
    """Whether test texts may leave at this local moment."""
    return hours[0] <= now.hour < hours[1]


def state(numbers: Collection[str], newest: str, heard: bool) -> State:
    """How somebody stands: ``numbers`` are the states of their numbers, ``newest`` that of their newest test, ``heard``
    whether they were heard of since."""
    if not numbers:
        return "no_phone"
    if "ok" not in numbers:
        return "bad" if "bad" in numbers else "opted_out"
    if newest == "silent" and not heard:
        return "silent"
    if newest == "answered" or heard:
        return "fine"
    return "asked" if newest in OPEN else "unknown"


def standing(states: Sequence[State]) -> State:
    """How a division stands: as the best of its people, for one is enough to be reached."""
    return max(states, key=WORST_FIRST.index, default="nobody")


def _spread(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6])
