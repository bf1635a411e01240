"""How calls by hand are made: ``config/handcalls.toml``."""

from datetime import timedelta
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from responder.messaging.commands import Option
from responder.platform import config

Minutes = Annotated[int, Field(gt=0)]


class _Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    digit: Annotated[str, Field(pattern=r"^[0-9]$")]
    zh: str
    en: str


class Answers(BaseModel):
    """What may be answered to some texts. ``coded``: what the text is about is said before the digit."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    templates: list[str]
    coded: bool = False
    options: list[_Choice]

    def worded(self, lang: str) -> tuple[Option, ...]:
        """The answers in a reader's language."""
        return tuple(Option(one.digit, one.zh if lang == "zh" else one.en) for one in self.options)


class Manners(BaseModel):
    """Waits and answers of the list of calls."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    release_minutes: Minutes
    again_minutes: Annotated[tuple[Minutes, ...], Field(min_length=1)]
    tries: Annotated[int, Field(gt=0)]
    answers: list[Answers]

    @property
    def release(self) -> timedelta:
        """How long whoever took a call keeps it without telling what came of it."""
        return timedelta(minutes=self.release_minutes)

    def to(self, template: str) -> Answers | None:
        """What may be answered to a text; None where it asks for nothing."""
        return next((one for one in self.answers if template in one.templates), None)


@cache
def manners() -> Manners:
    """Read once. Raises ConfigError, which names file and key."""
    return config.load("handcalls.toml", Manners)
