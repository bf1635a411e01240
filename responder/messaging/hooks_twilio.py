"""Webhooks of Twilio. Always mounted; signed or refused; answered at once, receipts go through the outbox."""

from typing import Any, cast

import structlog
from flask import Response, abort, current_app, request
from sqlalchemy.exc import OperationalError

from responder.kernel import phones
from responder.kernel.actors import Actor
from responder.messaging import opting, queries, service
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import twilio
from responder.messaging.gateways.twilio_errors import category
from responder.messaging.gateways.twilio_signature import SETTINGS, SIGNATURE, Asked, Keys, signed
from responder.messaging.hooks import bp, hear
from responder.platform import terms, web
from responder.settings import Settings

log = structlog.get_logger(__name__)

_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def xml(body: str = _EMPTY) -> Response:
    """An answer in the provider's markup; by default one that asks for nothing."""
    return Response(body, content_type="text/xml; charset=utf-8")


def settings() -> Settings:
    """The running application's settings."""
    return cast(Settings, current_app.extensions["settings"])


def root() -> str:
    """Our public address, without a slash at its end: the one set, else the request's own behind trusted proxies."""
    return (settings().public_url or request.url_root).rstrip("/")


def checked() -> dict[str, str]:
    """The parameters of a signed Twilio request, a form or a JSON object. 403 for any other."""
    # Read before the form, which would leave nothing of it.
    body = request.get_data(cache=True)
    form = {name: request.form.getlist(name) for name in request.form}
    query = request.query_string.decode("utf-8", "replace")
    url = root() + request.path + (f"?{query}" if query else "")
    is_form = request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data", "")
    keys = Keys(settings().twilio_auth_token, settings().twilio_webhook_secret)
    head = request.headers
    if not signed(keys, Asked(url, form, body, is_form), head.get(SIGNATURE, ""), head.get(SETTINGS, "")):
        log.warning("unsigned hook refused", path=request.path)
        abort(403)
    if is_form:
        return {name: values[0] for name, values in form.items()}
    told: Any = request.get_json(silent=True)
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def ref() -> int | None:
    """Our id of a text, which the address bears that we gave with it."""
    text = request.args.get("ref", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@bp.post("/hooks/twilio/sms")
def twilio_sms() -> Response:
    """A text by Twilio. ``OptOutType`` says that Twilio itself has acted upon it."""
    form = checked()
    sender = form.get("From", "")
    name = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid")
    # The same on every delivery of one text.
    name = name or request.headers.get("I-Twilio-Idempotency-Token", "")
    incoming = Incoming("twilio", name[:80], phones.parse(sender) or sender, _words(form))
    wish = form.get("OptOutType", "").upper()
    if wish not in ("STOP", "START") or not _opted(incoming, out=wish == "STOP"):
        hear(incoming)
    return xml()


def _words(form: dict[str, str]) -> str:
    """The text; of a picture alone a note, so that a person sees that something came."""
    body, pictures = form.get("Body", ""), form.get("NumMedia", "")
    if not body.strip() and pictures.isascii() and pictures.isdigit() and int(pictures[:4]):
        return terms.term("inbound_note", "picture", terms.LANGUAGES[0])
    return body


def _opted(incoming: Incoming, *, out: bool) -> bool:
    """Keeps what was told to Twilio. False where that can't be done: it then is a text like any other."""
    try:
        with web.work().begin(Actor(None, "", "", "sms")) as uow:
            opting.opt(uow, incoming, out=out)
    except OperationalError:
        raise
    except Exception:
        log.exception("an opt-out could not be kept")
        return False
    return True


@bp.post("/hooks/twilio/status")
def twilio_status() -> Response:
    """What became of a text that we sent. Where our own id is missing, as when a Messaging Service tells it, Twilio's
    is looked up."""
    form = checked()
    status = twilio.STATUS.get(form.get("MessageStatus") or form.get("SmsStatus", ""))
    name = (form.get("MessageSid") or form.get("SmsSid", ""))[:80]
    if status:
        error = form.get("ErrorCode", "")[:40]
        kind = category(error) if status == "failed" else ""
        with web.work().begin(Actor(None, "twilio", "", "job")) as uow:
            found = ref()
            mine = [found] if found is not None else queries.refs_of(uow.session, "twilio", name) if name else []
            for one in mine:
                service.note_receipt(uow, Receipt(one, name, status, error, kind))
    return xml()
