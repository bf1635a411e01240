"""Reads of the inbox and the outbox, always scoped by the division of whoever sent or gets the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.accounts.models import Person, Phone, RoleGrant
from responder.messaging import rules
from responder.messaging.models import Attempt, Inbound, Outbound
from responder.messaging.roads import CALL
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.platform.status import Lag


@dataclass(frozen=True)
class TextView:
    """A text, either way. ``direction`` is in or out; ``number`` is E.164 and is masked by whoever shows it."""

    id: int
    direction: str
    number: str
    name: str
    body: str
    at: datetime
    status: str
    subject: str
    division: str
    understood: dict[str, Any]
    error: str = ""
    urgent: bool = False
    person_id: int | None = None


def _coming(row: Inbound) -> TextView:
    return TextView(
        row.id, "in", row.number, row.name, row.body, row.received_at, row.outcome, row.subject, row.division_code,
        row.understood, urgent=row.urgent, person_id=row.person_id,
    )  # fmt: skip


def _going(session: Session, rows: Sequence[Outbound]) -> list[TextView]:
    """Texts that went out, each with the name of whom it is for."""
    names = accounts.names(session, {row.person_id for row in rows if row.person_id})
    return [
        TextView(
            row.id, "out", row.number, names.get(row.person_id or 0, ""), row.body, row.created_at, row.status,
            row.subject, row.division_code, {}, row.error,
        )
        for row in rows
    ]  # fmt: skip


_FEW = 3
"""Texts of an unknown number that wait before all others'."""


def waiting(session: Session, scope: Scope, limit: int = 50) -> list[TextView]:
    """Texts that wait for a person: words of danger first, then the oldest. Of an unknown number the first few; the
    rest after everybody else's: whoever writes a hundred texts hides nobody's."""
    nth = func.row_number().over(partition_by=Inbound.number, order_by=(Inbound.urgent.desc(), Inbound.id))
    waits = (scope.covers(Inbound.division_code), Inbound.outcome.in_(rules.OPEN))
    turns = select(Inbound.id, nth.label("nth")).where(*waits).subquery()
    more = case((Inbound.person_id.is_not(None), 0), (turns.c.nth <= _FEW, 0), else_=1)
    statement = select(Inbound).join(turns, turns.c.id == Inbound.id)
    rows = session.scalars(statement.order_by(more, Inbound.urgent.desc(), Inbound.id).limit(limit))
    return [_coming(row) for row in rows]


def inbox(session: Session, scope: Scope, cursor: Cursor) -> list[TextView]:
    """Texts that came in, newest first, ``limit + 1`` of them."""
    statement = select(Inbound).where(scope.covers(Inbound.division_code))
    if cursor.before is not None:
        statement = statement.where(Inbound.id < cursor.before)
    rows = session.scalars(statement.order_by(Inbound.id.desc()).limit(cursor.limit + 1))
    return [_coming(row) for row in rows]


def waiting_count(session: Session, scope: Scope) -> int:
    """How many texts wait for a person."""
    statement = select(func.count(Inbound.id)).where(
        scope.covers(Inbound.division_code), Inbound.outcome.in_(rules.OPEN)
    )
    return session.scalar(statement) or 0


def outbox(session: Session, scope: Scope, cursor: Cursor, *, failed: bool = False) -> list[TextView]:
    """Texts sent or to be sent, newest first, ``limit + 1`` of them."""
    statement = select(Outbound).where(scope.covers(Outbound.division_code))
    if failed:
        statement = statement.where(Outbound.status == "failed")
    if cursor.before is not None:
        statement = statement.where(Outbound.id < cursor.before)
    rows = session.scalars(statement.order_by(Outbound.id.desc()).limit(cursor.limit + 1))
    return _going(session, rows.all())


def about(session: Session, scope: Scope, subjects: Sequence[str]) -> list[TextView]:
    """Texts either way about some numbers, oldest first."""
    coming = select(Inbound).where(Inbound.subject.in_(subjects), scope.covers(Inbound.division_code))
    going = select(Outbound).where(Outbound.subject.in_(subjects), scope.covers(Outbound.division_code))
    found = [_coming(row) for row in session.scalars(coming)] + _going(session, session.scalars(going).all())
    return sorted(found, key=lambda text: text.at)


@dataclass(frozen=True)
class PretendPhone:
    """A phone of the demonstration with its owner."""

    number: str
    name: str
    roles: tuple[str, ...]
    division: str


