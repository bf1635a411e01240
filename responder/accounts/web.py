"""Pages of the accounts room: signing in and out, one's own account. People's pages are in ``web_people``, those of
the office (set-up, exceptions, audit) in ``web_office``; all hang on one blueprint."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import cast

import flask
from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from responder.accounts import access, credentials, entry, passwords, queries, rules, sessions
from responder.accounts.commands import (
    ChangeLanguage,
    ChangePassword,
    CreateToken,
    RevokeToken,
    SignOutEverywhere,
)
from responder.accounts.models import WebSession
from responder.accounts.throttle import SIGN_IN, limiter
from responder.kernel import phones
from responder.kernel.actors import REAL
from responder.kernel.refusals import NotFound, Refusal
from responder.platform import terms, web
from responder.platform.principal import Principal
from responder.platform.work import UnitOfWork
from responder.settings import Settings

bp = Blueprint("accounts", __name__)

Answer = str | BaseResponse | tuple[str, int]

_YEAR = 365 * 86400
# What somebody with a one-time password may still do before they have their own.
_BEFORE_OWN_PASSWORD = {
    "accounts.account", "accounts.change_password", "accounts.sign_out", "accounts.language", "static",
}  # fmt: skip


bp.add_app_template_filter(phones.shown, "shown")

# As they name themselves; the first that fits wins, because most name others beside themselves.
_BROWSERS = {
    "MicroMessenger": "微信", "Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome",
    "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux",
}  # fmt: skip


@bp.app_template_filter("browser")
def browser(user_agent: str) -> str:
    """What a browser calls itself, in two words: ``Chrome · Windows``."""
    found = [next((name for mark, name in marks.items() if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or _("不明")


def settings() -> Settings:
    """The running application's settings."""
    return cast(Settings, current_app.extensions["settings"])


def begin() -> AbstractContextManager[UnitOfWork]:
    """A unit of work by the signed-in person, in the real world: people are the same inside a drill."""
    return web.work().begin(web.actor().within(REAL))


def words(refusal: Refusal) -> str:
    """A refusal in the reader's language."""
    return web.refusal_words(refusal)[1]


def done(message: str, target: str) -> BaseResponse:
    """Says that it worked, on the page that follows."""
    flash(message, "success")
    return redirect(target)


def attempt(act: Callable[[], None], message: str, target: str) -> BaseResponse:
    """Does a one-button act and goes back; a refusal is said there. What isn't found stays not found."""
    try:
        act()
    except NotFound:
        raise
    except Refusal as refusal:
        flash(words(refusal), "error")
        return redirect(target)
    return done(message, target)


@bp.before_app_request
def _own_password_first() -> BaseResponse | None:
    found: Principal | None = g.get("principal")
    if found is None or not found.must_change_password or request.endpoint in _BEFORE_OWN_PASSWORD:
        return None
    return redirect(url_for("accounts.account"))


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=lambda response: response.status_code != 302)
def sign_in() -> Answer:
    """The sign-in page."""
    target = web.inside(request.values.get("next"))
    if request.method == "GET":
        if g.get("principal") is not None:
            return redirect(target or "/")
        return render_template("accounts/sign_in.html", next=target, username="", problem=None, demo=settings().demo)
    username = request.form.get("username", "")
    try:
        token = entry.sign_in(
            web.work(), settings(), username, request.form.get("password", ""),
            ip=request.remote_addr or "", user_agent=request.user_agent.string,
        )  # fmt: skip
    except Refusal as refusal:
        status, said = web.refusal_words(refusal)
        page = render_template(
            "accounts/sign_in.html", next=target, username=username, problem=said, demo=settings().demo
        )
        return page, status
    return signed_in(target or _home(token), token)


def _home(token: str) -> str:
    """Where somebody's work begins: the board, for the administrator the people."""
    found = sessions.owner_of(web.work(), settings(), token)
    return "/" if found is None or found.can("incident.see") else url_for("accounts.people")


