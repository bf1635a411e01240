"""Commands of the list of calls. The only place that writes it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.messaging.handcalls import rules
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Outbound
from responder.platform.work import UnitOfWork

_call: Any = HandCall.__table__
_text: Any = Outbound.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_PUT = {name: insert(_call).on_conflict_do_nothing().returning(_call.c.id) for name, insert in _INSERTS.items()}


def put(uow: UnitOfWork, wanted: HandCallWanted) -> int:
    """Puts a call on the list; the same ``dedup`` again gives the call that stands there. Returns its id."""
    dedup = f"{uow.world}:{wanted.dedup}"[:200]
    connection = uow.session.connection()
    row = {
        "dedup": dedup, "outbound_id": wanted.outbound_id, "person_id": wanted.person_id, "number": wanted.number[:40],
        "name": wanted.name[:80], "script": rules.script(wanted.script, drill=uow.world != REAL),
        "reason": wanted.reason[:24], "detail": wanted.detail[:200], "template": wanted.template[:60],
        "priority": wanted.priority, "subject": wanted.subject[:40], "state": "open", "created_at": uow.now,
        "next_at": uow.now, "tries": 0, "taken_by": "", "wanted": wanted.wanted or _wanted(uow, wanted.outbound_id),
        "options": [vars(option) for option in wanted.options], "answer": "", "said": "", "ended_by": "",
        "world": uow.world, "division_code": wanted.division,
    }  # fmt: skip
    made = connection.execute(_PUT[connection.dialect.name], row).scalar()
    if made is None:
        return int(connection.execute(select(_call.c.id).where(_call.c.dedup == dedup)).scalar_one())
    data = {
        "call": made, "name": wanted.name, "reason": wanted.reason, "about": wanted.subject,
        "template": wanted.template, "text": wanted.outbound_id,
    }  # fmt: skip
    kind = "call.wanted.urgent" if rules.is_urgent(wanted.priority) else "call.wanted"
    uow.record(Event(kind, wanted.division, wanted.subject, data))
    return int(made)


def _wanted(uow: UnitOfWork, outbound_id: int | None) -> str:
    if outbound_id is None:
        return ""
    return str(uow.session.connection().scalar(select(_text.c.wanted).where(_text.c.id == outbound_id)) or "")
