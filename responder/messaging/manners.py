"""How texts are treated on their way: ``config/messaging.toml``."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from responder.messaging.letters import Kind
from responder.platform import config

Count = Annotated[int, Field(gt=0)]
Waits = Annotated[tuple[float, ...], Field(max_length=20)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Course(_Part):
    """How one kind of text goes; the fields are explained in the file."""

    patience_minutes: Annotated[int, Field(ge=0)] = 0
    receipt_minutes: Annotated[int, Field(ge=0)] = 0
    voice: bool = False
    deputy: bool = False
    person: bool = False
    queue_seconds: Annotated[float, Field(gt=0)]
    apart_minutes: Annotated[float, Field(ge=0)] = 0


class Courses(_Part):
    """A course for every kind."""

    alert: Course
    duty: Course
    answer: Course
    routine: Course
    test: Course


class Quiet(_Part):
    """The hours in which what can wait is not sent, in the branch's own time."""

    begins: Annotated[time, Field(alias="from")]
    ends: Annotated[time, Field(alias="until")]

    def over(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When what can wait may be sent: now, or the end of the quiet hours that it falls into (aware, UTC)."""
        local = now.astimezone(zone)
        at = local.time().replace(tzinfo=None)
        if self.begins <= self.ends:
            quiet, tomorrow = self.begins <= at < self.ends, False
        else:
            quiet, tomorrow = at >= self.begins or at < self.ends, at >= self.begins
        if not quiet:
            return now
        day = local.date() + timedelta(days=1) if tomorrow else local.date()
        return datetime.combine(day, self.ends, zone).astimezone(UTC)


class Retries(_Part):
    """Waits in minutes before the second and later rounds, by category of error."""

    temporary: Waits
    unknown: Waits
    config: Waits

    def wait(self, category: str, rounds: int) -> timedelta | None:
        """How long to wait after so many rounds of all roads; None when it is time to give up."""
        waits: Waits = getattr(self, category) if category in ("temporary", "config") else self.unknown
        return timedelta(minutes=waits[rounds - 1]) if rounds <= len(waits) else None


class Breaking(_Part):
    """When a road is left alone, and for how long."""

    failures: Count
    first_seconds: Count
    longest_seconds: Count
    config_seconds: Count


class Bundles(_Part):
    """What may go together."""

    most: Annotated[int, Field(ge=2, le=9)]
    segments: Count


class Calls(_Part):
    """Calls made by a gateway."""

    per_minute: Count
    per_number_and_day: Count


class Keeping(_Part):
    """How long what happened is kept."""

    attempts_days: Annotated[int, Field(ge=2)]


class Order(_Part):
    """Another order of the gateways: for these kinds and beginnings of numbers, empty for all of them."""

    kinds: tuple[Kind, ...] = ()
    numbers: tuple[str, ...] = ()
    gateways: tuple[str, ...]

    def fits(self, kind: str, number: str) -> bool:
        """Whether it is meant for such a text."""
        return (not self.kinds or kind in self.kinds) and (not self.numbers or number.startswith(self.numbers))


class Manners(_Part):
    """All of the file."""

    kinds: Courses
    quiet: Quiet
    retries: Retries
    breaker: Breaking
    bundles: Bundles
    calls: Calls
    keeping: Keeping
    roads: tuple[Order, ...] = ()

    @model_validator(mode="after")
    def _waits_for_nothing_forever(self) -> "Manners":
        for kind in ("alert", "duty"):
            course = self.course(kind)
            if course.person and not course.patience_minutes:
                raise ValueError(f"kinds.{kind}: a text that ends with a person needs patience_minutes")
        return self

    def course(self, kind: str) -> Course:
        """How a kind of text goes."""
        found: Course = getattr(self.kinds, kind)
        return found

    def order(self, kind: str, number: str, gateways: tuple[str, ...]) -> tuple[str, ...]:
        """The gateways to try for a kind and a number, in order; ``gateways`` are all that are set up."""
        for one in self.roads:
            if one.fits(kind, number):
                return tuple(name for name in one.gateways if name in gateways)
        return gateways


@cache
def manners() -> Manners:
    """All of them. Raises ConfigError, which names file and key."""
    return config.load("messaging.toml", Manners)
