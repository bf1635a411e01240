"""The branch's rules about teams, read from ``config/teams.toml``."""

from functools import cache

from pydantic import BaseModel, ConfigDict, Field, model_validator

from responder.platform import config, terms
from responder.teams.rules import Size, Standard


class _Size(BaseModel):
    model_config = ConfigDict(extra="forbid")

    least: int | None = Field(None, ge=1)
    most: int | None = Field(None, ge=1)
    certified: int | None = Field(None, ge=1)


class _Teams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    certificate_warn_days: int = Field(ge=1)
    certificate_years: int = Field(ge=1)
    size: dict[str, _Size]

    @model_validator(mode="after")
    def _types_are_known(self) -> "_Teams":
        unknown = self.size.keys() - terms.vocabulary("team_type").keys()
        if unknown:
            raise ValueError(f"size.{min(unknown)}: no such team_type")
        return self


@cache
def standard() -> Standard:
    """The rules as they stand. Raises ConfigError that names file and key."""
    read = config.load("teams.toml", _Teams)
    sizes = {slug: Size(size.least, size.most, size.certified) for slug, size in read.size.items()}
    return Standard(read.certificate_warn_days, read.certificate_years, sizes)
