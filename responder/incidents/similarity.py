"""Whether two incidents may be one: hazard, distance, shared division and time, weighed by ``config/joining.toml``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.incidents import rules
from responder.incidents.models import Incident
from responder.incidents.queries import seen
from responder.kernel.ids import INCIDENT, number
from responder.places import distance
from responder.places.coordinates import Point
from responder.places.queries import places
from responder.platform import config
from responder.platform.scope import PREFIXES, Scope, ancestors, begins_with

COUNTY, TOWN = PREFIXES[2], PREFIXES[3]


class _Weights(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    hazard: float = Field(ge=0)
    near: float = Field(ge=0)
    division: float = Field(ge=0)
    time: float = Field(ge=0)


class _Likely(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    hours: float = Field(gt=0)
    km: float = Field(gt=0)


class _Joining(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    propose_at: float = Field(gt=0, le=1)
    most: int = Field(ge=0)
    hours: float = Field(gt=0)
    km: float = Field(gt=0)
    kin: float = Field(ge=0, le=1)
    county: float = Field(ge=0, le=1)
    weight: _Weights
    likely: _Likely

    @model_validator(mode="after")
    def _whole(self) -> "_Joining":
        if abs(sum(self.weight.model_dump().values()) - 1) > 0.001:
            raise ValueError("the weights must add up to 1")
        return self


@cache
def joining() -> _Joining:
    """Read once."""
    return config.load("joining.toml", _Joining)


@dataclass(frozen=True)
class Told:
    """What of an incident is compared. ``at`` aware; the point in WGS-84 or None."""

    hazard: str
    division: str
    at: datetime
    point: Point | None


@dataclass(frozen=True)
class Alike:
    """How alike two are, 0 … 1, and why: [{kind: hazard | near | division | time, …}]."""

    score: float
    reasons: list[dict[str, Any]]


def common(one: str, other: str) -> str:
    """The lowest division that holds both; empty where there is none."""
    shared = [code for code in ancestors(one) if other.startswith(code)]
    return shared[-1] if shared else ""


def compare(one: Told, other: Told) -> Alike:
    """Weighs two. Hazards that are no kin score nothing at all."""
    rule = joining()
    weight = rule.weight
    if "other" not in (one.hazard, other.hazard) and not rules.alike(one.hazard, other.hazard):
        return Alike(0, [])
    same = one.hazard == other.hazard
    score = weight.hazard * (1 if same else rule.kin)
    reasons: list[dict[str, Any]] = [{"kind": "hazard", "same": same, "hazards": sorted({one.hazard, other.hazard})}]
    if one.point is not None and other.point is not None:
        km = distance.km(one.point, other.point)
        if km < rule.km:
            score += weight.near * (1 - km / rule.km)
            reasons.append({"kind": "near", "km": round(km, 1)})
    shared = common(one.division, other.division)
    if len(shared) >= COUNTY:
        score += weight.division * (1 if len(shared) >= TOWN else rule.county)
        reasons.append({"kind": "division", "division": shared})
    hours = abs((one.at - other.at).total_seconds()) / 3600
    if hours < rule.hours:
        score += weight.time * (1 - hours / rule.hours)
        reasons.append({"kind": "time", "minutes": round(hours * 60)})
    return Alike(round(score, 3), reasons)


_t: Any = Incident.__table__
_AROUND = (
    _t.c.id, _t.c.hazard, _t.c.division_code, _t.c.place, _t.c.lat, _t.c.lng, _t.c.opened_at, _t.c.touched_at
)  # fmt: skip
_MOST = 100


def _point(lat: float | None, lng: float | None) -> Point | None:
    return Point(lat, lng) if lat is not None and lng is not None else None


def nearest(session: Session, world: int, told: Told, but: Sequence[int]) -> list[tuple[int, str, Alike]]:
    """Open incidents around that may be one with this, the likeliest first: (id, division, how alike). Part of
    opening an incident: one statement."""
    rule = joining()
    around = told.division[:COUNTY]
    statement = (
        select(*_AROUND)
        .where(
            _t.c.world == world, _t.c.status == rules.OPEN, _t.c.id.not_in(but),
            begins_with(_t.c.division_code, around),
            _t.c.touched_at >= told.at - timedelta(hours=rule.hours),
        )
        .order_by(_t.c.id.desc())
        .limit(_MOST)
    )  # fmt: skip
    found = []
    for row in session.connection().execute(statement):
        alike = compare(told, Told(row.hazard, row.division_code, row.touched_at, _point(row.lat, row.lng)))
        if alike.score >= rule.propose_at:
            found.append((row.id, row.division_code, alike))
    return sorted(found, key=lambda one: (-one[2].score, one[0]))[: rule.most]


@dataclass(frozen=True)
class Likely:
    """An open incident that a new report most likely tells of. ``km`` None where one of them has no point."""

    incident: str
    hazard: str
    division: str
    place: str
    opened_at: datetime
    touched_at: datetime
    km: float | None


def likely_same(
    session: Session, scope: Scope, division: str, hazard: str, lat: float | None, lng: float | None, at: datetime
) -> list[Likely]:
    """Open incidents in scope that a report of this hazard, place and time would repeat, the nearest first: to be
    asked before another is opened. The point is WGS-84; without it the division's own is taken."""
    rule = joining().likely
    here = _point(lat, lng)
    if here is None and (located := places(session).point(division)) is not None:
        here = located.point
    statement = select(Incident).where(
        seen(scope), Incident.status == rules.OPEN,
        Incident.touched_at >= at - timedelta(hours=rule.hours),
        begins_with(Incident.division_code, division[:COUNTY]),
    )  # fmt: skip
    found = []
    for row in session.scalars(statement.order_by(Incident.id.desc()).limit(_MOST)):
        if hazard and "other" not in (hazard, row.hazard) and not rules.alike(hazard, row.hazard):
            continue
        there = _point(row.lat, row.lng)
        km = distance.km(here, there) if here is not None and there is not None else None
        held = row.division_code.startswith(division) or division.startswith(row.division_code)
        if held or (km is not None and km <= rule.km):
            found.append(
                Likely(
                    number(INCIDENT, row.id),
                    row.hazard,
                    row.division_code,
                    row.place,
                    row.opened_at,
                    row.touched_at,
                    km,
                )
            )
    return sorted(found, key=lambda one: (one.division != division, one.km if one.km is not None else rule.km))
