"""Webhooks of Twilio. Always mounted; signed or refused; answered at once, receipts go through the outbox."""

import structlog
from flask import Response, abort, current_app, request

from responder.kernel import phones
from responder.kernel.actors import Actor
from responder.messaging import service
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import twilio
from responder.messaging.hooks import bp, hear
from responder.platform import web
from responder.settings import Settings

log = structlog.get_logger(__name__)

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


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
