"""What can be done with drills. Plans live in the real world; a start opens a world of the drill's own."""

import secrets
from datetime import datetime

from responder.dispatch import service as dispatch
from responder.drills import rules
from responder.drills.commands import (
    CancelDrill,
    ChangeDrill,
    EndDrill,
    PlanDrill,
    ResetFeed,
    RevokeFeed,
    StartDrill,
)
from responder.drills.days import days
from responder.drills.models import Drill, DrillFeed, DrillParticipant
from responder.drills.queries import token_hash
from responder.kernel import ids
from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.kernel.refusals import Invalid, NotFound
from responder.places import queries as places
from responder.platform import eventlog
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork
from responder.stock import service as stock


def plan(uow: UnitOfWork, command: PlanDrill) -> str:
    """Puts a drill into the calendar; returns its number. Raises Invalid, NotFound (beyond reach)."""
    _leave_drill(uow)
    known = places.places(uow.session).find(command.division)
    if known is None or not Scope(uow.actor.division).holds(command.division):
        raise NotFound()
    _check(uow.now, command.name, command.kind, command.planned_at, command.script)
    if command.day and command.day not in {day.slug for day in days()}:
        raise Invalid(field="day", problem="unknown")
    drill = Drill(
        name=command.name.strip(),
        kind=command.kind,
        day=command.day,
        division_code=command.division,
        planned_at=command.planned_at,
        director_id=command.director if command.director is not None else uow.actor.person_id,
        script=command.script.strip(),
        changed_at=uow.now,
        participants=_participants(uow, command.division, command.participants),
    )
    uow.session.add(drill)
    uow.session.flush()
    uow.record(_event("planned", drill, planned_at=drill.planned_at.isoformat()))
    return drill.number


def change(uow: UnitOfWork, command: ChangeDrill) -> None:
    """Gives a planned drill new particulars. Raises NotFound, NotPlanned, Invalid."""
    drill = _mine(uow, command.drill)
    rules.must_be_planned(drill.number, drill.status)
    _check(uow.now, command.name, command.kind, command.planned_at, command.script)
    drill.name, drill.kind, drill.script = command.name.strip(), command.kind, command.script.strip()
    drill.planned_at = command.planned_at
    wanted = _participants(uow, drill.division_code, command.participants)
    kept = {part.division_code: part for part in drill.participants}
    drill.participants = [kept.get(part.division_code, part) for part in wanted]
    _touch(uow, drill)
    uow.record(_event("changed", drill, planned_at=drill.planned_at.isoformat()))


def cancel(uow: UnitOfWork, command: CancelDrill) -> None:
    """Calls off a planned drill; calendars show it as cancelled. Raises NotFound, NotPlanned, Invalid."""
    drill = _mine(uow, command.drill)
    rules.must_be_planned(drill.number, drill.status)
    drill.status, drill.reason = "cancelled", _reason(command.reason)
    _touch(uow, drill)
    uow.record(_event("cancelled", drill, reason=drill.reason))


def start(uow: UnitOfWork, command: StartDrill) -> None:
    """Opens the drill's world: what lies in the warehouses is copied into it, the boards inside begin empty.

    The unit leaves inside the drill's world. Raises NotFound, NotPlanned.
    """
    drill = _mine(uow, command.drill)
    rules.must_be_planned(drill.number, drill.status)
    drill.status, drill.started_at = "running", uow.now
    _touch(uow, drill)
    started = _event("started", drill)
    world = drill.id
    seq = _enter(uow, world, started)
    uow.session.get_one(Drill, world).begins_after = seq
    stock.open_world(uow, world)
    uow.record(started)


