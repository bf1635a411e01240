"""Whose phone a text came from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from responder.accounts.models import Person, Phone

_person: Any = Person.__table__
_phone: Any = Phone.__table__
# Made once: every text asks it.
_SENDER = (
    select(_person.c.id, _person.c.name, _person.c.division_code, _person.c.lang)
    .join(_phone, _phone.c.person_id == _person.c.id)
    .where(_phone.c.e164 == bindparam("number"), _person.c.disabled_at.is_(None))
)


@dataclass(frozen=True)
class Sender:
    """A known person at a known number."""

    person_id: int
    name: str
    division: str
    lang: str


def sender_of(session: Session, number: str) -> Sender | None:
    """Whose number this is (E.164); None for an unknown one and for somebody who was disabled."""
    row = session.connection().execute(_SENDER, {"number": number}).first()
    return Sender(*row) if row else None
