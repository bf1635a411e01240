"""What the keys mean and what is said, from ``config/voice.toml``; numbers as a voice must read them. Pure."""

from functools import cache

from pydantic import BaseModel, ConfigDict, Field, field_validator

from responder.messaging.calls import digits
from responder.platform import config, terms
from responder.reports.indicators import indicators


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """One sentence in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Seconds(_Part):
    """How long the line waits or records."""

    key: int = Field(ge=3, le=30)
    speak: int = Field(ge=20, le=600)
    details: int = Field(ge=20, le=600)
    message: int = Field(ge=20, le=600)
    silence: int = Field(ge=2, le=30)
    dial: int = Field(ge=10, le=120)
    stale: int = Field(ge=120)


class Menu(_Part):
    """The whole file."""

    tries: int = Field(ge=1, le=10)
    keep_days: int = Field(ge=1)
    seconds: Seconds
    hazards: dict[str, str]
    answers: dict[str, str]
    figures: dict[str, Words]
    words: dict[str, Words]

    @field_validator("hazards")
    @classmethod
    def _hazards_are_known(cls, hazards: dict[str, str]) -> dict[str, str]:
        known = terms.vocabulary("hazard")
        for key, slug in hazards.items():
            if len(key) != 1 or not key.isdigit() or slug not in known:
                raise ValueError(f"{key} = {slug}: a digit and a hazard's slug are needed")
        return hazards

    @field_validator("figures")
    @classmethod
    def _figures_are_known(cls, figures: dict[str, Words]) -> dict[str, Words]:
        if unknown := figures.keys() - indicators().keys():
            raise ValueError(f"no such indicator: {', '.join(sorted(unknown))}")
        return figures


@cache
def menu() -> Menu:
    """The menu. Read once; raises ConfigError."""
    return config.load("voice.toml", Menu)


def say(key: str, lang: str, /, **values: object) -> str:
    """A sentence, filled."""
    words: str = getattr(menu().words[key], lang)
    return terms.fill(words, values, lang)


def figure(slug: str, value: int, lang: str) -> str:
    """One figure as it is read back: 受伤一二人."""
    entry = terms.vocabulary("indicator")[slug]
    unit = terms.term("unit", entry.get("unit", ""), lang)
    name = entry.get("short_" + lang) or entry[lang]
    spoken = digits(value, lang)
    return f"{name}{spoken}{unit}" if lang == "zh" else f"{name} {spoken} {unit}".rstrip()
