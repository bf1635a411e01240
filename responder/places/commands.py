"""What may be asked of the places room."""

from collections.abc import Mapping
from dataclasses import dataclass

from responder.places.coordinates import Crs
from responder.places.profiles import Profile


@dataclass(frozen=True)
class DivisionSource:
    """One division as the files give it. Points are WGS-84 degrees; `crs` is what the source had."""

    code: str
    name: str
    official_name: str
    kind: str
    aliases: tuple[str, ...]
    lat: float | None
    lng: float | None
    precision: str | None
    crs: str | None
    source: str | None


@dataclass(frozen=True)
class LoadProfile:
    """Make this profile the store's own, bring its divisions up to date. ``sources.gather`` prepares it."""

    profile: Profile
    divisions: tuple[DivisionSource, ...]
    boundary: Mapping[str, object]


@dataclass(frozen=True)
class MovePoint:
    """Put a division's point where it really is. Degrees, in the system that `crs` names."""

    code: str
    lat: float
    lng: float
    crs: Crs = "wgs84"


@dataclass(frozen=True)
class RenameDivision:
    """Call a division by another everyday name."""

    code: str
    name: str


@dataclass(frozen=True)
class SetAliases:
    """The other names under which a division is understood in texts; replaces those it had."""

    code: str
    aliases: tuple[str, ...]
