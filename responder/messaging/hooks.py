"""Webhooks of gateways. Always mounted; signed or refused; answered at once, receipts go through the outbox."""

from dataclasses import replace
from typing import Protocol, cast

import structlog
from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy.exc import OperationalError

from responder.kernel import phones
from responder.kernel.actors import Actor
from responder.kernel.refusals import Refusal
from responder.messaging import rules, service
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import twilio
from responder.platform import web
from responder.platform.work import UnitOfWork, Work
from responder.settings import Settings

log = structlog.get_logger(__name__)

bp = Blueprint("hooks", __name__)

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Listener(Protocol):
    """Understands stored texts, inside the unit that stored them. Wired to ``hotline``."""

    def hear(self, uow: UnitOfWork, inbound: int, incoming: Incoming) -> None:
        """Turns a text into what it asks for; raises where it can't."""
        ...

    def shelve(self, uow: UnitOfWork, inbound: int, incoming: Incoming, problem: Exception) -> None:
        """Puts a text that could not be dealt with before a person."""
        ...


def listener() -> Listener:
    """The wired listener of the running application."""
    return cast(Listener, current_app.extensions["listener"])


def hear(incoming: Incoming) -> int | None:
    """Stores a text and has it understood, in one transaction. None where the provider delivered it before.

    Where understanding or acting fails, everything is undone and the text is stored again, for a person to read.
    Raises OperationalError when the database is away: the provider then delivers again.
    """
    work, nobody = web.work(), Actor(None, "", "", "sms")
    incoming = replace(incoming, body=rules.keepable(incoming.body))
    try:
        with work.begin(nobody) as uow:
            inbound = service.take_in(uow, incoming)
            if inbound is not None:
                listener().hear(uow, inbound, incoming)
        return inbound
    except OperationalError:
        raise
    except Exception as failure:
        if not isinstance(failure, Refusal):
            log.exception("a text could not be dealt with", gateway=incoming.gateway)
        problem = failure
    return _shelve(work, incoming, problem)


def _shelve(work: Work, incoming: Incoming, problem: Exception) -> int | None:
    """Stores a text that could not be dealt with; the barest row is better than none."""
    nobody = Actor(None, "", "", "sms")
    try:
        with work.begin(nobody) as uow:
            inbound = service.take_in(uow, incoming)
            if inbound is not None:
                listener().shelve(uow, inbound, incoming, problem)
        return inbound
    except OperationalError:
        raise
    except Exception:
        log.exception("a text could not be shelved", gateway=incoming.gateway)
        with work.begin(nobody) as uow:
            return service.take_in(uow, incoming)


def xml(body: str = _EMPTY) -> Response:
    """An answer in the provider's markup; by default one that asks for nothing."""
    return Response(body, content_type="text/xml; charset=utf-8")


def checked() -> dict[str, str]:
    """The form of a signed Twilio request. 403 for any other."""
    settings: Settings = current_app.extensions["settings"]
    form = {name: request.form.getlist(name) for name in request.form}
    path = request.full_path if request.query_string else request.path
    url = settings.public_url.rstrip("/") + path if settings.public_url else request.url
    if not twilio.signed(settings.twilio_auth_token, url, form, request.headers.get("X-Twilio-Signature", "")):
        log.warning("unsigned hook refused", path=request.path)
        abort(403)
    return {name: values[0] for name, values in form.items()}


@bp.post("/hooks/twilio/sms")
def twilio_sms() -> Response:
    """A text by Twilio."""
    form = checked()
    sender = form.get("From", "")
    hear(Incoming("twilio", form.get("MessageSid", ""), phones.parse(sender) or sender, form.get("Body", "")))
    return xml()


@bp.post("/hooks/twilio/status")
def twilio_status() -> Response:
    """What became of a text that we sent."""
    form = checked()
    status = twilio.STATUS.get(form.get("MessageStatus", ""))
    ref = request.args.get("ref", "")
    if status and ref.isascii() and ref.isdigit() and len(ref) < 10:
        error = form.get("ErrorCode", "")
        kind = twilio.category(int(error)) if error.isascii() and error.isdigit() else ""
        receipt = Receipt(int(ref), form.get("MessageSid", ""), status, error, kind if status == "failed" else "")
        with web.work().begin(Actor(None, "twilio", "", "job")) as uow:
            service.note_receipt(uow, receipt)
    return xml()