def end(uow: UnitOfWork, command: EndDrill) -> None:
    """Ends a running drill: its open missions are closed, what it had reserved is released, and nothing more
    is written into its world. The unit leaves inside that world. Raises NotFound, NotRunning, Invalid."""
    drill = _mine(uow, command.drill)
    rules.must_be_running(drill.number, drill.status)
    drill.ended_at, drill.reason = uow.now, _reason(command.reason)
    _touch(uow, drill)
    ended = _event("ended", drill, reason=drill.reason)
    world = drill.id
    seq = _enter(uow, world, ended)
    dispatch.close_world(uow, world)
    uow.record(ended)
    # Written last: from then on the gate of the world is shut.
    row = uow.session.get_one(Drill, world)
    row.ended_with, row.status = seq, "ended"


def reset_feed(uow: UnitOfWork, command: ResetFeed) -> str:
    """Makes a new secret calendar address and returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(24)
    feed = uow.session.get(DrillFeed, command.person)
    if feed is None:
        uow.session.add(DrillFeed(person_id=command.person, token_hash=token_hash(token), made_at=uow.now))
    else:
        feed.token_hash, feed.made_at = token_hash(token), uow.now
    uow.record(Event("drill.feed_made", uow.actor.division, "", private=True))
    return token


def revoke_feed(uow: UnitOfWork, command: RevokeFeed) -> None:
    """Ends a calendar address. Without one there is nothing to do."""
    feed = uow.session.get(DrillFeed, command.person)
    if feed is not None:
        uow.session.delete(feed)
        uow.record(Event("drill.feed_revoked", uow.actor.division, "", private=True))


def _leave_drill(uow: UnitOfWork) -> None:
    """Plans belong to the real world, also when the director sits in a drill at the moment."""
    if uow.world != REAL:
        uow.act_as(uow.actor.within(REAL))


def _enter(uow: UnitOfWork, world: int, event: Event) -> int:
    """Records the event in the real world, moves the unit into the drill's, and returns the event's seq.

    The real event can't wait for the end of the unit, where all events get the unit's last world. The log's
    lock is held from here on; the drill's row was locked before it, as every writer inside the drill does.
    """
    uow.session.flush()
    seq = eventlog.append(uow.session, [event], uow.actor, uow.now)
    uow.act_as(uow.actor.within(world))
    return seq


def _mine(uow: UnitOfWork, number: str) -> Drill:
    _leave_drill(uow)
    drill = uow.session.get(Drill, ids.row_id(ids.DRILL, number) or 0, with_for_update=True)
    if drill is None or not Scope(uow.actor.division).holds(drill.division_code):
        raise NotFound()
    return drill


def _touch(uow: UnitOfWork, drill: Drill) -> None:
    drill.sequence += 1
    drill.changed_at = uow.now


def _event(what: str, drill: Drill, **more: object) -> Event:
    return Event(f"drill.{what}", drill.division_code, drill.number, {"name": drill.name, "kind": drill.kind, **more})


def _check(now: datetime, name: str, kind: str, planned_at: datetime, script: str) -> None:
    if not name.strip():
        raise Invalid(field="drill_name", problem="required")
    if len(name.strip()) > rules.NAME_LENGTH:
        raise Invalid(field="drill_name", problem="too_long")
    if kind not in rules.KINDS:
        raise Invalid(field="drill_kind", problem="unknown")
    if planned_at < now:
        raise Invalid(field="planned_at", problem="past")
    if len(script.strip()) > rules.SCRIPT_LENGTH:
        raise Invalid(field="script", problem="too_long")


def _reason(reason: str) -> str:
    if len(reason.strip()) > rules.REASON_LENGTH:
        raise Invalid(field="drill_reason", problem="too_long")
    return reason.strip()


def _participants(uow: UnitOfWork, division: str, codes: tuple[str, ...]) -> list[DrillParticipant]:
    """Rows for the named divisions. Raises Invalid for one that is unknown or outside the drill's."""
    found = sorted(set(codes) - {division})
    known = places.places(uow.session)
    for code in found:
        if not code.startswith(division) or known.find(code) is None:
            raise Invalid(field="participants", problem="unknown")
    return [DrillParticipant(division_code=code) for code in found]
