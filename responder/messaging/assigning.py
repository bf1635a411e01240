"""A text of the inbox is put under an incident, moved to another, or taken back. The event log keeps every step."""

from dataclasses import dataclass

from responder.kernel import ids
from responder.kernel.events import Event
from responder.kernel.refusals import NotFound, Refusal
from responder.messaging import rules
from responder.messaging.models import Inbound
from responder.platform.work import UnitOfWork

SETTLED, WAITING = "settled", "waiting"


class Filed(Refusal):
    """The text became a report or an answer: that stands under its incident by itself. Params: ``number``."""

    code = "messaging.filed"


@dataclass(frozen=True)
class Assign:
    """A text belongs to this incident (its number), "" to none. ``seen`` is the incident that it stood under when the
    page was drawn: two officers may move it at once."""

    inbound: int
    incident: str
    seen: str = ""


def assign(uow: UnitOfWork, command: Assign) -> None:
    """Puts a text under an incident: nobody need look at it any more. Taken back, it waits again.

    The caller has checked that the incident is there and in the actor's scope. Raises NotFound, Filed, AlreadyHandled.
    """
    row = uow.session.get(Inbound, command.inbound, with_for_update=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.subject and ids.row_id(ids.INCIDENT, row.subject) is None:
        raise Filed(number=row.subject)
    if row.subject == command.incident:
        return
    if row.subject != command.seen:
        raise rules.AlreadyHandled(by=row.handled_by)
    told = {"by": uow.actor.name, "name": row.name, "message": f"I{row.id}"}
    if row.subject:
        uow.record(Event("message.unassigned", row.division_code, row.subject, told))
    if command.incident:
        uow.record(Event("message.assigned", row.division_code, command.incident, told))
    row.subject, row.handled_by = command.incident, uow.actor.name if command.incident else ""
    if command.incident and row.outcome == WAITING:
        row.outcome = SETTLED
    elif not command.incident and row.outcome == SETTLED:
        row.outcome = WAITING