def pretend_phones(session: Session) -> list[PretendPhone]:
    """All primary phones with their owners' roles. Simulator only."""
    statement = (
        select(Phone.e164, Person.name, Person.division_code, RoleGrant.role)
        .join(Person, Person.id == Phone.person_id)
        .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.disabled_at.is_(None), Phone.primary.is_(True))
        .order_by(Phone.id, RoleGrant.role)
    )
    found: dict[str, PretendPhone] = {}
    for number, name, division, role in session.execute(statement):
        had = found.get(number)
        roles = (*(had.roles if had else ()), *((role,) if role else ()))
        found[number] = PretendPhone(number, name, roles, division)
    return list(found.values())


def last_note_to(session: Session, number: str, template: str) -> datetime | None:
    """When this number last got this template: so that an unknown caller is answered once, not in a loop."""
    statement = select(func.max(Outbound.created_at)).where(Outbound.number == number, Outbound.template == template)
    return session.scalar(statement)


def conversation(session: Session, number: str) -> list[dict[str, Any]]:
    """What a pretend phone shows, of every world, oldest first: {direction, body, at, status, call}. Simulator only.

    What the pretend network still carries, or has lost, isn't there yet. Only words read aloud have ``call``, true.
    """
    i: Any = Inbound.__table__
    o: Any = Outbound.__table__
    came = select(i.c.id, i.c.body, i.c.received_at.label("at"), i.c.outcome.label("status")).where(
        i.c.number == number
    )
    shown = (o.c.status == "delivered") | ((o.c.status == "sent") & (o.c.gateway != "simulator"))
    arrived = case((o.c.gateway == "simulator", o.c.delivered_at), else_=o.c.sent_at)
    at = func.coalesce(arrived, o.c.created_at).label("at")
    went = select(o.c.id, o.c.body, at, o.c.status, o.c.road).where(o.c.number == number, shown)
    rows = [("in", row, False) for row in session.execute(came)]
    rows += [("out", row, row.road.endswith(CALL)) for row in session.execute(went)]
    rows.sort(key=lambda found: (found[1].at, found[0] == "out", found[1].id))
    return [
        {
            "direction": way,
            "body": row.body,
            "at": row.at.isoformat(),
            "status": row.status,
            **({"call": True} if call else {}),
        }
        for way, row, call in rows
    ]


def lag(session: Session, now: datetime) -> Lag:
    """The outbox of all worlds: for ``/readyz`` and ``/metrics``."""
    o: Any = Outbound.__table__
    statement = select(func.count(), func.min(o.c.next_at)).where(o.c.status == "queued", o.c.next_at <= now)
    due, oldest = session.execute(statement).one()
    failed = session.scalar(select(func.count()).select_from(o).where(o.c.status == "failed")) or 0
    return Lag(due, (now - oldest).total_seconds() if oldest else 0.0, failed)


def incoming(session: Session, scope: Scope, inbound: int) -> TextView | None:
    """One text that came in, None where there is none in scope."""
    row = session.scalar(select(Inbound).where(Inbound.id == inbound, scope.covers(Inbound.division_code)))
    return _coming(row) if row else None


def failed_count(session: Session, scope: Scope, since: datetime) -> int:
    """How many texts failed since a moment: somebody has to call these by hand."""
    failed = func.count(Outbound.id).filter(Outbound.status == "failed")
    statement = select(failed).where(scope.covers(Outbound.division_code), Outbound.created_at >= since)
    return session.scalar(statement) or 0


def refs_of(session: Session, gateway: str, provider_id: str, number: str = "") -> list[int]:
    """Our ids of what a provider calls by its own: several where one of its ids stands for a batch, of which a number
    names one; also what has gone on by another road since. Of every world."""
    a: Any = Attempt.__table__
    # The first condition, in these words, is that of the index.
    mine = text("provider_id <> ''") & (a.c.provider_id == provider_id) & (a.c.gateway == gateway)
    statement = select(a.c.outbound_id).where(mine).distinct().order_by(a.c.outbound_id)
    return list(session.scalars(statement.where(a.c.number == number) if number else statement))


def last_heard(session: Session, gateway: str) -> datetime | None:
    """When a gateway last brought a text, of any world; None where it never did."""
    i: Any = Inbound.__table__
    statement = select(i.c.received_at).where(i.c.gateway == gateway).order_by(i.c.id.desc()).limit(1)
    return session.scalar(statement)
