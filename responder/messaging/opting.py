"""Somebody told the provider itself that no more texts are wanted, or that they are again."""

from typing import Any

from responder.accounts import queries as accounts
from responder.accounts.commands import MarkPhone
from responder.accounts.credentials import mark_phone
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.messaging import numbers, service
from responder.messaging.commands import Incoming
from responder.platform.work import UnitOfWork


def opt(uow: UnitOfWork, incoming: Incoming, *, out: bool) -> int | None:
    """Keeps the text and marks the phone: the provider has done it and has answered already. None where it told us
    before. Whoever is on duty can't be reached by text from then on: board and keepers are told (DOMAIN §7.4)."""
    inbound = service.take_in(uow, incoming)
    if inbound is None:
        return None
    values: dict[str, Any] = {"outcome": "stop" if out else "start"}
    owner = accounts.owner_of(uow.session, incoming.number)
    if owner is not None:
        uow.act_as(Actor(owner.person_id, owner.name, owner.division, "sms"))
        if out:
            numbers.heard_of(uow, incoming.number, "opted_out", "")
        else:
            mark_phone(uow, MarkPhone(incoming.number, "ok"))
            uow.record(Event("message.start_asked", owner.division, f"I{inbound}", {"name": owner.name}))
        values |= {"person_id": owner.person_id, "name": owner.name, "division_code": owner.division}
    service.note_outcome(uow, inbound, values)
    return inbound
