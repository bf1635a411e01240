"""Pages of missions: the list, one mission, the plan of an incident, a leader's own."""

from collections.abc import Sequence
from typing import Protocol, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from responder.dispatch import draft, line, proposal, queries, service
from responder.dispatch.commands import AnswerMission, CancelMission, Scene
from responder.dispatch.queries import MissionView
from responder.kernel.refusals import NotFound, Refusal
from responder.places.queries import places
from responder.platform import eventlog, terms, web
from responder.platform.acts import act
from responder.platform.api import cursor
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork
from responder.stock import catalogue, records

bp = Blueprint("dispatch", __name__)


class SceneOf(Protocol):
    """Builds the scene of an incident that the reader may see, or None. ``app.extensions["scene_of"]``."""

    def __call__(self, session: Session, scope: Scope, incident: str) -> Scene | None: ...


def scene(session: Session, incident: str) -> Scene:
    """The scene of an incident in the signed-in person's scope. Raises NotFound."""
    found = cast(SceneOf, current_app.extensions["scene_of"])(session, web.scope(), incident)
    if found is None:
        raise NotFound(what=incident)
    return found


@bp.get("/dispatch/missions")
@web.needs("mission.see")
def missions() -> str:
    """Open missions first, then those that are over, newest first."""
    return render_template("dispatch/missions.html", **listed())


@bp.get("/dispatch/_missions")
@web.needs("mission.see")
def _missions() -> str:
    """The list alone, fetched again when a mission moves."""
    return render_template("dispatch/_missions.html", **listed())


def listed() -> dict[str, object]:
    """What ``dispatch/_missions.html`` needs: open missions, those that wait for a hand, some that are over."""
    at = cursor(25)
    with web.reading() as session:
        first = at.before is None
        running = queries.missions(session, web.scope(), open_only=True) if first else []
        over = queries.missions(session, web.scope(), over_only=True, before=at.before, limit=at.limit + 1)
        page = at.page(over, lambda one: one.id)
        mine = queries.open_missions(session, web.principal().person_id)
        return {
            "running": drawn(session, running), "over": drawn(session, page.items), "next": page.next,
            "waiting": queries.waiting(session, web.scope()) if first else [], "mine": mine, "first": first,
        }  # fmt: skip


def drawn(session: Session, found: Sequence[MissionView]) -> list[tuple[MissionView, list[line.Step]]]:
    """Missions with their lines, as the templates take them."""
    zone = places(session).profile.zone()
    return [(one, line.steps(one, zone, web.language())) for one in found]


@bp.get("/dispatch/missions/<number>")
@web.needs("mission.see", "mission.answer")
def mission(number: str) -> str:
    """One mission: its line, what it carries, who did what when, what may be done."""
    return render_template("dispatch/mission.html", **_one(number))


@bp.get("/dispatch/_mission/<number>")
@web.needs("mission.see", "mission.answer")
def _mission(number: str) -> str:
    """The mission's inside, fetched again when it moves."""
    return render_template("dispatch/_mission.html", **_one(number))


def _one(number: str) -> dict[str, object]:
    me = web.principal()
    with web.reading() as session:
        found = queries.mission(session, web.scope(), number)
        if found is None:
            raise NotFound(what=number)
        # Whoever sees a mission sees what was done with it, also a leader from elsewhere.
        seen = Scope(found.division, me.world, me.permissions, me.person_id)
        return {
            "one": found, "steps": line.steps(found, places(session).profile.zone(), web.language()),
            "label": places(session).label(found.division), "answers": _answers(found),
            "may_cancel": me.can("mission.confirm") and me.scope().holds(found.division),
            "sees_incident": me.can("incident.see") and me.scope().holds(found.division),
            "goods": records.mission_goods(session, seen, found.number),
            "events": eventlog.about(session, seen, [found.number]),
        }  # fmt: skip


def _answers(found: MissionView) -> tuple[str, ...]:
    me = web.principal()
    coordinates = me.can("mission.confirm") and me.scope().holds(found.division)
    return line.answers(found) if found.led_by(me.person_id) or coordinates else ()


@bp.get("/dispatch/mine")
@web.needs("mission.answer")
def my_missions() -> str:
    """A leader's own missions on a phone: where, what, and big buttons to answer."""
    return render_template("dispatch/my_missions.html", **_mine())


