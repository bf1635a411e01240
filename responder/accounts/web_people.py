"""Pages about people: the list, one person, a new one, many from a spreadsheet."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.accounts import access, credentials, passwords, queries, roster, rules, service
from responder.accounts import roles as role_table
from responder.accounts.commands import (
    AddPerson,
    AddPhone,
    ChangePerson,
    DisablePerson,
    EnablePerson,
    GrantRoles,
    ImportPeople,
    MakePrimary,
    RemovePhone,
    SetPassword,
    SignOutEverywhere,
)
from responder.accounts.enrolment import queries as enrolments
from responder.accounts.web import Answer, attempt, begin, bp, done
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places.queries import places
from responder.platform import sheet_pages, web

_PAGE = 50
_MANAGING = ("people.manage", "people.local")


@bp.get("/people")
@web.needs(*_MANAGING)
def people() -> Answer:
    """Everybody whom the reader keeps, by place."""
    scope = web.scope()
    asked = {key: request.args.get(key, "").strip() for key in ("q", "division", "role")}
    disabled = request.args.get("disabled") == "1"
    page = request.args.get("page", 1, type=int)
    with web.reading() as session:
        found, total = queries.people(
            session, scope, search=asked["q"], division=asked["division"], role=asked["role"], disabled=disabled,
            page=page, limit=_PAGE,
        )  # fmt: skip
        below = [(place.code, place.name) for place in places(session).children(scope.division)]
        enrolling = enrolments.waiting_count(session, scope)

    def address(**changes: object) -> str:
        now: dict[str, Any] = {**asked, "disabled": "1" if disabled else None, "page": page, **changes}
        return url_for("accounts.people", **{key: value for key, value in now.items() if value})

    return render_template(
        "accounts/people.html", people=found, total=total, asked=asked, disabled=disabled, below=below,
        roles=list(role_table.every()) if scope.can("people.manage") else [], address=address, page=page,
        pages=max(1, -(-total // _PAGE)), enrolling=enrolling,
    )  # fmt: skip


@bp.get("/people/<int:person_id>")
@web.needs(*_MANAGING)
def person(person_id: int) -> Answer:
    """One person: details, roles, phones, access."""
    return _person(person_id)


def _person(person_id: int, *, problem: str | None = None, secret: str | None = None, status: int = 200) -> Answer:
    scope = web.scope()
    with web.reading() as session:
        found = queries.person(session, scope, person_id)
        if found is None:
            raise NotFound()
        tree = places(session)
        page = render_template(
            "accounts/person.html",
            person=found,
            typed=request.form if problem else {},
            phones=queries.phones(session, scope, person_id=person_id),
            sessions=access.sessions_of(session, person_id),
            path=_path(tree, scope.division, found.division),
            root=scope.division,
            roles=list(role_table.every()) if scope.can("people.manage") else [],
            problem=problem,
            secret=secret,
        )
    return page, status


def _path(tree: Any, root: str, code: str) -> list[tuple[str, str]]:
    """The chain from the reader's own division down to a place, for the place picker."""
    return [(p.code, p.name) for p in tree.path(code) if p.code.startswith(root)] if tree.find(code) else []


@bp.route("/people/new", methods=["GET", "POST"])
@web.needs(*_MANAGING)
def new_person() -> Answer:
    """Adds one person; with a login name they get a one-time password, shown once."""
    scope = web.scope()
    problem, status = None, 200
    if request.method == "POST":
        secret = passwords.one_time() if request.form.get("username", "").strip() else None
        hashed = passwords.hashed(secret) if secret else None
        try:
            with web.reading() as session:
                division = place_of(session, scope.division)
            command = AddPerson(
                request.form.get("name", ""), division, _roles(), request.form.get("username", ""),
                request.form.get("lang", "zh"), tuple(filter(None, [request.form.get("phone", "").strip()])),
                hashed, secret is not None, request.form.get("post", ""),
            )  # fmt: skip
            with begin() as uow:
                added = service.add_person(uow, command)
            if secret:
                return _person(added, secret=secret)
            return done(_("已添加 %(name)s", name=command.name), url_for("accounts.person", person_id=added))
        except Refusal as refusal:
            status, problem = web.refusal_words(refusal)
    with web.reading() as session:
        chosen = request.form.get("division", "")
        return render_template(
            "accounts/new_person.html", typed=request.form, chosen_roles=request.form.getlist("roles"),
            roles=list(role_table.every()) if scope.can("people.manage") else [], root=scope.division,
            path=_path(places(session), scope.division, chosen), problem=problem,
        ), status  # fmt: skip


def place_of(session: Any, root: str) -> str:
    """The division that a form names: the code picked, or without script the place in words. Raises Invalid."""
    code, typed = request.form.get("division", "").strip(), request.form.get("division_text", "").strip()
    if code or not typed:
        return code or root
    found = roster.called(places(session), typed, root)
    if len(found) != 1:
        raise Invalid(field="division", problem="division_ambiguous" if found else "division")
    return found[0].code


def _roles() -> frozenset[str]:
    chosen = frozenset(request.form.getlist("roles"))
    return chosen if web.scope().can("people.manage") else frozenset({rules.LIAISON})


