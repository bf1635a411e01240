"""Thresholds of the branch's own response levels, from ``config/levels.toml`` (DOMAIN §3.1)."""

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict

from responder.platform import config

_TIERS = ("province", "city", "county", "county", "county")
"""Which table a branch of each division level reads; a town has its county's."""


class Level(BaseModel):
    """One response level."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    thresholds: dict[str, int]
    signer: dict[str, str]
    report_every_hours: int
    team: str


class Levels(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    measure: dict[str, list[str]]
    province: dict[str, Level]
    city: dict[str, Level]
    county: dict[str, Level]


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
