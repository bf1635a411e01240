"""The operations board: what came in, where, how it stands, what waits for the reader. The incident's page is in
web_incident.py."""

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from responder.board import mapping, needs, queries, web_bulletin, web_incident, web_steps, words
from responder.board.frame import bp, faced, lines
from responder.board.mapping import Drawn
from responder.board.queries import IncidentRow
from responder.dispatch import line
from responder.dispatch import queries as dispatch
from responder.dispatch.queries import MissionView
from responder.incidents import responses, standing_levels
from responder.kernel.refusals import NotFound
from responder.places.coordinates import Point
from responder.places.queries import places
from responder.platform import web
from responder.platform.scope import Scope
from responder.stock import queries as stock

__all__ = ["bp", "web_bulletin", "web_incident", "web_steps"]

FILLS = ("message.see", "report.review")
"""Who sits at a desk and gets the whole board; the others get their own part, on a phone."""


@bp.get("/")
@web.needs()
def board() -> ResponseReturnValue:
    """The whole board for those at a desk; a liaison's, a leader's or a keeper's own part for the others."""
    me = web.principal()
    if not me.can("incident.see"):
        return redirect(url_for("accounts.people" if me.can("people.manage") else "accounts.account"))
    scope = me.scope()
    desk = me.can("report.see") and any(me.can(one) for one in FILLS)
    with web.reading() as session:
        active, going = queries.active(session, scope), _going(session, scope)
        return render_template(
            "board/board.html",
            desk=desk,
            chart=places(session).profile.map,
            **(_newest(session, scope) if me.can("report.see") else {}),
            **_active(session, scope, active),
            **_waiting(session, scope, going, active),
            **(_running(session, scope, going) if me.can("mission.see") else {}),
            **(_totals(session, scope) if me.can("stock.see") else {}),
        )


@bp.get("/board/_reports")
@web.needs("report.see")
def _reports() -> str:
    """The newest reports."""
    with web.reading() as session:
        return render_template("board/_reports.html", **_newest(session, web.scope()))


@bp.get("/board/_incident")
@web.needs("incident.see")
def _incident() -> str:
    """The gravest incident with its clock, or the one asked for."""
    with web.reading() as session:
        found = queries.active(session, web.scope())
        return render_template("board/_incident.html", **_active(session, web.scope(), found))


@bp.get("/board/_needs")
@web.needs("incident.see")
def _needs() -> str:
    """What waits for the reader."""
    with web.reading() as session:
        active, going = queries.active(session, web.scope()), _going(session, web.scope())
        return render_template("board/_needs.html", **_waiting(session, web.scope(), going, active))


@bp.get("/board/_missions")
@web.needs("mission.see")
def _missions() -> str:
    """Teams that are out."""
    with web.reading() as session:
        going = _going(session, web.scope())
        return render_template("board/_missions.html", **_running(session, web.scope(), going))


@bp.get("/board/_stock")
@web.needs("stock.see")
def _stock() -> str:
    """The store against its standing list."""
    with web.reading() as session:
        return render_template("board/_stock.html", **_totals(session, web.scope()))


@bp.get("/board/map.json")
@web.needs("incident.see")
def map_data() -> ResponseReturnValue:
    """What the map draws (docs/pages.md, Map)."""
    with web.reading() as session:
        return jsonify(_shape(mapping.drawn(session, web.scope())))


def _newest(session: Session, scope: Scope) -> dict[str, object]:
    found, counts = queries.newest(session, scope)
    return {"reports": found, "counts": counts, "unseen": sum(row.unseen for row in found)}


def _going(session: Session, scope: Scope) -> list[MissionView]:
    return dispatch.missions(session, scope, open_only=True) if scope.can("mission.see") else []


def _active(session: Session, scope: Scope, found: list[IncidentRow]) -> dict[str, object]:
    asked = request.args.get("incident", "")
    chosen = next((row for row in found if row.incident.number == asked), None)
    if asked and chosen is None:
        # Over in the meantime, perhaps; out of scope is not found.
        chosen = queries.incident(session, scope, asked)
        if chosen is None:
            raise NotFound(what=asked)
    chosen = chosen or next(iter(found), None)
    face = queries.face(session, scope, chosen) if chosen is not None else None
    plans = web.principal().can("mission.confirm") and face is not None and not face.missions
    runs = standing_levels.of_scope(session, scope, chosen.incident.id) if chosen is not None else []
    hint = queries.hint(session, scope, face.row.incident.number) if plans and face is not None else None
    return {
        "active": found, "asked": asked, "face": face, "hint": hint, "office": places(session).name,
        "levels_now": [row for row in runs if row.status == responses.RUNNING],
        "stops": faced(session, face.stops) if face is not None else [],
    }  # fmt: skip


def _waiting(session: Session, scope: Scope, going: list[MissionView], active: list[IncidentRow]) -> dict[str, object]:
    return {"waiting": needs.waiting(session, scope, going, [row.incident for row in active])}


def _running(session: Session, scope: Scope, going: list[MissionView]) -> dict[str, object]:
    # Those that need a hand first, then the latest sent.
    found = sorted(going, key=lambda one: not one.needs_hand)
    silent = [one for one in found if one.needs_hand]
    return {
        "missions": lines(session, found),
        "silent": len(silent),
        "answers": {one.number: line.answers(one) for one in found if one.led_by(scope.person_id)},
        "calls": needs.callable_people(session, scope, silent) if silent else {},
    }


def _totals(session: Session, scope: Scope) -> dict[str, object]:
    listed = [total for total in stock.totals(session, scope) if total.level != "none"]
    tier = places(session).profile.tier(scope.division)
    names = places(session).profile.tiers
    word = getattr(names[tier - 1].name, web.language()) if tier else ""
    return {"totals": listed[:6], "low": sum(total.level == "low" for total in listed), "tier": word}


def _at(point: Point) -> dict[str, float]:
    return {"lat": round(point.lat, 5), "lng": round(point.lng, 5)}


def _shape(drawn: Drawn) -> dict[str, object]:
    """The map's JSON; every mark carries its words."""
    return {
        "places": [{**_at(point), "name": name} for name, point in drawn.places],
        "points": [
            {
                **_at(point), "key": row.incident.number, "severity": row.severity.colour, "count": row.told,
                "label": words.incident(row), "url": url_for("board.incident", number=row.incident.number),
            }
            for row, point in drawn.points
        ],
        "teams": [
            {
                **_at(mark.point), "key": mark.key, "label": words.team(mark), "idle": mark.mission is None,
                **({"url": url_for("dispatch.mission", number=mark.mission.number)} if mark.mission else {}),
            }
            for mark in drawn.teams
        ],
        "routes": [
            {"from": [base.lat, base.lng], "to": [scene.lat, scene.lng], "label": m.number}
            for m, base, scene in drawn.routes
        ],
    }  # fmt: skip
