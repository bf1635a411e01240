"""API of incidents."""

from typing import Any

from apiflask import APIBlueprint
from flask import request
from sqlalchemy.orm import Session

from responder.incidents import queries
from responder.incidents.queries import IncidentView
from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.platform import web
from responder.platform.api import cursor, listed

api = APIBlueprint("api_incidents", __name__, url_prefix="/api/v1", tag="incidents")


def _shape(session: Session, one: IncidentView) -> dict[str, Any]:
    def at(moment: Any) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "number": one.number, "hazard": one.hazard, "place": one.place,
        "division": {"code": one.division, "name": places(session).name(one.division)},
        "status": one.status, "urgent": one.urgent, "figures": one.figures, "opened_at": at(one.opened_at),
        "seen_at": at(one.seen_at), "verified_at": at(one.verified_at), "closed_at": at(one.closed_at),
    }  # fmt: skip


@api.get("/incidents")
@api.doc(summary="Incidents, newest first")
@web.needs("incident.see")
def incidents() -> dict[str, Any]:
    """Incidents in scope."""
    at = cursor()
    with web.reading() as session:
        found = queries.incidents(session, web.scope(), at, status=request.args.get("status", ""))
        return listed(at.page(found, lambda one: one.id), lambda one: _shape(session, one))


@api.get("/incidents/<number>")
@api.doc(summary="One incident")
@web.needs("incident.see")
def incident(number: str) -> dict[str, Any]:
    """One incident."""
    with web.reading() as session:
        found = queries.incident(session, web.scope(), number)
        if found is None:
            raise NotFound()
        return _shape(session, found)
