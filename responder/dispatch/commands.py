"""What may be asked of the dispatch room."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Need:
    """Something asked for: an item and how many of its unit; ``qty`` None where no number was stated."""

    item: str
    qty: int | None


@dataclass(frozen=True)
class Scene:
    """Where help is needed and what is known: an incident as the planner sees it.

    ``incident`` is its number, ``place`` a short label (``漕泾镇海涯村``), the point in WGS-84 degrees or
    None (then the division's), ``needs`` what the reports ask for, ``figures`` the incident's totals (DOMAIN
    §1.4).
    """

    incident: str
    hazard: str
    division: str
    place: str
    lat: float | None = None
    lng: float | None = None
    needs: tuple[Need, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """Goods to be sent: so many of an item from one warehouse (its number)."""

    warehouse: str
    item: str
    qty: int


@dataclass(frozen=True)
class ConfirmPlan:
    """The coordinator's one confirmation: these teams go, with these goods.

    ``teams`` are numbers. All goods go with ``carrier``: the number of one of these teams, or of a mission
    of the incident that is already under way; by default the first team.
    """

    scene: Scene
    teams: tuple[str, ...]
    goods: tuple[Load, ...] = ()
    carrier: str = ""


@dataclass(frozen=True)
class AnswerMission:
    """What the team says. ``mission`` None takes the one open mission of the person who answers."""

    mission: str | None
    person_id: int | None
    status: str
    note: str = ""


@dataclass(frozen=True)
class CancelMission:
    """Calls a mission off; everybody told before is told."""

    mission: str
    reason: str = ""
