"""Incidents: their states and who may move them. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from responder.kernel.refusals import Refusal

OPEN, VERIFIED, CLOSED, JOINED = "open", "verified", "closed", "joined"

SAME_WITHIN = timedelta(hours=24)
"""Reports of one hazard in one village within this time tell of one incident (DOMAIN §1.5, rule 20: proposals for
wider joins come with the reporting chain)."""

FAMILIES = (
    frozenset({"flood", "typhoon", "storm_surge", "wind"}),
    frozenset({"snow", "freeze"}),
    frozenset({"fire", "explosion", "chemical"}),
    frozenset({"landslide", "earthquake", "collapse"}),
)
"""Hazards that come together and are named either way: a typhoon is reported as flood by the next person."""


class WrongState(Refusal):
    """The incident is not in the state that the act needs. Params: ``status``."""

    code = "incidents.wrong_state"


class OwnFigures(Refusal):
    """Nobody verifies what they reported themselves (a branch may delegate it explicitly)."""

    code = "incidents.own_figures"


class Contradiction(Refusal):
    """The figures contradict each other. Params: ``problems``, in the reader's words."""

    code = "incidents.contradiction"


class MissionsOpen(Refusal):
    """Teams are still out. Params: ``n``."""

    code = "incidents.missions_open"


class LevelStillRunning(Refusal):
    """A response level runs: it is ended first, by whoever may. Params: ``level``."""

    code = "incidents.level_still_running"


class NothingToRelease(Refusal):
    """The figures tell of no dead or missing."""

    code = "incidents.nothing_to_release"


WITHHELD = ("deaths", "missing")
"""Figures that stay unverified until a named leader releases them."""


def withheld(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the figures that need a leader's release."""
    return {slug: figures[slug] for slug in WITHHELD if figures.get(slug) is not None}


def alike(one: str, other: str) -> bool:
    """Whether two hazards may be one incident."""
    return one == other or any(one in family and other in family for family in FAMILIES)


def check_verify(
    status: str, person: int | None, reporters: frozenset[int], problems: tuple[str, ...], own_allowed: str
) -> None:
    """Raises WrongState, Contradiction or OwnFigures."""
    if status != OPEN:
        raise WrongState(status=status)
    if problems:
        raise Contradiction(problems="；".join(problems))
    if person in reporters and not own_allowed:
        raise OwnFigures()


def check_close(status: str, open_missions: int) -> None:
    """Closed after verification, with no team out. Raises WrongState or MissionsOpen."""
    if status != VERIFIED:
        raise WrongState(status=status)
    if open_missions:
        raise MissionsOpen(n=open_missions)


def check_publish(status: str) -> None:
    """Only a closed incident is told in public. Raises WrongState."""
    if status != CLOSED:
        raise WrongState(status=status)


SEVERITIES = ("red", "orange", "yellow", "blue")


def severity(figures: Mapping[str, float], urgent: bool, thresholds: Mapping[str, Mapping[str, float]]) -> str:
    """The colour of an incident or report: red for people in danger, else by the level that its figures reach.

    ``thresholds`` is {"I": {measure: n}, …} of the branch's level with the measures already summed into
    ``figures`` (DOMAIN §3.1): I and II red, III orange, IV yellow, none blue.
    """
    if urgent:
        return "red"
    for level, colour in (("I", "red"), ("II", "red"), ("III", "orange"), ("IV", "yellow")):
        if any(figures.get(measure, 0) >= n for measure, n in thresholds.get(level, {}).items()):
            return colour
    return "blue"


def stop_times(stops: Mapping[str, datetime | None]) -> dict[str, float | None]:
    """The clock: seconds from the first report to each stop; None where it isn't reached. ``stops["received"]``
    is the start."""
    start = stops["received"]
    assert start is not None
    return {name: (at - start).total_seconds() if at else None for name, at in stops.items()}
