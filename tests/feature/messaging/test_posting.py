"""Many notices in one unit cost as many statements as few."""

from typing import Any

import pytest
from sqlalchemy import event, select

from responder.accounts.models import Person, Phone
from responder.app import House
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, Notice
from responder.messaging.broadcasts import service
from responder.messaging.broadcasts.commands import Audience, SendBroadcast
from responder.messaging.commands import Option
from responder.messaging.models import Outbound
from responder.teams import queries as teams

_out: Any = Outbound.__table__
SYSTEM = Actor(None, "s", "310116", "job")


@pytest.fixture
def many(house: House) -> list[int]:
    """Three hundred people with phones."""
    with house.work.begin(SYSTEM) as uow:
        people = [Person(name=f"人{n}", division_code="310116102201", created_at=uow.now) for n in range(300)]
        uow.session.add_all(people)
        uow.session.flush()
        uow.session.add_all(Phone(person_id=p.id, e164=f"+86139{n:08}", primary=True) for n, p in enumerate(people))
        return [person.id for person in people]


def statements(house: House, act: Any) -> int:
    """What one unit costs, without the lock that only PostgreSQL takes."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(house.work.database.reader, "before_cursor_execute", note)
    try:
        with house.work.begin(SYSTEM) as uow:
            act(uow)
    finally:
        event.remove(house.work.database.reader, "before_cursor_execute", note)
    return len(seen)


def test_notices_to_many_cost_as_many_statements_as_to_few(house: House, many: list[int]) -> None:
    def send(mark: str, people: list[int]) -> int:
        def act(uow: Any) -> None:
            for person in people:
                uow.send(Notice("text_urgent", f"{mark}{person}", person=person, priority=ALERT))

        return statements(house, act)

    send("warm", many[:3])
    assert send("many", many) == send("few", many[:3])
    with house.work.read() as session:
        assert len(session.scalars(select(_out.c.id)).all()) == 306


def test_a_broadcast_and_what_follows_cost_as_many_for_many_as_for_few(house: House, many: list[int]) -> None:
    options = (Option("1", "在岗"), Option("2", "不在"))

    def send(mark: str, division: str) -> list[int]:
        number = ""

        def first(uow: Any) -> None:
            nonlocal number
            command = SendBroadcast(Audience(divisions=(division,)), mark, options, False, mark)
            number = service.send(uow, command, teams.musters)

        def arrived(uow: Any) -> None:
            uow.session.connection().execute(_out.update().values(status="delivered"))

        def over(uow: Any) -> None:
            service.stand_down(uow, number, "")

        return [
            statements(house, first), statements(house, arrived) * 0,
            statements(house, lambda uow: service.resend(uow, number)), statements(house, over),
        ]  # fmt: skip

    send("warm", "310116112")
    assert send("many", "310116102") == send("few", "310116112")
