"""The second half of the relay: one road's own senders. What is claimed, handed over and noted goes by no other, so
that a slow provider holds up nobody else's texts.

A claim is one conditional UPDATE, and what comes of several texts is noted in one unit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol

import structlog
from sqlalchemy.orm import Session

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging import outcomes
from responder.messaging.claiming import CLAIM, Hand
from responder.messaging.fleet import Haulier
from responder.messaging.gateways import SendFailed, Sent
from responder.messaging.outcomes import Claim
from responder.platform.work import UnitOfWork, Work

log = structlog.get_logger(__name__)

MARGIN = timedelta(seconds=30)
"""What must be left of a claim for a text to be sent on it: two gateways' time-outs and a little."""
AHEAD = timedelta(milliseconds=200)
"""So much of a road's work is claimed in advance, that its senders never wait for the database; what jumps the queue
finds no more than this in front of it, and a sender that is kept for it."""
CYCLE = 0.1
"""Seconds between two units of a busy road: what landed meanwhile is noted together, what comes next is claimed."""

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

    def claim(self, most: int, most_routine: int) -> list[Claim]:
        """Takes the best texts of this road, as many as have tokens, lines and caps left."""
        with self.work.begin(_NOBODY) as uow:
            return Hand(self.haulier, uow, timedelta()).out(most, most_routine)

    def cycle(self, landed: Sequence[Outcome], most: int, most_routine: int) -> tuple[Hand | None, list[Claim]]:
        """Notes what was taken and claims what is due soon, in one unit."""
        with self.work.begin(_NOBODY) as uow:
            self._taken(uow, landed)
            if not most:
                return None, []
            hand = Hand(self.haulier, uow, AHEAD)
            return hand, hand.out(most, most_routine)

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

    def note(self, landed: Sequence[Outcome]) -> bool:
        """Writes what came of them: those that were taken in one unit, each other in one of its own. Returns whether
        this road is to be left alone now."""
        if any(one.became == "sent" for one in landed):
            with self.work.begin(_NOBODY) as uow:
                self._taken(uow, landed)
        alone = [self._note(one) for one in landed if one.became != "sent"]
        return any(alone)

    def _taken(self, uow: UnitOfWork, landed: Sequence[Outcome]) -> None:
        sent = [(one.claim, _sure(one.sent)) for one in landed if one.became == "sent"]
        if sent:
            outcomes.taken(uow, self.haulier, sent)
            outcomes.carries(uow, [claim.standing for claim, _sent in sent])

    def _note(self, one: Outcome) -> bool:
        row = one.claim.row
        with self.work.begin(Actor(None, "relay", row["division_code"], "job", row["world"])) as uow:
            _NOTES[one.became](uow, one)
        if one.problem is None:
            return False
        # Whoever met it, the road is broken in the real world.
        with self.work.begin(_NOBODY) as uow:
            return outcomes.speaks_against(uow, self.haulier, one.claim.standing, one.problem)


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
