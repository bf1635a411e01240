"""Run cards and waiting times, read from ``config/runcards.toml`` and ``config/dispatch.toml``."""

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from responder.dispatch.planner import Role
from responder.dispatch.rules import Patience
from responder.platform import config, terms


class _When(BaseModel):
    model_config = ConfigDict(extra="forbid")

    figure: str
    at_least: float = Field(ge=0)

    @field_validator("figure")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in terms.vocabulary("indicator"):
            raise ValueError("no such indicator")
        return value


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    types: list[str] = Field(min_length=1)
    count: int = Field(1, ge=1)
    when: _When | None = None
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @field_validator("types")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        for slug in value:
            if slug not in terms.vocabulary("team_type"):
                raise ValueError(f"{slug}: no such team_type")
        return value

    def applies(self, figures: Mapping[str, float]) -> bool:
        """Whether the figures ask for this line; a figure that nobody stated asks for nothing."""
        return self.when is None or (figures.get(self.when.figure) or 0) >= self.when.at_least


class _Card(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: list[_Line] = Field(min_length=1)


class _Cards(RootModel[dict[str, _Card]]):
    @model_validator(mode="after")
    def _hazards_are_known(self) -> "_Cards":
        if "default" not in self.root:
            raise ValueError("default: missing")
        unknown = self.root.keys() - {"default"} - terms.vocabulary("hazard").keys()
        if unknown:
            raise ValueError(f"{min(unknown)}: no such hazard")
        return self


class _Times(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ack_minutes: int = Field(ge=1)
    deputy_minutes: int
    no_answer_minutes: int
    start_minutes: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "_Times":
        if not self.ack_minutes <= self.deputy_minutes <= self.no_answer_minutes:
            raise ValueError("ack_minutes, deputy_minutes, no_answer_minutes must not fall")
        return self


@cache
def _cards() -> dict[str, _Card]:
    return config.load("runcards.toml", _Cards).root


@cache
def _times() -> _Times:
    return config.load("dispatch.toml", _Times)


def roles(hazard: str, figures: Mapping[str, float]) -> tuple[Role, ...]:
    """The lines of a hazard's run card that its figures ask for. Raises ConfigError for a broken file."""
    card = _cards().get(hazard) or _cards()["default"]
    return tuple(Role(tuple(line.types), line.count, line.zh, line.en) for line in card.team if line.applies(figures))


def patience() -> Patience:
    """How long an answer is waited for."""
    return Patience(_times().ack_minutes, _times().deputy_minutes, _times().no_answer_minutes)


def start_minutes() -> float:
    """Minutes from the alert until a team is on the road."""
    return _times().start_minutes
