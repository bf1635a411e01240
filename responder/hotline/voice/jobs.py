"""What is done for calls when nobody is on the line: recordings fetched and forgotten, lost calls ended."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select, update

from responder.hotline.voice import deeds, recordings, service
from responder.hotline.voice.menu import menu
from responder.hotline.voice.models import Call, Recording
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.messaging.calls import Line
from responder.messaging.gateways import SendFailed
from responder.messaging.rules import wait_after
from responder.platform.work import UnitOfWork, Work

log = structlog.get_logger(__name__)

BATCH = 20

_call: Any = Call.__table__
_recording: Any = Recording.__table__

Fetch = Callable[[str], bytes]
"""Gets a recording's sound by the provider's id of it. Raises SendFailed."""


def jobs(folder: Path, fetchers: Mapping[str, Fetch]) -> list[tuple[str, float, Callable[[Work], object]]]:
    """(name, seconds, function): the recordings of these providers go into the data folder."""
    return [
        ("recordings", 10, lambda work: fetch(work, folder, fetchers)),
        ("calls", 60, hang_up),
        ("old recordings", 6 * 3600, lambda work: forget(work, folder)),
    ]


def fetch(work: Work, folder: Path, fetchers: Mapping[str, Fetch]) -> int:
    """Gets what is due, each outside any transaction; returns how many were got."""
    r = _recording.c
    due = select(_recording).where(r.state == "wanted", r.next_at <= clock.now(), r.provider.in_(list(fetchers)))
    with work.read() as session:
        rows = [dict(row) for row in session.execute(due.order_by(r.id).limit(BATCH)).mappings()]
    got = 0
    for row in rows:
        try:
            data = fetchers[row["provider"]](row["ref"])
            kind = recordings.kind_of(data)
            if kind is None:
                raise SendFailed("type", "content")
            values = {"state": "kept", "sha256": recordings.store(folder, data, kind), "kind": kind, "size": len(data)}
            _note(work, row, values, "call.recorded")
            got += 1
        except SendFailed as problem:
            log.warning("recording not fetched", ref=row["ref"], code=problem.code)
            _failed(work, row, problem)
    return got


def _failed(work: Work, row: Mapping[str, Any], problem: SendFailed) -> None:
    attempts = row["attempts"] + 1
    wait = wait_after(attempts)
    if problem.category == "content" or wait is None:
        _note(work, row, {"state": "lost", "attempts": attempts}, "call.lost")
    else:
        _note(work, row, {"attempts": attempts, "next_at": clock.now() + wait})


def _note(work: Work, row: Mapping[str, Any], values: dict[str, Any], kind: str = "") -> None:
    with work.begin(Actor(None, "system", row["division_code"], "job", row["world"])) as uow:
        connection = uow.session.connection()
        same = (_recording.c.id == row["id"]) & (_recording.c.state == row["state"])
        connection.execute(update(_recording).where(same).values(**values))
        if kind:
            _told(uow, row["call_id"], kind)


def _told(uow: UnitOfWork, key: int, kind: str = "") -> None:
    call = dict(uow.session.connection().execute(select(_call).where(_call.c.id == key)).mappings().one())
    deeds.list_recordings(uow, call)
    if kind:
        uow.record(Event(kind, call["division_code"], f"I{call['inbound_id']}", {"text": call["name"]}))


def hang_up(work: Work) -> int:
    """Ends calls that were not heard of for long: the provider's word that they are over may never come."""
    c = _call.c
    silent = clock.now() - timedelta(seconds=menu().seconds.stale)
    lost = select(c.provider, c.call_ref, c.number).where(c.ended_at.is_(None), c.touched_at < silent)
    with work.read() as session:
        rows = session.execute(lost.order_by(c.id).limit(200)).all()
    for row in rows:
        with work.begin(Actor(None, "system", "", "job")) as uow:
            service.end(uow, Line(row.provider, row.call_ref, row.number))
    return len(rows)


def forget(work: Work, folder: Path) -> int:
    """Deletes recordings that have been kept long enough; returns how many. What was typed from them stays."""
    r = _recording.c
    before = clock.now() - timedelta(days=menu().keep_days)
    with work.read() as session:
        old = select(_recording).where(r.state == "kept", r.at < before).order_by(r.id).limit(500)
        rows = [dict(row) for row in session.execute(old).mappings()]
    for row in rows:
        with work.begin(Actor(None, "system", row["division_code"], "job", row["world"])) as uow:
            connection = uow.session.connection()
            connection.execute(update(_recording).where(r.id == row["id"]).values(state="deleted"))
            _told(uow, row["call_id"])
            others = select(r.id).where(r.sha256 == row["sha256"], r.state == "kept").limit(1)
            last = connection.execute(others).first() is None
        if last:
            recordings.path(folder, row["sha256"], row["kind"]).unlink(missing_ok=True)
    return len(rows)
