"""Scenes: an incident with what its reports ask for, as the planner wants it."""

from sqlalchemy.orm import Session

from responder.dispatch.commands import Need, Scene
from responder.incidents import queries as incidents
from responder.platform.scope import Scope
from responder.reports import queries as reports
from responder.stock.catalogue import match_item


def scene_of(session: Session, scope: Scope, incident: str) -> Scene | None:
    """The scene of an incident in scope, None where there is none. Asked items that the catalogue knows carry its
    slug; others (a team, a truck) stay as written."""
    found = incidents.incident(session, scope, incident)
    if found is None:
        return None
    wanted = reports.needs_of(session, scope, incident)
    needs = tuple(
        Need(match_item(need["item"]) or need["item"], None if need["qty"] is None else round(need["qty"]))
        for need in wanted
    )
    return Scene(
        found.number, found.hazard, found.division, found.place, found.lat, found.lng, needs, found.figures
    )  # fmt: skip
