"""What nobody asks for any more is removed: tries at texts, of which there are as many as texts in a busy year."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging.manners import manners
from responder.messaging.models import Attempt
from responder.platform.work import Work

_t: Any = Attempt.__table__
_BATCH = 2000
"""Rows of one unit: some milliseconds of the one writer."""
_SYSTEM = Actor(None, "system", "", "job")


def forget(work: Work) -> int:
    """Removes tries older than ``keeping.attempts_days``, of every world; what became of each text and what it cost
    stays with the text. Returns how many were removed."""
    before, removed = clock.now() - timedelta(days=manners().keeping.attempts_days), 0
    oldest = select(_t.c.id, _t.c.at).order_by(_t.c.id).limit(_BATCH)
    while True:
        # By the key, for there is no index by time: ids go up as time does.
        with work.read() as session:
            rows = session.execute(oldest).all()
        ids = [row.id for row in rows if row.at < before]
        if ids:
            with work.begin(_SYSTEM) as uow:
                uow.session.connection().execute(delete(_t).where(_t.c.id.in_(ids)))
            removed += len(ids)
        if len(ids) < _BATCH:
            return removed


JOBS: Sequence[tuple[str, float, Callable[[Work], int]]] = (("attempts.forget", 3600.0, forget),)
"""What the worker runs: name, seconds between runs, function."""
