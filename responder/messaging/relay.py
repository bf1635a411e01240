"""The relay: takes texts from the outbox to a gateway. At least once: an urgent text twice beats never."""

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging import rules, service
from responder.messaging.gateways import Gateway, Letter, SendFailed, Sent
from responder.messaging.models import Outbound
from responder.platform.work import UnitOfWork, Work

log = structlog.get_logger(__name__)

BATCH = 20
CLAIM = timedelta(seconds=60)
"""A claimed text whose relay died is taken up again after this; longer than any gateway's time-out."""
MARGIN = timedelta(seconds=30)
"""What must be left of a claim for a text to be sent on it: two gateways' time-outs and a little."""

_t: Any = Outbound.__table__


class Wanted(Protocol):
    """Asked just before sending whether a text is still wanted: takes a read session and the key's rest."""

    def __call__(self, session: Session, key: str, /) -> bool: ...


class Relay:
    """One sending loop. Any number may run: rows are claimed by one conditional UPDATE."""

    def __init__(self, work: Work, gateways: Sequence[Gateway], wanted: Mapping[str, Wanted]) -> None:
        self.work = work
        self.gateways = gateways
        self.wanted = wanted

    def run(self, stop: threading.Event, pause: float = 0.05) -> None:
        """Sends until stopped; looks at the outbox every ``pause`` seconds when it was empty."""
        while not stop.is_set():
            try:
                busy = self.turn()
            except Exception:
                # The database may be away for a while; nothing is lost, the rows wait.
                log.exception("relay failed")
                busy = False
                stop.wait(1.0)
            if not busy:
                stop.wait(pause)

    def turn(self) -> int:
        """Claims a batch, sends it, notes the outcome; returns how many were taken."""
        claimed = self._claim()
        for row in claimed:
            try:
                if clock.now() < row["next_at"] - MARGIN:
                    self._carry(row)
                else:
                    # Slow gateways have used up the claim: another relay may be about to take it.
                    self._note(row, {"status": "queued", "attempts": row["attempts"] - 1, "next_at": clock.now()})
            except Exception:
                # One text that breaks the relay must not hold up the others; it comes up again with its claim's end.
                log.exception("text not carried", ref=row["id"])
        return len(claimed)

    def _actor(self, row: Mapping[str, Any]) -> Actor:
        return Actor(None, "relay", row["division_code"], "job", row["world"])

    def _due(self) -> Any:
        now = clock.now()
        waiting = (_t.c.status == "queued") & (_t.c.next_at <= now)
        abandoned = (_t.c.status == "sending") & (_t.c.next_at <= now)
        return select(_t.c.id).where(waiting | abandoned).order_by(_t.c.priority, _t.c.id).limit(BATCH)

    def _claim(self) -> list[Mapping[str, Any]]:
        if not self.gateways:
            return []
        with self.work.read() as session:
            # A look before the write: an idle relay must not take the writer's lock twenty times a second.
            if session.execute(self._due().limit(1)).first() is None:
                return []
        with self.work.begin(Actor(None, "relay", "", "job")) as uow:
            due = self._due()
            if not self.work.database.is_sqlite:
                due = due.with_for_update(skip_locked=True)
            ids = list(uow.session.scalars(due))
            values = {"status": "sending", "attempts": _t.c.attempts + 1, "next_at": uow.now + CLAIM}
            statement = update(_t).where(_t.c.id.in_(ids)).values(values).returning(*_t.c)
            rows = [dict(row) for row in uow.session.execute(statement).mappings()]
        return sorted(rows, key=lambda row: (row["priority"], row["id"]))

    def _carry(self, row: Mapping[str, Any]) -> None:
        prefix, _, key = row["wanted"].partition(":")
        if prefix and prefix in self.wanted:
            with self.work.read(row["world"]) as session:
                if not self.wanted[prefix](session, key):
                    self._note(row, {"status": "cancelled", "error": "no longer wanted"})
                    return
        for gateway in self.gateways:
            try:
                sent = gateway.send(Letter(row["id"], row["number"], row["body"], row["template"], row["lang"]))
            except SendFailed as problem:
                failure = problem
                log.warning("text not taken", gateway=gateway.name, ref=row["id"], code=problem.code)
                if problem.category in {"permanent_number", "opted_out", "content"}:
                    break
                continue
            self._arrived(row, gateway.name, sent)
            return
        self._failed(row, failure)

    def _arrived(self, row: Mapping[str, Any], gateway: str, sent: Sent) -> None:
        now = clock.now()
        values: dict[str, Any] = {"gateway": gateway, "provider_id": sent.provider_id, "sent_at": now}
        # Guarded: the provider's receipt may have come in before we got here, and says more.
        ours = _t.c.status == "sending"
        values |= {"status": case((ours, sent.status), else_=_t.c.status)}
        values |= {name: case((ours, ""), else_=_t.c[name]) for name in ("error", "category")}
        values |= {"delivered_at": now if sent.status == "delivered" else _t.c.delivered_at}
        with self.work.begin(self._actor(row)) as uow:
            uow.session.execute(update(_t).where(_t.c.id == row["id"]).values(values))

    def _failed(self, row: Mapping[str, Any], problem: SendFailed) -> None:
        values: dict[str, Any] = {"error": str(problem)[:200], "category": problem.category}
        wait = rules.wait_after(row["attempts"])
        if problem.category in {"temporary", "unknown", "config"} and wait is not None:
            self._note(row, {**values, "status": "queued", "next_at": clock.now() + wait})
            return
        with self.work.begin(self._actor(row)) as uow:
            if self._still(uow, row, {**values, "status": "failed"}):
                service.tell_failed(uow, row["division_code"], row["subject"], row["template"], problem.category)

    def _note(self, row: Mapping[str, Any], values: dict[str, Any]) -> None:
        with self.work.begin(self._actor(row)) as uow:
            self._still(uow, row, values)

    def _still(self, uow: UnitOfWork, row: Mapping[str, Any], values: dict[str, Any]) -> bool:
        """Writes what became of our claim, unless a receipt or another relay has said more since."""
        claim = (_t.c.id == row["id"]) & (_t.c.status == "sending") & (_t.c.attempts == row["attempts"])
        found = uow.session.connection().execute(update(_t).where(claim).values(values))
        return bool(found.rowcount)