def signed_in(target: str, token: str) -> BaseResponse:
    """Gives the browser its session and a new form key."""
    flask.session.clear()
    answer = redirect(target)
    longest = int(rules.SESSION_LONGEST.total_seconds())
    answer.set_cookie(sessions.COOKIE, token, max_age=longest, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


@bp.post("/sign-out")
def sign_out() -> Answer:
    """Ends this browser's session."""
    found: Principal | None = g.get("principal")
    if found is not None and found.session_id is not None:
        with begin() as uow:
            credentials.sign_out(uow, found.session_id)
    flask.session.clear()
    answer = redirect(url_for("accounts.sign_in"))
    answer.delete_cookie(sessions.COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


@bp.post("/language")
def language() -> Answer:
    """The language of this browser's pages, for visitors too."""
    return in_language(request.form.get("lang", ""), web.inside(request.form.get("next")) or "/")


def in_language(lang: str, target: str) -> BaseResponse:
    """Keeps the language in a cookie; an unknown one changes nothing."""
    answer = redirect(target)
    if lang in terms.LANGUAGES:
        answer.set_cookie("lang", lang, max_age=_YEAR, samesite="Lax", secure=request.is_secure)
    return answer


@bp.post("/world")
@web.needs("drill.see")
def world() -> Answer:
    """Takes this browser into a drill's world, or back to the real one where no drill is named."""
    number = request.form.get("drill", "").strip()
    wanted = current_app.extensions["drill_world"](web.scope(), number) if number else REAL
    with begin() as uow:
        row = uow.session.get_one(WebSession, web.principal().session_id)
        row.world = wanted
    return redirect(web.inside(request.form.get("next")) or "/")


@bp.get("/account")
@web.needs()
def account() -> Answer:
    """One's own account."""
    return _account()


def _account(problem: str | None = None, token: str | None = None, status: int = 200) -> tuple[str, int]:
    me = web.principal()
    with web.reading() as session:
        page = render_template(
            "accounts/account.html",
            person=queries.own(session, me.person_id),
            phones=queries.phones(session, me.scope(), person_id=me.person_id),
            sessions=access.sessions_of(session, me.person_id),
            tokens=access.tokens_of(session, me.person_id),
            problem=problem,
            token=token,
        )
    return page, status


@bp.post("/account/password")
@web.needs()
def change_password() -> Answer:
    """One's own new password; the other browsers are signed out."""
    me = web.principal()
    new = request.form.get("new", "")
    with web.reading() as session:
        person = queries.own(session, me.person_id)
    try:
        if new != request.form.get("again", ""):
            raise rules.PasswordsDiffer()
        rules.check_password(new, person.username, demo=person.demo)
        entry.check_own_password(web.work(), me.person_id, request.form.get("present", ""))
        hashed = passwords.hashed(new)
        with begin() as uow:
            credentials.change_password(uow, ChangePassword(me.person_id, hashed, me.session_id))
    except Refusal as refusal:
        status, said = web.refusal_words(refusal)
        return _account(said, status=status)
    return done(_("密码已修改，其他浏览器已退出登录"), url_for("accounts.account"))


@bp.post("/account/language")
@web.needs()
def change_language() -> Answer:
    """The language of one's own texts and pages."""
    lang = request.form.get("lang", "")
    with begin() as uow:
        credentials.change_language(uow, ChangeLanguage(web.principal().person_id, lang))
    return in_language(lang, url_for("accounts.account"))


@bp.post("/account/tokens")
@web.needs()
def create_token() -> Answer:
    """A new API token, shown this once."""
    try:
        with begin() as uow:
            made = credentials.create_token(uow, CreateToken(web.principal().person_id, request.form.get("name", "")))
    except Refusal as refusal:
        status, said = web.refusal_words(refusal)
        return _account(said, status=status)
    return _account(token=made)


@bp.post("/account/tokens/<int:token_id>/revoke")
@web.needs()
def revoke_token(token_id: int) -> Answer:
    """An API token stops working."""
    with begin() as uow:
        credentials.revoke_token(uow, RevokeToken(web.principal().person_id, token_id))
    return done(_("令牌已作废"), url_for("accounts.account"))


@bp.post("/account/sessions/<int:session_id>/end")
@web.needs()
def end_session(session_id: int) -> Answer:
    """Signs one browser out."""
    with begin() as uow:
        credentials.sign_out(uow, session_id)
    return done(_("那个浏览器已退出登录"), url_for("accounts.account"))


@bp.post("/account/sign-out-everywhere")
@web.needs()
def sign_out_everywhere() -> Answer:
    """Signs all browsers out, this one too."""
    with begin() as uow:
        credentials.sign_out_everywhere(uow, SignOutEverywhere(web.principal().person_id))
    flash(_("所有浏览器都已退出登录"), "success")
    answer: Response | BaseResponse = redirect(url_for("accounts.sign_in"))
    answer.delete_cookie(sessions.COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


from responder.accounts import web_enrolments, web_office, web_people  # noqa: E402, F401  (they hang their pages on ``bp``)
