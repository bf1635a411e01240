"""Texts of which no receipt comes: a phone that is off says nothing for hours. What must reach somebody goes on by its
next road meanwhile; that it may arrive twice is the price."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging import service
from responder.messaging.commands import Receipt
from responder.messaging.gateways import Gateway
from responder.messaging.letters import treatments
from responder.messaging.manners import manners
from responder.messaging.models import Outbound
from responder.platform.work import Work

NO_RECEIPT = "no receipt"
_t: Any = Outbound.__table__
_LONGEST = timedelta(hours=1)
"""How far back is looked: a worker that was away longer finds these texts too old to be sent again."""
_BATCH = 200


def chase(work: Work, telling: Sequence[str]) -> int:
    """Takes a missing receipt for a failed one, for texts of kinds with ``receipt_minutes`` that went by a gateway that
    tells what becomes of texts. Returns how many went on."""
    now = clock.now()
    silent: list[Any] = []
    with work.read() as session:
        for minutes, templates in _waits().items():
            # The claim's end is a minute after the sending: by it the index finds them, however long the history.
            overdue = select(_t.c.id, _t.c.gateway, _t.c.provider_id, _t.c.division_code, _t.c.world).where(
                _t.c.status == "sent", _t.c.next_at > now - _LONGEST, _t.c.next_at <= now,
                _t.c.sent_at <= now - timedelta(minutes=minutes), _t.c.template.in_(templates),
                _t.c.gateway.in_(telling), _t.c.expires_at > now,
            )  # fmt: skip
            silent += session.execute(overdue.order_by(_t.c.next_at).limit(_BATCH)).all()
    went = 0
    for row in silent:
        with work.begin(Actor(None, row.gateway, row.division_code, "job")) as uow:
            receipt = Receipt(row.id, row.provider_id, "failed", NO_RECEIPT, "temporary", row.gateway)
            went += service.note_receipt(uow, receipt)
    return went


def _waits() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name, one in treatments().items():
        minutes = manners().course(one.kind).receipt_minutes
        if minutes:
            found.setdefault(minutes, []).append(name)
    return found


def jobs(gateways: Sequence[Gateway]) -> list[tuple[str, float, Callable[[Work], object]]]:
    """The job, where any gateway gives receipts."""
    telling = [one.name for one in gateways if one.can.receipts]
    return [("texts.silence", 20.0, lambda work: chase(work, telling))] if telling else []
