"""``config/reporting.toml`` as rules, read once and validated."""

from datetime import time, timedelta
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from responder.platform import config, terms
from responder.reports.deadlines.rules import Clock, Kind, Patience, Rule, steps


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Trigger(_Part):
    figures: list[str] = Field(min_length=1)
    at_least: float = Field(gt=0)

    @field_validator("figures")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        for slug in value:
            if slug not in terms.vocabulary("indicator"):
                raise ValueError(f"{slug}: no such indicator")
        return value


class _Rule(_Part):
    kind: Kind
    sender: int = Field(alias="from", ge=1, le=5)
    to: list[int] = Field(min_length=1)
    limit_minutes: int | None = Field(default=None, ge=1)
    clock: Clock = "occurred"
    at: time | None = None
    every_days: int | None = Field(default=None, ge=1)
    hazard: str = ""
    trigger: _Trigger | None = None
    source: Literal["V", "V-old", "M", "branch"]

    @model_validator(mode="after")
    def _fits(self) -> "_Rule":
        if sum(one is not None for one in (self.limit_minutes, self.at, self.every_days)) != 1:
            raise ValueError("exactly one of limit_minutes, at, every_days")
        if (self.kind == "zero") != (self.at is not None):
            raise ValueError("zero reports, and only these, have a time of the day (at)")
        if (self.kind == "followup") != (self.every_days is not None):
            raise ValueError("follow-ups, and only these, are repeated (every_days)")
        if any(not 1 <= one < self.sender for one in self.to):
            raise ValueError("reports go up: every level of to is above from")
        if self.hazard and self.hazard not in terms.vocabulary("hazard"):
            raise ValueError(f"{self.hazard}: no such hazard")
        return self

    def plain(self) -> Rule:
        """The rule as the pure functions take it."""
        return Rule(
            self.kind, self.sender, tuple(self.to),
            limit=timedelta(minutes=self.limit_minutes) if self.limit_minutes else None,
            clock=self.clock, at=self.at, every=timedelta(days=self.every_days) if self.every_days else None,
            hazard=self.hazard, figures=tuple(self.trigger.figures) if self.trigger else (),
            at_least=self.trigger.at_least if self.trigger else 0,
        )  # fmt: skip


class _RedCross(_Part):
    first_report_minutes: int = Field(ge=1)
    source: Literal["V", "V-old", "M", "branch"]


class _Texts(_Part):
    remind_minutes: int = Field(ge=0)
    grace_minutes: int = Field(ge=0)
    nag_minutes: int = Field(ge=1)
    nags: int = Field(ge=0, le=5)
    prompt_minutes: int = Field(ge=1, le=420)


class _Book(_Part):
    rule: list[_Rule] = Field(min_length=1)
    red_cross: _RedCross
    texts: _Texts


@cache
def _book() -> _Book:
    return config.load("reporting.toml", _Book)


@cache
def _steps(tiers: tuple[int, ...]) -> tuple[Rule, ...]:
    return steps((one.plain() for one in _book().rule), tiers)


def applying(tiers: list[int]) -> tuple[Rule, ...]:
    """The rules of a branch with these tiers. Raises ConfigError for a broken file."""
    return _steps(tuple(tiers))


def red_cross_limit() -> timedelta:
    """Within which time the first report reaches the higher Red Cross."""
    return timedelta(minutes=_book().red_cross.first_report_minutes)


@cache
def patience() -> Patience:
    """When offices are reminded, told, asked again."""
    said = _book().texts
    return Patience(
        timedelta(minutes=said.remind_minutes), timedelta(minutes=said.grace_minutes),
        timedelta(minutes=said.nag_minutes), said.nags, timedelta(minutes=said.prompt_minutes),
    )  # fmt: skip
