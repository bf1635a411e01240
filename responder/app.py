"""The composition root of the web process: wires the rooms together and builds the Flask application."""

import gc
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from apiflask import APIFlask
from flask import Blueprint
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from responder import __version__, warmup
from responder.accounts import sessions, throttle
from responder.accounts import web as accounts_web
from responder.accounts.enrolment import queries as enrolments
from responder.board import web as board_web
from responder.dispatch import api as dispatch_api
from responder.dispatch import queries as dispatch_queries
from responder.dispatch import scenes
from responder.dispatch import web as dispatch_web
from responder.drills import api as drills_api
from responder.drills import queries as drills_queries
from responder.drills import web as drills_web
from responder.drills import worlds
from responder.hotline import desk, warned, web_inbox
from responder.hotline import service as hotline
from responder.hotline.voice import service as voice
from responder.incidents import api as incidents_api
from responder.messaging import api as messaging_api
from responder.messaging import hooks_aliyun, hooks_http, hooks_kannel, roadbook, simulator, voice_hooks
from responder.messaging import queries as messaging_queries
from responder.messaging import web as messaging_web
from responder.messaging.broadcasts import api as broadcasts_api
from responder.messaging.broadcasts import asked as broadcasts_asked
from responder.messaging.posting import Post
from responder.messaging.sending import Wanted
from responder.openness import web as openness_web
from responder.places import queries as places_queries
from responder.places import web as places_web
from responder.places.profiles import Profile
from responder.platform import errors, feed, guards, house, live, logs, pages, status, web
from responder.platform.database import Database
from responder.platform.pages import NavItem
from responder.platform.scope import Scope
from responder.platform.work import Work
from responder.reports import api as reports_api
from responder.reports import web as reports_web
from responder.reports.deadlines import queries as deadlines_queries
from responder.settings import Settings
from responder.stock import api as stock_api
from responder.stock import web as stock_web
from responder.teams import api as teams_api
from responder.teams import queries as teams_queries
from responder.teams import web as teams_web

PAGES: tuple[Blueprint, ...] = (
    board_web.bp, reports_web.bp, dispatch_web.bp, teams_web.bp, stock_web.bp, messaging_web.bp, drills_web.bp,
    web_inbox.bp, openness_web.bp, accounts_web.bp, places_web.bp, voice_hooks.bp, status.bp,
)  # fmt: skip
APIS = (
    reports_api.api, incidents_api.api, dispatch_api.api, teams_api.api, stock_api.api, messaging_api.api,
    drills_api.api, broadcasts_api.api, feed.api,
)  # fmt: skip

NAV = [
    NavItem("board.board", lambda: _("值班"), ("incident.see",), ("board.board",)),
    NavItem("reports.reports", lambda: _("灾情"), ("report.see",), ("reports.", "board.incident")),
    NavItem("dispatch.missions", lambda: _("任务"), ("mission.see",)),
    NavItem("teams.teams", lambda: _("队伍"), ("team.see",)),
    NavItem("stock.stock", lambda: _("物资"), ("stock.see",)),
    NavItem("messaging.inbox", lambda: _("消息"), ("message.see",)),
    NavItem("drills.drills", lambda: _("演练"), ("drill.see",)),
    NavItem(
        "accounts.people",
        lambda: _("人员"),
        ("people.manage", "people.local"),
        (
            "accounts.people",
            "accounts.person",
            "accounts.new_person",
            "accounts.import_people",
            "accounts.delegations",
            "accounts.enrolment",
        ),
    ),
    NavItem("accounts.audit", lambda: _("日志"), ("audit.read",), ("accounts.audit",)),
]

WANTED: dict[str, Wanted] = {
    "mission": dispatch_queries.is_wanted, "due": deadlines_queries.is_wanted, "broadcast": broadcasts_asked.is_wanted,
    "enrolment": enrolments.is_wanted,
}  # fmt: skip
"""Whether what a text or a call is about still asks for it, by the first part of its ``wanted``."""


@dataclass
class House:
    """What all processes share: settings and the write path, wired."""

    settings: Settings
    work: Work


