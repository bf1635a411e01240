"""Reads the event log, in the order of commits, for what it makes due and what it fulfils.

Any number of workers may read the same events: keys are unique and only what is open is marked.
"""

from collections import defaultdict
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from responder.incidents.models import Response
from responder.incidents.responses import RUNNING
from responder.kernel import clock
from responder.kernel.actors import REAL, Actor
from responder.kernel.ids import INCIDENT, REPORT, row_id
from responder.places.queries import places
from responder.platform import eventlog
from responder.platform.eventlog import EventView
from responder.platform.work import UnitOfWork, Work
from responder.reports.deadlines import matching, rules
from responder.reports.deadlines.matching import News
from responder.reports.deadlines.models import Due, DueMark

log = structlog.get_logger(__name__)

BATCH = 100
_READ = {"report.received", "report.accepted", "report.forwarded", "incident.level_ended", "drill.ended"}
_t: Any = Due.__table__
_m: Any = DueMark.__table__
_s: Any = Response.__table__
_BEGIN: dict[str, Any] = {
    "sqlite": sqlite_insert(_m).on_conflict_do_nothing(), "postgresql": postgres_insert(_m).on_conflict_do_nothing()
}  # fmt: skip


def follow(work: Work) -> int:
    """Takes in all events since the last time. Returns how many of them told of reports."""
    done = 0
    while True:
        with work.read() as session:
            mark = session.execute(select(_m.c.seq)).scalar() or 0
            found = eventlog.after(session, mark, BATCH)
        if not found:
            return done
        grouped: dict[int, list[EventView]] = defaultdict(list)
        for one in found:
            if one.kind in _READ and clock.now() - one.at < rules.STALE:
                grouped[one.world].append(one)
        for world, events in grouped.items():
            done += _take_all(work, world, events)
        _advance(work, mark, found[-1].seq)


def _advance(work: Work, mark: int, seq: int) -> None:
    with work.begin(Actor(None, "system", "", "job")) as uow:
        connection = uow.session.connection()
        connection.execute(_BEGIN[connection.dialect.name], {"id": 1, "seq": 0})
        connection.execute(update(_m).where(_m.c.seq == mark).values(seq=seq))


def _take_all(work: Work, world: int, events: list[EventView]) -> int:
    """A world's events in one unit; where one of them breaks it, each in its own."""
    actor = Actor(None, "system", "", "job", world)
    try:
        with work.begin(actor) as uow:
            for one in events:
                take(uow, one)
        return len(events)
    except Exception as problem:
        log.warning("events taken one by one", world=world, problem=repr(problem))
    done = 0
    for one in events:
        try:
            with work.begin(actor) as uow:
                take(uow, one)
            done += 1
        except Exception as problem:
            # One report whose clocks can't be kept must not stop all others.
            log.error("no clock kept", seq=one.seq, problem=repr(problem))
    return done


def take(uow: UnitOfWork, event: EventView) -> None:
    """What one event opens and fulfils."""
    if event.kind == "drill.ended":
        if event.world != REAL:
            matching.waive(uow.session, _t.c.world == event.world, "closed")
    elif event.kind == "incident.level_ended":
        _stable(uow.session, event)
    elif event.kind == "report.forwarded":
        _forwarded(uow, event)
    else:
        _reported(uow, event)


def _forwarded(uow: UnitOfWork, event: EventView) -> None:
    """An office's consolidated sheet went up: whatever the office owes of the incident has been told."""
    tree = places(uow.session)
    incident = row_id(INCIDENT, event.subject) or row_id(INCIDENT, str(event.data.get("incident") or ""))
    closes = matching.has_verified(uow.session, event.world, incident, event.division)
    news = News(event.world, event.division, "", event.at, event.at, "forwarded", None, incident, closes=closes)
    matching.fulfil(uow.session, tree, news)
    matching.open_received(uow.session, tree, news, uow.now)


def _reported(uow: UnitOfWork, event: EventView) -> None:
    key = row_id(REPORT, event.subject)
    row = matching.report_of(uow.session, key) if key is not None else None
    if row is None:
        return
    tree = places(uow.session)
    received = event.kind == "report.received"
    by = row.typist if received else matching.division_of(uow.session, event.actor_id)
    if received and row.kind != "zero" and row.incident_id is not None and row.state != "closed":
        matching.open_initial(uow.session, tree, row, uow.now)
    news = News(
        row.world, row.division_code, by or "", event.at, row.received_at, "report" if received else "accepted",
        row.id, row.incident_id, closes=row.kind == "verification", nothing_new=row.kind == "zero",
    )  # fmt: skip
    matching.fulfil(uow.session, tree, news)
    if row.state not in (None, "closed") and not news.nothing_new:
        matching.open_received(uow.session, tree, news, uow.now)


def _stable(session: Session, event: EventView) -> None:
    """The last level of an incident has ended: the situation counts as stable from then on."""
    key = row_id(INCIDENT, event.subject)
    running = select(func.count(_s.c.id)).where(_s.c.incident_id == key, _s.c.status == RUNNING)
    if key is not None and not session.execute(running).scalar():
        matching.open_verification(session, places(session), event.world, key, event.at)
