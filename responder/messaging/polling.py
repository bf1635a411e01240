"""Gateways that must be asked for what came in: a job of the worker for each."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging import queries, watching
from responder.messaging.commands import Incoming
from responder.messaging.gateways import Health, Polled, SendFailed, http
from responder.messaging.gateways.http_book import PREFIX, books
from responder.messaging.hooks import Listener, apart, receive, store
from responder.platform.work import Work
from responder.settings import Settings

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""How far each question reaches back behind the last one: platforms show a text minutes after its time."""
IN = "in"
"""The name under which it is kept whether a gateway can be asked: ``http:platform/in``."""
FIRST = timedelta(days=1)
"""How far the first question of an installation reaches back."""


class Poller:
    """Asks one gateway. Many platforms hand a text over only once: what came is stored at once, before any of it is
    understood, and what could not be stored is stored first next time."""

    def __init__(self, name: str, gateway: Polled, listener: Listener) -> None:
        self._name = name
        self._gateway = gateway
        self._listener = listener
        self._waiting: list[Incoming] = []
        self._stored: list[tuple[int, Incoming]] = []
        self._asked: datetime | None = None

    def __call__(self, work: Work) -> None:
        """One question, and what came of it."""
        self._keep(work)
        now = clock.now()
        try:
            # A clock that was put back must not leave out what came meanwhile.
            since = min(self._asked or self._last(work, now), now)
            found = self._gateway.poll(since - OVERLAP)
            self._waiting += [one for text in found for one in apart(self._listener, text)]
        except SendFailed as problem:
            log.warning("gateway could not be asked for texts", gateway=self._name, code=problem.code)
            self._note(work, Health(IN, False, problem.code))
            return
        self._asked = now
        self._keep(work)
        self._note(work, Health(IN, True))

    def _note(self, work: Work, health: Health) -> None:
        """Texts may still go out while none comes in: that stands by itself, and a person is told of it."""
        with work.begin(Actor(None, "poll", "", "job")) as uow:
            watching.note(uow, watching.road_name(self._name, IN), health)

    def _last(self, work: Work, now: datetime) -> datetime:
        with work.read() as session:
            return queries.last_heard(session, self._name) or now - FIRST

    def _keep(self, work: Work) -> None:
        if self._waiting:
            self._stored += store(work, self._waiting)
            self._waiting = []
        while self._stored:
            inbound, incoming = self._stored[0]
            receive(work, self._listener, incoming, inbound)
            del self._stored[0]


def jobs(settings: Settings, listener: Listener) -> list[tuple[str, float, Callable[[Work], object]]]:
    """(name, seconds, function) for every gateway whose file says that it is polled."""
    found: list[tuple[str, float, Callable[[Work], object]]] = []
    for name, book in books(settings).items():
        if book.inbound is not None and book.inbound.poll is not None:
            poller = Poller(PREFIX + name, http.gateway(settings, PREFIX + name), listener)
            found.append((f"poll {name}", book.inbound.poll.every_seconds, poller))
    return found
