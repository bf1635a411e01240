"""The event log: append-only, ordered as committed, each row chained by hash to the one before."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, func, insert, literal_column, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.platform.database import Base, Packed, pack
from responder.platform.scope import Scope
from responder.platform.terms import sentence

_LOCK = 7_226_001
"""PostgreSQL's transaction advisory lock that puts commits in seq order."""

_GENESIS = "0" * 64


class EventRow(Base, kw_only=True):
    """One event. World is a plain column here: the log is one chain over all worlds, readers filter."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject_seq", "subject", "seq"),
        Index("ix_event_actor_seq", "actor_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(60))
    division: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(Packed)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(10))
    world: Mapped[int]
    private: Mapped[bool]
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class EventView:
    """An event as read: plain values."""

    seq: int
    at: datetime
    kind: str
    division: str
    subject: str
    data: dict[str, Any]
    actor_id: int | None
    actor: str
    channel: str
    world: int
    private: bool

    def summary(self, lang: str) -> str:
        """One line in the reader's language."""
        return sentence(self.kind, {**self.data, "subject": self.subject, "actor": self.actor}, lang)

    def item(self, lang: str, drill: str | None) -> dict[str, Any]:
        """The shape that live push and the API share (DESIGN §8, Live)."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "division": self.division,
            "subject": self.subject,
            "summary": self.summary(lang),
            "drill": drill,
        }


def _digest(previous: str, row: Mapping[str, Any], packed: str) -> str:
    head = [previous, row["seq"], row["at"].isoformat(), row["kind"], row["division"], row["subject"], row["actor_id"]]
    head += [row["actor_name"], row["channel"], row["world"], row["private"]]
    return hashlib.sha256((pack(head) + packed).encode()).hexdigest()


_table: Any = EventRow.__table__
_last = select(_table.c.seq, _table.c.hash).order_by(_table.c.seq.desc()).limit(1)
_insert = insert(_table)
_lock = text(f"SELECT pg_advisory_xact_lock({_LOCK})")


def append(session: Session, events: Sequence[Event], actor: Actor, at: datetime) -> int:
    """Writes events at the end of the chain and returns the last seq. Call last: the lock is held to COMMIT."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # The next statement's snapshot is taken after the lock, so it sees every earlier commit.
        connection.execute(_lock)
    last = connection.execute(_last).first()
    seq, previous = (last.seq, last.hash) if last else (0, _GENESIS)
    rows: list[dict[str, Any]] = []
    for event in events:
        seq += 1
        packed = pack(dict(event.data))
        row: dict[str, Any] = {
            "seq": seq,
            "at": at,
            "kind": event.kind,
            "division": event.division,
            "subject": event.subject,
            "data": packed,
            "actor_id": actor.person_id,
            "actor_name": actor.name,
            "channel": actor.channel,
            "world": actor.world,
            "private": event.private,
        }
        previous = row["hash"] = _digest(previous, row, packed)
        rows.append(row)
    connection.execute(_insert, rows if len(rows) > 1 else rows[0])
    return seq


def last_seq(session: Session) -> int:
    """The newest event's seq, 0 for an empty log."""
    return session.execute(select(func.coalesce(func.max(EventRow.seq), 0))).scalar_one()


def _view(row: EventRow) -> EventView:
    return EventView(
        row.seq, row.at, row.kind, row.division, row.subject, row.data, row.actor_id, row.actor_name,
        row.channel, row.world, row.private,
    )  # fmt: skip


def after(session: Session, seq: int, limit: int = 500) -> list[EventView]:
    """Events after a seq in order, of every world and division: for the pusher alone."""
    found = session.scalars(select(EventRow).where(EventRow.seq > seq).order_by(EventRow.seq).limit(limit))
    return [_view(row) for row in found]


def since(session: Session, scope: Scope, seq: int, limit: int) -> list[EventView]:
    """Events after a seq that the reader may see, oldest first."""
    statement = select(EventRow).where(EventRow.seq > seq, scope.covers(EventRow.division))
    statement = statement.where(EventRow.world == scope.world, _public(scope)).order_by(EventRow.seq).limit(limit)
    return [_view(row) for row in session.scalars(statement)]


def about(session: Session, scope: Scope, subjects: Iterable[str]) -> list[EventView]:
    """The timeline of some subjects, oldest first."""
    statement = select(EventRow).where(EventRow.subject.in_(list(subjects)), scope.covers(EventRow.division))
    statement = statement.where(EventRow.world == scope.world, _public(scope)).order_by(EventRow.seq)
    return [_view(row) for row in session.scalars(statement)]


def newest(session: Session, scope: Scope, before: int | None, limit: int, kind: str = "") -> list[EventView]:
    """The newest events that the reader may see, newest first, before a seq where given: the audit page."""
    statement = select(EventRow).where(scope.covers(EventRow.division), EventRow.world == scope.world, _public(scope))
    if before is not None:
        statement = statement.where(EventRow.seq < before)
    if kind:
        statement = statement.where(or_(EventRow.kind == kind, EventRow.kind.startswith(kind + ".")))
    return [_view(row) for row in session.scalars(statement.order_by(EventRow.seq.desc()).limit(limit))]


def _public(scope: Scope) -> Any:
    shown = literal_column("1") == literal_column("1")
    return shown if scope.can("audit.read") else EventRow.private.is_(False)


def broken_at(session: Session) -> int | None:
    """Walks the whole chain and returns the first seq whose hash or number doesn't fit, or None: ``doctor``."""
    previous, expected = _GENESIS, 0
    found = session.scalars(select(EventRow).order_by(EventRow.seq).execution_options(yield_per=1000))
    try:
        for row in found:
            expected += 1
            values = {name: getattr(row, name) for name in _table.c.keys()}  # noqa: SIM118
            if row.seq != expected or row.hash != _digest(previous, values, pack(row.data)):
                return row.seq
            previous = row.hash
    finally:
        found.close()
    return None
