"""The gate of the drill worlds: into a world whose drill isn't running, nothing is written.

The session asks by itself, as it does for the world filter, so that no room below has to know about drills.
Texts are let through: a receipt or a late answer may arrive after the end and must be kept (DESIGN §3).
"""

from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session

from responder.drills.models import Drill
from responder.drills.rules import DrillOver
from responder.kernel import ids
from responder.kernel.actors import REAL
from responder.messaging.models import Inbound, Outbound
from responder.platform.database import InWorld
from responder.platform.eventlog import EventRow

_KEPT = (Inbound, Outbound)

_WORK = frozenset({"report", "incident", "mission", "stock"})
"""Rooms whose events tell of work inside a world. People, texts and drills have events there too."""

_UNIT = 200
"""More events than one unit records: its own are the newest of the log."""


def watch() -> None:
    """Puts the gate up for all sessions of this process. Once is enough; more do no harm."""
    if not event.contains(Session, "before_commit", _at_the_end):
        event.listen(Session, "before_flush", _rows)
        event.listen(Session, "do_orm_execute", _statements)
        event.listen(Session, "before_commit", _at_the_end)


def _rows(session: Session, _context: object, _instances: object) -> None:
    if session.info.get("world", REAL) == REAL:
        return
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if any(isinstance(row, InWorld) and not isinstance(row, _KEPT) for row in changed):
        _must_be_open(session)


def _statements(state: ORMExecuteState) -> None:
    if state.session.info.get("world", REAL) == REAL or state.bind_mapper is None:
        return
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and issubclass(state.bind_mapper.class_, InWorld) and not issubclass(state.bind_mapper.class_, _KEPT):
        _must_be_open(state.session)


def _must_be_open(session: Session) -> None:
    """The early answer, asked once per unit and world. Raises DrillOver."""
    world = session.info["world"]
    if session.info.get("open_world") == world:
        return
    with session.no_autoflush:
        status = session.scalar(select(Drill.status).where(Drill.id == world))
    if status != "running":
        raise DrillOver(drill=ids.number(ids.DRILL, world))
    session.info["open_world"] = world


def _at_the_end(session: Session) -> None:
    """The last word, for rows written past the session: whatever happens in a world records an event.

    By now the log's lock is held, which the end of a drill takes as well: nobody can end it meanwhile. Events of
    the end itself bear its own moment. Raises DrillOver.
    """
    world = session.info.get("world", REAL)
    if world == REAL:
        return
    with session.no_autoflush:
        drill = session.execute(select(Drill.status, Drill.ended_at).where(Drill.id == world)).one_or_none()
        if drill is not None and drill.status == "running":
            return
        newest = select(EventRow.kind, EventRow.at, EventRow.world).order_by(EventRow.seq.desc()).limit(_UNIT)
        written = [row for row in session.execute(newest) if row.world == world]
    ended_at = drill.ended_at if drill is not None else None
    if any(row.kind.partition(".")[0] in _WORK and (ended_at is None or row.at > ended_at) for row in written):
        raise DrillOver(drill=ids.number(ids.DRILL, world))
