"""Work that comes due by itself: unanswered missions are followed up, finished ones put to the files."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.dispatch import alerts, rules, service
from responder.dispatch.models import Mission
from responder.dispatch.queries import owes_goods
from responder.dispatch.runcards import patience
from responder.kernel import clock, ids
from responder.kernel.actors import Actor
from responder.platform.work import UnitOfWork, Work

log = structlog.get_logger(__name__)

_table: Any = Mission.__table__


def overdue(work: Work) -> int:
    """Follows up missions that nobody has answered: reminder, deputy, then "no answer" for the board, each
    once.

    Any number of workers may run it: each mission is taken under its own lock and looked at again. Returns
    how many steps were made.
    """
    oldest = clock.now() - timedelta(minutes=patience().ack_minutes)
    late = (_table.c.status == "alerted") & (_table.c.alerted_at <= oldest)
    return sum(_each(work, late, _follow_up))


def settle(work: Work) -> int:
    """Closes missions that are done and owe no goods any more. Returns how many."""
    return sum(_each(work, _table.c.status == "done", _settle))


JOBS: Sequence[tuple[str, float, Callable[[Work], int]]] = (
    ("dispatch.overdue", 15.0, overdue),
    ("dispatch.settle", 60.0, settle),
)
"""What the worker runs: name, seconds between runs, function."""


def _each(work: Work, due: Any, act: Callable[[UnitOfWork, Mission], int]) -> list[int]:
    """Runs a step for every mission of every world that is due, each in a unit of work of its own."""
    with work.read() as session:
        found = _due(session, due)
    done = []
    for row_id, world, division in found:
        try:
            with work.begin(Actor(None, "system", division, "job", world)) as uow:
                locked = select(Mission).where(Mission.id == row_id, due).with_for_update(skip_locked=True)
                row = uow.session.scalar(locked)
                done.append(act(uow, row) if row is not None else 0)
        except Exception as problem:
            # One mission that can't be followed up must not silence the alerts of all others.
            log.error("mission not followed up", mission=ids.number(ids.MISSION, row_id), problem=repr(problem))
    return done


def _due(session: Session, due: Any) -> Sequence[tuple[int, int, str]]:
    # The table, not the class: of every world.
    statement = select(_table.c.id, _table.c.world, _table.c.division_code).where(due).order_by(_table.c.id).limit(200)
    return [(row.id, row.world, row.division_code) for row in session.execute(statement)]


def _follow_up(uow: UnitOfWork, row: Mission) -> int:
    if row.alerted_at is None:
        return 0
    deputy = row.deputy_id is not None and row.leader_id is not None
    waiting = rules.Waiting(row.alerted_at, row.reminded_at is not None, row.deputy_told_at is not None, deputy)
    step = rules.due(waiting, uow.now, patience())
    if step == "remind":
        row.reminded_at = uow.now
        alerts.told(uow, row, "mission.reminded")
        alerts.remind(uow, row)
    elif step == "deputy":
        row.deputy_told_at = uow.now
        alerts.told(uow, row, "mission.deputy_alerted")
        alerts.alert_deputy(uow, row)
    elif step == "no_answer":
        row.stamp("no_answer", uow.now)
        alerts.told(uow, row, "mission.no_answer")
    return 1 if step else 0


def _settle(uow: UnitOfWork, row: Mission) -> int:
    number = ids.number(ids.MISSION, row.id)
    if owes_goods(uow.session, number):
        return 0
    service.close(uow, number)
    return 1
