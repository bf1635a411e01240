"""Steps on the incident's page: levels started, ordered and ended, hand-offs, joins, the release of deaths."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.board import queries, steps
from responder.board.frame import bp, page_of
from responder.dispatch import joining
from responder.dispatch.joining import Merge, Part
from responder.incidents import authorised, authority, handoffs, joins, levels, responses, rules, service
from responder.incidents.authorised import HOWS, Authorised
from responder.incidents.commands import ReleaseFigures
from responder.incidents.handoffs import TellLine
from responder.incidents.joins import KeepApart
from responder.incidents.queries import IncidentView
from responder.incidents.responses import EndLevel, OrderLevel, StartLevel
from responder.kernel.refusals import NotFound, Refusal
from responder.places.queries import places
from responder.platform import moments, web
from responder.platform.acts import act
from responder.platform.work import UnitOfWork


def panel(session: Session, one: IncidentView) -> dict[str, object]:
    """What the steps of an incident's page show."""
    me, tree = web.principal(), places(session)
    found = steps.steps(session, web.scope(), one)
    best = steps.level_options(found.levels.suggested)
    return {
        "one": one, "steps": found, "levels_known": levels.EVERY, "best": best, "hows": HOWS,
        "office": tree.name, "root": tree.profile.root,
        "starts": [(code, tree.label(code)) for code in found.levels.offices],
        "below": [(code, tree.label(code)) for code in found.levels.below][:80],
        "hands": me.can("incident.manage") or me.can("report.review"),
        "joins": me.can("incident.manage"),
        "releases": me.can("public.release") and not one.released and bool(rules.withheld(one.figures)),
        "withheld": rules.withheld(one.figures),
    }  # fmt: skip


@bp.get("/board/_incident_steps/<number>")
@web.needs("incident.see")
def _incident_steps(number: str) -> str:
    """Levels, hand-offs, joins."""
    with web.reading() as session:
        row = queries.incident(session, web.scope(), number)
        if row is None:
            raise NotFound(what=number)
        return render_template("board/_incident_steps.html", **panel(session, row.incident))


def _authorised(uow: UnitOfWork) -> Authorised:
    """Who authorised, from a form. Raises Invalid."""
    return authorised.read(request.form, places(uow.session).profile.zone())


def _time(uow: UnitOfWork, name: str) -> datetime | None:
    """A local time of a form, aware; None where it is blank. Raises Invalid."""
    return moments.typed(name, request.form.get(name, ""), places(uow.session).profile.zone())


@bp.post("/incidents/<number>/start-level")
@web.needs("response.manage")
def start_level(number: str) -> ResponseReturnValue:
    """A level starts, or takes the place of the one that runs."""
    form = request.form
    level = form.get("level", "")

    def do(uow: UnitOfWork) -> None:
        command = StartLevel(number, level, _authorised(uow), form.get("division", ""), form.get("reason", ""))
        responses.start(uow, command)

    return act(do, _("已启动"), page_of(number))


@bp.post("/incidents/<number>/end-level")
@web.needs("response.manage")
def end_level(number: str) -> ResponseReturnValue:
    """A level ends, with a summary."""

    def do(uow: UnitOfWork) -> None:
        responses.end(uow, EndLevel(_key("response"), _authorised(uow), request.form.get("summary", "")))

    return act(do, _("响应已结束"), page_of(number))


@bp.post("/incidents/<number>/order-level")
@web.needs("response.manage")
def order_level(number: str) -> ResponseReturnValue:
    """A level is ordered of an office below."""
    form = request.form

    def do(uow: UnitOfWork) -> None:
        command = OrderLevel(_key("response"), form.get("division", ""), form.get("level", ""), _authorised(uow))
        responses.order(uow, command)

    return act(do, _("已要求下级启动，并发短信告知"), page_of(number))


@bp.post("/incidents/<number>/take-order")
@web.needs("response.manage")
def take_order(number: str) -> ResponseReturnValue:
    """The office starts the level that it was ordered."""

    def do(uow: UnitOfWork) -> None:
        responses.take_order(uow, _key("response"))

    return act(do, _("已启动"), page_of(number))


def _key(name: str) -> int:
    written = request.form.get(name, "")
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise NotFound()
    return int(written)