@bp.get("/dispatch/_mine")
@web.needs("mission.answer")
def _my_missions() -> str:
    """The same, fetched again when something moves."""
    return render_template("dispatch/_my_missions.html", **_mine())


def _mine() -> dict[str, object]:
    with web.reading() as session:
        found = queries.of_person(session, web.principal().person_id, recent=5)
        return {
            "running": [(one, line.answers(one), steps) for one, steps in drawn(session, found) if one.open],
            "over": [one for one in found if not one.open],
        }


@bp.post("/dispatch/missions/<number>/answer")
@web.needs("mission.answer", "mission.confirm")
def answer(number: str) -> ResponseReturnValue:
    """What the team says, or the coordinator for it."""
    status, note = request.form.get("status", ""), request.form.get("note", "")

    def do(uow: UnitOfWork) -> str:
        said = service.answer(uow, AnswerMission(number, web.principal().person_id, status, note), web.scope())
        word = terms.term("mission_status", said.status, web.language())
        return f"{said.mission}：{word}" if web.language() == "zh" else f"{said.mission}: {word}"

    return act(do, None, _back(number))


@bp.post("/dispatch/missions/<number>/cancel")
@web.needs("mission.confirm")
def cancel(number: str) -> ResponseReturnValue:
    """Calls a mission off."""
    command = CancelMission(number, request.form.get("reason", ""))
    done = _("已取消 %(mission)s，已通知队伍返回", mission=number)
    return act(lambda uow: service.cancel(uow, command), done, _back(number))


@bp.post("/dispatch/missions/<number>/close")
@web.needs("mission.confirm")
def close(number: str) -> ResponseReturnValue:
    """Puts a declined or finished mission to the files."""
    return act(lambda uow: service.close(uow, number), _("已归档 %(mission)s", mission=number), _back(number))


def _back(number: str) -> str:
    return web.inside(request.form.get("next")) or url_for("dispatch.mission", number=number)


@bp.get("/dispatch/plan/<incident>")
@web.needs("mission.confirm")
def plan(incident: str) -> str:
    """The proposal for an incident, to be changed and confirmed once."""
    with web.reading() as session:
        return render_template("dispatch/plan.html", **plan_of(session, incident))


@bp.get("/dispatch/_plan/<incident>")
@web.needs("mission.confirm")
def _plan(incident: str) -> str:
    """The form alone, as the incident page includes it."""
    with web.reading() as session:
        return render_template("dispatch/_plan.html", **plan_of(session, incident))


def plan_of(
    session: Session, incident: str, typed: MultiDict[str, str] | None = None, problem: str = ""
) -> dict[str, object]:
    """What ``dispatch/_plan.html`` needs; ``typed`` are a refused form's fields, kept. Raises NotFound."""
    where = scene(session, incident)
    proposed = proposal.plan(session, web.scope(), where)
    out = [one for one in queries.of_incident(session, web.scope(), incident) if one.open]
    return {
        "scene": where, "label": places(session).label(where.division), "plan": proposed, "out": out,
        "form": draft.filled(proposed, typed), "problem": problem, "why": _why, "norm": _norm, "unit": _unit,
        "next": web.inside(request.values.get("next")) or "",
    }  # fmt: skip


def _why(reason: object) -> str:
    return draft.words(reason, web.language())  # type: ignore[arg-type]


def _norm(need: object) -> str:
    return catalogue.why(need, web.language())  # type: ignore[arg-type]


def _unit(item: str) -> str:
    return terms.term("unit", catalogue.unit(item), web.language()) if catalogue.unit(item) else ""


@bp.post("/dispatch/plan/<incident>")
@web.needs("mission.confirm")
def confirm(incident: str) -> Response | tuple[str, int]:
    """The one confirmation. A refusal shows the plan again as it is now, with what was chosen kept."""
    try:
        with web.begin() as uow:
            command = draft.command(scene(uow.session, incident), request.form)
            sent = service.confirm(uow, command)
    except NotFound:
        raise
    except Refusal as refusal:
        status, words = web.refusal_words(refusal)
        with web.reading() as session:
            return render_template("dispatch/plan.html", **plan_of(session, incident, request.form, words)), status
    flash(_("已派出 %(missions)s，已通知队长", missions=" ".join(sent) or command.carrier), "success")
    return redirect(web.inside(request.form.get("next")) or url_for("dispatch.missions"))
