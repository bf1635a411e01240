"""What Aliyun pushes: lists of receipts and of texts. Its calls bear no signature: the secret is in the address, and a
branch may name the networks that they come from."""

from collections.abc import Callable
from dataclasses import replace

import structlog
from flask import Flask, Response, abort, jsonify, request
from pydantic import ValidationError

from responder.kernel.actors import Actor
from responder.messaging import queries, service
from responder.messaging.gateways import aliyun
from responder.messaging.hooks import bp, each, from_one_of, hear, keyed
from responder.platform import web

log = structlog.get_logger(__name__)


def init_app(_app: Flask) -> None:
    """Reads the gateway's file. Raises ConfigError, which names file and key."""
    aliyun.book()


@bp.route("/hooks/aliyun/<key>/report", methods=["GET", "POST"])
def aliyun_report(key: str) -> Response:
    """What became of texts (SmsReport)."""
    return _take(key, _note)


@bp.route("/hooks/aliyun/<key>/up", methods=["GET", "POST"])
def aliyun_up(key: str) -> Response:
    """Texts that came in (SmsUp)."""
    return _take(key, lambda element: hear(aliyun.incoming(element)))


def _take(key: str, take: Callable[[object], object]) -> Response:
    """Each element by itself: one that can't be read doesn't lose the others. While the database is away the answer is
    503, and the whole list comes again; what was taken in before is known by its id."""
    keyed(aliyun.NAME, key)
    networks = aliyun.book().hooks.addresses
    if networks and not from_one_of(networks):
        log.warning("hook from elsewhere refused", gateway=aliyun.NAME, address=request.remote_addr)
        abort(403)

    def read(element: object) -> None:
        try:
            take(element)
        except ValidationError as problem:
            log.warning("element of a pushed list not read", hook=request.endpoint, fields=_fields(problem))

    each(_elements(), read)
    return jsonify(code=0, msg="成功")


def _fields(problem: ValidationError) -> list[str]:
    """Which fields are wrong; their values are people's numbers and words."""
    return [".".join(map(str, error["loc"])) for error in problem.errors()]


def _elements() -> list[object]:
    if request.method != "POST":
        # The console tries an address before it keeps it.
        return []
    try:
        return list(aliyun.elements(request.get_data()))
    except ValueError:
        log.warning("unreadable hook refused", hook=request.endpoint)
        abort(400)


def _note(element: object) -> None:
    receipt, number = aliyun.receipt(element, aliyun.book())
    refs = [receipt.ref] if receipt.ref else []
    if not refs and receipt.provider_id:
        with web.work().read() as session:
            refs = queries.refs_of(session, aliyun.NAME, receipt.provider_id, number)
    for ref in refs:
        with web.work().begin(Actor(None, aliyun.NAME, "", "job")) as uow:
            service.note_receipt(uow, replace(receipt, ref=ref, gateway=aliyun.NAME))
