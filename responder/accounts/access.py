"""Reads of how people get in and what they are openly allowed: browsers, tokens, exceptions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts.models import ApiToken, Delegation, WebSession
from responder.accounts.queries import live, names
from responder.accounts.views import DelegationView, SessionView, TokenView
from responder.kernel import clock
from responder.places.queries import places
from responder.platform.scope import Scope


def sessions_of(session: Session, person_id: int) -> list[SessionView]:
    """The browsers in which a person is signed in, last seen first."""
    statement = select(WebSession).where(WebSession.person_id == person_id, WebSession.expires_at > clock.now())
    return [
        SessionView(row.id, row.created_at, row.last_seen_at, row.ip, row.user_agent)
        for row in session.scalars(statement.order_by(WebSession.last_seen_at.desc()))
    ]


def tokens_of(session: Session, person_id: int) -> list[TokenView]:
    """A person's API tokens that aren't revoked, newest first."""
    statement = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    return [
        TokenView(row.id, row.name, row.prefix, row.created_at, row.last_used_at)
        for row in session.scalars(statement.order_by(ApiToken.id.desc()))
    ]


def delegations(session: Session, scope: Scope) -> list[DelegationView]:
    """The exceptions in force inside the scope, newest first: everybody signed in may read the list."""
    statement = select(Delegation).where(scope.covers(Delegation.division_code), live())
    found = session.scalars(statement.order_by(Delegation.id.desc())).all()
    known = names(session, {d.granted_by for d in found} | {d.person_id for d in found if d.person_id})
    tree = places(session)
    return [
        DelegationView(
            d.id, d.kind, d.person_id, known.get(d.person_id or 0), d.role, d.division_code,
            tree.label(d.division_code), known.get(d.granted_by, ""), d.reason, d.created_at, d.valid_until,
        )
        for d in found
    ]  # fmt: skip
