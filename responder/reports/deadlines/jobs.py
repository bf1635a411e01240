"""Work that comes due by itself: clocks start and stop, offices are reminded, the office above is told."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.places.queries import is_loaded, places
from responder.platform.work import UnitOfWork, Work
from responder.reports.deadlines import feed, matching, rounds, rulebook, rules, texts
from responder.reports.deadlines.models import Due
from responder.reports.deadlines.rules import OPEN, Waiting

log = structlog.get_logger(__name__)

_t: Any = Due.__table__


def calendar(work: Work) -> int:
    """Opens what the calendar asks for and ends what is over, in every world. Returns how many dues changed."""
    done = 0
    with work.read() as session:
        if not is_loaded(session):
            return 0
        every = rounds.worlds(session)
    for world in every:
        try:
            with work.begin(Actor(None, "system", "", "job", world)) as uow:
                done += rounds.end_over(uow.session, world, uow.now)
                done += matching.keep(uow.session, rounds.wanted(uow.session, world, uow.now))
        except Exception as problem:
            log.error("calendar of dues not kept", world=world, problem=repr(problem))
    return done


def chase(work: Work) -> int:
    """Reads what has been reported, then prompts, reminds, nags, and tells the offices above; each step once,
    whoever runs it and how often. Returns how many steps were made."""
    feed.follow(work)
    now = clock.now()
    with work.read() as session:
        waiting = select(_t.c.id, _t.c.world, _t.c.to_code).where(_t.c.status == OPEN, _t.c.next_at <= now)
        grouped: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row in session.execute(waiting.order_by(_t.c.next_at, _t.c.id).limit(1000)):
            grouped[row.world, row.to_code].append(row.id)
    done = 0
    for (world, to), ids in grouped.items():
        try:
            with work.begin(Actor(None, "system", "", "job", world)) as uow:
                done += _chase(uow, to, ids)
        except Exception as problem:
            log.error("dues not chased", world=world, to=to, problem=repr(problem))
    return done


JOBS: Sequence[tuple[str, float, Callable[[Work], int]]] = (
    ("reports.due", 15.0, chase),
    ("reports.calendar", 30.0, calendar),
)
"""What the worker runs: name, seconds between runs, function."""


def _chase(uow: UnitOfWork, to: str, ids: list[int]) -> int:
    """The steps that are due for what one office is to receive, all in one unit: it gets one text, not twenty."""
    locked = select(Due).where(Due.id.in_(ids), Due.status == OPEN, Due.next_at <= uow.now)
    rows = uow.session.scalars(locked.order_by(Due.id).with_for_update(skip_locked=True)).all()
    missing, asked, done = [], 0, 0
    for row in rows:
        while (act := _next(row, uow.now)) is not None:
            if act == "prompt":
                row.reminded_at = uow.now
                asked += texts.prompt(uow, row) if uow.now < row.due_at else False
            elif act == "remind":
                row.reminded_at = uow.now
                if uow.now < row.due_at:
                    texts.ask(uow, row, 0, late=False)
            elif act == "overdue":
                row.escalated_at = uow.now
                missing.append(row)
            else:
                texts.ask(uow, row, row.nags + 1, late=True)
                row.nags, row.nagged_at = row.nags + 1, uow.now
            done += 1
    if missing:
        texts.tell_above(uow, to, missing)
    if asked:
        data = {"office": places(uow.session).name(to), "n": asked}
        uow.record(Event("due.asked", to, "", data))
    return done


def _next(row: Due, now: datetime) -> str | None:
    """What is to be done about a due at this moment; notes when something is to be done next."""
    waiting = Waiting(
        row.opened_at, row.due_at, row.asks, row.reminded_at is not None, row.escalated_at is not None, row.nags,
        row.nagged_at,
    )  # fmt: skip
    found = rules.next_act(waiting, rulebook.patience())
    row.next_at = found[1] if found else None
    return found[0] if found and found[1] <= now else None
