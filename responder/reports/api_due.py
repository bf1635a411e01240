"""API of what is owed."""

from typing import Any

from responder.kernel import clock
from responder.places.queries import places
from responder.platform import web
from responder.reports.api import api
from responder.reports.deadlines import queries


@api.get("/dues")
@api.doc(summary="Reports that are owed, the most overdue first")
@web.needs("report.see")
def dues() -> dict[str, Any]:
    """What offices in scope still owe: state is overdue, soon (within half an hour) or open."""
    with web.reading() as session:
        tree = places(session)
        items = [
            {
                "kind": one.kind, "state": one.state, "incident": one.incident or None, "day": one.day or None,
                "division": {"code": one.division, "name": tree.name(one.division)},
                "to": [code for code in (one.to, one.also) if code], "started_from": one.started_from.isoformat(),
                "due_at": one.due_at.isoformat(), "nags": one.nags,
            }
            for one in queries.owed(session, web.scope(), clock.now())
        ]  # fmt: skip
        return {"items": items}
