"""Pages of the office: exceptions to the separation of duties, the audit log, the first set-up."""

from datetime import date, datetime, time
from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from responder.accounts import access, credentials, entry, founding, passwords, queries, rules
from responder.accounts import roles as role_table
from responder.accounts.commands import Delegate, RevokeDelegation, SetUp
from responder.accounts.throttle import limiter
from responder.accounts.web import Answer, attempt, begin, bp, done, settings, signed_in
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places import sources
from responder.places.queries import places
from responder.platform import eventlog, web

_PAGE = 100
# What the log can be narrowed to: the first word of the events' kinds.
_KINDS = ("report", "incident", "mission", "stock", "team", "message", "drill", "account", "places")
_WITHOUT_PEOPLE = ("/healthz", "/readyz", "/metrics", "/hooks/", "/api/", "/setup", "/language")


@bp.get("/delegations")
@web.needs()
def delegations() -> Answer:
    """The exceptions in force: everybody may read them."""
    return _delegations()


def _delegations(problem: str | None = None, status: int = 200) -> Answer:
    scope = web.scope()
    person_id = request.values.get("person", type=int)
    with web.reading() as session:
        person = queries.person(session, scope, person_id) if person_id else None
        page = render_template(
            "accounts/delegations.html", delegations=access.delegations(session, scope), person=person,
            manages=scope.can("people.manage"), roles=list(role_table.every()), problem=problem, typed=request.form,
        )  # fmt: skip
    return page, status


@bp.post("/delegations")
@web.needs("people.manage")
def delegate() -> Answer:
    """Records an exception."""
    form = request.form
    person_id = form.get("person", type=int)
    try:
        command = Delegate(
            form.get("kind", ""), web.scope().division, form.get("reason", ""), _end_of(form.get("valid_until", "")),
            person_id, None if person_id else form.get("role", ""),
        )  # fmt: skip
        with begin() as uow:
            credentials.delegate(uow, command)
    except NotFound:
        raise
    except Refusal as refusal:
        status, problem = web.refusal_words(refusal)
        return _delegations(problem, status)
    return done(_("例外已登记，所有人都能看到"), url_for("accounts.delegations"))


def _end_of(day: str) -> datetime:
    """The end of a day as written in the form, in the branch's zone. Raises Invalid."""
    with web.reading() as session:
        zone = places(session).profile.zone()
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), zone)
    except ValueError:
        raise Invalid(field="valid_until", problem="required" if not day else "date") from None


@bp.post("/delegations/<int:delegation_id>/revoke")
@web.needs("people.manage")
def revoke_delegation(delegation_id: int) -> Answer:
    """Ends an exception."""

    def act() -> None:
        with begin() as uow:
            credentials.revoke_delegation(uow, RevokeDelegation(delegation_id))

    return attempt(act, _("例外已取消"), url_for("accounts.delegations"))


@bp.get("/audit")
@web.needs("audit.read")
def audit() -> Answer:
    """Who did what, when, by which road: the whole log of the reader's part of the tree, private events too."""
    kind = request.args.get("kind", "")
    kind = kind if kind in _KINDS else ""
    subject = request.args.get("subject", "").strip()
    before = request.args.get("before", type=int)
    with web.reading() as session:
        if subject:
            found = list(reversed(eventlog.about(session, web.scope(), {subject, subject.upper()})))
            found = [e for e in found if (before is None or e.seq < before) and (not kind or _is(e.kind, kind))]
        else:
            found = eventlog.newest(session, web.scope(), before, _PAGE + 1, kind)
    asked: dict[str, Any] = {"kind": kind or None, "subject": subject or None}
    older = url_for("accounts.audit", before=found[_PAGE - 1].seq, **asked) if len(found) > _PAGE else None
    newer = url_for("accounts.audit", **asked) if before is not None else None
    return render_template(
        "accounts/audit.html",
        events=found[:_PAGE],
        kinds=_KINDS,
        kind=kind,
        subject=subject,
        older=older,
        newer=newer,
    )


def _is(kind: str, prefix: str) -> bool:
    return kind == prefix or kind.startswith(prefix + ".")


@bp.before_app_request
def _set_up_first() -> BaseResponse | None:
    """Until there is a first person, every page leads to set-up. Asked of the store until it says so once."""
    if current_app.extensions.get("accounts_set_up"):
        return None
    if request.endpoint == "static" or request.path.startswith(_WITHOUT_PEOPLE):
        return None
    if g.get("principal") is not None or not founding.is_open(web.work(), settings()):
        current_app.extensions["accounts_set_up"] = True
        return None
    return redirect(url_for("accounts.setup"))


@bp.route("/setup", methods=["GET", "POST"])
@limiter.limit("10 per minute; 60 per hour", methods=["POST"], deduct_when=lambda response: response.status_code != 302)
def setup() -> Answer:
    """The first page of an empty store: profile and first administrator, behind the code that was printed."""
    if not founding.is_open(web.work(), settings()):
        return redirect(url_for("accounts.sign_in"))
    problem, status = None, 200
    if request.method == "POST":
        try:
            return _set_up()
        except Refusal as refusal:
            status, problem = web.refusal_words(refusal)
    profiles, stored = founding.choices(web.work())
    chosen = request.form.get("profile") or stored or settings().profile
    page = render_template("accounts/setup.html", profiles=profiles, chosen=chosen, typed=request.form, problem=problem)
    return page, status


def _set_up() -> BaseResponse:
    form = request.form
    founding.check_code(settings(), form.get("code", ""))
    name = rules.username(form.get("username", ""))
    if name is None:
        raise Invalid(field="username", problem="username")
    password = form.get("password", "")
    if password != form.get("again", ""):
        raise rules.PasswordsDiffer()
    rules.check_password(password, name)
    profiles, stored = founding.choices(web.work())
    chosen = form.get("profile", "")
    if chosen not in [profile.slug for profile in profiles]:
        raise Invalid(field="profile", problem="unknown")
    gathered = None if chosen == stored else sources.gather(chosen)
    command = SetUp(form.get("name", ""), name, passwords.hashed(password), form.get("phone", ""), web.language())
    with web.work().begin(Actor(None, "", "", "web")) as uow:
        founding.set_up(uow, command, gathered)
    founding.forget_code(settings())
    token = entry.sign_in(
        web.work(),
        settings(),
        name,
        password,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    return signed_in(url_for("accounts.next_steps"), token)


@bp.get("/next-steps")
@web.needs("people.manage")
def next_steps() -> Answer:
    """What a branch fills in after set-up, in order, and by whom."""
    return render_template("accounts/next_steps.html")
