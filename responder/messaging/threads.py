"""Both directions of what was said with one person, or with a number that belongs to nobody. Reads, scoped by the
division of each text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from responder.accounts import queries as accounts
from responder.accounts.models import Phone
from responder.messaging import inbox, outbox
from responder.messaging.inbox import Letter
from responder.messaging.models import Inbound, Outbound
from responder.messaging.outbox import Sent
from responder.platform.scope import Scope

_AT_ONCE = 60
"""Texts of one page of a thread."""


@dataclass(frozen=True)
class Said:
    """One text of a thread: what came in or what went out."""

    at: datetime
    came: Letter | None = None
    went: Sent | None = None


@dataclass(frozen=True)
class Thread:
    """What was said, oldest first. ``older`` is the moment before which there is more. ``person_id`` is None and
    ``inbound`` the newest text where the number belongs to nobody; ``numbers`` are E.164, the one texted first."""

    person_id: int | None
    name: str
    division: str
    lang: str
    numbers: tuple[str, ...]
    inbound: int | None
    said: tuple[Said, ...]
    older: datetime | None

    @property
    def unknown(self) -> bool:
        """Whether the number belongs to nobody."""
        return self.person_id is None


def of_person(session: Session, scope: Scope, person_id: int, before: datetime | None = None) -> Thread | None:
    """The thread of a person inside the scope; None for others."""
    found = accounts.names(session, [person_id])
    if person_id not in found:
        return None
    person = accounts.own(session, person_id)
    if not scope.holds(person.division):
        return None
    statement = select(Phone.e164).where(Phone.person_id == person_id)
    numbers = tuple(session.scalars(statement.order_by(Phone.primary.desc(), Phone.id)))
    said, older = _said(session, scope, person_id, numbers, before)
    return Thread(person_id, person.name, person.division, person.lang, numbers, None, said, older)


def of_number(session: Session, scope: Scope, inbound: int, before: datetime | None = None) -> Thread | None:
    """The thread of the number that a text came from, where it belongs to nobody; None where there is no such text in
    scope. Named by a text's id, so that no number stands in an address."""
    letter = inbox.one(session, scope, inbound)
    if letter is None or not letter.number:
        return None
    newest = inbox.newest_of(session, scope, letter.number) or letter
    said, older = _said(session, scope, None, (letter.number,), before)
    return Thread(None, letter.name, letter.division, "zh", (letter.number,), newest.id, said, older)


def owner(session: Session, number: str) -> int | None:
    """Whose number it is now."""
    return session.scalar(select(Phone.person_id).where(Phone.e164 == number))


def _said(
    session: Session, scope: Scope, person_id: int | None, numbers: Sequence[str], before: datetime | None
) -> tuple[tuple[Said, ...], datetime | None]:
    coming = select(Inbound).where(
        scope.covers(Inbound.division_code), _theirs(Inbound.person_id, Inbound.number, person_id, numbers)
    )
    going = select(Outbound).where(
        scope.covers(Outbound.division_code), _theirs(Outbound.person_id, Outbound.number, person_id, numbers)
    )
    if before is not None:
        coming, going = coming.where(Inbound.received_at < before), going.where(Outbound.created_at < before)
    came = session.scalars(coming.order_by(Inbound.received_at.desc(), Inbound.id.desc()).limit(_AT_ONCE + 1)).all()
    went = session.scalars(going.order_by(Outbound.created_at.desc(), Outbound.id.desc()).limit(_AT_ONCE + 1)).all()
    every = [Said(row.received_at, came=inbox.letter(row)) for row in came]
    every += [Said(one.at, went=one) for one in outbox.views(session, went)]
    # What answers a text bears its moment: it comes after it.
    every.sort(key=lambda one: (one.at, one.went is not None))
    page = every[-_AT_ONCE:]
    return tuple(page), page[0].at if len(every) > len(page) else None


def _theirs(
    owner_column: InstrumentedAttribute[int | None], number: InstrumentedAttribute[str], person_id: int | None,
    numbers: Sequence[str],
) -> ColumnElement[bool]:  # fmt: skip
    """Of this person, by whatever number; or of a number that was nobody's when the text came or went."""
    own = owner_column == person_id if person_id is not None else false()
    return or_(own, number.in_(numbers) & owner_column.is_(None))
