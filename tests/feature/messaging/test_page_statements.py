"""What each page of the messages costs: as many statements with three rows of a kind as with three hundred."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from responder.accounts.models import Person, Phone
from responder.app import House
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging.broadcasts import service as broadcasts
from responder.messaging.broadcasts.commands import Audience, SendBroadcast
from responder.messaging.commands import Option
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.models import Attempt, Inbound, Outbound
from responder.places import queries as tree
from responder.teams import queries as teams
from tests import cast

SYSTEM = Actor(None, "s", "310116", "job")
PAGES = (
    "/messages", "/messages?show=all", "/messages?show=all&q=上涨&gateway=kannel", "/messages/outbox",
    "/messages/outbox?show=failed", "/messages/calls", "/messages/broadcasts", "/messages/reach",
    "/messages/reach?show=all", "/messages/_reach", "/messages/print/contacts",
)  # fmt: skip
MOST = 16
"""Statements of a page at most."""


def fill(house: House, first: int, count: int) -> None:
    """So many rows of each kind that these pages list."""
    now = clock.now()
    with house.work.begin(SYSTEM) as uow:
        people = [
            Person(name=f"人{n}", division_code="310116102201", created_at=now, post="AB"[n % 2])
            for n in range(first, first + count)
        ]
        uow.session.add_all(people)
        uow.session.flush()
        uow.session.add_all(
            Phone(person_id=one.id, e164=f"+86139{n + first:08}", primary=True, state=("ok", "bad")[n % 2])
            for n, one in enumerate(people)
        )
        texts: list[dict[str, Any]] = []
        for n, one in enumerate(people, first):
            number = f"+86139{n:08}"
            uow.session.add(
                Inbound(
                    gateway="kannel", provider_id=f"p{n}", number=number, body="水位上涨", received_at=now,
                    person_id=one.id, name=one.name, outcome=("waiting", "report")[n % 2],
                    division_code=one.division_code,
                )
            )  # fmt: skip
            sent = Outbound(
                dedup=f"t{n}", person_id=one.id, number=number, template="help", lang="zh", body="收到", priority=5,
                subject="", wanted="", status=("failed", "sent")[n % 2], created_at=now, next_at=now, gateway="kannel",
                division_code=one.division_code,
            )  # fmt: skip
            uow.session.add(sent)
            uow.session.flush()
            texts.append({"outbound_id": sent.id, "number": number, "taken": bool(n % 2)})
            handcalls.put(
                uow,
                HandCallWanted(
                    sent.id, one.id, number, one.name, "请回", "failed", "", "help", 5, "", one.division_code, f"c{n}"
                ),
            )
        uow.session.add_all(
            Attempt(gateway="kannel", at=now - timedelta(minutes=1), words="w", **text) for text in texts
        )
    for n in range(first, first + min(count, 30)):
        with house.work.begin(SYSTEM) as uow:
            options = (Option("1", "在岗"), Option("2", "不在"))
            command = SendBroadcast(Audience(divisions=("310116112",)), f"值班{n}", options, False, f"b{n}")
            broadcasts.send(uow, command, teams.musters)


def cost(house: House, path: str) -> int:
    client = cast.client_for(house, "coordinator")
    client.get(path)
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(house.work.database.reader, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(house.work.database.reader, "before_cursor_execute", note)
    return len(seen)


def test_pages_cost_as_many_statements_for_many_rows_as_for_few(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether the divisions have changed is asked every two seconds, by whichever page comes then.
    monkeypatch.setattr(tree, "CHECK_SECONDS", 3600.0)
    fill(house, 0, 4)
    cost(house, PAGES[0])
    few = {path: cost(house, path) for path in PAGES}
    fill(house, 4, 300)
    assert {path: cost(house, path) for path in PAGES} == few
    assert max(few.values()) <= MOST
