"""Texts as the relay leaves them when a gateway has taken them."""

from typing import Any

from sqlalchemy import insert, select, update

from responder.messaging.models import Attempt, Outbound
from responder.platform.work import Work
from tests import cast

_out: Any = Outbound.__table__
_attempt: Any = Attempt.__table__


def tried(work: Work, ref: int, gateway: str, provider_id: str, *, voice: bool = False) -> None:
    """One text that a gateway took, with its attempt."""
    with work.begin(cast.SYSTEM) as uow:
        connection = uow.session.connection()
        row = connection.execute(select(_out).where(_out.c.id == ref)).mappings().one()
        connection.execute(
            insert(_attempt).values(
                outbound_id=ref, gateway=gateway, line="", number=row["number"], at=uow.now, words="", template="",
                taken=True, voice=voice, provider_id=provider_id, code="", category="", segments=1, cost=0,
                world=row["world"],
            )
        )  # fmt: skip
        went = {"status": "sent", "gateway": gateway, "road": gateway, "provider_id": provider_id}
        connection.execute(update(_out).where(_out.c.id == ref).values(went))
