"""Pages of the messages: what came in, what went out, what waits for a person."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.kernel import clock
from responder.messaging import inbox as coming
from responder.messaging import queries, service
from responder.messaging.broadcasts import queries as broadcasts
from responder.messaging.commands import Settle
from responder.messaging.inbox import Search
from responder.messaging.queries import TextView
from responder.messaging.rules import AlreadyHandled
from responder.places.queries import places
from responder.platform import terms, web
from responder.platform.api import cursor
from responder.platform.scope import Scope

bp: Blueprint = Blueprint("messaging", __name__)


class Desk(Protocol):
    """What the machine would make of waiting texts, for the reader to take over. Wired to ``hotline``."""

    def lay_out(self, session: Session, scope: Scope, texts: Sequence[TextView]) -> Any:
        """The guesses of these texts, and the incidents that they may be about."""
        ...


def desk() -> Desk:
    """The wired desk."""
    return cast(Desk, current_app.extensions["desk"])


LATELY = timedelta(hours=24)
"""How long a text that failed is counted beside its tab."""


@bp.app_context_processor
def _tab_counts() -> dict[str, object]:
    """What the tabs of the messages show beside them, asked only where they are drawn."""

    def texts_waiting() -> int:
        with web.reading() as session:
            return queries.waiting_count(session, web.scope())

    def failed_lately() -> int:
        with web.reading() as session:
            return queries.failed_count(session, web.scope(), clock.now() - LATELY)

    def broadcasts_waiting() -> int:
        with web.reading() as session:
            return broadcasts.unanswered_count(session, web.scope())

    return {"texts_waiting": texts_waiting, "failed_lately": failed_lately, "broadcasts_waiting": broadcasts_waiting}


@bp.get("/messages")
@web.needs("message.see")
def inbox() -> str:
    """What waits for a person, danger first, then the oldest; on request all that came in, newest first, searched."""
    return render_template("messaging/inbox.html", **_inbox_rows())


@bp.get("/messages/_inbox")
@web.needs("message.see")
def _inbox() -> str:
    """The list alone, fetched again when something comes in."""
    return render_template("messaging/_inbox.html", **_inbox_rows())


_SOUGHT = ("q", "division", "gateway", "outcome", "subject", "since", "until")


def _inbox_rows() -> dict[str, object]:
    at, waiting = cursor(50), request.args.get("show") != "all"
    asked = {name: request.args.get(name, "").strip()[:80] for name in _SOUGHT}
    scope = web.scope()
    with web.reading() as session:
        tree = places(session)
        count = queries.waiting_count(session, scope)
        if waiting:
            items, older = queries.waiting(session, scope, at.limit), None
        else:
            page = at.page(coming.search(session, scope, _search(asked, tree.profile.zone()), at), lambda one: one.id)
            items, older = list(page.items), page.next
        laid = desk().lay_out(session, scope, [text for text in items if text.status == "waiting"])
        gateways = [] if waiting else coming.gateways(session)
        below = [] if waiting else [(place.code, place.name) for place in tree.children(scope.division)]
    return {
        "texts": [(text, understood(text)) for text in items], "next": older, "count": count, "desk": laid,
        "show": "waiting" if waiting else "all", "first": at.before is None,
        "hazards": [(slug, terms.term("hazard", slug, web.language())) for slug in terms.vocabulary("hazard")],
        "kinds": [(slug, terms.term("report_kind", slug, web.language())) for slug in _REPORTS.values()],
        "asked": asked, "sought": {name: said for name, said in asked.items() if said},
        "gateways": [(name, gateway_words(name)) for name in gateways], "below": below,
        "outcomes": [(slug, terms.term("outcome", slug, web.language())) for slug in terms.vocabulary("outcome")],
    }  # fmt: skip


def gateway_words(name: str) -> str:
    """What people call a gateway; its own name where it is a provider's."""
    return terms.term("gateway", name, web.language()) if name in terms.vocabulary("gateway") else name


def _search(asked: Mapping[str, str], zone: ZoneInfo) -> Search:
    since, until = _day(asked["since"], zone), _day(asked["until"], zone)
    return Search(
        asked["q"], asked["division"] if asked["division"].isdigit() else "", asked["subject"], asked["gateway"],
        asked["outcome"], since, until + timedelta(days=1) if until else None,
    )  # fmt: skip


def _day(said: str, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day as typed (2026-07-01), None for what is none."""
    try:
        return datetime.combine(date.fromisoformat(said), time(), zone)
    except ValueError:
        return None


_REPORTS = {
    "report": "initial", "followup": "followup", "verify": "verification", "zero": "zero",
    "correction": "correction",
}  # fmt: skip
_ANSWERS = {
    "ack": "acknowledged", "enroute": "en_route", "arrived": "arrived", "done": "done", "decline": "declined",
}  # fmt: skip


def understood(text: TextView) -> dict[str, object]:
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


# They hang their pages on ``bp``.
from responder.messaging import web_broadcasts, web_callouts, web_calls, web_outbox  # noqa: E402, F401, I001
from responder.messaging import web_prints, web_reach, web_threads  # noqa: E402, F401
