"""Page of what went out: its road, its attempts, its cost, what happens next."""

from datetime import datetime, time
from typing import cast, get_args

from flask import current_app, render_template, request

from responder.kernel import clock
from responder.messaging import outbox as going
from responder.messaging import web as room
from responder.messaging.letters import Kind
from responder.places.queries import places
from responder.platform import terms, web
from responder.platform.api import cursor
from responder.settings import Settings

bp = room.bp

_SHOWN = {
    "failed": ("failed", "late", "by_hand"),
    "waiting": going.ON_ITS_WAY,
}
"""Groups of statuses that a page may be asked for, beside each status by itself."""


@bp.get("/messages/outbox")
@web.needs("message.see")
def outbox() -> str:
    """What went out, newest first: all of it, or of one status, kind or gateway; with the day's bill."""
    at, lang = cursor(50), web.language()
    show = request.args.get("show", "")
    statuses = _SHOWN.get(show) or ((show,) if show in terms.vocabulary("outbound_status") else ())
    kind, gateway = request.args.get("kind", ""), request.args.get("gateway", "")[:24]
    with web.reading() as session:
        zone = places(session).profile.zone()
        found = going.search(
            session, web.scope(), at, statuses=statuses, kind=kind if kind in get_args(Kind) else "", gateway=gateway
        )
        today = datetime.combine(clock.now().astimezone(zone).date(), time(), zone)
        total = going.total_since(session, web.scope(), today)
    page = at.page(found, lambda text: text.id)
    gateways = cast(Settings, current_app.extensions["settings"]).gateway_names()
    return render_template(
        "messaging/outbox.html", texts=page.items, next=page.next, show=show, first=at.before is None, total=total,
        asked={"show": show, "kind": kind, "gateway": gateway},
        statuses=[(slug, terms.term("outbound_status", slug, lang)) for slug in terms.vocabulary("outbound_status")],
        kinds=[(slug, terms.term("text_kind", slug, lang)) for slug in get_args(Kind)],
        gateways=[(name, room.gateway_words(name)) for name in gateways], on_its_way=going.ON_ITS_WAY,
    )  # fmt: skip
