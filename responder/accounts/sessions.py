"""Who stands behind a request: a browser's cookie, a program's bearer token, a socket. One read per request.

The API takes bearer tokens only, pages cookies only: a link on a foreign page can't drive the API with somebody's
cookie, and a leaked token opens no page.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, cast

import structlog
from flask import Request, request
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import OperationalError

from responder.accounts import queries, rules
from responder.accounts.credentials import fingerprint
from responder.accounts.models import ApiToken, Person, RoleGrant, WebSession
from responder.kernel import clock
from responder.kernel.actors import REAL
from responder.kernel.refusals import NotFound, Refusal
from responder.places.queries import places
from responder.platform.principal import Principal
from responder.platform.scope import Scope
from responder.platform.web import API_PREFIX
from responder.platform.work import Work
from responder.settings import Settings

log = structlog.get_logger(__name__)

COOKIE = "responder"
DRILL_HEADER = "Responder-Drill"
_BEARER = "Bearer "
_LONGEST_TOKEN = 200


class DrillWorld(Protocol):
    """The world of a drill (``Y1001``) that this reader may enter. Wired to ``drills``. Raises NotFound and what
    else speaks against it."""

    def __call__(self, scope: Scope, number: str, /) -> int: ...


def no_drills(scope: Scope, number: str) -> int:
    """Where no drills are wired, every number is unknown."""
    raise NotFound()


@dataclass(frozen=True)
class _Found:
    """A session or token with its person, and when it was last written down as seen."""

    key: int
    principal: Principal
    demo: bool
    seen: datetime | None
    created: datetime


def authenticate(
    work: Work, settings: Settings, drill_world: DrillWorld = no_drills
) -> Callable[[Request], Principal | None]:
    """Finds the principal of a request, or None. Raises NotFound for a drill that doesn't exist."""

    def find(asked: Request) -> Principal | None:
        if asked.path.startswith(API_PREFIX):
            return _by_token(work, settings, _bearer(asked), asked.headers.get(DRILL_HEADER, ""), drill_world)
        return _by_cookie(work, settings, asked.cookies.get(COOKIE, ""))

    return find


def enter(
    work: Work, settings: Settings, drill_world: DrillWorld = no_drills
) -> Callable[[dict[str, Any]], Principal | None]:
    """Finds the principal of a socket from {"token", "drill"} in auth or else the cookie; None is turned away."""

    def find(auth: dict[str, Any]) -> Principal | None:
        token, drill = auth.get("token"), str(auth.get("drill") or "")
        try:
            if token:
                return _by_token(work, settings, str(token), drill, drill_world)
            found = _by_cookie(work, settings, request.cookies.get(COOKIE, ""))
            return _in_world(found, drill, drill_world) if found and drill else found
        except Refusal:
            return None

    return find


def owner_of(work: Work, settings: Settings, token: str) -> Principal | None:
    """The principal of a browser's token."""
    return _by_cookie(work, settings, token)


def _bearer(asked: Request) -> str:
    header = asked.headers.get("Authorization", "")
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER.lower() else ""


def _by_cookie(work: Work, settings: Settings, token: str) -> Principal | None:
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    now = clock.now()
    found = _read(work, WebSession, WebSession.token_hash == fingerprint(token), WebSession.expires_at > now)
    if found is None or (found.demo and not settings.demo):
        return None
    if found.seen is None or now - found.seen > rules.SEEN_EVERY:
        seen = {"last_seen_at": now, "expires_at": rules.expires(found.created, now)}
        _touch(work, found, WebSession, seen)
    return found.principal


def _by_token(work: Work, settings: Settings, token: str, drill: str, drill_world: DrillWorld) -> Principal | None:
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    now = clock.now()
    found = _read(work, ApiToken, ApiToken.token_hash == fingerprint(token), ApiToken.revoked_at.is_(None))
    if found is None or (found.demo and not settings.demo):
        return None
    if found.seen is None or now - found.seen > rules.SEEN_EVERY:
        _touch(work, found, ApiToken, {"last_used_at": now})
    return _in_world(found.principal, drill, drill_world) if drill else found.principal


def _in_world(principal: Principal, drill: str, drill_world: DrillWorld) -> Principal:
    return replace(principal, world=drill_world(principal.scope(), drill.strip()))


def _read(work: Work, kind: type[WebSession] | type[ApiToken], *conditions: ColumnElement[bool]) -> _Found | None:
    statement = (
        select(kind, Person, RoleGrant.role)
        .join(Person, Person.id == kind.person_id)
        .outerjoin(RoleGrant, queries.held())
        .where(*conditions, Person.disabled_at.is_(None))
    )
    with work.read(REAL) as session:
        rows = session.execute(statement).all()
        if not rows:
            return None
        key = cast(WebSession | ApiToken, rows[0][0])
        person: Person = rows[0][1]
        roles = queries.ordered(row[2] for row in rows)
        principal = Principal(
            person_id=person.id,
            name=person.name,
            username=person.username or "",
            division=person.division_code,
            roles=roles,
            permissions=queries.permissions_at(session, roles, person.division_code),
            lang=person.lang,
            division_name=places(session).label(person.division_code),
        )
    if isinstance(key, ApiToken):
        return _Found(key.id, principal, person.demo, key.last_used_at, key.created_at)
    browser = replace(principal, world=key.world, session_id=key.id, must_change_password=person.must_change_password)
    return _Found(key.id, browser, person.demo, key.last_seen_at, key.created_at)


def _touch(work: Work, found: _Found, kind: type[WebSession] | type[ApiToken], values: dict[str, datetime]) -> None:
    try:
        with work.begin(found.principal.actor("web").within(REAL)) as uow:
            uow.session.execute(update(kind).where(kind.id == found.key).values(**values))
    except OperationalError:
        # A busy database must not turn a reader away for the sake of "last seen".
        log.warning("last seen not written", person=found.principal.person_id)
