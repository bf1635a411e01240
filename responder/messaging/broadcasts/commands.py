"""What may be asked of broadcasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from responder.messaging.commands import Option


@dataclass(frozen=True)
class Area:
    """A part of the map in WGS-84 degrees: a circle (``center`` and ``km``) or a polygon of (lat, lng) corners."""

    center: tuple[float, float] | None = None
    km: float = 0.0
    corners: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Audience:
    """Whom a text is for: who fits one of each kind that was chosen (AND between kinds, OR inside one)."""

    tiers: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    team_types: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    area: Area | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it is kept: what wasn't chosen is left out."""
        kept: dict[str, Any] = {
            name: list(value)
            for name in ("tiers", "roles", "team_types", "divisions")
            if (value := getattr(self, name))
        }
        if self.area is not None:
            kept["area"] = (
                {"center": list(self.area.center), "km": self.area.km}
                if self.area.center
                else {"corners": [list(corner) for corner in self.area.corners]}
            )
        return kept


@dataclass(frozen=True)
class SendBroadcast:
    """One text to an audience, in the words of a person. ``dedup`` is the form's own key: sent twice is sent once."""

    audience: Audience
    body: str
    options: tuple[Option, ...]
    urgent: bool
    dedup: str


@dataclass(frozen=True)
class SendCallout:
    """A warning to the A and B persons of villages (codes of divisions). ``body`` is its essence, ``warning`` the
    whole of it."""

    villages: tuple[str, ...]
    body: str
    warning: str
    dedup: str


@dataclass(frozen=True)
class Answer:
    """What somebody answered: ``digit`` is "" for words alone. ``via`` is sms, voice, web or hand."""

    number: str
    person_id: int
    digit: str
    said: str = ""
    via: str = "sms"


def audience_of(kept: Mapping[str, Any]) -> Audience:
    """An audience from what ``as_dict`` made or a program sent. Raises ValueError, TypeError for what is none."""
    area: Area | None = None
    told = kept.get("area")
    if told:
        if told.get("center"):
            lat, lng = told["center"]
            area = Area(center=(float(lat), float(lng)), km=float(told["km"]))
        else:
            area = Area(corners=tuple((float(lat), float(lng)) for lat, lng in told["corners"]))
    return Audience(
        tuple(sorted({int(tier) for tier in kept.get("tiers", ())})), _words(kept.get("roles", ())),
        _words(kept.get("team_types", ())), _words(kept.get("divisions", ())), area,
    )  # fmt: skip


def _words(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values))
