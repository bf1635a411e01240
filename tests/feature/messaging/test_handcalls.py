"""The list of calls that a person makes."""

from typing import Any

import pytest
from sqlalchemy import select

from responder.app import House
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, ROUTINE
from responder.messaging.handcalls import service
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.handcalls.models import HandCall
from responder.platform import eventlog
from responder.platform.scope import everything
from responder.platform.work import Work
from tests import cast

_call: Any = HandCall.__table__


def wanted(house: House, dedup: str = "k1", **more: Any) -> HandCallWanted:
    given = {
        "outbound_id": None, "person_id": cast.person_id(house, "leader"), "number": cast.phone("leader"),
        "name": "陆海峰", "script": "漕泾镇洪涝，请出动。回1收到 9去不了", "reason": "temporary", "detail": "",
        "template": "mission_alert", "priority": ALERT, "subject": "M1001", "division": "310116112", "dedup": dedup,
    }  # fmt: skip
    return HandCallWanted(**{**given, **more})


def put(house: House, dedup: str = "k1", *, world: int = 0, **more: Any) -> int:
    with house.work.begin(Actor(None, "system", "310116", "job", world)) as uow:
        return service.put(uow, wanted(house, dedup, **more))


def rows(work: Work) -> list[dict[str, Any]]:
    with work.read() as session:
        return [dict(row) for row in session.execute(select(_call).order_by(_call.c.id)).mappings()]


def kinds(work: Work, world: int = 0) -> list[str]:
    with work.read(world) as session:
        return [event.kind for event in eventlog.since(session, everything(world), 0, 1000)]


def test_the_same_call_stands_on_the_list_once(house: House) -> None:
    first = put(house)
    assert put(house) == first
    assert [row["id"] for row in rows(house.work)] == [first]
    assert kinds(house.work).count("call.wanted.urgent") == 1


@pytest.mark.parametrize(("priority", "kind"), [(ALERT, "call.wanted.urgent"), (ROUTINE, "call.wanted")])
def test_only_an_alert_rings(house: House, priority: int, kind: str) -> None:
    put(house, priority=priority)
    assert kinds(house.work)[-1] == kind
