"""Webhooks of calls. Signed or refused; a step told twice is answered as before, nothing is filed twice."""

from typing import Protocol, cast

import structlog
from flask import Response, abort, current_app, request
from sqlalchemy.exc import OperationalError

from responder.kernel import phones
from responder.kernel.actors import Actor
from responder.kernel.refusals import Refusal
from responder.messaging.calls import Heard, Line, Spoken, Turn
from responder.messaging.gateways import twiml
from responder.messaging.hooks import bp
from responder.messaging.hooks_ringing import voices
from responder.messaging.hooks_twilio import checked, root, settings, xml
from responder.messaging.rules import keepable
from responder.platform import web
from responder.platform.work import UnitOfWork

log = structlog.get_logger(__name__)

__all__ = ["Operator", "bp"]

PATH = "/hooks/twilio/voice"


class Operator(Protocol):
    """Answers calls, inside one unit per step. Wired to ``hotline.voice``."""

    def ring(self, uow: UnitOfWork, line: Line) -> Turn:
        """A call comes in."""
        ...

    def hear(self, uow: UnitOfWork, line: Line, step: int, heard: Heard, spoken: Spoken | None = None) -> Turn:
        """What the caller did at a step; raises where it can't be carried out."""
        ...

    def stumble(self, uow: UnitOfWork, line: Line, step: int, spoken: Spoken | None = None) -> Turn:
        """Puts a step that could not be carried out before a person."""
        ...

    def end(self, uow: UnitOfWork, line: Line) -> None:
        """The line is closed."""
        ...

    def keep(self, uow: UnitOfWork, line: Line, spoken: Spoken) -> None:
        """Something was recorded."""
        ...


def operator() -> Operator:
    """The wired operator of the running application."""
    return cast(Operator, current_app.extensions["operator"])


def ring(line: Line) -> Turn:
    """A call comes in. Raises OperationalError when the database is away: the provider then has its fallback."""
    with web.work().begin(_nobody()) as uow:
        return operator().ring(uow, line)


def hear(line: Line, step: int, heard: Heard, spoken: Spoken | None = None) -> Turn:
    """One step of a call, in one transaction. Where it can't be carried out everything is undone, and what the caller
    said so far waits for a person."""
    try:
        with web.work().begin(_nobody()) as uow:
            return operator().hear(uow, line, step, heard, spoken)
    except OperationalError:
        raise
    except Exception as failure:
        if not isinstance(failure, Refusal):
            log.exception("a call's step could not be carried out", provider=line.provider)
    with web.work().begin(_nobody()) as uow:
        return operator().stumble(uow, line, step, spoken)


def end(line: Line) -> None:
    """The line is closed."""
    with web.work().begin(_nobody()) as uow:
        operator().end(uow, line)


def _nobody() -> Actor:
    return Actor(None, "", "", "voice")


def line_of(provider: str, call: str, number: str) -> Line:
    """A call as a provider names it, with the duty officer's number from the settings."""
    number = keepable(number)
    duty = phones.parse(settings().duty_phone) or ""
    return Line(provider, keepable(call)[:60], phones.parse(number) or number, duty)


def _twilio() -> tuple[dict[str, str], Line]:
    form = checked()
    if not form.get("CallSid"):
        abort(400)
    return form, line_of("twilio", form.get("CallSid", ""), form.get("From", ""))


def _answer(turn: Turn) -> Response:
    base = root() + PATH
    return xml(twiml.respond(turn.prompts, f"{base}/step?step={turn.step}", voices(), f"{base}/recording"))


@bp.post(PATH)
def twilio_voice() -> Response:
    """A call comes in."""
    _form, line = _twilio()
    return _answer(ring(line))


@bp.post(PATH + "/step")
def twilio_voice_step() -> Response:
    """Keys, silence, a recording or the outcome of a dialled number. ``?step=`` says to which question."""
    form, line = _twilio()
    asked = request.args.get("step", "")
    step = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    return _answer(hear(line, step, twiml.heard(form), _spoken(form)))


@bp.post(PATH + "/recording")
def twilio_voice_recording() -> Response:
    """A recording is ready."""
    form, line = _twilio()
    told = _spoken(form)
    if told is not None:
        with web.work().begin(_nobody()) as uow:
            operator().keep(uow, line, told)
    return xml()


@bp.post(PATH + "/status")
def twilio_voice_status() -> Response:
    """What became of a call."""
    form, line = _twilio()
    if form.get("CallStatus") in twiml.ENDED:
        end(line)
    return xml()


def _spoken(form: dict[str, str]) -> Spoken | None:
    told = twiml.spoken(form, settings().twilio_api_url)
    if told is not None and not told.url:
        log.warning("a recording of another address is not fetched", ref=told.ref)
    return told
