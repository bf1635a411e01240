"""The second half of the relay: one road's own senders. What is claimed, handed over and noted goes by no other, so
that a slow provider holds up nobody else's texts.

A claim is one conditional UPDATE, and what comes of several texts is noted in one unit.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Literal, Protocol

import structlog
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT
from responder.messaging import bundling, outcomes, roadbook, rules
from responder.messaging.breaker import probing
from responder.messaging.fleet import Haulier
from responder.messaging.gateways import SendFailed, Sent
from responder.messaging.letters import treatments
from responder.messaging.manners import manners
from responder.messaging.models import Outbound
from responder.messaging.outcomes import Claim
from responder.messaging.roadbook import Standing
from responder.platform.work import UnitOfWork, Work

log = structlog.get_logger(__name__)

CLAIM = timedelta(seconds=60)
"""A claimed text whose relay died is taken up again after this; longer than any gateway's time-out."""
MARGIN = timedelta(seconds=30)
"""What must be left of a claim for a text to be sent on it: two gateways' time-outs and a little."""
BACK = 500
"""Texts of a broken road that are given back in one unit."""

_t: Any = Outbound.__table__
_NOBODY = Actor(None, "relay", "", "job")


class Wanted(Protocol):
    """Asked just before sending whether a text is still wanted: takes a read session and the key's rest."""

    def __call__(self, session: Session, key: str, /) -> bool: ...


@dataclass(frozen=True)
class Outcome:
    """What came of a claim."""

    claim: Claim
    became: Literal["sent", "failed", "unwanted", "late", "back"]
    sent: Sent | None = None
    problem: SendFailed | None = None


class Sender:
    """One road's sending. Any number may run for the same road: its tokens are given out under a lock."""

    def __init__(self, work: Work, haulier: Haulier, wanted: Mapping[str, Wanted]) -> None:
        self.work = work
        self.haulier = haulier
        self.wanted = wanted

    def turn(self) -> int:
        """Claims what may leave now, hands it over one by one, notes it. Returns how many were claimed."""
        claims = self.claim(self.haulier.can.senders, max(1, self.haulier.can.senders - 1))
        for one in claims:
            self.note([self.carry(one)])
        return len(claims)

    def run(self, stop: threading.Event, pause: float) -> None:
        """Sends until stopped, by as many threads as the gateway takes; one of them is kept free for alerts."""
        most = self.haulier.can.senders
        flying: set[Future[Outcome]] = set()
        with ThreadPoolExecutor(most, f"send {self.haulier.name}") as pool:
            while not stop.is_set():
                try:
                    landed = {one for one in flying if one.done()}
                    flying -= landed
                    self.note([one.result() for one in landed])
                    free = most - len(flying)
                    claims = self.claim(free, max(free - 1, 1 if most == 1 else 0)) if free else []
                    flying |= {pool.submit(self.carry, one) for one in claims}
                except Exception:
                    # The database may be away for a while; nothing is lost, the claims run out.
                    log.exception("relay failed", road=self.haulier.name)
                    stop.wait(1.0)
                if flying:
                    wait(flying, pause, FIRST_COMPLETED)
                    # A breath, so that those who land together are noted together.
                    stop.wait(0.005)
                else:
                    stop.wait(pause)
            self.note([one.result() for one in flying])

    def claim(self, most: int, most_routine: int) -> list[Claim]:
        """Takes the best texts of this road, as many as have tokens, lines and caps left."""
        with self.work.read() as session:
            # A look before the write: an idle road must not take the writer's lock twenty times a second.
            best = select(_t.c.priority).where(_t.c.status == "queued", _t.c.road == self.haulier.name)
            priority = session.scalar(best.order_by(_t.c.priority).limit(1))
            if priority is None or (priority > ALERT and not most_routine):
                return []
            now = clock.now()
            lines = roadbook.standings(session.connection(), [self.haulier], now)[self.haulier.name]
            if any(one.carries(now) for one in lines) and not any(
                self.haulier.bucket.tokens(one.free_at, now, alert=priority <= ALERT) for one in lines
            ):
                return []
        with self.work.begin(_NOBODY) as uow:
            return _Hand(self.haulier, uow).out(most, most_routine)

    def carry(self, claim: Claim) -> Outcome:
        """Hands one text over, if it is still wanted, young enough and ours. No transaction is open meanwhile."""
        row, now = claim.row, clock.now()
        if now >= claim.at + CLAIM - MARGIN:
            # Slow gateways have used up the claim: another relay may be about to take it.
            return Outcome(claim, "back")
        if row["expires_at"] is not None and row["expires_at"] <= now:
            return Outcome(claim, "late")
        try:
            if not self._is_wanted(row):
                return Outcome(claim, "unwanted")
            claim.dropped = [mate for mate in claim.mates if not self._is_wanted(mate)]
            claim.mates = [mate for mate in claim.mates if mate not in claim.dropped]
            return Outcome(claim, "sent", sent=self.haulier.hand_over(claim.letter()))
        except SendFailed as problem:
            log.warning("text not taken", road=self.haulier.name, ref=row["id"], code=problem.code)
            return Outcome(claim, "failed", problem=problem)
        except Exception as problem:
            log.exception("text not carried", road=self.haulier.name, ref=row["id"])
            return Outcome(claim, "failed", problem=SendFailed("broken", "unknown", type(problem).__name__))

    def _is_wanted(self, row: Mapping[str, Any]) -> bool:
        prefix, _, key = row["wanted"].partition(":")
        if not prefix or prefix not in self.wanted:
            return True
        with self.work.read(row["world"]) as session:
            return self.wanted[prefix](session, key)

    def note(self, landed: Sequence[Outcome]) -> None:
        """Writes what came of them: those that were taken in one unit, each other in one of its own."""
        taken = [one for one in landed if one.became == "sent"]
        if taken:
            with self.work.begin(_NOBODY) as uow:
                for one in taken:
                    outcomes.taken(uow, self.haulier, one.claim, _sure(one.sent))
                outcomes.carries(uow, [one.claim.standing for one in taken])
        for one in landed:
            if one.became == "sent":
                continue
            row = one.claim.row
            with self.work.begin(Actor(None, "relay", row["division_code"], "job", row["world"])) as uow:
                _NOTES[one.became](uow, one)
            if one.problem is not None:
                # Whoever met it, the road is broken in the real world.
                with self.work.begin(_NOBODY) as uow:
                    outcomes.speaks_against(uow, self.haulier, one.claim.standing, one.problem)


