"""What phones ask of broadcasts: reads across worlds, because a phone has none of its own; each row names its world."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from responder.accounts.models import Person
from responder.kernel import ids
from responder.messaging.broadcasts import rules
from responder.messaging.broadcasts.models import Broadcast, Recipient
from responder.messaging.broadcasts.queries import options_of
from responder.messaging.commands import Option

_b: Any = Broadcast.__table__
_to: Any = Recipient.__table__
_person: Any = Person.__table__


@dataclass(frozen=True)
class Open:
    """A broadcast that a person was asked, in any world: phones have none of their own."""

    number: str
    world: int
    kind: str
    options: tuple[Option, ...]
    state: str
    told_at: datetime
    answered: bool


def asked_of(session: Session, person_id: int, now: datetime, within: timedelta) -> list[Open]:
    """What a person was texted within a time, of every world: unanswered and open ones first, then the newest."""
    statement = (
        select(_b.c.id, _b.c.world, _b.c.kind, _b.c.options, _b.c.state, _to.c.told_at, _to.c.answered_at)
        .join(_b, _b.c.id == _to.c.broadcast_id)
        .where(_to.c.person_id == person_id, _to.c.told_at >= now - within)
        .order_by(_to.c.told_at.desc(), _b.c.id.desc())
        .limit(8)
    )
    found = [
        Open(
            ids.number(ids.BROADCAST, row.id), row.world, row.kind, options_of(row.options), row.state, row.told_at,
            row.answered_at is not None,
        )
        for row in session.execute(statement)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.answered or one.state != rules.OPEN)


def of_number(session: Session, person_id: int, number: str) -> Open | None:
    """One broadcast that went to a person, of every world; None where it didn't."""
    statement = (
        select(_b.c.id, _b.c.world, _b.c.kind, _b.c.options, _b.c.state, _b.c.made_at, _to.c.answered_at)
        .join(_b, _b.c.id == _to.c.broadcast_id)
        .where(_to.c.person_id == person_id, _b.c.id == ids.row_id(ids.BROADCAST, number))
    )
    row = session.execute(statement).first()
    if row is None:
        return None
    return Open(
        number, row.world, row.kind, options_of(row.options), row.state, row.made_at, row.answered_at is not None
    )


def is_one(session: Session, number: str) -> bool:
    """Whether there is a broadcast of this number, in any world."""
    return session.execute(select(_b.c.id).where(_b.c.id == ids.row_id(ids.BROADCAST, number))).first() is not None


def is_wanted(session: Session, key: str) -> bool:
    """Whether a text of a broadcast should still be sent or called: it is open and the person, who is still one of us,
    hasn't answered. Of a village that has answered a callout nobody is called again. ``key`` is ``B1012/17``, a
    person's id after the number."""
    number, _, person = key.partition("/")
    theirs = _to.c.person_id == (int(person) if person.isdigit() else 0)
    other = _to.alias("other")
    village = exists().where(
        other.c.broadcast_id == _to.c.broadcast_id,
        other.c.division_code == _to.c.division_code,
        other.c.answered_at.is_not(None),
    )
    chased = or_(_to.c.told > 1, _to.c.hand_at.is_not(None))
    done = or_(_to.c.answered_at.is_not(None), and_(_b.c.kind == rules.CALLOUT, chased, village))
    statement = (
        select(_b.c.id)
        .join(_to, _b.c.id == _to.c.broadcast_id)
        .join(_person, _person.c.id == _to.c.person_id)
        .where(_b.c.id == ids.row_id(ids.BROADCAST, number), theirs, _b.c.state == rules.OPEN, ~done)
        .where(_person.c.disabled_at.is_(None))
    )
    return session.execute(statement).first() is not None
