"""The planner: from an incident, the run card, teams and holdings to a proposal with a reason for each
choice. Pure.

Distances come in as kilometres, already measured; nothing here knows the map or the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from responder.dispatch.goods import GoodsLine


@dataclass(frozen=True)
class Reason:
    """Why, as a slug of the vocabulary ``plan_reason`` with what fills its words."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Role:
    """One line of a run card that applies: any of these types, the first best; what for, in two languages."""

    types: tuple[str, ...]
    count: int
    zh: str
    en: str


@dataclass(frozen=True)
class TeamFacts:
    """A team as the planner sees it. ``mission`` is the open one that keeps it busy, if any; ``km`` from its
    base to the scene, None where either point is unknown."""

    number: str
    name: str
    type: str
    division: str
    km: float | None
    members: int
    certified: int
    active: bool = True
    reachable: bool = True
    mission: str = ""
    stood_down: str = ""


@dataclass(frozen=True)
class Travel:
    """How long a way takes: straight kilometres × factor at a speed, after the minutes to get going."""

    road_factor: float
    speed_kmh: float
    start_minutes: float

    def minutes(self, km: float | None) -> int | None:
        """Minutes until arrival, rounded; None where the way is unknown."""
        if km is None:
            return None
        return round(self.start_minutes + km * self.road_factor / self.speed_kmh * 60)


@dataclass(frozen=True)
class TeamChoice:
    """A team in the proposal: ``chosen`` ones are ticked, ``free`` ones may be; the reasons say why or why
    not."""

    team: TeamFacts
    minutes: int | None
    suitable: bool
    free: bool
    chosen: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Gap:
    """A role of the run card that isn't filled: how many are missing and why."""

    role: Role
    missing: int
    reason: Reason


@dataclass(frozen=True)
class Plan:
    """The proposal: teams best first, roles that stay open, goods with where they lie."""

    incident: str
    teams: tuple[TeamChoice, ...]
    gaps: tuple[Gap, ...]
    goods: tuple[GoodsLine, ...]

    def chosen(self) -> tuple[TeamChoice, ...]:
        """The teams that are proposed."""
        return tuple(choice for choice in self.teams if choice.chosen)


def propose_teams(
    roles: Sequence[Role], teams: Iterable[TeamFacts], travel: Travel, served: Sequence[str] = ()
) -> tuple[tuple[TeamChoice, ...], tuple[Gap, ...]]:
    """Fills the run card: each role by its first type that has a free team, the nearest of it.

    ``served`` are the types of teams that serve the incident already: roles that they fill ask for nobody more.
    """
    everyone = sorted(teams, key=_by_distance)
    left = list(served)
    picked: dict[str, list[Reason]] = {}
    gaps: list[Gap] = []
    for role in roles:
        missing = role.count - _served(role, left)
        for position, kind in enumerate(role.types):
            for team in everyone:
                if missing and team.type == kind and _free(team) and team.number not in picked:
                    picked[team.number] = _why(role, position, team, everyone)
                    missing -= 1
        if missing:
            gaps.append(Gap(role, missing, _why_not(role, everyone)))
    wanted = [kind for role in roles for kind in role.types]
    choices = [_choice(team, wanted, picked, travel) for team in everyone]
    choices.sort(key=_likeliest_first)
    return tuple(choices), tuple(gaps)


def _served(role: Role, left: list[str]) -> int:
    """How many of a role's places are filled by teams out there; each fills one, and is taken from ``left``."""
    filled = 0
    for kind in role.types:
        while filled < role.count and kind in left:
            left.remove(kind)
            filled += 1
    return filled


def _likeliest_first(choice: TeamChoice) -> tuple[bool, bool, bool, tuple[bool, float, str]]:
    possible = choice.suitable and choice.free
    return (not choice.chosen, not possible, not choice.suitable, _by_distance(choice.team))


def _by_distance(team: TeamFacts) -> tuple[bool, float, str]:
    return (team.km is None, team.km or 0.0, team.number)


def _free(team: TeamFacts) -> bool:
    return team.active and team.reachable and not team.mission


def _why(role: Role, position: int, team: TeamFacts, everyone: Sequence[TeamFacts]) -> list[Reason]:
    reasons = [Reason("role", {"zh": role.zh, "en": role.en})]
    same = [other for other in everyone if other.type == team.type]
    free = [other for other in same if _free(other)]
    if position and any(other.type == role.types[0] for other in everyone):
        reasons.append(Reason("instead", {"first": role.types[0]}))
    if len(same) == 1:
        reasons.append(Reason("only", {"type": team.type}))
    elif free[0].number == team.number:
        reasons.append(Reason("nearest", {"type": team.type}))
    else:
        reasons.append(Reason("next_nearest", {"type": team.type}))
    return reasons


def _why_not(role: Role, everyone: Sequence[TeamFacts]) -> Reason:
    suitable = [team for team in everyone if team.type in role.types and team.active]
    if not suitable:
        return Reason("no_such_team", {"type": role.types[0]})
    return Reason("all_busy", {"type": role.types[0], "n": len(suitable)})


def _choice(team: TeamFacts, wanted: Sequence[str], picked: Mapping[str, list[Reason]], travel: Travel) -> TeamChoice:
    suitable = team.type in wanted
    reasons = list(picked.get(team.number, ()))
    if not team.active:
        reasons.append(Reason("stood_down", {"why": team.stood_down}))
    if not team.reachable:
        reasons.append(Reason("unreachable"))
    if team.mission:
        reasons.append(Reason("busy", {"mission": team.mission}))
    if not suitable:
        reasons.append(Reason("other_type"))
    if team.km is None:
        reasons.append(Reason("no_point"))
    if not reasons:
        reasons.append(Reason("enough"))
    return TeamChoice(team, travel.minutes(team.km), suitable, _free(team), team.number in picked, tuple(reasons))
