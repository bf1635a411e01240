"""Webhooks of the gateways described in files: receipts and texts, at addresses whose secret part only they know."""

import base64
import hashlib
import hmac
import time
from dataclasses import replace
from typing import Any

import structlog
from flask import Flask, Response, abort, current_app, request

from responder.kernel.actors import Actor
from responder.messaging import queries, service
from responder.messaging.commands import Receipt
from responder.messaging.gateways import http, http_reading
from responder.messaging.gateways.http_book import PREFIX, Book, Pushed, Verify, books
from responder.messaging.gateways.http_words import Values
from responder.messaging.hooks import bp, each, from_one_of, hear, keyed
from responder.platform import web
from responder.settings import Settings

log = structlog.get_logger(__name__)

PAUSES = (0.3, 0.7)
"""Seconds until a text that isn't known by the provider's id is looked for again: a receipt may come in before the
answer to our own request was written down."""


def init_app(app: Flask, settings: Settings) -> None:
    """Reads the gateways' files. Raises ConfigError, which names file and key."""
    app.extensions["http_books"] = books(settings)


@bp.route("/hooks/http/<name>/<key>/status", methods=["GET", "POST"])
def http_status(name: str, key: str) -> Response:
    """What became of texts, one or many."""
    book = _book(name, key)
    told = book.receipts or abort(404)
    found = http.receipts(book, told, _read(book, told))
    strange: list[tuple[Receipt, str]] = []

    def note(one: tuple[Receipt, str]) -> None:
        if not _note(PREFIX + name, *one):
            strange.append(one)

    for pause in (0.0, *PAUSES):
        time.sleep(pause)
        waiting, strange = found if not pause else strange, []
        each(waiting, note)
        if not strange:
            break
    else:
        log.info("receipts of texts that nobody knows", gateway=PREFIX + name, count=len(strange))
    return _answer(told)


@bp.route("/hooks/http/<name>/<key>/sms", methods=["GET", "POST"])
def http_sms(name: str, key: str) -> Response:
    """Texts, one or many."""
    book = _book(name, key)
    told = book.inbound or abort(404)
    each(http.incoming(PREFIX + name, told, _read(book, told)), hear)
    return _answer(told)


def _book(name: str, key: str) -> Book:
    """The file of the gateway, for whoever knows its key. 404 for a wrong key, 403 where the proof is missing."""
    keyed(PREFIX + name, key)
    book: Book = current_app.extensions["http_books"].get(name) or abort(404)
    if not _proved(book.verify):
        log.warning("unproved hook refused", gateway=PREFIX + name, address=request.remote_addr)
        abort(403)
    return book


def _proved(verify: Verify) -> bool:
    if verify.addresses and not from_one_of(verify.addresses):
        return False
    if verify.secret is None:
        return True
    secret = verify.secret.fill(Values({}, {})).encode()
    made = hmac.new(secret, _signed(), getattr(hashlib, verify.digest))
    proof = made.hexdigest() if verify.written == "hex" else base64.b64encode(made.digest()).decode("ascii")
    shown = request.headers.get(verify.header, "")
    return hmac.compare_digest(proof.encode(), (shown.lower() if verify.written == "hex" else shown).encode())


def _signed() -> bytes:
    return request.get_data() or request.query_string


def _read(book: Book, told: Pushed) -> Any:
    body = request.get_data()
    if told.kind == "form" and book.verify.secret is not None:
        # The signature is of one of them: whatever stands in the other, nobody has vouched for.
        body = _signed()
    elif told.kind == "form":
        body = b"&".join(part for part in (request.query_string, body) if part)
    try:
        return http.read(told, body)
    except http_reading.Unreadable as problem:
        log.warning("unreadable hook refused", path=request.endpoint, problem=str(problem))
        abort(400)


def _note(gateway: str, receipt: Receipt, number: str) -> bool:
    """Whether the text that a receipt speaks of is known."""
    refs = [receipt.ref] if receipt.ref else []
    if not refs and receipt.provider_id:
        with web.work().read() as session:
            refs = queries.refs_of(session, gateway, receipt.provider_id, number)
    for ref in refs:
        with web.work().begin(Actor(None, gateway, "", "job")) as uow:
            service.note_receipt(uow, replace(receipt, ref=ref, gateway=gateway))
    return bool(refs)


def _answer(told: Pushed) -> Response:
    return Response(told.answer, content_type=told.content_type)
