"""Messaging's commands: take in a text, note receipts, settle what waits.

The statements of the way that every text takes are made once, here: making them anew costs more than running them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.kernel.refusals import NotFound
from responder.messaging import lastroad, nameless, numbers, rules
from responder.messaging.commands import Incoming, Receipt, Settle
from responder.messaging.letters import treatment
from responder.messaging.manners import manners
from responder.messaging.models import Attempt, Inbound, Outbound
from responder.places.queries import places
from responder.platform.work import UnitOfWork

_inbound: Any = Inbound.__table__
_outbound: Any = Outbound.__table__
_attempt: Any = Attempt.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_TAKE_IN = {
    name: insert(_inbound).on_conflict_do_nothing().returning(_inbound.c.id) for name, insert in _INSERTS.items()
}
_TRIES = (
    select(_attempt.c.id, _attempt.c.gateway, _attempt.c.provider_id, _attempt.c.category)
    .where(_attempt.c.outbound_id == bindparam("text"), _attempt.c.taken)
    .order_by(_attempt.c.at.desc(), _attempt.c.id.desc())
)
_OUTCOME = update(_inbound).where(_inbound.c.id == bindparam("row_id"))


def take_in(uow: UnitOfWork, command: Incoming) -> int | None:
    """Stores a text before anything is understood. Returns its id, None where the provider delivers it again.

    Written by a plain statement: the row is of no world yet, and a repetition must be seen in every world.
    """
    provider_id = command.provider_id or nameless.name(uow, command)
    if provider_id is None:
        return None
    connection = uow.session.connection()
    row = {
        "gateway": command.gateway,
        "provider_id": provider_id,
        "number": command.number[:40],
        "body": rules.keepable(command.body)[: rules.MAX_PASTE if command.gateway == rules.PASTE else rules.MAX_BODY],
        "received_at": uow.now,
        "world": REAL,
        # Whoever sent it, the branch's own office can read it.
        "division_code": places(uow.session).profile.root,
        "name": "",
        "understood": "{}",
        "outcome": "waiting",
        "subject": "",
        "handled_by": "",
        "urgent": False,
    }
    return connection.execute(_TAKE_IN[connection.dialect.name], row).scalar()


def note_outcome(uow: UnitOfWork, inbound: int, values: dict[str, Any]) -> None:
    """Writes what became of a text: person, world, division, understood, outcome, subject."""
    uow.session.connection().execute(_OUTCOME, {"row_id": inbound, **values})


def note_receipt(uow: UnitOfWork, receipt: Receipt) -> bool:
    """A provider's word on a text. Returns whether it changed anything: receipts come twice and out of order.

    What failed goes on by its next road where its kind must reach somebody (alerts, duty); else the board is told. It
    counts for all that went inside the same text.
    """
    connection = uow.session.connection()
    # Locked: of two receipts at the same moment the second would not see what the first made of the text.
    asked = select(_outbound).where(_outbound.c.id == receipt.ref).with_for_update()
    found = connection.execute(asked).mappings().first()
    if found is None:
        return False
    row = dict(found)
    tries = connection.execute(_TRIES, {"text": receipt.ref}).all()
    own = [one for one in tries if receipt.gateway in ("", one.gateway)]
    mine = next((one for one in own if one.provider_id == receipt.provider_id), own[0] if own else None)
    current = mine is None or mine.id == tries[0].id
    said = mine.provider_id if mine is not None else row["provider_id"]
    if (tries and not own) or (said and receipt.provider_id and said != receipt.provider_id):
        return False
    if row["world"] != uow.world:
        # What becomes of a drill's text is told in the drill.
        uow.act_as(uow.actor.within(row["world"]))
    if receipt.status == "failed":
        told_before = mine is not None and mine.category
        if mine is not None and not told_before:
            what = {"code": receipt.error[:200], "category": receipt.category or "unknown"}
            connection.execute(update(_attempt).where(_attempt.c.id == mine.id).values(what))
        if not told_before:
            numbers.heard_of(uow, row["number"], receipt.category, row["template"])
        if told_before or not current:
            # It is on its next road already, or stands on a person's list.
            return False
    if not rules.may_follow(row["status"], receipt.status):
        return False
    goes_on = receipt.status == "failed" and manners().course(treatment(row["template"]).kind).person
    return _follows(uow, receipt, row, goes_on=goes_on)


def _follows(uow: UnitOfWork, receipt: Receipt, row: Mapping[str, Any], *, goes_on: bool) -> bool:
    values: dict[str, Any] = {"status": receipt.status, "error": receipt.error[:200], "category": receipt.category}
    if receipt.status == "delivered":
        values["delivered_at"] = uow.now
    if receipt.provider_id:
        values["provider_id"] = receipt.provider_id
    if goes_on:
        values |= {"status": "queued", "road": "", "provider_id": "", "next_at": uow.now}
    guard = (_outbound.c.id == receipt.ref) & (_outbound.c.status == row["status"])
    if not uow.session.connection().execute(update(_outbound).where(guard).values(values)).rowcount:
        return False
    ended = receipt.status == "failed" and not goes_on
    if ended:
        lastroad.tell_failed(uow, row, receipt.category)
    if receipt.status == "delivered" or ended:
        lastroad.end_inside(uow, receipt.ref, values)
    return True


def complete(uow: UnitOfWork, subject: str) -> None:
    """Texts about this number that were understood only partly need nobody any more."""
    mine = (_inbound.c.subject == subject) & (_inbound.c.outcome == "partly") & (_inbound.c.world == uow.world)
    uow.session.connection().execute(update(_inbound).where(mine).values(outcome="report"))


def settle(uow: UnitOfWork, command: Settle) -> None:
    """A person has dealt with a text of the inbox. Raises NotFound, AlreadyHandled: two officers may see it."""
    row = uow.session.get(Inbound, command.inbound, with_for_update=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.outcome not in rules.OPEN:
        raise rules.AlreadyHandled(by=row.handled_by)
    row.outcome = "settled"
    row.handled_by = uow.actor.name
    row.subject = command.subject or row.subject
    uow.record(Event("message.settled", row.division_code, f"I{row.id}", {"by": uow.actor.name}))
