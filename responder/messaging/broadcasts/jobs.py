"""Work that comes due by itself: silent villages of a callout are texted again, then rung by a person."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from responder.kernel import clock, ids
from responder.kernel.actors import Actor
from responder.messaging.broadcasts import callouts, rules
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.models import Broadcast
from responder.platform.work import Work

log = structlog.get_logger(__name__)

_table: Any = Broadcast.__table__


def follow_up(work: Work) -> int:
    """Takes every open callout of every world a step on. Any number of workers may run it: each callout is taken under
    its own lock. Returns how many villages moved."""
    begun = clock.now() - timedelta(minutes=measures().callout.again_minutes)
    due = (_table.c.kind == rules.CALLOUT) & (_table.c.state == rules.OPEN) & (_table.c.made_at <= begun)
    with work.read() as session:
        found = session.execute(select(_table.c.id, _table.c.world, _table.c.division_code).where(due)).all()
    moved = 0
    for row_id, world, division in found:
        try:
            with work.begin(Actor(None, "system", division, "job", world)) as uow:
                locked = select(Broadcast).where(Broadcast.id == row_id, Broadcast.state == rules.OPEN)
                row = uow.session.scalar(locked.with_for_update(skip_locked=True))
                moved += callouts.follow_up(uow, row) if row is not None else 0
        except Exception as problem:
            # One callout that can't be followed up must not silence all others.
            log.error("callout not followed up", callout=ids.number(ids.BROADCAST, row_id), problem=repr(problem))
    return moved


JOBS: Sequence[tuple[str, float, Callable[[Work], int]]] = (("broadcasts.follow_up", 20.0, follow_up),)
"""What the worker runs: name, seconds between runs, function."""
