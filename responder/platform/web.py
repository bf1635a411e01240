"""What every page stands on: who is signed in, what they may do, errors in the reader's language, safe headers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.kernel.actors import Actor, Channel
from responder.kernel.refusals import Refusal
from responder.platform import eventlog, terms
from responder.platform.principal import Principal
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork, Work

P = ParamSpec("P")
R = TypeVar("R")

API_PREFIX = "/api/"
HOOK_PREFIX = "/hooks/"


class Authenticator(Protocol):
    """Finds the principal of a request (session cookie or bearer token), or None. Wired to ``accounts``."""

    def __call__(self, request: Request, /) -> Principal | None: ...


def work() -> Work:
    """The running application's write path."""
    return cast(Work, current_app.extensions["work"])


def principal() -> Principal:
    """Whoever is signed in. Only behind ``needs``, which has turned everybody else away."""
    found: Principal | None = g.get("principal")
    if found is None:
        abort(401)
    return found


def scope() -> Scope:
    """What the signed-in person may see, in the world they are in."""
    return principal().scope()


def channel() -> Channel:
    """The road of this request."""
    return "api" if request.path.startswith(API_PREFIX) else "web"


def actor() -> Actor:
    """The signed-in person as the one behind a change."""
    return principal().actor(channel())


@contextmanager
def begin() -> Iterator[UnitOfWork]:
    """A unit of work by the signed-in person. A page's form is taken once: the second press is refused."""
    from responder.platform.guards import note_form

    with work().begin(actor()) as uow:
        if not request.path.startswith(API_PREFIX):
            note_form(uow)
        yield uow


def reading() -> AbstractContextManager[Session]:
    """A read session in the signed-in person's world."""
    return work().read(principal().world)


def language() -> str:
    """The reader's language: their own choice, then the browser's, then Chinese."""
    found: Principal | None = g.get("principal")
    chosen = request.cookies.get("lang")
    if chosen in terms.LANGUAGES:
        return chosen
    if found is not None:
        return found.lang
    return request.accept_languages.best_match(["zh", "en"], "zh") or "zh"


def needs(*permissions: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Lets in signed-in people who have one of the permissions (none named: everybody signed in).

    Pages send a visitor to the sign-in page and back; the API answers 401 and 403 as problem documents.
    """

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            found: Principal | None = g.get("principal")
            if found is None:
                if request.path.startswith(API_PREFIX) or request.headers.get("HX-Request"):
                    abort(401)
                target = request.full_path if request.method == "GET" else ""
                return cast(R, redirect(url_for("accounts.sign_in", next=target.rstrip("?") or None)))
            if permissions and not any(found.can(p) for p in permissions):
                abort(403)
            return view(*args, **kwargs)

        guarded.__dict__["needs"] = permissions
        return guarded

    return wrap


def inside(target: str | None) -> str | None:
    """A path of this site to go back to, or None for anything that leads elsewhere."""
    if not target:
        return None
    parts = urlsplit(target)
    safe = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe and "\\" not in target and "\n" not in target else None


def refusal_words(problem: Refusal) -> tuple[int, str]:
    """Status and words of a refusal in the reader's language."""
    return terms.refusal(problem.code, problem.params, language())


def secure_headers(response: Response) -> Response:
    """Strict policy on everything we serve: own scripts only, no framing, no guessing of types."""
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self'" + current_app.config.get("TILE_ORIGIN", "") + "; "
        "style-src 'self'; script-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith(("/static/", "/public/")):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def init_auth(app: Flask, authenticate: Authenticator) -> None:
    """Finds the principal once per request. Hooks and static files have none."""

    @app.before_request
    def _who() -> None:
        if not request.path.startswith((HOOK_PREFIX, "/static/", "/healthz")):
            g.principal = authenticate(request)
            if g.principal is not None and not request.path.startswith(API_PREFIX):
                # Read before the page's own queries: an event committed meanwhile is then replayed, never missed.
                with work().read() as session:
                    g.seq = eventlog.last_seq(session)

    app.after_request(secure_headers)


ERROR_TITLES: dict[int, Callable[[], str]] = {
    400: lambda: _("请求有误"),
    401: lambda: _("请先登录"),
    403: lambda: _("没有权限"),
    404: lambda: _("没有找到"),
    405: lambda: _("不能这样操作"),
    409: lambda: _("有冲突"),
    413: lambda: _("文件太大"),
    422: lambda: _("填写有误"),
    429: lambda: _("太频繁了，请稍后再试"),
    500: lambda: _("系统出错了"),
    503: lambda: _("系统正忙，请稍后再试"),
}


def is_json_caller() -> bool:
    """Whether the caller is a program, which wants problem documents."""
    return request.path.startswith((API_PREFIX, HOOK_PREFIX, "/simulator/"))


def error_fields(status: int, detail: str = "") -> dict[str, Any]:
    """The fields of a problem document (RFC 9457)."""
    title = ERROR_TITLES.get(status, ERROR_TITLES[500] if status >= 500 else ERROR_TITLES[400])()
    fields = {"type": "about:blank", "title": title, "status": status}
    if detail:
        fields["detail"] = detail
    return fields
