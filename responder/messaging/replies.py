"""Who is answered by the house itself, and how often: ``config/replies.toml``."""

import re
from datetime import timedelta
from functools import cache, cached_property
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from responder.platform import config

Positive = Annotated[int, Field(gt=0)]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"no regular expression: {problem}") from problem
    return text


Patterns = tuple[Annotated[str, AfterValidator(_pattern)], ...]


class Automatic(BaseModel):
    """How machines are known: by their number, or by what they write."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    numbers: Patterns
    heeded: Patterns
    words: Patterns


class Replies(BaseModel):
    """All of the file; its fields are explained there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    same_seconds: Positive
    minutes: Positive
    most: Positive
    most_in_talk: Annotated[int, Field(gt=0, le=100)]
    automatic: Automatic

    @property
    def same(self) -> timedelta:
        """How long the same words from one number are one text, where the gateway gives no id."""
        return timedelta(seconds=self.same_seconds)

    @property
    def window(self) -> timedelta:
        """The time in which answers to one number are counted."""
        return timedelta(minutes=self.minutes)

    @cached_property
    def _numbers(self) -> re.Pattern[str]:
        return _any(self.automatic.numbers)

    @cached_property
    def _heeded(self) -> re.Pattern[str]:
        return _any(self.automatic.heeded)

    def is_machine(self, number: str, body: str) -> bool:
        """Whether a machine wrote this, by the number that it came from (as stored) or by its words."""
        local = number.removeprefix("+86")
        if self._numbers.fullmatch(local) or self._heeded.fullmatch(local):
            return True
        return any(re.search(word, body) for word in self.automatic.words)

    def is_heeded(self, number: str) -> bool:
        """Whether a person reads whatever this machine writes."""
        return bool(self._heeded.fullmatch(number.removeprefix("+86")))


def _any(patterns: Patterns) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns) or "(?!)")


@cache
def replies() -> Replies:
    """All of it. Raises ConfigError, which names file and key."""
    return config.load("replies.toml", Replies)
