"""Limits of broadcasts and steps of callouts: ``config/broadcasts.toml``."""

from datetime import timedelta
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from responder.platform import config

Positive = Annotated[int, Field(gt=0)]


class Callout(BaseModel):
    """Steps of a callout (叫应), in minutes from its first text; ``essence`` in characters."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    essence: Annotated[int, Field(gt=0, le=300)]
    again_minutes: Positive
    hand_minutes: Positive
    people: Annotated[int, Field(gt=0, le=9)]

    @model_validator(mode="after")
    def _in_order(self) -> "Callout":
        if self.hand_minutes <= self.again_minutes:
            raise ValueError("hand_minutes must be later than again_minutes")
        return self


class Measures(BaseModel):
    """What a broadcast may be, and how its answers are matched."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    max_body: Annotated[int, Field(gt=0, le=500)]
    max_options: Annotated[int, Field(ge=2, le=9)]
    max_label: Annotated[int, Field(gt=0, le=20)]
    max_recipients: Positive
    same_minutes: Positive
    bare_hours: Positive
    words_hours: Positive
    receipt_words: Annotated[list[str], Field(min_length=1)]
    callout: Callout

    @property
    def bare(self) -> timedelta:
        """How long after it was asked a bare digit still answers a broadcast."""
        return timedelta(hours=self.bare_hours)

    @property
    def words(self) -> timedelta:
        """How long after it was asked words without digit are kept with a broadcast."""
        return timedelta(hours=self.words_hours)

    @property
    def same(self) -> timedelta:
        """How long the same words raise a warning."""
        return timedelta(minutes=self.same_minutes)


@cache
def measures() -> Measures:
    """The measures. Raises ConfigError, which names file and key."""
    return config.load("broadcasts.toml", Measures)