@dataclass(frozen=True)
class Branch:
    """The branch's name in the frame."""

    name: str
    short: str
    logo: str | None


def assemble(settings: Settings) -> House:
    """Wires the rooms without a web server: for the worker, the command line and tests."""
    worlds.watch()
    warmup.read_rules()
    return House(settings, Work(Database(settings.url()), Post(settings.answer_number)))


def build(house_: House, mode: str = "threading") -> APIFlask:
    """The Flask application on an assembled house. ``mode`` is Socket.IO's: gevent in the web process."""
    settings, work = house_.settings, house_.work
    app = APIFlask(
        "responder",
        title="Responder",
        version=__version__,
        json_errors=False,
        docs_path=None,
        spec_path="/api/v1/openapi.json",
        template_folder=str(house.root() / "templates"),
        static_url_path="/static",
        static_folder=str(house.root() / "static" / "dist"),
    )
    app.config.update(
        SECRET_KEY=settings.secret(),
        SESSION_COOKIE_NAME="responder_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        VALIDATION_ERROR_STATUS_CODE=422,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    drill_world = partial(_enterable, work)
    app.extensions.update(
        {
            "work": work,
            "settings": settings,
            "listener": hotline,
            "musters": teams_queries.musters,
            "named_places": warned.named,
            "desk": desk,
            "operator": voice,
            "wanted": WANTED,
            "scene_of": scenes.scene_of,
            "mission_book": dispatch_queries.mission,
            "drill_world": drill_world,
            "branch": partial(_branch, work, settings),
            "watch": status.Watch(messaging_queries.lag, settings.gateway_names(), roadbook.breakers),
        }
    )
    hooks_http.init_app(app, settings)
    hooks_kannel.init_app(app)
    hooks_aliyun.init_app(app)
    guards.init_guards(app)
    csrf = CSRFProtect(app)
    throttle.init_app(app, settings)
    web.init_auth(app, sessions.authenticate(work, settings, drill_world))
    guards.init_page_check(app)
    pages.init_pages(app, NAV, partial(_branch, work, settings), partial(_zone, work), partial(_drill, work))
    errors.init_errors(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for api in APIS:
        csrf.exempt(api)
        app.register_blueprint(api)
    csrf.exempt(voice_hooks.bp)
    if settings.demo:
        csrf.exempt(simulator.bp)
        app.register_blueprint(simulator.bp)
    live.init_live(app, work, sessions.enter(work, settings, drill_world), drills_queries.number_of, mode)
    return app


def serve() -> APIFlask:
    """The application for gunicorn, from the environment."""
    settings = Settings()
    logs.plain(settings.log_level)
    house_ = assemble(settings)
    app = build(house_, mode="gevent")
    settle_in(house_)
    return app


def settle_in(house_: House) -> None:
    """Loads what every request needs and keeps it out of the collector's full passes: with a province's divisions in
    memory each would stop the process for a quarter of a second."""
    with house_.work.read() as session, suppress(places_queries.NoProfile):
        places_queries.places(session)
    gc.collect()
    gc.freeze()


def _enterable(work: Work, scope: Scope, number: str) -> int:
    """The world that a reader may enter by this drill's number. Raises NotFound, NotRunning."""
    with work.read() as session:
        return drills_queries.enterable(session, scope, number).world


def _drill(work: Work, world: int) -> object:
    with work.read() as session:
        return drills_queries.drill_of(session, world)


def _profile(work: Work) -> Profile | None:
    with work.read() as session:
        try:
            return places_queries.places(session).profile
        except places_queries.NoProfile:
            return None


def _branch(work: Work, settings: Settings) -> Branch:
    logo = settings.logo or None
    profile, lang = _profile(work), web.language()
    if profile is None:
        return Branch("Responder", "Responder", logo)
    return Branch(getattr(profile.branch, lang), getattr(profile.short, lang), logo)


def _zone(work: Work) -> ZoneInfo:
    profile = _profile(work)
    return profile.zone() if profile else ZoneInfo("Asia/Shanghai")
