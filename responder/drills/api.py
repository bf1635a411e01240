"""API of the drills room."""

from typing import Any

from apiflask import APIBlueprint

from responder.drills import queries
from responder.drills.queries import DrillView
from responder.kernel import ids
from responder.kernel.refusals import NotFound
from responder.places import queries as places
from responder.places.index import Places
from responder.platform import web
from responder.platform.api import cursor, listed

api = APIBlueprint("api_drills", __name__, url_prefix="/api/v1", tag="drills")


def _shape(drill: DrillView, tree: Places) -> dict[str, Any]:
    return {
        "number": drill.number,
        "name": drill.name,
        "kind": drill.kind,
        "division": {"code": drill.division_code, "name": tree.name(drill.division_code)},
        "status": drill.status,
        "planned_at": drill.planned_at.isoformat(),
        "started_at": drill.started_at.isoformat() if drill.started_at else None,
        "ended_at": drill.ended_at.isoformat() if drill.ended_at else None,
    }


@api.get("/drills")
@api.doc(summary="Drills, newest first")
@web.needs("drill.see")
def drills() -> dict[str, Any]:
    """Drills at the reader's division and below, and those that the reader takes part in."""
    at = cursor()
    with web.reading() as session:
        tree = places.places(session)
        found = queries.newest(session, web.scope(), at.before, at.limit + 1)
    return listed(at.page(found, lambda drill: drill.world), lambda drill: _shape(drill, tree))


@api.get("/drills/<number>")
@api.doc(summary="One drill")
@web.needs("drill.see")
def drill(number: str) -> dict[str, Any]:
    """One drill by its number."""
    if ids.row_id(ids.DRILL, number) is None:
        raise NotFound()
    with web.reading() as session:
        return _shape(queries.drill(session, web.scope(), number), places.places(session))
