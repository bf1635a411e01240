"""Reads of enrolments: whoever keeps the people of a place sees who wants to be one of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session

from responder.accounts.enrolment import rules
from responder.accounts.models import Enrolment, Person
from responder.places.queries import places
from responder.platform.scope import Scope

_KEEPING = ("people.manage", "people.local")


@dataclass(frozen=True)
class EnrolmentView:
    """An enrolment. ``division`` is the branch's own where the place named is none of ours: then ``placed`` is False.
    ``phone`` is E.164."""

    id: int
    number: str
    name: str
    phone: str
    division: str
    division_name: str
    placed: bool
    said: str
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    person_id: int | None


def view(session: Session, row: Enrolment) -> EnrolmentView:
    """A row as others need it."""
    tree = places(session)
    return EnrolmentView(
        row.id, rules.number(row.id), row.name, row.number, row.division_code, tree.label(row.division_code),
        row.division_code != tree.profile.root, row.said, row.asked_at, row.state, row.decided_by, row.decided_at,
        row.person_id,
    )  # fmt: skip


def visible(scope: Scope) -> ColumnElement[bool]:
    """Which enrolments the asker decides on: those of the places whose people they keep."""
    if not any(scope.can(one) for one in _KEEPING):
        return false()
    return scope.covers(Enrolment.division_code)


def waiting(session: Session, scope: Scope) -> list[EnrolmentView]:
    """Enrolments to be decided, the oldest first."""
    statement = select(Enrolment).where(visible(scope), Enrolment.state == rules.OPEN).order_by(Enrolment.id)
    return [view(session, row) for row in session.scalars(statement.limit(200))]


def waiting_count(session: Session, scope: Scope) -> int:
    """How many are to be decided."""
    counted = select(func.count(Enrolment.id)).where(visible(scope), Enrolment.state == rules.OPEN)
    return session.scalar(counted) or 0


def decided(session: Session, scope: Scope, limit: int = 50) -> list[EnrolmentView]:
    """The last ones decided, newest first."""
    statement = select(Enrolment).where(visible(scope), Enrolment.state != rules.OPEN)
    return [view(session, row) for row in session.scalars(statement.order_by(Enrolment.id.desc()).limit(limit))]


def one(session: Session, scope: Scope, enrolment: int) -> EnrolmentView | None:
    """One enrolment that the asker decides on."""
    row = session.scalar(select(Enrolment).where(Enrolment.id == enrolment, visible(scope)))
    return view(session, row) if row else None


def namesakes(session: Session, scope: Scope, name: str, division: str) -> list[tuple[int, str]]:
    """People of that name at that place (id, name): it may be another number of theirs."""
    here = scope.covers(Person.division_code), Person.division_code == division, Person.name == name
    statement = select(Person.id, Person.name).where(*here, Person.disabled_at.is_(None)).order_by(Person.id)
    return [(row.id, row.name) for row in session.execute(statement)]


def open_of(session: Session, number: str) -> EnrolmentView | None:
    """The open enrolment of a number (E.164)."""
    row = session.scalar(select(Enrolment).where(Enrolment.number == number, Enrolment.state == rules.OPEN))
    return view(session, row) if row else None


def is_wanted(session: Session, number: str) -> bool:
    """Whether somebody must still be asked to decide."""
    state = session.scalar(select(Enrolment.state).where(Enrolment.id == rules.row_id(number)))
    return state == rules.OPEN
