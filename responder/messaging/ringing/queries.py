"""Reads for calls that the house makes."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.messaging.letters import treatments
from responder.messaging.models import Inbound, Outbound
from responder.messaging.ringing.rules import Reading
from responder.messaging.wording import known
from responder.places.queries import places

GATEWAY = "twilio-voice"
"""Under this name the keys of such calls come in."""

_o: Any = Outbound.__table__
_i: Any = Inbound.__table__


def reading(session: Session, ref: int, number: str, answer_number: str) -> Reading | None:
    """The text to be read to a number (E.164), of any world; None where it isn't for that number. Asked by signed
    requests only."""
    row = session.execute(select(_o).where(_o.c.id == ref, _o.c.number == number)).mappings().first()
    if row is None:
        return None
    person, lang = row["person_id"], known(row["lang"])
    treated = treatments().get(row["template"])
    return Reading(
        places(session).profile.branch.get(lang),
        accounts.names(session, [person]).get(person, "") if person else "",
        row["body"],
        lang,
        row["subject"],
        treated is not None and treated.wants_answer,
        answer_number,
    )


def was_answered(session: Session, provider_id: str) -> bool:
    """Whether a key of this call has come in."""
    mine = (_i.c.gateway == GATEWAY) & (_i.c.provider_id == provider_id)
    return session.execute(select(_i.c.id).where(mine)).first() is not None
