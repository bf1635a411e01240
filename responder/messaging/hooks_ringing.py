"""Webhooks of the calls that we make: the text is read, one key comes in as a text would, the outcome is a receipt.

Signed or refused. Every step is made anew from its address and the text, so it may be told twice and in any order.
"""

from typing import NamedTuple

import structlog
from flask import Response, request

from responder.kernel import phones
from responder.kernel.actors import Actor
from responder.messaging import service
from responder.messaging.commands import Incoming, Receipt
from responder.messaging.gateways import twiml
from responder.messaging.hooks import bp, hear
from responder.messaging.hooks_twilio import checked, ref, root, settings, xml
from responder.messaging.ringing import queries, rules
from responder.messaging.ringing.rules import Reading
from responder.platform import web

log = structlog.get_logger(__name__)

PATH = "/hooks/twilio/ring"
AGAIN = "*"
_HANG_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'


class _Ringing(NamedTuple):
    form: dict[str, str]
    ref: int
    call: str
    number: str
    reading: Reading

    @property
    def name(self) -> str:
        """What names the answer: there is one to each text in each call."""
        return f"{self.call}:{self.ref}"


def voices() -> twiml.Voices:
    """Which voices speak."""
    return twiml.Voices(settings().twilio_voice, settings().twilio_voice_en)


def _ringing() -> _Ringing | None:
    """The text that a signed request is about; None where it isn't for the number that was rung."""
    form = checked()
    mine, number = ref(), phones.parse(form.get("To", ""))
    if mine is not None and number is not None:
        with web.work().read() as session:
            reading = queries.reading(session, mine, number, phones.parse(settings().answer_number) or "")
        if reading is not None:
            return _Ringing(form, mine, form.get("CallSid", "")[:60], number, reading)
    log.warning("a call about no text of its number", path=request.path)
    return None


def _read(found: _Ringing, turn: int) -> Response:
    action = f"{root()}{PATH}/key?ref={found.ref}&turn={turn}"
    return xml(twiml.respond(rules.turn(found.reading, turn), action, voices()))


@bp.post(PATH)
def twilio_ring() -> Response:
    """Somebody has answered."""
    found = _ringing()
    return _read(found, 0) if found else xml(_HANG_UP)


@bp.post(PATH + "/key")
def twilio_ring_key() -> Response:
    """A key, or none in time. ``?turn=`` says for which time it was asked for."""
    found = _ringing()
    if found is None:
        return xml(_HANG_UP)
    asked = request.args.get("turn", "")
    turn = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0
    heard = twiml.heard(found.form)
    if heard.what == "gone":
        return xml()
    if heard.keys[:1] == AGAIN:
        return _read(found, 0)
    key = heard.keys[:1]
    if not (key.isascii() and key.isdigit()):
        return _read(found, turn + 1)
    hear(Incoming(queries.GATEWAY, found.name, found.number, rules.answer(found.reading, key)))
    _receipt(found, "delivered")
    return xml(twiml.respond(rules.noted(key, found.reading.lang), "", voices()))


@bp.post(PATH + "/status")
def twilio_ring_status() -> Response:
    """What became of a call."""
    found = _ringing()
    status = found.form.get("CallStatus", "") if found else ""
    if found is None or status not in twiml.ENDED:
        return xml()
    with web.work().read() as session:
        answered = queries.was_answered(session, found.name)
    if answered or (status == "completed" and rules.was_heard(found.reading, _seconds(found.form))):
        _receipt(found, "delivered")
    else:
        _receipt(found, "failed", "call: hung up" if status == "completed" else f"call: {status}")
    return xml()


def _receipt(found: _Ringing, status: str, error: str = "") -> None:
    category = "temporary" if status == "failed" else ""
    with web.work().begin(Actor(None, "twilio", "", "job")) as uow:
        service.note_receipt(uow, Receipt(found.ref, found.call, status, error, category))


def _seconds(form: dict[str, str]) -> int:
    text = form.get("CallDuration", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
