"""The incident's page: its clock, figures, plan, missions, what happened; verifying, closing, publishing it."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.board import goods, queries
from responder.board.frame import bp, faced, lines, page_of
from responder.board.queries import Case, IncidentRow
from responder.board.web_steps import panel
from responder.dispatch import line
from responder.dispatch import queries as dispatch
from responder.dispatch import web as dispatch_web
from responder.incidents import joins, rules, service
from responder.incidents import queries as reads
from responder.incidents.commands import CloseIncident, PublishIncident, SeeIncident, VerifyIncident
from responder.kernel.refusals import NotFound
from responder.messaging import outbox
from responder.messaging import queries as messaging
from responder.places.queries import places
from responder.platform import eventlog, web
from responder.platform.acts import act
from responder.platform.api import cursor
from responder.platform.work import UnitOfWork
from responder.reports import checks

TIMELINE = {"report": ("report.", "incident."), "mission": ("mission.",), "stock": ("stock.",)}
"""What the timeline may be narrowed to, and the kinds of event of each."""


@bp.get("/incidents")
@web.needs("incident.see")
def incidents() -> str:
    """All incidents in scope."""
    return render_template("board/incidents.html", **_listed())


@bp.get("/board/_incidents")
@web.needs("incident.see")
def _incidents() -> str:
    """The list alone."""
    return render_template("board/_incidents.html", **_listed())


def _listed() -> dict[str, object]:
    at = cursor(25)
    status = request.args.get("status", "")
    status = status if status in (rules.OPEN, rules.VERIFIED, rules.CLOSED, rules.JOINED) else ""
    with web.reading() as session:
        page = at.page(reads.incidents(session, web.scope(), at, status=status), lambda one: one.id)
        found = queries.rows(session, web.scope(), page.items)
    return {"incidents": found, "next": page.next, "status": status, "first": at.before is None}


@bp.get("/incidents/<number>")
@web.needs("incident.see")
def incident(number: str) -> ResponseReturnValue:
    """One incident; a number that was joined leads to where it lives on. The first look by somebody who manages
    incidents stops the clock's second hand."""
    with web.reading() as session:
        case = _case(session, number)
    if case.row.incident.joined_to:
        flash(_("%(gone)s 已并入 %(number)s", gone=case.number, number=case.row.incident.joined_to), "ok")
        return redirect(page_of(case.row.incident.joined_to))
    if case.row.incident.seen_at is None and web.principal().can("incident.manage"):
        with web.begin() as uow:
            service.see(uow, SeeIncident(case.number))
    with web.reading() as session:
        case = _case(session, number)
        context = _head(session, case) | _figures(session, case) | _out(session, case)
        context |= _happened(session, case) | _texts(session, case) | panel(session, case.row.incident)
        if context["plans"]:
            context |= dispatch_web.plan_of(session, case.number)
            context["next"] = page_of(case.number)
    return render_template("board/incident.html", **context)


def _case(session: Session, number: str) -> Case:
    found = queries.case(session, web.scope(), number)
    if found is None:
        raise NotFound(what=number)
    return found


def _part(template: str, number: str, context: Callable[[Session, Case], dict[str, object]]) -> str:
    with web.reading() as session:
        return render_template(template, **context(session, _case(session, number)))


@bp.get("/board/_incident_head/<number>")
@web.needs("incident.see")
def _incident_head(number: str) -> str:
    """State, clock and what may be done now."""
    return _part("board/_incident_head.html", number, _head)


@bp.get("/board/_incident_figures/<number>")
@web.needs("incident.see")
def _incident_figures(number: str) -> str:
    """What each place has reported, and the total."""
    return _part("board/_incident_figures.html", number, _figures)


@bp.get("/board/_incident_missions/<number>")
@web.needs("incident.see")
def _incident_missions(number: str) -> str:
    """Teams of this incident and what they carry."""
    return _part("board/_incident_missions.html", number, _out)


@bp.get("/board/_timeline/<number>")
@web.needs("incident.see")
def _timeline(number: str) -> str:
    """Who did what when, newest first; ``?show=`` narrows it."""
    return _part("board/_timeline.html", number, _happened)


@bp.get("/board/_incident_texts/<number>")
@web.needs("message.see")
def _incident_texts(number: str) -> str:
    """Texts about this incident, its reports and missions."""
    return _part("board/_incident_texts.html", number, _texts)


