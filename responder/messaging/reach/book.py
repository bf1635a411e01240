"""When people are tested and what is printed: ``config/reach.toml``."""

from datetime import time
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from responder.platform import config, terms

Positive = Annotated[int, Field(gt=0)]
Hour = Annotated[int, Field(ge=0, le=24)]
_LONGEST = {"month": 25, "week": 5}
"""Days of a round that leave room for whoever must be asked again."""


class Schedule(BaseModel):
    """Test texts: how often, to whom, at what hours (local), what happens to whoever stays silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    every: Literal["month", "week"]
    days: Positive
    hours: tuple[Hour, Hour]
    per_minute: Positive
    roles: Annotated[list[str], Field(min_length=1)]
    proof_days: Positive
    again_hours: Positive
    silent_hours: Positive
    tell_at: time
    thanks_days: Positive

    @model_validator(mode="after")
    def _fits(self) -> "Schedule":
        if self.hours[0] >= self.hours[1]:
            raise ValueError("hours: the first must be before the second")
        if not 2 <= self.days <= _LONGEST[self.every]:
            raise ValueError(f"days: 2 to {_LONGEST[self.every]} for every {self.every}")
        if self.silent_hours <= self.again_hours:
            raise ValueError("silent_hours must be later than again_hours")
        return self


class Prints(BaseModel):
    """What is printed every day: when (local), how many days it is kept, by which command (none: it is only kept).
    ``figures`` stand on the blank report form, ``slips`` are those for goods."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: time
    keep_days: Positive
    command: list[str]
    seconds: Positive
    figures: Annotated[list[str], Field(min_length=1)]
    slips: Annotated[int, Field(gt=0, le=50)]

    @field_validator("figures")
    @classmethod
    def _are_indicators(cls, figures: list[str]) -> list[str]:
        if unknown := [slug for slug in figures if slug not in terms.vocabulary("indicator")]:
            raise ValueError(f"no such indicator: {', '.join(unknown)}")
        return figures


class Book(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tests: Schedule
    prints: Prints


@cache
def book() -> Book:
    """Read once. Raises ConfigError, which names file and key."""
    return config.load("reach.toml", Book)
