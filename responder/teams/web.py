"""Pages of teams: the list, one team with its members, a new one, teams from a spreadsheet."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from responder.kernel.actors import REAL
from responder.kernel.refusals import NotFound, Refusal
from responder.places.queries import places
from responder.platform import sheet_pages, web
from responder.platform.api import cursor
from responder.platform.work import UnitOfWork
from responder.teams import form, queries, service, sheet
from responder.teams.commands import ImportTeams

bp = Blueprint("teams", __name__)

Answer = str | Response | tuple[str, int]

BLANK_ROWS = 3


def begin() -> AbstractContextManager[UnitOfWork]:
    """A unit of work by the signed-in person, in the real world: teams are the same inside a drill."""
    return web.work().begin(web.actor().within(REAL))


@bp.get("/teams")
@web.needs("team.see")
def teams() -> str:
    """The teams in scope, newest first; ``?q=`` and ``?type=`` narrow the list."""
    at = cursor(50)
    search, kind = request.args.get("q", "").strip(), request.args.get("type", "")
    with web.reading() as session:
        found = queries.teams(session, web.scope(), search=search, type=kind, before=at.before, limit=at.limit + 1)
        page = at.page(found, lambda one: one.id)
    return render_template(
        "teams/teams.html", teams=page.items, next=page.next, q=search, kind=kind, first=at.before is None
    )


@bp.get("/teams/<number>")
@web.needs("team.see")
def team(number: str) -> str:
    """One team: readiness, leader and deputy, members with certificates, equipment."""
    with web.reading() as session:
        return render_template("teams/team.html", **_one(session, number))


def _one(session: Session, number: str) -> dict[str, object]:
    found = queries.team(session, web.scope(), number)
    if found is None:
        raise NotFound(what=number)
    return {
        "one": found, "members": queries.members(session, web.scope(), number), "typed": {}, "problem": "",
        "label": places(session).label(found.division), "blank_rows": BLANK_ROWS,
        "may_edit": web.principal().can("team.edit") and web.scope().holds(found.division),
    }  # fmt: skip


@bp.route("/teams/new", methods=["GET", "POST"])
@web.needs("team.edit")
def new_team() -> Answer:
    """The form for a new team."""
    typed: MultiDict[str, str] = request.form if request.method == "POST" else MultiDict()
    problem, status = "", 200
    if request.method == "POST":
        try:
            with begin() as uow:
                number = service.add(uow, form.add(uow.session, web.scope(), typed))
            flash(_("已登记队伍 %(number)s", number=number), "success")
            return redirect(url_for("teams.team", number=number))
        except Refusal as refusal:
            status, problem = web.refusal_words(refusal)
    root = web.principal().division
    division = typed.get("division", "") or root
    with web.reading() as session:
        tree = places(session)
        known = division.startswith(root) and tree.find(division) is not None
        path = [(p.code, p.name) for p in (tree.path(division) if known else ()) if p.code.startswith(root)]
    return (
        render_template("teams/new_team.html", typed=typed, problem=problem, division=division, path=path),
        status,
    )


@bp.post("/teams/<number>/change")
@web.needs("team.edit")
def change(number: str) -> Answer:
    """Changes a team's own fields."""

    def act(uow: UnitOfWork) -> None:
        now = queries.team(uow.session, web.scope(), number)
        if now is None:
            raise NotFound(what=number)
        service.change(uow, form.change(uow.session, web.scope(), request.form, now))

    return _changed(number, act)


@bp.post("/teams/<number>/members")
@web.needs("team.edit")
def set_members(number: str) -> Answer:
    """Replaces a team's members by those typed."""
    return _changed(number, lambda uow: service.set_members(uow, form.members(request.form, number)))


def _changed(number: str, act: Callable[[UnitOfWork], None]) -> Answer:
    """Runs a change; a refusal shows the team again with the words and what was typed."""
    try:
        with begin() as uow:
            act(uow)
    except NotFound:
        raise
    except Refusal as refusal:
        status, words = web.refusal_words(refusal)
        with web.reading() as session:
            shown = _one(session, number) | {"problem": words, "typed": request.form}
            return render_template("teams/team.html", **shown), status
    flash(_("已保存"), "success")
    return redirect(url_for("teams.team", number=number))


@bp.route("/teams/import", methods=["GET", "POST"])
@web.needs("team.edit")
def import_teams() -> Answer:
    """Teams from a spreadsheet: a dry run that names every problem, then all rows or none."""
    plan: sheet.Plan | None = None
    problem, status = "", 200
    if request.method == "POST":
        try:
            parsed = sheet_pages.sent(sheet.SHEET)
            with web.reading() as session:
                plan = sheet.plan(session, web.scope(), parsed)
            if sheet_pages.confirmed() and not plan.parsed.problems:
                with begin() as uow:
                    added, changed = service.import_teams(uow, ImportTeams(plan.rows))
                flash(
                    _("已导入：新增 %(added)s 队，更新 %(changed)s 队", added=added, changed=changed),
                    "success",
                )
                return redirect(url_for("teams.teams"))
        except Refusal as refusal:
            status, problem = web.refusal_words(refusal)
    shown = sheet_pages.shown(sheet.SHEET, plan)
    return render_template("teams/import_teams.html", problem=problem, **shown), 422 if shown["problems"] else status


@bp.get("/teams/import/template.xlsx")
@web.needs("team.edit")
def import_template() -> Response:
    """The workbook to fill in."""
    return sheet_pages.workbook(sheet.SHEET, "teams.xlsx")
