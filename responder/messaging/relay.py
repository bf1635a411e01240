"""The relay: takes texts from the outbox to the gateways. At least once: an urgent text twice beats never.

The router gives each text its road; every road has its own senders. Both look at the outbox alone, so that any number
of workers may run, and one that is killed leaves nothing that another doesn't take up.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import structlog

from responder.messaging.conducting import Conductor
from responder.messaging.fleet import fleet
from responder.messaging.gateways import Gateway
from responder.messaging.manners import manners
from responder.messaging.roads import Approved
from responder.messaging.routing import Router
from responder.messaging.sending import Sender, Wanted
from responder.platform.work import Work

log = structlog.get_logger(__name__)


def _none_approved(_gateway: str, _template: str, _lang: str) -> bool:
    return False


class Relay:
    """All sending of one process."""

    def __init__(
        self,
        work: Work,
        gateways: Sequence[Gateway],
        wanted: Mapping[str, Wanted],
        approved: Approved = _none_approved,
    ) -> None:
        self.gateways = gateways
        hauliers = fleet(gateways, manners())
        self.router = Router(work, hauliers, approved)
        self.senders = [Sender(work, one, wanted) for one in hauliers]

    def run(self, stop: threading.Event, pause: float = 0.05) -> None:
        """Sends until stopped; looks at the outbox every ``pause`` seconds, once for all roads."""
        conductors = {one.haulier.name: Conductor(one) for one in self.senders}
        threads = [
            threading.Thread(target=one.run, args=(stop,), name=f"road {name}") for name, one in conductors.items()
        ]
        for thread in threads:
            thread.start()
        while not stop.is_set():
            moved = ended = 0
            try:
                seen = self.router.look()
                _wake(conductors, seen.best)
                moved, ended = self.router.turn(seen)
                _wake(conductors, self.router.given)
            except Exception:
                # The database may be away for a while; nothing is lost, the rows wait.
                log.exception("router failed")
                stop.wait(1.0)
            # Even a long queue leaves the writer to others for a moment.
            stop.wait(0.005 if moved or ended else pause)
        for one in conductors.values():
            one.woken.set()
        for thread in threads:
            thread.join()

    def turn(self) -> int:
        """Everything that can be done now, in one thread and in order. Returns how many texts were tried or ended."""
        done = 0
        while True:
            moved, ended = self.router.turn(self.router.look())
            waits = self.router.look().best
            sent = sum(one.turn() for one in self.senders if one.haulier.name in waits)
            done += sent + ended
            if not moved and not sent:
                return done

    def close(self) -> None:
        """Hangs up the lines that gateways keep open."""
        for gateway in self.gateways:
            if isinstance(gateway, Held):
                gateway.close()


def _wake(conductors: Mapping[str, Conductor], best: Mapping[str, int]) -> None:
    for name in conductors.keys() & best.keys():
        conductors[name].wake(best[name])


@runtime_checkable
class Held(Protocol):
    """A gateway that keeps connections open."""

    def close(self) -> None:
        """Lets them go."""
        ...
