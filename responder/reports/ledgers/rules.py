"""Ledgers: what a line must say. Pure."""

from collections.abc import Iterable
from datetime import datetime

from responder.kernel.refusals import Invalid, Refusal
from responder.reports.ledgers.commands import NoteCasualty, NoteHouse, Strike, TurnCasualty
from responder.reports.rules import CLOCK_SKEW, EARLIEST_YEAR

DEAD, MISSING, FOUND = "dead", "missing", "found"
STATES = (DEAD, MISSING, FOUND)
SEXES = ("", "m", "f")
OLDEST = 130
MOST_ROOMS = 200
"""Rooms of one household: more is a slip of the finger."""

_CASUALTY = {"name": 60, "home": 200, "source": 120, "note": 300}
_HOUSE = {"household": 60, "address": 200, "note": 300}
MOST_REASON = 300


class AlreadyListed(Refusal):
    """The same name, age and place stands in the ledger of this incident: a person counts once."""

    code = "reports.already_listed"


class NotMissing(Refusal):
    """Only somebody who is missing can be found; the line was turned or struck meanwhile."""

    code = "reports.not_missing"


class AlreadyStruck(Refusal):
    """Somebody has struck the line before."""

    code = "reports.already_struck"


def check_casualty(command: NoteCasualty, now: datetime) -> None:
    """Raises Invalid naming the field."""
    if command.state not in (DEAD, MISSING):
        raise Invalid(field="state", problem="unknown")
    if command.sex not in SEXES:
        raise Invalid(field="sex", problem="unknown")
    if command.age is not None and not 0 <= command.age <= OLDEST:
        raise Invalid(field="age", problem="number")
    _check_words({name: getattr(command, name) for name in _CASUALTY}, _CASUALTY, "name")
    if command.happened_at is None:
        return
    if command.happened_at.year < EARLIEST_YEAR:
        raise Invalid(field="happened_at", problem="time")
    if command.happened_at > now + CLOCK_SKEW:
        raise Invalid(field="happened_at", problem="future")


def check_turn(state: str, struck: bool, command: TurnCasualty) -> None:
    """``state`` and ``struck`` of the line as it stands. Raises NotMissing, Invalid."""
    if command.state not in (FOUND, DEAD):
        raise Invalid(field="state", problem="unknown")
    check_reason(command.note, "note")
    if struck or state != MISSING:
        raise NotMissing()


def check_house(command: NoteHouse) -> None:
    """Raises Invalid naming the field."""
    _check_words({name: getattr(command, name) for name in _HOUSE}, _HOUSE, "household")
    rooms = {"collapsed": command.collapsed, "severe": command.severe, "minor": command.minor}
    for name, value in rooms.items():
        if not 0 <= value <= MOST_ROOMS:
            raise Invalid(field=name, problem="number")
    if not any(rooms.values()):
        raise Invalid(field="collapsed", problem="required")


def check_strike(struck: bool, command: Strike) -> None:
    """Raises AlreadyStruck, or Invalid without a reason."""
    if struck:
        raise AlreadyStruck()
    check_reason(command.reason, "reason")


def check_reason(text: str, field: str) -> None:
    """Raises Invalid for a reason that is blank or too long."""
    if not text.strip():
        raise Invalid(field=field, problem="required")
    if len(text) > MOST_REASON:
        raise Invalid(field=field, problem="too_long")


def _check_words(values: dict[str, str], longest: dict[str, int], required: str) -> None:
    if not values[required].strip():
        raise Invalid(field=required, problem="required")
    for name, value in values.items():
        if len(value) > longest[name]:
            raise Invalid(field=name, problem="too_long")


def house_figures(houses: Iterable[tuple[int, int, bool]]) -> dict[str, int]:
    """What the houses' lines come to as figures of a report, from (collapsed, severe, dwelling) of each household.

    Households are counted by dwelling houses, once: by their worst damage (DOMAIN §1.4).
    """
    counted = {"houses_collapsed_households": 0, "houses_severe_households": 0}
    for collapsed, severe, dwelling in houses:
        if dwelling and collapsed:
            counted["houses_collapsed_households"] += 1
        elif dwelling and severe:
            counted["houses_severe_households"] += 1
    return counted
