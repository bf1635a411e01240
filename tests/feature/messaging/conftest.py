"""Phones for the tests of this folder: Twilio's signed requests, texts put into the outbox, rows looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from responder.app import House, build
from responder.kernel.actors import Actor
from responder.kernel.notices import ROUTINE, Notice
from responder.messaging.models import Inbound, Outbound
from responder.messaging.relay import Relay
from responder.platform import eventlog
from responder.platform.scope import everything
from tests import cast
from tests.feature.messaging.standin import PATH, StandIn, hang_up, relay_of

TOKEN = "12345"
PUBLIC = "https://red.example.cn"

_in: Any = Inbound.__table__
_out: Any = Outbound.__table__


@dataclass
class Line:
    """The house with Twilio's token set, a browser without anybody in it, and a look at both boxes."""

    house: House
    client: FlaskClient

    def post(self, path: str, form: Mapping[str, str | Sequence[str]], **more: Any) -> TestResponse:
        """A request as Twilio signs it, over the public address."""
        pairs = [(name, one) for name, value in form.items() for one in ([value] if isinstance(value, str) else value)]
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, MultiDict(pairs))
        return self.client.post(path, data=MultiDict(pairs), headers={"X-Twilio-Signature": signature}, **more)

    def text(self, who: str, body: str, sid: str = "SM1") -> TestResponse:
        """A text from somebody of the cast, or from a number."""
        number = cast.phone(who) if who in cast.PEOPLE else who
        return self.post("/hooks/twilio/sms", {"From": number, "To": "+10000000000", "Body": body, "MessageSid": sid})

    def inbox(self) -> list[dict[str, Any]]:
        """All that came in, of every world, oldest first."""
        return self._all(_in)

    def outbox(self) -> list[dict[str, Any]]:
        """All that goes out, of every world, oldest first."""
        return self._all(_out)

    def _all(self, table: Any) -> list[dict[str, Any]]:
        with self.house.work.read() as session:
            return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]

    def kinds(self, world: int = 0) -> list[str]:
        """Kinds of event in one world."""
        with self.house.work.read(world) as session:
            return [event.kind for event in eventlog.since(session, everything(world), 0, 1000)]

    def put(
        self,
        key: str,
        *,
        who: str = "leader",
        wanted: str = "",
        priority: int = ROUTINE,
        world: int = 0,
        template: str = "help",
    ) -> int:
        """One text into the outbox; returns its id."""
        person = cast.person_id(self.house, who)
        with self.house.work.begin(Actor(None, "system", "310116", "job", world)) as uow:
            uow.send(Notice(template, key, person=person, wanted=wanted, priority=priority, subject="M1001"))
        return int(self.outbox()[-1]["id"])


@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    """The stand-ins' server with a thread per connection: a relay that keeps its line must not hold up another."""
    server = HTTPServer(host="127.0.0.1", port=0, threaded=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def line(house: House) -> Line:
    """The line, reached by its public address."""
    wired = House(house.settings.model_copy(update={"twilio_auth_token": TOKEN, "public_url": PUBLIC}), house.work)
    return Line(wired, build(wired).test_client())


@pytest.fixture
def api(httpserver: HTTPServer) -> StandIn:
    """The stand-in, which takes everything at first."""
    stand_in = StandIn(httpserver)
    httpserver.expect_request(PATH, method="POST").respond_with_handler(stand_in)
    return stand_in


@pytest.fixture
def relay(line: Line, api: StandIn) -> Iterator[Relay]:
    """A relay that sends by Twilio alone."""
    found = relay_of(line, api.server.url_for(""))
    yield found
    hang_up(found)
