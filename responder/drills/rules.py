"""Drills: the year's days, what state follows which, and what a drill may be refused for. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from dateutil.rrule import YEARLY, rrule, weekday

from responder.kernel.refusals import Refusal

Kind = Literal["evacuation", "first_aid", "tabletop", "muster", "joint"]
Status = Literal["planned", "running", "ended", "cancelled"]

KINDS: tuple[Kind, ...] = ("evacuation", "first_aid", "tabletop", "muster", "joint")

NAME_LENGTH = 80
SCRIPT_LENGTH = 20_000
REASON_LENGTH = 200


class NotPlanned(Refusal):
    """Only a planned drill can be changed, started or cancelled. Params: ``drill``, ``status``."""

    code = "drills.not_planned"


class NotRunning(Refusal):
    """Only a running drill can be ended. Params: ``drill``, ``status``."""

    code = "drills.not_running"


class DrillOver(Refusal):
    """Nothing more is written into a world whose drill has ended. Params: ``drill``."""

    code = "drills.over"


@dataclass(frozen=True)
class Day:
    """A day of the year around which drills are held (DOMAIN §10): fixed (``day``), or the ``nth`` weekday
    (1 Monday … 7 Sunday) of ``month``. ``kind`` is the drill proposed for it, None where none is."""

    slug: str
    zh: str
    en: str
    month: int
    day: int | None = None
    weekday: int | None = None
    nth: int | None = None
    kind: Kind | None = None
    lead_days: int = 0


@dataclass(frozen=True)
class Occurrence:
    """A day in one year."""

    day: Day
    on: date


def occurrence(day: Day, year: int) -> Occurrence:
    """When a day falls in a year: the second Saturday of September 2026 is the 12th. Raises ValueError where
    it doesn't occur at all (30 February)."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    if day.day is not None:
        found = rrule(YEARLY, dtstart=start, count=1, bymonth=day.month, bymonthday=day.day)
    elif day.weekday is not None and day.nth is not None:
        which = weekday(day.weekday - 1, day.nth)
        found = rrule(YEARLY, dtstart=start, count=1, bymonth=day.month, byweekday=which)
    else:
        raise ValueError(f"{day.slug}: neither a day nor an nth weekday")
    moment = found[0]
    if moment.year != year:
        raise ValueError(f"{day.slug}: does not occur in {year}")
    return Occurrence(day, moment.date())


def year_days(days: Sequence[Day], year: int) -> list[Occurrence]:
    """All days of a year in order."""
    return sorted((occurrence(day, year) for day in days), key=lambda found: found.on)


def unplanned(days: Sequence[Occurrence], planned: Collection[str]) -> list[Occurrence]:
    """The days that propose a drill and have none yet. ``planned`` holds the slugs already taken."""
    return [found for found in days if found.day.kind is not None and found.day.slug not in planned]


def due(found: Occurrence, today: date) -> bool:
    """Whether it is time to plan for this day: inside its lead time, and not yet past."""
    return 0 <= (found.on - today).days <= found.day.lead_days


def overlap(one: str, other: str) -> bool:
    """Whether two divisions share ground: one lies inside the other, or they are the same."""
    return one.startswith(other) or other.startswith(one)


def covers(drill_division: str, participants: Collection[str], division: str) -> bool:
    """Whether a drill takes in a division: inside the drill's own, and, where participants are named, inside
    one of them or above one (the office that watches over them)."""
    if not division.startswith(drill_division):
        return False
    return not participants or any(overlap(division, part) for part in participants)


def must_be_planned(drill: str, status: str) -> None:
    """Raises NotPlanned."""
    if status != "planned":
        raise NotPlanned(drill=drill, status=status)


def must_be_running(drill: str, status: str) -> None:
    """Raises NotRunning."""
    if status != "running":
        raise NotRunning(drill=drill, status=status)
