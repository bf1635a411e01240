"""API of messages."""

from typing import Any

from apiflask import APIBlueprint
from flask import request

from responder.kernel import phones
from responder.messaging import queries
from responder.messaging.queries import TextView
from responder.platform import web
from responder.platform.api import cursor, listed

api = APIBlueprint("api_messaging", __name__, url_prefix="/api/v1", tag="messages")


def _shape(text: TextView) -> dict[str, Any]:
    shown = text.number if web.principal().can("phone.see") else phones.mask(text.number)
    return {
        "id": text.id, "direction": text.direction, "number": shown, "name": text.name, "body": text.body,
        "at": text.at.isoformat(), "status": text.status, "subject": text.subject or None,
    }  # fmt: skip


@api.get("/messages")
@api.doc(summary="Texts that came in (direction=in, the default) or went out, newest first")
@web.needs("message.see")
def messages() -> dict[str, Any]:
    """Texts, newest first."""
    at = cursor()
    read = queries.outbox if request.args.get("direction") == "out" else queries.inbox
    with web.reading() as session:
        return listed(at.page(read(session, web.scope(), at), lambda text: text.id), _shape)


from responder.messaging import api_calls  # noqa: E402, F401  (it hangs its resource on ``api``)
