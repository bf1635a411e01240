"""A coordinator who texts many, and phones that answer."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from responder.app import House
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging.broadcasts import queries, rules, service
from responder.messaging.broadcasts.commands import Audience, SendBroadcast
from responder.messaging.broadcasts.queries import BroadcastView
from responder.messaging.commands import Option
from responder.messaging.models import Inbound, Outbound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.teams import queries as teams_read
from tests import cast

OPTIONS = (Option("1", "在岗"), Option("2", "不在"))
ALL = Audience(divisions=("310116",))
OUR = Scope("310116")
outbox: Any = Outbound.__table__
_in: Any = Inbound.__table__


@dataclass
class Caller:
    """A coordinator who sends, and phones that answer."""

    house: House
    client: FlaskClient

    def actor(self, who: str = "coordinator", world: int = 0) -> Actor:
        division, name, _roles, _phone = cast.PEOPLE[who]
        return Actor(cast.person_id(self.house, who), name, division, "web", world)

    def send(
        self, body: str = "今晚值班", audience: Audience = ALL, options: tuple[Option, ...] = OPTIONS, *,
        who: str = "coordinator", dedup: str = "", urgent: bool = False, world: int = 0,
    ) -> str:  # fmt: skip
        with self.house.work.begin(self.actor(who, world)) as uow:
            command = SendBroadcast(audience, body, options, urgent, dedup or f"{body}{clock.now()}")
            return service.send(uow, command, teams_read.musters)

    def text(self, who: str, body: str) -> str:
        """A text from a phone; gives the newest words that went back to it."""
        number = cast.phone(who) if who in cast.PEOPLE else who
        answer = self.client.post("/simulator/sms", json={"from": number, "body": body})
        assert answer.status_code == 202, answer.text
        with self.house.work.read() as session:
            reply = select(outbox.c.body).where(outbox.c.dedup.like("%reply:%"), outbox.c.number == number)
            return session.scalar(reply.order_by(outbox.c.id.desc()).limit(1)) or ""

    def outcome(self) -> tuple[str, str]:
        """What became of the newest text."""
        with self.house.work.read() as session:
            row = session.execute(select(_in.c.outcome, _in.c.subject).order_by(_in.c.id.desc()).limit(1)).one()
            return row.outcome, row.subject

    def view(self, number: str, scope: Scope = OUR) -> BroadcastView:
        with self.house.work.read(scope.world) as session:
            found = queries.broadcast(session, scope, number)
            assert found is not None
            return found

    def texts(self, number: str, *templates: str) -> list[Any]:
        with self.house.work.read() as session:
            found = select(outbox).where(outbox.c.subject == number, outbox.c.template.in_(templates or rules.ASKING))
            return list(session.execute(found.order_by(outbox.c.id)).mappings())

    def names(self, number: str) -> set[str]:
        with self.house.work.read() as session:
            return {one.name for one in queries.recipients(session, OUR, number)}

    def kinds(self, world: int = 0) -> list[str]:
        with self.house.work.read(world) as session:
            return [event.kind for event in eventlog.since(session, everything(world), 0, 1000)]
