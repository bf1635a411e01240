"""Profiles: which part of the country a branch serves, and how its three tiers are called."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from responder.places import rules
from responder.platform import config


def _code(value: str) -> str:
    if not rules.is_code(value):
        raise ValueError("not a division code (2, 4, 6, 9 or 12 digits)")
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("not a time zone (for example Asia/Shanghai)")
    return value


Code = Annotated[str, AfterValidator(_code)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    """The same text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def get(self, lang: str) -> str:
        """The text in a reader's language."""
        return self.zh if lang == "zh" else self.en


class Tier(_Part):
    """One of the three operating tiers: a level of the division tree and its name."""

    level: int = Field(ge=1, le=5)
    name: Words


class Divisions(_Part):
    """Which files hold the divisions, and which of the country's are loaded as neighbours."""

    files: list[str] = Field(min_length=1)
    aliases: str = ""
    neighbours_from: str = ""
    neighbours: list[Code] = []

    @model_validator(mode="after")
    def _neighbours_need_a_file(self) -> "Divisions":
        if self.neighbours and not self.neighbours_from:
            raise ValueError("neighbours are listed, but neighbours_from names no file")
        return self


class Centre(_Part):
    """A point in WGS-84 degrees."""

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)


class Map(_Part):
    """What the map shows at first, and the tile service if the branch has one."""

    boundary: str
    centre: Centre
    zoom: int = Field(ge=1, le=18)
    tiles: str = ""
    attribution: str = ""
    map_number: str = ""

    @model_validator(mode="after")
    def _tiles_name_their_maker(self) -> "Map":
        if self.tiles and not self.attribution:
            raise ValueError("a tile service needs its attribution")
        return self


class Travel(_Part):
    """How the way by road is estimated from the straight line."""

    road_factor: float = Field(ge=1, le=3)
    speed_kmh: float = Field(gt=0, le=120)


class Profile(_Part):
    """A branch's own settings, as in ``config/profiles/``."""

    slug: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    name: Words
    branch: Words
    short: Words
    root: Code
    timezone: Annotated[str, AfterValidator(_timezone)]
    lang: Literal["zh", "en"] = "zh"
    tiers: list[Tier] = Field(min_length=3, max_length=3)
    divisions: Divisions
    map: Map
    travel: Travel

    @field_validator("tiers")
    @classmethod
    def _go_down_from_the_root(cls, tiers: list[Tier], before: ValidationInfo) -> list[Tier]:
        levels = [tier.level for tier in tiers]
        if sorted(set(levels)) != levels:
            raise ValueError("tiers must go from the top down")
        root = before.data.get("root")
        if root is not None and levels[0] != rules.level(root):
            raise ValueError("the first tier must be the level of the root")
        return tiers

    @property
    def levels(self) -> list[int]:
        """The levels of the three tiers, top first."""
        return [tier.level for tier in self.tiers]

    def zone(self) -> ZoneInfo:
        """The branch's time zone."""
        return ZoneInfo(self.timezone)

    def tier(self, code: str) -> int | None:
        """The operating tier of a division (1 top … 3); None for levels between the tiers."""
        return rules.tier(code, self.levels)

    def tier_name(self, tier: int, lang: str) -> str:
        """What the branch calls a tier (1 top … 3)."""
        return self.tiers[tier - 1].name.get(lang)

    def office_above(self, code: str) -> str | None:
        """The division that this one reports to; None at the top."""
        return rules.office_above(code, self.levels)


def available() -> list[str]:
    """The slugs of the profiles that come with the software."""
    return sorted(path.stem for path in (config.folder() / "profiles").glob("*.toml"))


def path_of(slug_or_path: str | Path) -> Path:
    """The file of a profile: one that comes with the software by its slug, any other by its path."""
    if str(slug_or_path) in available():
        return config.folder() / "profiles" / f"{slug_or_path}.toml"
    return Path(slug_or_path)


def read(slug_or_path: str | Path) -> Profile:
    """A profile from its file. Raises ConfigError that names file and key."""
    return config.load(path_of(slug_or_path).absolute(), Profile)
