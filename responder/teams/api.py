"""API of teams (DESIGN §8)."""

from typing import Any

from apiflask import APIBlueprint
from flask import request

from responder.kernel.refusals import NotFound
from responder.platform import web
from responder.platform.api import cursor, listed
from responder.teams import queries
from responder.teams.queries import TeamView

api = APIBlueprint("api_teams", __name__, url_prefix="/api/v1", tag="teams")


def shape(one: TeamView) -> dict[str, Any]:
    """A team as the API sends it."""
    return {
        "number": one.number, "name": one.name, "type": one.type,
        "division": {"code": one.division, "name": one.division_name},
        "lat": one.point.lat if one.point else None, "lng": one.point.lng if one.point else None,
        "leader": one.leader or None, "deputy": one.deputy or None, "members": one.readiness.members,
        "certified": one.readiness.certified, "readiness": one.readiness.light, "equipment": one.equipment,
        "active": one.active, "stood_down": one.stood_down or None,
    }  # fmt: skip


@api.get("/teams")
@api.doc(summary="Teams, newest first")
@web.needs("team.see")
def teams() -> dict[str, Any]:
    """Teams in scope; ``type`` narrows the list."""
    at = cursor()
    kind = request.args.get("type", "")
    with web.reading() as session:
        found = queries.teams(session, web.scope(), type=kind, before=at.before, limit=at.limit + 1)
    return listed(at.page(found, lambda one: one.id), shape)


@api.get("/teams/<number>")
@api.doc(summary="One team with its members")
@web.needs("team.see")
def team(number: str) -> dict[str, Any]:
    """One team."""
    with web.reading() as session:
        found = queries.team(session, web.scope(), number)
        if found is None:
            raise NotFound(what=number)
        listed_members = queries.members(session, web.scope(), number)
    people = [
        {
            "name": m.name, "role": m.role, "certificate_no": m.certificate_no, "certificate": m.certificate,
            "issued": m.issued.isoformat() if m.issued else None,
            "expires": m.expires.isoformat() if m.expires else None,
        }
        for m in listed_members
    ]  # fmt: skip
    return {**shape(found), "people": people}