@bp.post("/people/<int:person_id>")
@web.needs(*_MANAGING)
def change_person(person_id: int) -> Answer:
    """Changes a person's details."""
    form = request.form
    try:
        with web.reading() as session:
            division = place_of(session, web.scope().division)
        command = ChangePerson(
            person_id, form.get("name", ""), form.get("username", ""), division, form.get("lang", ""), form.get("post")
        )
        with begin() as uow:
            service.change_person(uow, command)
    except NotFound:
        raise
    except Refusal as refusal:
        status, problem = web.refusal_words(refusal)
        return _person(person_id, problem=problem, status=status)
    return done(_("已保存"), url_for("accounts.person", person_id=person_id))


def _act(person_id: int, act: Any, message: str) -> Answer:
    def run() -> None:
        with begin() as uow:
            act(uow)

    return attempt(run, message, url_for("accounts.person", person_id=person_id))


@bp.post("/people/<int:person_id>/roles")
@web.needs("people.manage")
def grant_roles(person_id: int) -> Answer:
    """Sets a person's roles."""
    command = GrantRoles(person_id, frozenset(request.form.getlist("roles")))
    return _act(person_id, lambda uow: service.grant_roles(uow, command), _("角色已更新，立即生效"))


@bp.post("/people/<int:person_id>/disable")
@web.needs(*_MANAGING)
def disable_person(person_id: int) -> Answer:
    """Ends a person's access."""
    return _act(person_id, lambda uow: service.disable_person(uow, DisablePerson(person_id)), _("已停用"))


@bp.post("/people/<int:person_id>/enable")
@web.needs(*_MANAGING)
def enable_person(person_id: int) -> Answer:
    """Gives a disabled person access again."""
    return _act(person_id, lambda uow: service.enable_person(uow, EnablePerson(person_id)), _("已恢复"))


@bp.post("/people/<int:person_id>/password")
@web.needs(*_MANAGING)
def reset_password(person_id: int) -> Answer:
    """A one-time password, shown this once."""
    secret = passwords.one_time()
    hashed = passwords.hashed(secret)
    try:
        with begin() as uow:
            service.set_password(uow, SetPassword(person_id, hashed))
    except NotFound:
        raise
    except Refusal as refusal:
        status, problem = web.refusal_words(refusal)
        return _person(person_id, problem=problem, status=status)
    return _person(person_id, secret=secret)


@bp.post("/people/<int:person_id>/sign-out")
@web.needs(*_MANAGING)
def sign_person_out(person_id: int) -> Answer:
    """Signs all browsers of somebody out: a phone was lost."""
    command = SignOutEverywhere(person_id)
    return _act(person_id, lambda uow: credentials.sign_out_everywhere(uow, command), _("所有浏览器都已退出登录"))


@bp.post("/people/<int:person_id>/phones")
@web.needs(*_MANAGING)
def add_phone(person_id: int) -> Answer:
    """One more number."""
    form = request.form
    command = AddPhone(person_id, form.get("number", ""), form.get("label", ""), form.get("primary") == "1")
    return _act(person_id, lambda uow: credentials.add_phone(uow, command), _("号码已添加"))


@bp.post("/people/<int:person_id>/phones/<int:phone_id>/remove")
@web.needs(*_MANAGING)
def remove_phone(person_id: int, phone_id: int) -> Answer:
    """A number goes."""
    command = RemovePhone(person_id, phone_id)
    return _act(person_id, lambda uow: credentials.remove_phone(uow, command), _("号码已去掉"))


@bp.post("/people/<int:person_id>/phones/<int:phone_id>/primary")
@web.needs(*_MANAGING)
def make_primary(person_id: int, phone_id: int) -> Answer:
    """Texts go to this number."""
    command = MakePrimary(person_id, phone_id)
    return _act(person_id, lambda uow: credentials.make_primary(uow, command), _("今后短信发到这个号码"))


@bp.get("/people/import/template.xlsx")
@web.needs(*_MANAGING)
def people_template() -> Response:
    """The workbook to fill in."""
    return sheet_pages.workbook(roster.SHEET, "people.xlsx")


@bp.route("/people/import", methods=["GET", "POST"])
@web.needs(*_MANAGING)
def import_people() -> Answer:
    """People from a spreadsheet: a dry run that names every problem, then all or none."""
    plan: roster.Plan | None = None
    problem, status = None, 200
    if request.method == "POST":
        try:
            parsed = sheet_pages.sent(roster.SHEET)
            with web.reading() as session:
                plan = roster.plan(session, web.scope(), parsed)
            if sheet_pages.confirmed() and not plan.parsed.problems:
                with begin() as uow:
                    added = service.import_people(uow, ImportPeople(plan.people))
                flash(_("已导入 %(n)s 人", n=len(added)), "success")
                return redirect(url_for("accounts.people"))
        except Refusal as refusal:
            status, problem = web.refusal_words(refusal)
    shown = sheet_pages.shown(roster.SHEET, plan)
    return render_template("accounts/import_people.html", problem=problem, **shown), 422 if shown[
        "problems"
    ] else status
