"""Reads of calls: what a caller may be asked, what of a recording may be heard."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from responder.dispatch import rules as missions
from responder.dispatch.models import Mission
from responder.hotline.voice.flow import Task
from responder.hotline.voice.models import Recording
from responder.kernel import ids
from responder.platform.scope import Scope

_mission: Any = Mission.__table__


def tasks_of(session: Session, person_id: int) -> tuple[Task, ...]:
    """The open missions that a person may answer, of every world, oldest first: a phone has no world of its own."""
    m = _mission.c
    statement = select(m.id, m.world, m.place).where(
        or_(m.leader_id == person_id, m.deputy_id == person_id), m.status.in_(missions.OPEN)
    )
    rows = session.execute(statement.order_by(m.id))
    return tuple(Task(ids.number(ids.MISSION, row.id), row.world, row.place) for row in rows)


@dataclass(frozen=True)
class RecordingView:
    """A recording as read; ``kind`` wav or mp3."""

    id: int
    state: str
    seconds: int
    at: datetime
    sha256: str
    kind: str


def recording(session: Session, scope: Scope, key: int) -> RecordingView | None:
    """One recording in scope and in the reader's world; None where there is none."""
    row = session.scalar(select(Recording).where(Recording.id == key, scope.covers(Recording.division_code)))
    return RecordingView(row.id, row.state, row.seconds, row.at, row.sha256, row.kind) if row else None