def _sure(sent: Sent | None) -> Sent:
    assert sent is not None
    return sent


def _failed(uow: UnitOfWork, one: Outcome) -> None:
    assert one.problem is not None
    outcomes.refused(uow, one.claim, one.problem)


_NOTES: dict[str, Callable[[UnitOfWork, Outcome], None]] = {
    "failed": _failed,
    "unwanted": lambda uow, one: outcomes.unwanted(uow, one.claim),
    # Given back, it is ended there with all that belongs to its end.
    "late": lambda uow, one: outcomes.back(uow, one.claim),
    "back": lambda uow, one: outcomes.back(uow, one.claim),
}


@cache
def _joinable() -> frozenset[str]:
    return frozenset(name for name, one in treatments().items() if one.may_be_bundled)


class _Hand:
    """One claim being given out, inside its unit."""

    def __init__(self, haulier: Haulier, uow: UnitOfWork) -> None:
        self.haulier = haulier
        self.now = uow.now
        self.connection: Connection = uow.session.connection()
        found = roadbook.standings(self.connection, [haulier], self.now, lock=True)[haulier.name]
        self.lines = {one.name: one for one in found}
        self.free_at = {one.name: one.free_at for one in found}
        self.breakers = {one.name: one.breaker for one in found}
        self.claims: list[Claim] = []
        self.back: list[int] = []

    def out(self, most: int, most_routine: int) -> list[Claim]:
        if not any(one.carries(self.now) for one in self.lines.values()):
            # Nobody waits for a broken road: its texts look for another at once.
            self._give_back([row["id"] for row in self._best(BACK)])
            return []
        rows = self._best(most)
        tallies = roadbook.tallies(self.connection, {row["number"] for row in rows}, self.now)
        for row in rows:
            if row["priority"] > ALERT and len(self.claims) >= most_routine:
                break
            if self._key(row) in (self._key(one.row) for one in self.claims if self._joins(one.row)):
                # It goes inside the one before, or after it.
                continue
            words = rules.fingerprint("", row["body"])
            tally = tallies[row["number"]]
            full = self.haulier.most is not None and tally.count(self.haulier.name) >= self.haulier.most
            if full or tally.refusal(self.haulier.name, self.haulier.can, words, row["template"]):
                self.back.append(row["id"])
                continue
            line = self._line(row["priority"] <= ALERT)
            if line is None:
                break
            self._take(line)
            tally.add(self.haulier.name, words, row["template"], self.now)
            self.claims.append(Claim(row, line, self.now))
        self._give_back(self.back)
        self._bundle()
        self._write()
        return self.claims

    def _best(self, count: int) -> list[dict[str, Any]]:
        waits = select(_t).where(_t.c.status == "queued", _t.c.road == self.haulier.name)
        statement = waits.order_by(_t.c.priority, _t.c.turn, _t.c.id).limit(count)
        return [dict(row) for row in self.connection.execute(self._locked(statement)).mappings()]

    def _locked(self, statement: Any) -> Any:
        on_server = self.connection.dialect.name == "postgresql"
        return statement.with_for_update(skip_locked=True) if on_server else statement

    def _give_back(self, ids: Sequence[int]) -> None:
        if ids:
            self.connection.execute(update(_t).where(_t.c.id.in_(ids)).values(road=""))

    def _line(self, alert: bool) -> Standing | None:
        """The line that may carry one more and has waited longest."""
        bucket = self.haulier.bucket
        free = [
            one
            for one in self.lines.values()
            if one.well
            and self.breakers[one.name].stand(self.now) != "open"
            and one.budget.left() != 0
            and bucket.tokens(self.free_at[one.name], self.now, alert=alert)
        ]
        return min(free, key=lambda one: self.free_at[one.name] or self.now, default=None)

    def _take(self, line: Standing) -> None:
        line.budget.take()
        self.free_at[line.name] = self.haulier.bucket.take(self.free_at[line.name], self.now, 1)
        if self.breakers[line.name].stand(self.now) == "half_open":
            self.breakers[line.name] = probing(self.breakers[line.name], self.now, manners().breaker)

    def _bundle(self) -> None:
        """What else waits for the same numbers, can go with it and fits."""
        leads = {self._key(one.row): one for one in self.claims if self._joins(one.row)}
        if not leads:
            return
        taken = [one.row["id"] for one in self.claims]
        waits = select(_t).where(
            _t.c.number.in_({key[0] for key in leads}), _t.c.status.in_(("queued", "held")),
            _t.c.template.in_(_joinable()), _t.c.attempts == 0, _t.c.id.not_in(taken), _t.c.expires_at > self.now,
        )  # fmt: skip
        mates: dict[int, list[dict[str, Any]]] = {}
        for found_row in self.connection.execute(self._locked(waits.order_by(_t.c.id))).mappings():
            row = dict(found_row)
            lead = leads.get(self._key(row))
            if lead is not None:
                mates.setdefault(lead.row["id"], []).append(row)
        for lead in leads.values():
            found = mates.get(lead.row["id"], [])
            bodies = [lead.row["body"], *(mate["body"] for mate in found)]
            lead.mates = found[: bundling.fitting(bodies, self.haulier.can, manners().bundles) - 1]

    def _joins(self, row: Mapping[str, Any]) -> bool:
        """Whether a text may be the first of a bundle here."""
        return row["template"] in _joinable() and not self.haulier.rings and self.haulier.can.freeform

    @staticmethod
    def _key(row: Mapping[str, Any]) -> tuple[str, int, str, bool]:
        """Texts with the same may go together."""
        return row["number"], row["world"], row["lang"], row["template"] in _joinable()

    def _write(self) -> None:
        if not self.claims:
            return
        until = self.now + CLAIM
        for one in self.claims:
            one.row["attempts"] += 1
            if one.mates:
                inside = {"status": "sending", "next_at": until, "bundle_id": one.row["id"]}
                ids = [mate["id"] for mate in one.mates]
                self.connection.execute(update(_t).where(_t.c.id.in_(ids)).values(inside))
        mine = {"status": "sending", "next_at": until, "attempts": _t.c.attempts + 1}
        self.connection.execute(update(_t).where(_t.c.id.in_([one.row["id"] for one in self.claims])).values(mine))
        roadbook.begin_attempts(self.connection, [self._attempt(one) for one in self.claims])
        for name in {one.standing.name for one in self.claims}:
            free_at = self.free_at[name]
            assert free_at is not None
            roadbook.spend(self.connection, self.lines[name], free_at, self.breakers[name])

    def _attempt(self, one: Claim) -> dict[str, Any]:
        row, line = one.row, one.standing.line
        return {
            "outbound_id": row["id"], "nth": row["attempts"], "gateway": self.haulier.gateway, "line": line.name if line else "",
            "number": row["number"], "at": self.now, "words": rules.fingerprint("", one.body),
            "template": row["template"], "taken": True, "voice": self.haulier.rings, "provider_id": "", "code": "",
            "category": "", "segments": 0, "cost": 0, "world": row["world"],
        }  # fmt: skip
