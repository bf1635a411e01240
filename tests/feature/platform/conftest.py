"""Live push under the tests' own hand."""

from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIO, SocketIOTestClient

from responder.app import House, build
from responder.drills.models import Drill
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.platform import eventlog
from responder.platform.live import NAMESPACE, Pusher
from tests import cast

VILLAGE = "310116112218"


class Stage:
    """An application whose pusher pushes when the test says so."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app: Flask = build(house)
        self.pusher: Pusher = self.app.extensions["pusher"]
        self.socketio: SocketIO = self.pusher.socketio
        # The tail thread would push by itself; here every frame is asked for.
        self.pusher._started = True
        self.pusher.sent = self.last()
        self.tokens: dict[str, str] = {}

    def last(self) -> int:
        """The newest event's seq."""
        with self.house.work.read() as session:
            return eventlog.last_seq(session)

    def connect(self, who: str, **auth: str) -> SocketIOTestClient:
        """A browser's socket, by token."""
        auth = {"token": self.token(who), **auth}
        return self.socketio.test_client(self.app, namespace=NAMESPACE, auth=auth)

    def token(self, who: str) -> str:
        """One token for each: a new one is an event of the account, which ends its sockets."""
        if who not in self.tokens:
            self.tokens[who] = cast.token_for(self.house, who)
        self.pusher.push()
        return self.tokens[who]

    def happen(self, n: int, division: str = VILLAGE, *, world: int = 0, private: bool = False, **data: Any) -> int:
        """One event; returns its seq."""
        with self.house.work.begin(Actor(None, "system", "310116", "job", world)) as uow:
            uow.record(Event("report.received", division, f"R{n}", data, private=private))
        return self.last()

    def drill(self) -> tuple[str, int]:
        """A drill that is running: its number and its world."""
        with self.house.work.begin(Actor(None, "system", "310116", "job")) as uow:
            row = Drill(
                name="演练", kind="tabletop", division_code="310116", planned_at=uow.now, changed_at=uow.now,
                status="running",
            )  # fmt: skip
            uow.session.add(row)
            uow.session.flush()
            return row.number, row.id


@pytest.fixture
def stage(house: House) -> Stage:
    """The stage."""
    return Stage(house)
