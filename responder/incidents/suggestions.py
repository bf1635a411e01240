"""Levels that figures reach: told once each, the moment they are crossed; who decides stays a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from responder.incidents import levels
from responder.kernel.events import Event
from responder.places.index import Places
from responder.platform.scope import ancestors

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Suggestion:
    """A level that an office's figures reach, and the measure that reached it first: ``value`` ≥ ``least``."""

    office: str
    level: str
    measure: str
    value: float
    least: int


def weigh(tree: Places, division: str, figures: Figures, by_office: Mapping[str, Figures]) -> list[Suggestion]:
    """What every office concerned with an incident at this division would be told, from the lowest office up.

    An office weighs its own sum where ``by_office`` gives it, else the incident's totals.
    """
    offices = {
        code for code in (*ancestors(division), *by_office) if levels.has_own(code) and tree.tier(code) in (1, 2)
    }
    found = []
    for code in sorted(offices, key=lambda code: (-len(code), code)):
        if code.startswith(tree.profile.root) and (why := levels.reached(code, by_office.get(code, figures))):
            found.append(Suggestion(code, *why))
    return found


def fresh(found: list[Suggestion], told: Mapping[str, Any]) -> list[Suggestion]:
    """Those that are above what was told of the same office before: ``told`` is {office: level}."""
    return [one for one in found if levels.higher(one.level, told.get(one.office, ""))]


def events(tree: Places, division: str, incident: str, place: str, found: list[Suggestion]) -> list[Event]:
    """One event for each, in the log of the incident."""
    return [
        Event(
            "incident.level_suggested",
            max(division, one.office, key=len),
            incident,
            {
                "office": tree.name(one.office), "level": one.level, "measure": one.measure, "value": one.value,
                "least": one.least, "place": place,
            },
        )
        for one in found
    ]  # fmt: skip
