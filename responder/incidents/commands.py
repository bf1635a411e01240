"""What may be asked of incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from responder.incidents.queries import Open


@dataclass(frozen=True)
class OpenIncident:
    """A report tells of something new. ``apart_from`` is the incident that it was just parted from: no join with that
    one is proposed."""

    division: str
    hazard: str
    place: str
    lat: float | None = None
    lng: float | None = None
    urgent: bool = False
    figures: Mapping[str, float] = field(default_factory=dict)
    by_office: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    apart_from: int | None = None


@dataclass(frozen=True)
class UpdateTotals:
    """What is known after another report: the incident's sum. ``by_office`` are the sums of offices inside a wide
    incident, ``kept`` the row as it was read before: with it, a level that was told before costs nothing.
    """

    incident_id: int
    figures: Mapping[str, float]
    urgent: bool
    hazard: str
    by_office: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    kept: "Open | None" = None


@dataclass(frozen=True)
class PlaceIncident:
    """Where an incident is and what it is, set right."""

    incident_id: int
    division: str
    place: str
    lat: float | None
    lng: float | None
    hazard: str


@dataclass(frozen=True)
class SeeIncident:
    """Somebody with authority opened it: the clock's second stop."""

    incident: str


@dataclass(frozen=True)
class VerifyIncident:
    """The figures are right. ``reporters`` are the ids of those who typed the reports: nobody verifies their own."""

    incident: str
    reporters: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()
    own_allowed: str = ""


@dataclass(frozen=True)
class CloseIncident:
    """The response is over."""

    incident: str
    open_missions: int = 0


@dataclass(frozen=True)
class PublishIncident:
    """The public may read of it. ``release`` also shows deaths and missing (else 待核)."""

    incident: str
    release: bool = False


@dataclass(frozen=True)
class ReleaseFigures:
    """A leader stands for the dead and missing as they are now."""

    incident: str
