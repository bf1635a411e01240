"""Texts to which their gateway gives no id: told apart by number, words and time."""

from typing import Any

from sqlalchemy import bindparam, select, text

from responder.messaging import rules
from responder.messaging.commands import Incoming
from responder.messaging.models import Inbound
from responder.messaging.replies import replies
from responder.platform.work import UnitOfWork

_i: Any = Inbound.__table__
_LOOKED_AT = 50
"""The newest texts of a number among which the same one is looked for: more don't come within seconds."""
_newest = (
    select(_i.c.gateway, _i.c.provider_id, _i.c.received_at)
    .where(_i.c.number == bindparam("number"))
    .order_by(_i.c.id.desc())
    .limit(_LOOKED_AT)
    .subquery()
)
_LAST = (
    select(_newest.c.received_at)
    .where(_newest.c.gateway == bindparam("gateway"), _newest.c.provider_id.startswith(bindparam("mark")))
    .order_by(_newest.c.received_at.desc())
    .limit(1)
)
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


def name(uow: UnitOfWork, command: Incoming) -> str | None:
    """An id for such a text; None where the same words came from the same number a moment ago (``same_seconds``).

    Of two deliveries at the same moment the second waits for the first: SQLite has one writer, PostgreSQL locks.
    """
    mark = rules.fingerprint(command.number, command.body)
    connection = uow.session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"key": int(mark[:15], 16)})
    asked = {"number": command.number[:40], "gateway": command.gateway, "mark": f"{mark}:"}
    last = connection.execute(_LAST, asked).scalar()
    # A clock that was put back has made the last one's moment a later one: only what is near is the same.
    if last is not None and abs(uow.now - last) <= replies().same:
        return None
    return f"{mark}:{int(uow.now.timestamp() * 1_000_000)}"
