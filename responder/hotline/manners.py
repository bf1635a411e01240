"""How the hotline talks: ``config/hotline.toml``."""

from datetime import timedelta
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from responder.platform import config

Positive = Annotated[int, Field(gt=0)]


class Manners(BaseModel):
    """Windows, lists and words of the conversation by text."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    question_hours: Positive
    continue_minutes: Positive
    returned_days: Positive
    join_seconds: Positive
    repeat_minutes: Positive
    drill_echo_hours: Positive
    listed: Annotated[int, Field(gt=0, le=8)]
    hazards: Annotated[list[str], Field(max_length=8)]
    main_figures: list[str]
    cut_at: list[int]
    vague: list[str]
    whole: list[str]

    @property
    def question_open(self) -> timedelta:
        """How long a question waits for its answer."""
        return timedelta(hours=self.question_hours)

    @property
    def continues(self) -> timedelta:
        """How long a text without place and hazard goes on with the last report."""
        return timedelta(minutes=self.continue_minutes)

    @property
    def returned(self) -> timedelta:
        """How long after a return the next text is its correction."""
        return timedelta(days=self.returned_days)

    @property
    def drill_echo(self) -> timedelta:
        """How long after a report of a drill that has ended a follow-up may still mean it."""
        return timedelta(hours=self.drill_echo_hours)

    @property
    def repeats(self) -> timedelta:
        """How long the same words are the same report."""
        return timedelta(minutes=self.repeat_minutes)


@cache
def manners() -> Manners:
    """The hotline's manners. Raises ConfigError, which names file and key."""
    return config.load("hotline.toml", Manners)
