"""Reads of the drills room. A drill is seen by those above its division and by those it takes in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.accounts.models import Person
from responder.drills import evaluation, rules
from responder.drills.models import Drill, DrillFeed
from responder.kernel import ids
from responder.kernel.actors import REAL
from responder.kernel.refusals import NotFound
from responder.platform.eventlog import EventRow
from responder.platform.scope import Scope, ancestors


@dataclass(frozen=True)
class DrillView:
    """A drill as read."""

    id: int
    number: str
    name: str
    kind: str
    day: str
    division_code: str
    participants: tuple[str, ...]
    status: str
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    director_id: int | None
    script: str
    reason: str
    sequence: int
    changed_at: datetime

    @property
    def world(self) -> int:
        """The number under which the rows, events and texts of the drill are kept."""
        return self.id

    def covers(self, division: str) -> bool:
        """Whether a division takes part."""
        return rules.covers(self.division_code, self.participants, division)


def _view(drill: Drill) -> DrillView:
    return DrillView(
        id=drill.id,
        number=drill.number,
        name=drill.name,
        kind=drill.kind,
        day=drill.day,
        division_code=drill.division_code,
        participants=tuple(part.division_code for part in drill.participants),
        status=drill.status,
        planned_at=drill.planned_at,
        started_at=drill.started_at,
        ended_at=drill.ended_at,
        director_id=drill.director_id,
        script=drill.script,
        reason=drill.reason,
        sequence=drill.sequence,
        changed_at=drill.changed_at,
    )


def _near(scope: Scope) -> ColumnElement[bool]:
    """Drills below the reader, and drills of a division that the reader's own lies in."""
    return or_(scope.covers(Drill.division_code), Drill.division_code.in_(ancestors(scope.division)))


def _seen(scope: Scope, drill: DrillView) -> bool:
    return scope.holds(drill.division_code) or drill.covers(scope.division)


def between(session: Session, scope: Scope, start: datetime, end: datetime) -> list[DrillView]:
    """Drills held, or else planned, in [start, end), soonest first, cancelled ones too."""
    when = func.coalesce(Drill.started_at, Drill.planned_at)
    statement = select(Drill).where(_near(scope), when >= start, when < end).order_by(when, Drill.id)
    found = [_view(row) for row in session.scalars(statement)]
    return [drill for drill in found if _seen(scope, drill)]


def newest(session: Session, scope: Scope, before: int | None, limit: int) -> list[DrillView]:
    """Drills by id, newest first, below ``before`` where given; at most ``limit``."""
    found: list[DrillView] = []
    while len(found) < limit:
        statement = select(Drill).where(_near(scope)).order_by(Drill.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(Drill.id < before)
        rows = list(session.scalars(statement))
        found += [drill for drill in map(_view, rows) if _seen(scope, drill)]
        if len(rows) < limit:
            break
        before = rows[-1].id
    return found[:limit]


def drill(session: Session, scope: Scope, number: str) -> DrillView:
    """One drill. Raises NotFound where there is none that the reader may see."""
    row = session.get(Drill, ids.row_id(ids.DRILL, number) or 0)
    if row is None or not _seen(scope, view := _view(row)):
        raise NotFound()
    return view


def joinable(session: Session, scope: Scope) -> list[DrillView]:
    """Running drills whose world the reader may enter: for the world switch in the frame."""
    statement = select(Drill).where(_near(scope), Drill.status == "running").order_by(Drill.started_at)
    return [view for view in map(_view, session.scalars(statement)) if _seen(scope, view)]


def enterable(session: Session, scope: Scope, number: str) -> DrillView:
    """The drill whose world the reader asks for; ended ones may be read. Raises NotFound, NotRunning."""
    found = drill(session, scope, number)
    if found.status not in ("running", "ended"):
        raise rules.NotRunning(drill=found.number, status=found.status)
    return found


def world_of(session: Session, number: str) -> int | None:
    """The world of a drill that has started, by its number; None for any other. For wiring, without scope."""
    row = session.get(Drill, ids.row_id(ids.DRILL, number) or 0)
    return row.id if row is not None and row.status in ("running", "ended") else None


def drill_of(session: Session, world: int) -> DrillView | None:
    """The drill of a world, None for the real one: for the frame's band. A look-up by primary key, only ever
    made inside a drill; keeping it would show an old name or state in other processes."""
    row = session.get(Drill, world) if world != REAL else None
    return _view(row) if row is not None else None


def number_of(world: int) -> str | None:
    """The number of a world's drill, None for the real world. No look-up: live push asks for every event."""
    return ids.number(ids.DRILL, world) if world != REAL else None


def running_for(session: Session, division: str) -> list[DrillView]:
    """The running drills that take in a division: which world a text that begins 演练 belongs to.

    More than one means that the sender must be asked.
    """
    chain = ancestors(division)
    statement = select(Drill).where(Drill.status == "running", Drill.division_code.in_(chain)).order_by(Drill.id)
    return [view for view in map(_view, session.scalars(statement)) if view.covers(division)]


def evaluate(session: Session, scope: Scope, number: str) -> evaluation.Evaluation:
    """What a drill showed, from the event log of its world. Raises NotFound."""
    drill(session, scope, number)
    row = session.get_one(Drill, ids.row_id(ids.DRILL, number))
    if row.begins_after is None:
        return evaluation.evaluate(())
    statement = select(EventRow.kind, EventRow.subject, EventRow.at).order_by(EventRow.seq)
    statement = statement.where(EventRow.seq > row.begins_after, EventRow.world == row.id)
    statement = statement.where(EventRow.kind.in_(evaluation.KINDS), scope.covers(EventRow.division))
    if row.ended_with is not None:
        statement = statement.where(EventRow.seq <= row.ended_with)
    return evaluation.evaluate(session.execute(statement).all())


def token_hash(token: str) -> str:
    """What is kept of a calendar address."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class FeedOwner:
    """Whose calendar address it is: what they may see now, their language, whether they are a demonstration's."""

    scope: Scope
    lang: str
    demo: bool


def feed_owner(session: Session, token: str) -> FeedOwner | None:
    """The owner of a calendar address; None where it is unknown or revoked, or its owner was disabled or may
    no longer see drills."""
    statement = select(Person).join(DrillFeed, DrillFeed.person_id == Person.id)
    person = session.scalars(statement.where(DrillFeed.token_hash == token_hash(token))).one_or_none()
    if person is None or person.disabled_at is not None:
        return None
    permissions = accounts.permissions_of(session, person.id, person.division_code)
    if "drill.see" not in permissions:
        return None
    return FeedOwner(Scope(person.division_code, REAL, permissions, person.id), person.lang, person.demo)


def feed_made_at(session: Session, scope: Scope) -> datetime | None:
    """When the reader's own calendar address was made, None where there is none."""
    row = session.get(DrillFeed, scope.person_id) if scope.person_id is not None else None
    return row.made_at if row is not None else None


def days_taken(drills: Sequence[DrillView]) -> set[str]:
    """The calendar's days for which there is a drill that wasn't called off."""
    return {drill.day for drill in drills if drill.day and drill.status != "cancelled"}
