"""What Kannel's smsbox brings: texts that came in, receipts. Its secret is in the address; answered with nothing, so
that nothing is ever texted back by itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import parse_qsl

import structlog
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import OperationalError

from responder.kernel import phones
from responder.kernel.actors import Actor
from responder.messaging import rules, service, watching
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import kannel_book, kannel_reading
from responder.messaging.gateways.kannel_book import Book
from responder.messaging.hooks import bp, hear, keyed
from responder.platform import web

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    """Reads the file of Kannel's SIMs and carriers. Raises ConfigError, which names file and key."""
    app.extensions["kannel_book"] = kannel_book.book()


def _book() -> Book:
    return cast(Book, current_app.extensions["kannel_book"])


def _nothing() -> Response:
    return Response("", content_type="text/plain; charset=utf-8")


def _told() -> dict[str, bytes]:
    """The address's parameters as they were sent: a text in UTF-16 would not survive being read as UTF-8."""
    query = request.query_string.decode("latin-1")
    return {name: value.encode("latin-1") for name, value in parse_qsl(query, True, encoding="latin-1")}


def _words(told: Mapping[str, bytes], name: str, header: str = "") -> str:
    said = told.get(name, b"").decode("utf-8", "replace").strip() or request.headers.get(header, "").strip()
    return rules.keepable(said)


@bp.route("/hooks/kannel/<key>/sms", methods=["GET", "POST"])
def kannel_sms(key: str) -> Response:
    """A text that came in: all of it in the address (get-url), or the words in the body (post-url)."""
    keyed("kannel", key)
    told = _told()
    charset, coding = _words(told, "charset"), _words(told, "coding", "X-Kannel-Coding")
    raw = told.get("text", b"")
    if request.method == "POST":
        raw, charset = request.get_data(), request.mimetype_params.get("charset", charset)
    sender, line = _words(told, "from", "X-Kannel-From")[:40], _words(told, "smsc", "X-Kannel-SMSC")
    body, at = kannel_reading.decoded(raw, charset, coding), _words(told, "at")
    name, number = _words(told, "id")[:80], phones.parse(sender) or sender
    incoming = Incoming("kannel", name, number, body, kannel_reading.moment(at))
    book = _book()
    carrier = book.carrier_with(sender)
    if carrier is None:
        hear(incoming)
        return _nothing()
    try:
        with web.work().begin(Actor(None, "kannel", "", "job")) as uow:
            road = watching.road_name("kannel", line) if book.sim(line) else ""
            watching.note_carrier(uow, replace(incoming, number=sender), road, carrier)
    except OperationalError:
        raise
    except Exception:
        # Kannel would bring it every ten seconds for a week.
        log.exception("a carrier's text could not be read", carrier=carrier.name)
        hear(incoming)
    return _nothing()


@bp.get("/hooks/kannel/<key>/status")
def kannel_status(key: str) -> Response:
    """What became of a text that we sent. Twice and out of order is usual: the last part's word comes first."""
    keyed("kannel", key)
    told = _told()
    ref, said = _words(told, "ref"), _words(told, "answer")
    status = kannel_reading.status_of(_words(told, "type"), said)
    if status and ref.isascii() and ref.isdigit() and len(ref) < 10:
        failed = status == "failed"
        error, category = (said[:200], _book().meaning(said)) if failed else ("", "")
        receipt = Receipt(int(ref), _words(told, "id")[:80], status, error, category)
        with web.work().begin(Actor(None, "kannel", "", "job")) as uow:
            service.note_receipt(uow, receipt)
    return _nothing()
