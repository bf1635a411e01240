"""Levels of the branch's own response, from ``config/levels.toml`` (DOMAIN §3.1)."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt, field_validator

from responder.accounts import roles as role_table
from responder.places.rules import level as division_level
from responder.platform import config, terms

_TIERS = ("province", "city", "county", "county", "county")
"""Which table a branch of each division level reads; a town has its county's."""

NUMBERED = ("I", "II", "III", "IV")
"""The levels that figures can reach, the highest first."""

EVERY = ("attention", "IV", "III", "II", "I", "special")
"""All that may be started, lowest first."""


def _is_post(value: str) -> str:
    if value not in terms.vocabulary("signer"):
        raise ValueError("no such signer")
    return value


Post = Annotated[str, AfterValidator(_is_post)]
"""A post that decides, by its slug among the terms."""


class Level(BaseModel):
    """One response level and what it asks of the office."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    thresholds: dict[str, PositiveInt]
    signer: Post
    roles: frozenset[str] = Field(min_length=1)
    report_every_hours: int = Field(ge=1)
    duty: dict[str, str]
    team: Literal["sent", "standby"]

    @field_validator("roles")
    @classmethod
    def _known(cls, value: frozenset[str]) -> frozenset[str]:
        if not role_table.known(value):
            raise ValueError("no such role")
        return value


class Levels(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    orders: Literal["asked", "starts"]
    measure: dict[str, list[str]]
    province: dict[str, Level]
    city: dict[str, Level]
    county: dict[str, Level]
    attention: Level
    special: Level


@cache
def levels() -> Levels:
    """Read once."""
    return config.load("levels.toml", Levels)


def measured(figures: Mapping[str, float | None]) -> dict[str, float]:
    """The figures summed into what the thresholds count."""
    return {name: sum(figures.get(slug) or 0 for slug in slugs) for name, slugs in levels().measure.items()}


def thresholds(root_level: int) -> dict[str, Mapping[str, float]]:
    """{"I": {measure: n}, …} for a branch whose root division is of this level (1 province … 5 village)."""
    table: dict[str, Level] = getattr(levels(), _TIERS[root_level - 1])
    return {name: level.thresholds for name, level in table.items()}


def level_at(division: str, level: str) -> Level:
    """What a level asks of the office at this division. Raises KeyError for an unknown level."""
    if level in ("attention", "special"):
        found: Level = getattr(levels(), level)
        return found
    table: dict[str, Level] = getattr(levels(), _TIERS[division_level(division) - 1])
    return table[level]


def has_own(division: str) -> bool:
    """Whether thresholds are weighed for the office at this division: provinces, cities, counties."""
    return division_level(division) <= len({*_TIERS})


def reached(division: str, figures: Mapping[str, float | None]) -> tuple[str, str, float, int] | None:
    """The highest level that figures reach at this division's office, and why: level, measure, value, threshold.
    Of several measures the one that goes farthest beyond its threshold."""
    counted = measured(figures)
    table: dict[str, Level] = getattr(levels(), _TIERS[division_level(division) - 1])
    for name in NUMBERED:
        why = [
            (counted[measure] / least, measure, least)
            for measure, least in table[name].thresholds.items()
            if counted.get(measure, 0) >= least
        ]
        if why:
            _times, measure, least = max(why)
            return name, measure, counted[measure], least
    return None


@cache
def _lowest() -> dict[str, int]:
    """The smallest threshold of each measure at any tier."""
    tables = (levels().province, levels().city, levels().county)
    least: dict[str, int] = {}
    for table in tables:
        for level in table.values():
            for measure, n in level.thresholds.items():
                least[measure] = min(n, least.get(measure, n))
    return least


def reached_anywhere(sheets: Iterable[Mapping[str, float | None]]) -> bool:
    """Whether any of these figures reach any tier's lowest threshold: the cheap question before the exact one."""
    return any(value >= _lowest()[name] for figures in sheets for name, value in measured(figures).items())


def higher(one: str, other: str) -> bool:
    """Whether one level is above another; any level is above none (``""``)."""
    return EVERY.index(one) > (EVERY.index(other) if other else -1)
