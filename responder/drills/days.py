"""The days of ``config/drills.toml``, read and checked."""

from functools import cache
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from responder.drills import rules
from responder.platform import config


class _Day(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str
    zh: str
    en: str
    month: int = Field(ge=1, le=12)
    day: int | None = Field(None, ge=1, le=31)
    weekday: int | None = Field(None, ge=1, le=7)
    nth: int | None = Field(None, ge=-5, le=5)
    kind: rules.Kind | None = None
    lead_days: int = Field(0, ge=0, le=366)

    @model_validator(mode="after")
    def _fixed_or_moving(self) -> Self:
        moving = self.weekday is not None and bool(self.nth)
        if (self.day is not None) == moving:
            raise ValueError("give either day, or weekday and nth")
        return self


class _Calendar(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: list[_Day]


@cache
def days() -> tuple[rules.Day, ...]:
    """The calendar's days in the order of the file. Raises ConfigError naming file and key."""
    found = config.load("drills.toml", _Calendar).day
    slugs = [day.slug for day in found]
    twice = {slug for slug in slugs if slugs.count(slug) > 1}
    if twice:
        raise config.ConfigError(f"drills.toml: day.slug: {min(twice)}: given twice")
    return tuple(rules.Day(**day.model_dump()) for day in found)


def day_name(slug: str, lang: str) -> str:
    """A day's name in one language, empty for a drill that is held for none."""
    for day in days():
        if day.slug == slug:
            return day.en if lang == "en" else day.zh
    return ""
