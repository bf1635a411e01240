"""One road's senders at work: a thread that claims and notes, and as many that hand over as the gateway takes.

The first speaks with the database in steady units, each for many texts; the others with the gateway alone. What was
claimed in advance leaves at its moment, alerts before everything, and one sender is kept for them.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from responder.kernel import clock
from responder.kernel.notices import ALERT
from responder.messaging.claiming import CLAIM, Hand
from responder.messaging.outcomes import Claim
from responder.messaging.sending import AHEAD, CYCLE, Outcome, Sender

log = structlog.get_logger(__name__)

_IDLE = 1.0
"""Seconds after which a road looks up by itself, whatever nobody told it."""
_MOST_AHEAD = 64
"""Texts claimed in advance, however fast a gateway is."""


class Conductor:
    """Sends by one road until stopped. ``wake`` may be called by any thread."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.most = sender.haulier.can.senders
        self.routine = max(1, self.most - 1)
        self.woken = threading.Event()
        self.queued = False
        self.alerted = False
        self.pending: list[Claim] = []
        self.flying: dict[Future[Outcome], tuple[Claim, float]] = {}
        self.landed: list[Outcome] = []
        self.takes = 0.0
        """Seconds that the gateway takes for a text; 0 before the first."""
        self.next_note_at = 0.0
        self.next_at = 0.0
        self.next_alert_at = 0.0

    def wake(self, priority: int) -> None:
        """Texts wait on this road, the best of this priority."""
        if priority <= ALERT and not self.alerted:
            self.alerted = True
            self.woken.set()
        if not self.queued:
            self.queued = True
            self.woken.set()

    def run(self, stop: threading.Event) -> None:
        """Until ``stop`` is set and it is woken. What was claimed and not handed over is given back."""
        with ThreadPoolExecutor(self.most, f"send {self.sender.haulier.name}") as pool:
            while not stop.is_set():
                try:
                    self._land()
                    self._work()
                except Exception:
                    # The database may be away for a while; nothing is lost, what landed is noted later.
                    log.exception("relay failed", road=self.sender.haulier.name)
                    self._note_alone()
                    stop.wait(1.0)
                self._dispatch(pool)
                self.woken.wait(self._pause())
                self.woken.clear()
        self._land()
        self._turn_back()
        self._note_alone()

    def _land(self) -> None:
        now = time.monotonic()
        for future in [one for one in self.flying if one.done()]:
            _claim, began = self.flying.pop(future)
            took = now - began
            self.takes = took if not self.takes else self.takes + (took - self.takes) / 8
            self.landed.append(future.result())

    def _work(self) -> None:
        """A unit, when there is reason for one."""
        now = time.monotonic()
        if any(one.became != "sent" for one in self.landed):
            # What was refused looks for its next road at once.
            if self._note():
                self._turn_back()
                self._note()
            return
        alerts, routine = self._room()
        claims = alerts > 0 and (
            (self.alerted and now >= self.next_alert_at) or (self.queued and routine > 0 and now >= self.next_at)
        )
        notes = bool(self.landed) and (now >= self.next_note_at or not (self.flying or self.pending))
        if not claims and not notes:
            return
        self.alerted, self.queued = self.alerted and not claims, self.queued and not claims
        hand, fresh = self.sender.cycle(self.landed, alerts if claims else 0, routine)
        self.landed = []
        self._line_up(fresh)
        self.next_note_at = now + CYCLE
        if hand is not None:
            self.queued = self.queued or hand.more
            self.next_at = now + max(CYCLE, _seconds(hand, alert=False))
            self.next_alert_at = now + _seconds(hand, alert=True)

    def _line_up(self, fresh: Sequence[Claim]) -> None:
        """What goes by the same line keeps that line's moments; the best text takes the first of them."""
        self.pending += fresh
        for line in {one.standing.name for one in fresh if _is_alert(one)}:
            same = sorted((one for one in self.pending if one.standing.name == line), key=_first)
            for claim, due in zip(same, sorted(one.due for one in same), strict=True):
                claim.due = due

    def _room(self) -> tuple[int, int]:
        """How many alerts, and how many of all texts that are none, may be claimed now."""
        ahead = min(_MOST_AHEAD, int(self.routine * (AHEAD / _SECOND) / self.takes)) if self.takes else 0
        taken = [claim for claim, _began in self.flying.values()] + self.pending
        alerts = sum(_is_alert(one) for one in taken)
        return max(0, self.most + ahead - alerts), max(0, self.routine + ahead - len(taken))

    def _dispatch(self, pool: ThreadPoolExecutor) -> None:
        now = clock.now()
        self.pending.sort(key=_first)
        for claim in list(self.pending):
            if claim.due > now or not self._has_sender(claim):
                continue
            self.pending.remove(claim)
            future = pool.submit(self.sender.carry, claim)
            self.flying[future] = (claim, time.monotonic())
            future.add_done_callback(lambda _future: self.woken.set())

    def _pause(self) -> float:
        """Until the next text is due or the next unit is; a text that lands, and a queue that fills, end it."""
        now, pauses = time.monotonic(), [_IDLE]
        alerts, routine = self._room()
        if self.landed:
            pauses.append(self.next_note_at - now)
        if self.queued and routine:
            pauses.append(self.next_at - now)
        if self.alerted and alerts:
            pauses.append(self.next_alert_at - now)
        dues = [one.due for one in self.pending if self._has_sender(one)]
        if dues:
            pauses.append((min(dues) - clock.now()) / _SECOND)
        return max(0.001, min(pauses))

    def _has_sender(self, claim: Claim) -> bool:
        return len(self.flying) < (self.most if _is_alert(claim) else self.routine)

    def _note(self) -> bool:
        """Notes all that landed; what was noted is forgotten here, so that it isn't noted twice."""
        if sent := [one for one in self.landed if one.became == "sent"]:
            self.sender.note(sent)
            self.landed = [one for one in self.landed if one.became != "sent"]
        alone = False
        while self.landed:
            alone = self.sender.note(self.landed[:1]) or alone
            del self.landed[0]
        return alone

    def _turn_back(self) -> None:
        self.landed += [Outcome(one, "back") for one in self.pending]
        self.pending = []

    def _note_alone(self) -> None:
        """After a unit that failed: each outcome by itself, as long as its claim is ours."""
        for one in list(self.landed):
            try:
                self.sender.note([one])
            except Exception:
                log.exception("outcome not noted", ref=one.claim.row["id"])
                if clock.now() < one.claim.at + CLAIM:
                    continue
            self.landed.remove(one)


_SECOND = timedelta(seconds=1)


def _first(claim: Claim) -> tuple[bool, datetime]:
    return not _is_alert(claim), claim.due


def _seconds(hand: Hand, *, alert: bool) -> float:
    """Until this road may claim again."""
    free = hand.next_at(alert=alert)
    return _IDLE if free is None else max(0.0, min(_IDLE, (free - AHEAD - hand.now) / _SECOND))


def _is_alert(claim: Claim) -> bool:
    return bool(claim.row["priority"] <= ALERT)
