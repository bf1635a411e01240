"""API of missions (DESIGN §8)."""

from typing import Any

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from responder.dispatch import queries, rules, service
from responder.dispatch.commands import AnswerMission, CancelMission, ConfirmPlan, Load
from responder.dispatch.queries import MissionView
from responder.dispatch.web import scene
from responder.kernel.refusals import Invalid, NotAllowed, NotFound
from responder.places.queries import places
from responder.platform import web
from responder.platform.api import cursor, listed, writing
from responder.platform.work import UnitOfWork

api = APIBlueprint("api_dispatch", __name__, url_prefix="/api/v1", tag="missions")


class LoadIn(BaseModel):
    """So many of an item from one warehouse; the item by slug or name."""

    model_config = ConfigDict(extra="forbid")
    warehouse: str = Field(min_length=1, max_length=20)
    item: str = Field(min_length=1, max_length=60)
    qty: int = Field(gt=0, lt=10**9)


class MissionIn(BaseModel):
    """A team to be sent to an incident, with goods."""

    model_config = ConfigDict(extra="forbid")
    incident: str = Field(min_length=1, max_length=20)
    team: str = Field(min_length=1, max_length=20)
    goods: list[LoadIn] = Field(default_factory=list, max_length=200)


class StatusIn(BaseModel):
    """The status that a mission shall have."""

    model_config = ConfigDict(extra="forbid")
    status: str
    note: str = Field(default="", max_length=500)


def shape(session: Session, one: MissionView) -> dict[str, Any]:
    """A mission as the API sends it; ``times`` holds when each status was first reached."""
    return {
        "number": one.number, "incident": one.incident, "hazard": one.hazard,
        "division": {"code": one.division, "name": places(session).name(one.division)}, "place": one.place,
        "lat": one.lat, "lng": one.lng, "team": one.team, "team_name": one.team_name, "status": one.status,
        "km": one.km, "minutes": one.minutes, "goods": list(one.goods), "note": one.note,
        "confirmed_by": one.confirmed_by, "created_at": one.created_at.isoformat(),
        "times": {status: at.isoformat() for status, at in one.times.items()},
    }  # fmt: skip


@api.get("/missions")
@api.doc(summary="Missions, newest first")
@web.needs("mission.see", "mission.answer")
def missions() -> dict[str, Any]:
    """Missions in scope and one's own; ``status`` and ``incident`` narrow the list."""
    at = cursor()
    status, incident = request.args.get("status", ""), request.args.get("incident", "")
    with web.reading() as session:
        found = queries.missions(
            session, web.scope(), status=status, incident=incident, before=at.before, limit=at.limit + 1
        )
        return listed(at.page(found, lambda one: one.id), lambda one: shape(session, one))


@api.get("/missions/<number>")
@api.doc(summary="One mission")
@web.needs("mission.see", "mission.answer")
def mission(number: str) -> dict[str, Any]:
    """One mission."""
    with web.reading() as session:
        return _shown(session, number)


@api.post("/missions")
@api.doc(summary="Confirm a mission", description="Mission, reservation and alert at once, or nothing.")
@api.input(MissionIn, arg_name="body")
@web.needs("mission.confirm")
@writing
def confirm(uow: UnitOfWork, body: MissionIn) -> tuple[dict[str, Any], int]:
    """Sends a team and answers with the mission."""
    goods = tuple(Load(load.warehouse, load.item, load.qty) for load in body.goods)
    command = ConfirmPlan(scene(uow.session, body.incident), (body.team,), goods)
    (number,) = service.confirm(uow, command)
    return _shown(uow.session, number), 201


@api.post("/missions/<number>/status")
@api.doc(summary="Move a mission", description="What the team says, or cancelled and closed by the office.")
@api.input(StatusIn, arg_name="body")
@web.needs("mission.answer", "mission.confirm")
@writing
def move(uow: UnitOfWork, number: str, body: StatusIn) -> tuple[dict[str, Any], int]:
    """Moves a mission and answers with it. Repeating changes nothing."""
    if body.status not in rules.STATUSES:
        raise Invalid(field="status", problem="unknown")
    if body.status in ("cancelled", "closed"):
        _shown(uow.session, number)
        if not web.principal().can("mission.confirm"):
            raise NotAllowed()
        if body.status == "cancelled":
            service.cancel(uow, CancelMission(number, body.note))
        else:
            service.close(uow, number)
    else:
        command = AnswerMission(number, web.principal().person_id, body.status, body.note)
        service.answer(uow, command, web.scope())
    uow.session.flush()
    return _shown(uow.session, number), 200


def _shown(session: Session, number: str) -> dict[str, Any]:
    found = queries.mission(session, web.scope(), number)
    if found is None:
        raise NotFound(what=number)
    return shape(session, found)