def _head(session: Session, case: Case) -> dict[str, object]:
    me, one = web.principal(), case.row.incident
    face = queries.face(session, web.scope(), case.row, case.sent)
    verifies = one.status == rules.OPEN and me.can("incident.verify")
    own = verifies and me.person_id in case.reporters()
    return {
        "row": case.row, "one": one, "face": face, "stops": faced(session, face.stops),
        "out": sum(m.open for m in case.sent), "own": own,
        "own_allowed": _own_allowed(session, me.person_id) if own else "",
        "problems": _problems(session, case.row) if verifies else (), "may_verify": verifies,
        "may_close": one.status == rules.VERIFIED and me.can("incident.manage"),
        "may_publish": one.status == rules.CLOSED and me.can("public.release"),
        "plans": me.can("mission.confirm") and one.status != rules.CLOSED,
    }  # fmt: skip


def _figures(session: Session, case: Case) -> dict[str, object]:
    one = case.row.incident
    given = queries.given(session, web.scope(), case)
    shown = [slug for slug in one.figures if any(slug in place.figures for place in given)]
    return {
        "row": case.row, "one": one, "given": given, "shown": queries.ordered(shown), "needs": queries.asked(case)
    }  # fmt: skip


def _out(session: Session, case: Case) -> dict[str, object]:
    me = web.principal()
    mine = [m for m in case.sent if me.can("mission.confirm") or m.led_by(me.person_id)]
    return {
        "row": case.row, "one": case.row.incident, "missions": lines(session, case.sent),
        "answers": {m.number: line.answers(m) for m in mine},
        "carried": goods.carried(session, web.scope(), [m.number for m in case.sent]),
    }  # fmt: skip


def _subjects(session: Session, case: Case) -> list[str]:
    """What its history is about: its own numbers, and those of what was joined to it."""
    parts = joins.joined_here(session, web.scope(), case.row.incident.id)
    return [*case.subjects(), *(number for number, _place in parts)]


def _happened(session: Session, case: Case) -> dict[str, object]:
    show = request.args.get("show", "")
    show = show if show in TIMELINE else ""
    found = eventlog.about(session, web.scope(), _subjects(session, case))
    if show:
        found = [event for event in found if event.kind.startswith(TIMELINE[show])]
    return {"row": case.row, "one": case.row.incident, "events": found[::-1], "show": show}


def _texts(session: Session, case: Case) -> dict[str, object]:
    sees = web.principal().can("message.see")
    subjects = _subjects(session, case) if sees else []
    found = messaging.about(session, web.scope(), subjects) if sees else []
    total = outbox.total_about(session, web.scope(), subjects)
    return {"row": case.row, "one": case.row.incident, "texts": found[::-1], "total": total}


def _own_allowed(session: Session, person: int) -> str:
    return str(_("本会已授权核实自己报的数字")) if accounts.may_approve_own(session, person) else ""


def _problems(session: Session, row: IncidentRow) -> tuple[str, ...]:
    level = places(session).division(row.incident.division).level
    found = checks.problems(row.incident.figures, "verification", level)
    return tuple(p.words(web.language()) for p in found if p.severity == "block")


@bp.post("/incidents/<number>/verify")
@web.needs("incident.verify")
def verify(number: str) -> ResponseReturnValue:
    """The figures are right: they may be told and the response may end."""

    def do(uow: UnitOfWork) -> None:
        case = _case(uow.session, number)
        command = VerifyIncident(
            case.number, case.reporters(), _problems(uow.session, case.row),
            _own_allowed(uow.session, web.principal().person_id),
        )  # fmt: skip
        service.verify(uow, command)

    return act(do, _("%(number)s 的数字已核实", number=number), page_of(number))


@bp.post("/incidents/<number>/close")
@web.needs("incident.manage")
def close(number: str) -> ResponseReturnValue:
    """The response is over."""

    def do(uow: UnitOfWork) -> None:
        found = _case(uow.session, number).number
        service.close(uow, CloseIncident(found, dispatch.open_count(uow.session, web.scope(), found)))

    return act(do, _("%(number)s 已结束", number=number), page_of(number))


@bp.post("/incidents/<number>/publish")
@web.needs("public.release")
def publish(number: str) -> ResponseReturnValue:
    """The public may read of it; deaths and missing only where ticked."""

    def do(uow: UnitOfWork) -> None:
        service.publish(uow, PublishIncident(_case(uow.session, number).number, request.form.get("release") == "1"))

    return act(do, _("%(number)s 已公示", number=number), page_of(number))
