"""Everything that ever came in, searched. Reads, scoped by the division of whoever sent it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from responder.messaging.models import Inbound
from responder.messaging.queries import TextView
from responder.platform.api import Cursor
from responder.platform.scope import Scope

_WORDS = 5
_MASKED = 4
"""The digits of a number that everybody sees: nobody finds out more of them by searching."""


@dataclass(frozen=True)
class Letter(TextView):
    """A text that came in: by which gateway, and who dealt with it."""

    gateway: str = ""
    handled_by: str = ""


@dataclass(frozen=True)
class Search:
    """What is looked for; empty fields don't matter. ``words`` are looked for in the text, the sender's name and,
    where they are digits, at the number's end; ``since`` and ``until`` bound the time, the latter not included."""

    words: str = ""
    division: str = ""
    subject: str = ""
    gateway: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


def letter(row: Inbound) -> Letter:
    """A row as pages need it."""
    return Letter(
        row.id, "in", row.number, row.name, row.body, row.received_at, row.outcome, row.subject, row.division_code,
        row.understood, urgent=row.urgent, person_id=row.person_id, gateway=row.gateway, handled_by=row.handled_by,
    )  # fmt: skip


def search(session: Session, scope: Scope, asked: Search, cursor: Cursor) -> list[Letter]:
    """Texts that came in and fit, newest first, ``limit + 1`` of them."""
    statement = select(Inbound).where(scope.covers(Inbound.division_code), *_conditions(scope, asked))
    if cursor.before is not None:
        statement = statement.where(Inbound.id < cursor.before)
    rows = session.scalars(statement.order_by(Inbound.id.desc()).limit(cursor.limit + 1))
    return [letter(row) for row in rows]


def _conditions(scope: Scope, asked: Search) -> list[ColumnElement[bool]]:
    found = [_word(scope, word) for word in asked.words.split()[:_WORDS]]
    if asked.division:
        found.append(Scope(asked.division).covers(Inbound.division_code))
    if asked.subject:
        found.append(Inbound.subject == asked.subject.upper())
    if asked.gateway:
        found.append(Inbound.gateway == asked.gateway)
    if asked.outcome:
        found.append(Inbound.outcome == asked.outcome)
    if asked.since is not None:
        found.append(Inbound.received_at >= asked.since)
    if asked.until is not None:
        found.append(Inbound.received_at < asked.until)
    return found


def _word(scope: Scope, word: str) -> ColumnElement[bool]:
    either = [Inbound.body.contains(word, autoescape=True), Inbound.name.contains(word, autoescape=True)]
    digits = word.removeprefix("+").replace("-", "")
    most = 20 if scope.can("phone.see") else _MASKED
    if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= most:
        either.append(Inbound.number.endswith(digits))
    return or_(*either)


def gateways(session: Session) -> list[str]:
    """The gateways by which texts came, for the choice on the page. Skips through the index: one seek for each."""
    found: list[str] = []
    while True:
        later = select(Inbound.gateway).where(Inbound.gateway > (found[-1] if found else ""))
        following = session.scalar(later.order_by(Inbound.gateway).limit(1))
        if following is None:
            return found
        found.append(following)


def newest_of(session: Session, scope: Scope, number: str) -> Letter | None:
    """The last text of a number."""
    statement = select(Inbound).where(Inbound.number == number, scope.covers(Inbound.division_code))
    row = session.scalar(statement.order_by(Inbound.id.desc()).limit(1))
    return letter(row) if row else None


def one(session: Session, scope: Scope, inbound: int) -> Letter | None:
    """One text that came in, None where there is none in scope."""
    row = session.scalar(select(Inbound).where(Inbound.id == inbound, scope.covers(Inbound.division_code)))
    return letter(row) if row else None