@bp.post("/incidents/<number>/hand-off")
@web.needs("incident.manage", "report.review")
def hand_off(number: str) -> ResponseReturnValue:
    """Somebody told 119, 110, 120 or the command headquarters; or says why it isn't needed."""
    form = request.form

    def do(uow: UnitOfWork) -> None:
        command = TellLine(
            number, form.get("line", ""), form.get("told_to", ""), form.get("note", ""), _time(uow, "told_at"),
            form.get("needed", "1") == "1", tuple(form.get("origins", "").split()),
        )  # fmt: skip
        handoffs.tell(uow, command, service.find(uow, number))

    return act(do, _("已记下"), page_of(number))


@bp.post("/incidents/<number>/release")
@web.needs("public.release")
def release(number: str) -> ResponseReturnValue:
    """A named leader stands for the dead and missing."""

    def do(uow: UnitOfWork) -> None:
        service.release(uow, ReleaseFigures(number))

    return act(do, _("已认定死亡、失踪人数"), page_of(number))


@bp.post("/incidents/<number>/join")
@web.needs("incident.manage")
def join(number: str) -> ResponseReturnValue:
    """Two incidents are one."""
    other = request.form.get("other", "").strip()
    kept = number
    try:
        with web.begin() as uow:
            kept = joining.merge(uow, Merge(number, other))
        flash(_("%(other)s 已合并到 %(number)s", other=other if kept == number else number, number=kept), "ok")
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return redirect(page_of(kept))


@bp.post("/incidents/<number>/keep-apart")
@web.needs("incident.manage")
def keep_apart(number: str) -> ResponseReturnValue:
    """They are two: not asked again."""

    def do(uow: UnitOfWork) -> None:
        joins.keep_apart(uow, KeepApart(_key("proposal")))

    return act(do, _("记下了：不是同一起"), page_of(number))


@bp.get("/incidents/<number>/part")
@web.needs("incident.manage")
def part(number: str) -> str:
    """Choose the reports that tell of something else."""
    with web.reading() as session:
        case = queries.case(session, web.scope(), number)
        if case is None or case.row.incident.joined_to:
            raise NotFound(what=number)
        return render_template("board/part.html", **_parting(session, case))


def _parting(session: Session, case: queries.Case) -> dict[str, object]:
    parts = joins.joined_here(session, web.scope(), case.row.incident.id)
    back = request.args.get("back", "")
    came = joins.came_with(session, web.scope(), back)
    return {
        "row": case.row, "one": case.row.incident, "told": case.told, "missions": case.sent, "parts": parts,
        "back": back if back in dict(parts) else "", "came": came, "label": places(session).label,
    }  # fmt: skip


@bp.post("/incidents/<number>/part")
@web.needs("incident.manage")
def part_off(number: str) -> ResponseReturnValue:
    """The chosen reports leave."""
    form = request.form
    new = number
    try:
        with web.begin() as uow:
            command = Part(
                number, tuple(form.getlist("report")), tuple(form.getlist("mission")), form.get("back", "")
            )  # fmt: skip
            new = joining.part(uow, command)
        flash(_("已分出 %(number)s", number=new), "ok")
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
        return redirect(url_for("board.part", number=number, back=form.get("back") or None))
    return redirect(page_of(new))


@bp.get("/incidents/authority")
@web.needs("response.manage", "audit.read")
def authorisations() -> str:
    """Authorisations given by word of mouth that owe a countersignature."""
    with web.reading() as session:
        return render_template("board/authorisations.html", **_signings(session))


@bp.get("/board/_authorisations")
@web.needs("response.manage", "audit.read")
def _authorisations() -> str:
    """The list alone."""
    with web.reading() as session:
        return render_template("board/_authorisations.html", **_signings(session))


def _signings(session: Session) -> dict[str, object]:
    return {"signings": steps.signings(session, web.scope()), "office": places(session).name}


@bp.post("/incidents/authority")
@web.needs("response.manage")
def countersign() -> ResponseReturnValue:
    """The signer confirms what was authorised by word of mouth."""
    return act(
        lambda uow: authority.countersign(uow, _key("authorisation")), _("已补签"), url_for("board.authorisations")
    )
