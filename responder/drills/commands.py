"""What may be asked of the drills room."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PlanDrill:
    """A new drill. ``day`` is the slug of the calendar's day that it is held for, empty where it is free.

    ``planned_at`` is an aware moment, ``division`` a national code; ``participants`` are divisions inside it,
    none where all of it takes part. ``director`` is a person's id, None for whoever plans.
    """

    name: str
    kind: str
    division: str
    planned_at: datetime
    participants: tuple[str, ...] = ()
    director: int | None = None
    script: str = ""
    day: str = ""


@dataclass(frozen=True)
class ChangeDrill:
    """A planned drill's new particulars. ``drill`` is its number; all fields replace the old ones."""

    drill: str
    name: str
    kind: str
    planned_at: datetime
    participants: tuple[str, ...]
    script: str


@dataclass(frozen=True)
class StartDrill:
    """Opens the drill's world."""

    drill: str


@dataclass(frozen=True)
class EndDrill:
    """Closes the drill's world. ``reason`` says why it ended early (a real event comes first), else empty."""

    drill: str
    reason: str = ""


@dataclass(frozen=True)
class CancelDrill:
    """Calls off a planned drill."""

    drill: str
    reason: str = ""


@dataclass(frozen=True)
class ResetFeed:
    """Makes a new secret address for a person's calendar; the old one stops working."""

    person: int


@dataclass(frozen=True)
class RevokeFeed:
    """Ends a person's calendar address."""

    person: int
