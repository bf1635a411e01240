"""API of the calls that a person makes."""

from contextlib import suppress
from typing import Any

from flask import Response, current_app
from pydantic import BaseModel, ConfigDict, Field

from responder.kernel import clock, phones
from responder.kernel.refusals import NotFound
from responder.messaging import hooks
from responder.messaging.api import api
from responder.messaging.handcalls import conversation, queries
from responder.messaging.handcalls.commands import EndCall, Outcome
from responder.messaging.handcalls.conversation import Heard
from responder.messaging.handcalls.queries import CallView
from responder.messaging.handcalls.rules import CallEnded
from responder.platform import web
from responder.platform.api import writing
from responder.platform.work import UnitOfWork


class OutcomeIn(BaseModel):
    """What came of a call: ``answer`` is the digit that was said, ``said`` the words."""

    model_config = ConfigDict(extra="forbid")
    outcome: Outcome
    answer: str = Field(default="", max_length=8)
    said: str = Field(default="", max_length=200)


def _shape(one: CallView) -> dict[str, Any]:
    shown = one.number if web.principal().can("phone.see") else phones.mask(one.number)
    return {
        "id": one.id, "name": one.name, "number": shown if one.number else None,
        "division": {"code": one.division, "name": one.place}, "script": one.script, "reason": one.reason,
        "urgent": one.urgent, "subject": one.subject or None, "state": one.state, "tries": one.tries,
        "next_at": one.next_at.isoformat(), "taken_by": one.holder or None,
        "options": [vars(option) for option in one.options], "answer": one.answer or None, "said": one.said or None,
        "at": one.created_at.isoformat(), "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }  # fmt: skip


@api.get("/calls")
@api.doc(summary="People to be called by hand: who is due, the most urgent first, then the oldest")
@web.needs("message.see")
def calls() -> dict[str, Any]:
    """The list of calls."""
    wanted: queries.Wanted = current_app.extensions["wanted"]
    with web.reading() as session:
        found = queries.waiting(session, web.scope(), clock.now(), web.language())
        kept = queries.needed(session, found, wanted)
        return {"items": [_shape(one) for one in kept], "next": None}


@api.post("/calls/<int:call_id>/outcome")
@api.doc(
    summary="What came of a call",
    description="outcome: reached, no_answer (comes back later), unreached, wrong_number, refused, closed.",
)
@api.input(OutcomeIn, arg_name="body")
@web.needs("message.send")
def outcome(call_id: int, body: OutcomeIn) -> Response:
    """Ends a call and answers with it."""
    command = EndCall(call_id, body.outcome, body.answer, body.said)
    heard = None
    with suppress(CallEnded):
        # A request that is repeated meets a call that has ended: it gets its first answer again all the same.
        heard = conversation.hear_answer(web.work(), web.actor(), command, web.language(), hooks.hear)
    return _end(command, heard)


@writing
def _end(uow: UnitOfWork, command: EndCall, heard: Heard | None) -> tuple[dict[str, Any], int]:
    conversation.end(uow, command, heard)
    found = queries.call(uow.session, web.scope(), command.call, clock.now(), web.language())
    if found is None:
        raise NotFound()
    return _shape(found), 200
