"""Calls that nobody needs any more end by themselves."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog
from sqlalchemy import or_, select

from responder.kernel.actors import Actor
from responder.messaging.handcalls import queries, rules, service
from responder.messaging.handcalls.models import HandCall
from responder.platform.work import Work

log = structlog.get_logger(__name__)

_call: Any = HandCall.__table__


def close_unwanted(work: Work, wanted: queries.Wanted) -> int:
    """Closes calls whose mission has been answered or called off, or whose text has arrived, in every world. Returns
    how many."""
    asks = _call.c.state.in_(rules.WAITING) & or_(_call.c.wanted != "", _call.c.outbound_id.is_not(None))
    columns = (
        _call.c.id, _call.c.world, _call.c.division_code, _call.c.wanted, _call.c.outbound_id, _call.c.reason,
    )  # fmt: skip
    with work.read() as session:
        rows = session.execute(select(*columns).where(asks).order_by(_call.c.id)).all()
    done = 0
    for row in rows:
        try:
            with work.read(row.world) as session:
                needed = queries.is_wanted(session, row.wanted, row.outbound_id, row.reason, wanted)
            if not needed:
                with work.begin(Actor(None, "system", row.division_code, "job", row.world)) as uow:
                    done += service.close_unwanted(uow, row.id)
        except Exception as problem:
            # One call that can't be looked at must not keep all others on the list.
            log.error("call not looked at", call=row.id, problem=repr(problem))
    return done


def jobs(wanted: queries.Wanted) -> Sequence[tuple[str, float, Callable[[Work], int]]]:
    """What the worker runs: name, seconds between runs, function."""
    return (("calls.unwanted", 15.0, partial(close_unwanted, wanted=wanted)),)
