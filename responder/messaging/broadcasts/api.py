"""API of broadcasts: how they stand, and sending one."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

from apiflask import APIBlueprint
from flask import current_app
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from responder.kernel import phones
from responder.kernel.refusals import Invalid, NotFound
from responder.messaging.broadcasts import queries, rules, service
from responder.messaging.broadcasts.audience import Musters
from responder.messaging.broadcasts.commands import SendBroadcast, audience_of
from responder.messaging.broadcasts.queries import BroadcastView, RecipientView
from responder.platform import web
from responder.platform.api import cursor, listed, writing
from responder.platform.work import UnitOfWork

api = APIBlueprint("api_broadcasts", __name__, url_prefix="/api/v1", tag="broadcasts")


class AreaIn(BaseModel):
    """A circle (center, km) or a polygon (corners), in WGS-84 degrees."""

    model_config = ConfigDict(extra="forbid")
    center: tuple[float, float] | None = None
    km: float | None = None
    corners: list[tuple[float, float]] | None = None


class AudienceIn(BaseModel):
    """Who is meant: AND between the kinds given, OR inside one."""

    model_config = ConfigDict(extra="forbid")
    tiers: list[int] = []
    roles: list[str] = []
    team_types: list[str] = []
    divisions: list[str] = []
    area: AreaIn | None = None


class BroadcastIn(BaseModel):
    """One text to many; ``options`` are the labels of the numbered answers."""

    model_config = ConfigDict(extra="forbid")
    body: str = Field(max_length=2000)
    audience: AudienceIn
    options: list[str] = []
    urgent: bool = False


def _shape(one: BroadcastView) -> dict[str, Any]:
    tally = one.tally
    return {
        "number": one.number, "kind": one.kind, "body": one.body, "urgent": one.urgent, "state": one.state,
        "division": one.division, "made_by": one.made_by, "made_at": one.made_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "options": [{**vars(option), "n": tally.by_digit.get(option.digit, 0)} for option in one.options],
        "total": tally.total, "answered": tally.answered, "silent": tally.silent, "unreachable": tally.unreachable,
    }  # fmt: skip


def _recipient(one: RecipientView) -> dict[str, Any]:
    shown = one.number if web.principal().can("phone.see") else phones.mask(one.number) if one.number else ""
    return {
        "name": one.name, "number": shown or None, "division": one.division, "status": one.status or None,
        "answer": one.answer or None, "label": one.label or None, "said": one.said or None, "via": one.via or None,
        "answered_at": one.answered_at.isoformat() if one.answered_at else None, "problem": one.problem or None,
    }  # fmt: skip


def _whole(session: Session, number: str) -> dict[str, Any]:
    found = queries.broadcast(session, web.scope(), number)
    if found is None:
        raise NotFound(what=number)
    people = queries.recipients(session, web.scope(), number)
    return {**_shape(found), "audience": found.audience, "recipients": [_recipient(one) for one in people]}


@api.get("/broadcasts")
@api.doc(summary="Broadcasts and callouts with their tallies, newest first")
@web.needs("message.see")
def broadcasts() -> dict[str, Any]:
    """A page of them."""
    at = cursor()
    with web.reading() as session:
        return listed(at.page(queries.broadcasts(session, web.scope(), at), lambda one: one.id), _shape)


@api.get("/broadcasts/<number>")
@api.doc(summary="One broadcast with its recipients in scope")
@web.needs("message.see")
def broadcast(number: str) -> dict[str, Any]:
    """One of them."""
    with web.reading() as session:
        return _whole(session, number)


@api.post("/broadcasts")
@api.doc(summary="Send a broadcast", description="Sent twice with one Idempotency-Key it goes once.")
@api.input(BroadcastIn, arg_name="body")
@web.needs("message.send")
@writing
def send(uow: UnitOfWork, body: BroadcastIn) -> tuple[dict[str, Any], int]:
    """Sends it and answers with it."""
    try:
        meant = audience_of(cast(Mapping[str, Any], body.audience.model_dump(exclude_none=True)))
    except (KeyError, TypeError, ValueError):
        raise Invalid(field="area", problem="unknown") from None
    command = SendBroadcast(meant, body.body, rules.options_of(body.options), body.urgent, uuid.uuid4().hex)
    number = service.send(uow, command, cast(Musters, current_app.extensions["musters"]))
    uow.session.flush()
    return _whole(uow.session, number), 201
