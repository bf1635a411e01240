"""The event log by API: what happened since a seq, oldest first (DESIGN §8)."""

from typing import Any

from apiflask import APIBlueprint
from flask import current_app, request

from responder.kernel.refusals import Invalid
from responder.platform import eventlog, web
from responder.platform.api import MAX_LIMIT
from responder.platform.live import Pusher

api = APIBlueprint("api_events", __name__, url_prefix="/api/v1", tag="events")


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(field=name, problem="number")
    return int(text)


@api.get("/events")
@api.doc(summary="Events after a seq, oldest first; `until` is where to go on")
@web.needs()
def events() -> dict[str, Any]:
    """Events in scope and world. ``until`` is the last seq looked at: the next ``since``."""
    since = _number("since", 0)
    limit = max(1, min(_number("limit", 100), MAX_LIMIT))
    pusher: Pusher = current_app.extensions["pusher"]
    with web.reading() as session:
        last = eventlog.last_seq(session)
        found = eventlog.since(session, web.scope(), since, limit)
    until = found[-1].seq if len(found) == limit else max(last, found[-1].seq if found else 0)
    return {"items": [event.item(web.language(), pusher.drill_number(event.world)) for event in found], "until": until}
