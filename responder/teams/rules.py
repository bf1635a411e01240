"""What makes a team ready: certificates that hold, enough people (DOMAIN §3.2). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from responder.kernel.refusals import Refusal

Light = Literal["green", "amber", "none"]
"""Green: the rule is met. Amber: not. None: there is no rule for this type."""

Certificate = Literal["valid", "expiring", "expired", "none"]


class NameTaken(Refusal):
    """Another team of the same division has this name. Params: ``name``."""

    code = "teams.name_taken"


class LeaderUnreachable(Refusal):
    """The person named as leader or deputy doesn't exist or has no phone. Params: ``name``."""

    code = "teams.leader_unreachable"


@dataclass(frozen=True)
class Size:
    """How many members a type asks for, and how many of them certified; None is no limit."""

    least: int | None = None
    most: int | None = None
    certified: int | None = None


@dataclass(frozen=True)
class Standard:
    """The branch's rules about teams, from ``config/teams.toml``."""

    warn_days: int
    years: int
    sizes: Mapping[str, Size]


@dataclass(frozen=True)
class Readiness:
    """A team's light with the numbers behind it. ``reason`` is a slug of the vocabulary ``team_reason``."""

    light: Light
    reason: str
    members: int
    certified: int
    wanted: int | None


def certificate(expires: date | None, today: date, warn_days: int) -> Certificate:
    """The state of a certificate. The last day still counts; without a date it can't be relied on."""
    if expires is None:
        return "none"
    if expires < today:
        return "expired"
    return "expiring" if expires - today <= timedelta(days=warn_days) else "valid"


def expiry(issued: date, years: int) -> date:
    """The last day of a certificate: the day of issue, so many years on."""
    try:
        return issued.replace(year=issued.year + years)
    except ValueError:
        # The 29th of February has no such day in most years.
        return issued.replace(year=issued.year + years, day=28)


def counts(state: Certificate) -> bool:
    """Whether a certificate of this state counts: an expired skill is never counted."""
    return state in ("valid", "expiring")


def readiness(team_type: str, members: int, certificates: Iterable[Certificate], standard: Standard) -> Readiness:
    """People of a team against its type's size: the certified first, then too few, then too many."""
    certified = sum(1 for state in certificates if counts(state))
    size = standard.sizes.get(team_type)
    if size is None:
        return Readiness("none", "no_rule", members, certified, None)
    if size.certified is not None and certified < size.certified:
        return Readiness("amber", "few_certified", members, certified, size.certified)
    if size.least is not None and members < size.least:
        return Readiness("amber", "few_members", members, certified, size.least)
    if size.most is not None and members > size.most:
        return Readiness("amber", "many_members", members, certified, size.most)
    return Readiness("green", "enough", members, certified, size.certified or size.least)
