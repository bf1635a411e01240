"""What went out: by which road, after how many attempts, at what cost, and what happens next. Reads, scoped by the
division of whoever the text is for."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.messaging.letters import treatments
from responder.messaging.models import Attempt, Outbound
from responder.platform.api import Cursor
from responder.platform.scope import Scope

ON_ITS_WAY = ("held", "queued", "sending")
"""Statuses of texts that have not left yet."""


@dataclass(frozen=True)
class Try:
    """One attempt: ``taken`` says whether the gateway took it, ``code`` and ``category`` why not."""

    gateway: str
    at: datetime
    taken: bool
    voice: bool
    code: str
    category: str


@dataclass(frozen=True)
class Sent:
    """A text on its way out or gone. ``segments`` and ``cost`` (thousandths of a yuan) as billed; ``number`` is E.164,
    "" where there was none; ``tries`` are oldest first; ``bundle`` is the text inside which it went."""

    id: int
    number: str
    name: str
    person_id: int | None
    body: str
    at: datetime
    status: str
    subject: str
    template: str
    kind: str
    gateway: str
    next_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    error: str
    category: str
    segments: int
    cost: int
    bundle: int | None
    tries: tuple[Try, ...]


@dataclass(frozen=True)
class Total:
    """Texts, segments and cost (thousandths of a yuan)."""

    texts: int
    segments: int
    cost: int


def _kind(template: str) -> str:
    known = treatments().get(template)
    return known.kind if known else ""


def views(session: Session, rows: Sequence[Outbound]) -> list[Sent]:
    """Rows with the names of their recipients and their attempts: two statements, however many they are."""
    names = accounts.names(session, {row.person_id for row in rows if row.person_id})
    tries = _tries(session, [row.id for row in rows])
    return [
        Sent(
            row.id, row.number, names.get(row.person_id or 0, ""), row.person_id, row.body, row.created_at, row.status,
            row.subject, row.template, _kind(row.template), row.gateway or row.road, row.next_at, row.sent_at,
            row.delivered_at, row.error, row.category, row.segments, row.cost, row.bundle_id, tuple(tries[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def _tries(session: Session, ids: Collection[int]) -> dict[int, list[Try]]:
    found: dict[int, list[Try]] = defaultdict(list)
    if ids:
        for row in session.scalars(select(Attempt).where(Attempt.outbound_id.in_(ids)).order_by(Attempt.id)):
            road = f"{row.gateway}/{row.line}" if row.line else row.gateway
            found[row.outbound_id].append(Try(road, row.at, row.taken, row.voice, row.code, row.category))
    return found


def search(
    session: Session, scope: Scope, cursor: Cursor, *, statuses: Collection[str] = (), kind: str = "", gateway: str = ""
) -> list[Sent]:
    """Texts that fit, newest first, ``limit + 1`` of them. ``kind`` is one of ``letters.Kind``."""
    statement = select(Outbound).where(scope.covers(Outbound.division_code))
    if set(statuses) <= set(ON_ITS_WAY):
        statement = statement.where(Outbound.status.in_(statuses)) if statuses else statement
    else:
        # Of what has ended there is much, and the newest are met at once going back: SQLite would rather sort it all.
        statement = statement.where(func.coalesce(Outbound.status, "").in_(statuses))
    if kind:
        statement = statement.where(Outbound.template.in_([name for name in treatments() if _kind(name) == kind]))
    if gateway:
        statement = statement.where(or_(Outbound.gateway == gateway, Outbound.road == gateway))
    if cursor.before is not None:
        statement = statement.where(Outbound.id < cursor.before)
    return views(session, session.scalars(statement.order_by(Outbound.id.desc()).limit(cursor.limit + 1)).all())


def _total(session: Session, *where: ColumnElement[bool]) -> Total:
    figures = func.count(Outbound.id), func.sum(Outbound.segments), func.sum(Outbound.cost)
    # Asked inside the sums: as a condition beside the others it would make SQLite read all that was ever sent.
    gone = Outbound.status.in_(("sent", "delivered", "failed")), Outbound.gateway != ""
    columns: list[Any] = [one.filter(*gone) for one in figures]
    texts, segments, cost = session.execute(select(*columns).where(*where)).one()
    return Total(texts, int(segments or 0), int(cost or 0))


def total_since(session: Session, scope: Scope, since: datetime) -> Total:
    """What was handed to gateways since a moment."""
    return _total(session, scope.covers(Outbound.division_code), Outbound.created_at >= since)


def total_about(session: Session, scope: Scope, subjects: Sequence[str]) -> Total:
    """What the texts about these numbers came to, such as an incident with its reports and missions."""
    if not subjects:
        return Total(0, 0, 0)
    return _total(session, scope.covers(Outbound.division_code), Outbound.subject.in_(subjects))
