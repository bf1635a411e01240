"""Pages of the messages: what came in, what went out, what waits for a person."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.messaging import queries, service
from responder.messaging.commands import Settle
from responder.messaging.queries import TextView
from responder.messaging.rules import AlreadyHandled
from responder.platform import terms, web
from responder.platform.api import cursor
from responder.platform.scope import Scope

bp = Blueprint("messaging", __name__)


class Desk(Protocol):
    """What the machine would make of waiting texts, for the reader to take over. Wired to ``hotline``."""

    def lay_out(self, session: Session, scope: Scope, texts: Sequence[TextView]) -> Any:
        """The guesses of these texts, and the incidents that they may be about."""
        ...


@bp.get("/messages")
@web.needs("message.see")
def inbox() -> str:
    """What waits for a person, danger first, then the oldest; on request all that came in, newest first."""
    waiting = request.args.get("show") != "all"
    return render_template("messaging/inbox.html", waiting=waiting, **_inbox_rows(waiting))


@bp.get("/messages/_inbox")
@web.needs("message.see")
def _inbox() -> str:
    """The list alone, fetched again when something comes in."""
    return render_template("messaging/_inbox.html", **_inbox_rows(request.args.get("show") != "all"))


def _inbox_rows(waiting: bool) -> dict[str, object]:
    at = cursor(50)
    desk = cast(Desk, current_app.extensions["desk"])
    with web.reading() as session:
        count = queries.waiting_count(session, web.scope())
        if waiting:
            items, older = queries.waiting(session, web.scope(), at.limit), None
        else:
            page = at.page(queries.inbox(session, web.scope(), at), lambda text: text.id)
            items, older = list(page.items), page.next
        laid = desk.lay_out(session, web.scope(), [text for text in items if text.status == "waiting"])
    return {
        "texts": [(text, _understood(text)) for text in items], "next": older, "count": count, "desk": laid,
        "show": "waiting" if waiting else "all", "first": at.before is None,
        "hazards": [(slug, terms.term("hazard", slug, web.language())) for slug in terms.vocabulary("hazard")],
        "kinds": [(slug, terms.term("report_kind", slug, web.language())) for slug in _REPORTS.values()],
    }  # fmt: skip


_REPORTS = {
    "report": "initial", "followup": "followup", "verify": "verification", "zero": "zero",
    "correction": "correction",
}  # fmt: skip
_ANSWERS = {
    "ack": "acknowledged", "enroute": "en_route", "arrived": "arrived", "done": "done", "decline": "declined",
}  # fmt: skip


def _understood(text: TextView) -> dict[str, object]:
    """What the machine read in a text, as a page says it: kind, hazard, place, figures, needs."""
    what = text.understood
    intent, lang = str(what.get("intent") or ""), web.language()
    kind = ""
    if intent in _REPORTS:
        kind = terms.term("report_kind", _REPORTS[intent], lang)
    elif intent in _ANSWERS:
        kind = terms.term("mission_answer", _ANSWERS[intent], lang)
    elif intent in ("help", "stop"):
        kind = terms.term("outcome", intent, lang)
    figures = {slug: what[slug] for slug in terms.vocabulary("indicator") if what.get(slug) is not None}
    figures |= {
        slug: what[field]
        for slug, field in (("crop_affected", "crop_area_ha"), ("loss_total", "loss_cny"))
        if what.get(field) is not None
    }
    said = {"hazard": what.get("hazard"), "place": what.get("place"), "needs": what.get("needs") or []}
    return {"kind": kind, "figures": figures, "drill": bool(what.get("drill")), **said}


@bp.get("/messages/outbox")
@web.needs("message.see")
def outbox() -> str:
    """What went out, newest first; only what failed on request."""
    failed = request.args.get("show") == "failed"
    at = cursor(50)
    with web.reading() as session:
        page = at.page(queries.outbox(session, web.scope(), at, failed=failed), lambda text: text.id)
    return render_template(
        "messaging/outbox.html", texts=page.items, next=page.next, failed=failed, first=at.before is None
    )


@bp.post("/messages/<int:inbound>/settle")
@web.needs("message.send")
def settle(inbound: int) -> Response:
    """A person has dealt with a text."""
    try:
        with web.begin() as uow:
            service.settle(uow, Settle(inbound, request.form.get("subject", "")[:40]))
        flash(_("已办结"), "ok")
    except AlreadyHandled as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return redirect(url_for("messaging.inbox"))  # type: ignore[return-value]


from responder.messaging import web_broadcasts, web_calls, web_callouts  # noqa: E402, F401
from responder.messaging import web_prints, web_reach  # noqa: E402, F401
