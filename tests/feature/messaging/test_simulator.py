"""Pretend phones: their switches do to texts what networks do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from responder import worker
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.messaging import pretending, service
from responder.messaging.gateways import Caller, Capabilities, Letter, SendFailed
from responder.messaging.gateways.simulator import NONE_SET, Simulator, Switches, lost
from responder.messaging.models import Outbound
from responder.messaging.pretending import Network, PretendReceipt, pay
from responder.messaging.relay import Relay
from tests import cast
from tests.feature.messaging.conftest import Line

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"
NOW = datetime(2024, 9, 16, 5, 30, tzinfo=UTC)


@pytest.fixture
def relay(line: Line) -> Relay:
    """The relay as the worker makes it, with the simulator."""
    return worker.relay(line.house)


def turn(line: Line, who: str = "leader", **changes: Any) -> dict[str, Any]:
    """Turns switches of somebody's phone by the page's call."""
    answered = line.client.post(f"/simulator/phones/{cast.phone(who)}/switches", json=changes)
    assert answered.status_code == 200
    found: dict[str, Any] = answered.get_json()
    return found


def shown(line: Line, who: str = "leader") -> list[dict[str, Any]]:
    """What the phone shows."""
    found = line.client.get(f"/simulator/phones/{cast.phone(who)}/messages").get_json()
    messages: list[dict[str, Any]] = found["messages"]
    return messages


def state(line: Line) -> tuple[str, str, str]:
    (row,) = line.outbox()
    return row["status"], row["error"], row["category"]


def owed(line: Line) -> int:
    with line.house.work.read() as session:
        return session.scalar(select(func.count(PretendReceipt.id))) or 0


def letter(line: Line, ref: int, who: str = "leader") -> Letter:
    return Letter(ref, cast.phone(who), "水")


def simulator(line: Line) -> Simulator:
    return Simulator(Capabilities(), Network(line.house.work))


def test_without_switches_a_text_is_there_at_once(line: Line, relay: Relay) -> None:
    line.put("a")
    relay.turn()
    assert state(line)[0] == "delivered"
    (message,) = shown(line)
    assert (message["direction"], message["status"], "call" in message) == ("out", "delivered", False)
    assert owed(line) == 0
    assert pay(line.house.work) == 0


def test_a_delayed_text_is_sent_now_and_shown_when_it_arrives(line: Line, relay: Relay) -> None:
    assert turn(line, delay_seconds=20)["delay_seconds"] == 20
    with time_machine.travel(NOW, tick=False) as clock:
        line.put("a")
        relay.turn()
        assert state(line)[0] == "sent"
        clock.shift(19)
        assert pay(line.house.work) == 0
        assert shown(line) == []
        clock.shift(1)
        assert pay(line.house.work) == 1
        (message,) = shown(line)
    assert message["status"] == "delivered"
    assert datetime.fromisoformat(message["at"]) == NOW + timedelta(seconds=20), "the phone shows when it came"
    assert owed(line) == 0


def test_a_phone_that_is_off_takes_the_text_and_doesn_t_get_it(line: Line) -> None:
    turn(line, off=True)
    ref = line.put("a")
    sent = simulator(line).send(letter(line, ref))
    assert sent.status == "sent"
    with line.house.work.read() as session:
        (receipt,) = session.scalars(select(PretendReceipt))
    assert (receipt.ref, receipt.provider_id) == (ref, sent.provider_id)
    assert (receipt.status, receipt.error, receipt.category) == ("failed", "30003", "temporary")


def test_the_receipt_of_a_phone_that_is_off_is_taken_like_any_other(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str, str]] = []
    monkeypatch.setattr(service, "note_receipt", lambda _uow, one: told.append((one.status, one.error, one.category)))
    turn(line, off=True)
    simulator(line).send(letter(line, 1))
    assert pay(line.house.work) == 1
    assert told == [("failed", "30003", "temporary")]
    assert shown(line) == []


@pytest.mark.parametrize(
    ("switch", "code", "category"), [("opted_out", "21610", "opted_out"), ("blocked", "30007", "content")]
)
def test_what_the_provider_refuses(line: Line, switch: str, code: str, category: str) -> None:
    changes: dict[str, Any] = {switch: True}
    turn(line, **changes)
    with pytest.raises(SendFailed) as raised:
        simulator(line).send(letter(line, 1))
    assert (raised.value.code, raised.value.category) == (code, category)
    assert simulator(line).send(letter(line, 1, "village")).status == "delivered", "another phone isn't touched"


def test_a_lost_text_is_sent_and_nothing_is_heard_of_it(line: Line, relay: Relay) -> None:
    turn(line, loss_percent=100)
    line.put("a")
    relay.turn()
    pay(line.house.work)
    assert state(line)[0] == "sent"
    assert shown(line) == []
    assert owed(line) == 0


def test_which_texts_are_lost_is_always_the_same_and_about_as_many_as_asked() -> None:
    number = "+8613800138000"
    found = [lost(number, ref, 30) for ref in range(2000)]
    assert found == [lost(number, ref, 30) for ref in range(2000)]
    assert 500 < sum(found) < 700
    assert not any(lost(number, ref, 0) for ref in range(200))
    assert all(lost(number, ref, 100) for ref in range(200))
    assert all(lost(number, ref, 60) for ref in range(2000) if lost(number, ref, 30)), "more loss loses no other"
    assert found != [lost("+8613800138001", ref, 30) for ref in range(2000)]


def test_receipts_that_come_twice_change_one_text_once(line: Line, relay: Relay) -> None:
    turn(line, duplicates=True)
    line.put("a")
    relay.turn()
    assert owed(line) == 2
    assert pay(line.house.work) == 2
    assert state(line)[0] == "delivered"
    assert len(shown(line)) == 1


def test_a_text_that_the_provider_delivers_twice_is_one(line: Line) -> None:
    turn(line, "village", duplicates=True)
    asked = {"from": cast.phone("village"), "body": FLOOD}
    assert line.client.post("/simulator/sms", json=asked).status_code == 202
    assert len(line.inbox()) == 1
    assert len(line.outbox()) == 1


@pytest.mark.parametrize(("body", "out"), [("START", False), (" 恢复 ", False), ("1", True), ("stop", True)])
def test_who_had_opted_out_comes_back_by_writing_so(line: Line, body: str, out: bool) -> None:
    turn(line, opted_out=True, delay_seconds=3)
    line.client.post("/simulator/sms", json={"from": cast.phone("leader"), "body": body})
    assert turn(line) == {**NONE_SET.model_dump(), "opted_out": out, "delay_seconds": 3}
    assert len(line.inbox()) == 1, "and it reaches us like any other text"


def test_switches_stay_until_they_are_turned_and_are_listed(line: Line) -> None:
    assert turn(line) == NONE_SET.model_dump()
    turn(line, off=True, loss_percent=5)
    assert turn(line, off=False) == {**NONE_SET.model_dump(), "loss_percent": 5}
    page = line.client.get("/simulator").text.replace("&#34;", '"')
    assert page.count('"loss_percent": 5') == 1
    assert page.count('"loss_percent": 0') == len(line.client.get("/simulator/phones").get_json()["phones"]) - 1


@pytest.mark.parametrize(
    "changes",
    [
        None, [], "off", {"delay_seconds": -1}, {"delay_seconds": 3601}, {"loss_percent": 101}, {"loss_percent": "5"},
        {"loss_percent": 1.5}, {"off": 1}, {"off": "yes"}, {"off": None}, {"flies": True}, {"loss_percent": True},
    ],
)  # fmt: skip
def test_what_is_no_switch_is_refused_and_changes_nothing(line: Line, changes: Any) -> None:
    refused = line.client.post(f"/simulator/phones/{cast.phone('leader')}/switches", json=changes)
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"
    with line.house.work.read() as session:
        assert pretending.all_switches(session) == {}


def test_what_is_no_number_has_no_switches(line: Line) -> None:
    assert line.client.post("/simulator/phones/x/switches", json={}).status_code == 422


def test_without_a_demonstration_there_are_no_switches(house: House) -> None:
    plain = build(House(house.settings.model_copy(update={"demo": False}), house.work)).test_client()
    assert plain.post(f"/simulator/phones/{cast.phone('leader')}/switches", json={}).status_code in {400, 404}
    with house.work.read() as session:
        assert pretending.all_switches(session) == {}


def test_a_phone_rings_unless_it_is_off(line: Line) -> None:
    gateway = simulator(line)
    assert isinstance(gateway, Caller)
    turn(line, opted_out=True, blocked=True, loss_percent=100)
    assert gateway.call(letter(line, 1)).status == "delivered"
    turn(line, off=True)
    assert gateway.call(letter(line, 1)).status == "sent", "nobody answers: that is told by a receipt"
    with line.house.work.read() as session:
        (owed,) = session.scalars(select(PretendReceipt))
        assert (owed.status, owed.error, owed.category) == ("failed", "no-answer", "temporary")


def test_words_that_were_read_aloud_are_shown_as_a_call(line: Line) -> None:
    ref = line.put("a")
    with line.house.work.begin(Actor(None, "relay", "", "job")) as uow:
        table: Any = Outbound.__table__
        values = {"status": "delivered", "road": "simulator/call", "gateway": "simulator", "delivered_at": uow.now}
        uow.session.connection().execute(table.update().where(table.c.id == ref).values(values))
    assert [message["call"] for message in shown(line)] == [True]


def test_the_receipts_are_a_job_of_the_worker_where_there_are_phones(line: Line) -> None:
    jobs = {name: seconds for name, seconds, _job in worker.jobs(line.house)}
    assert jobs["pretend receipts"] == 0.5
    assert pretending.jobs(line.house.settings.model_copy(update={"gateways": "twilio"})) == []


def test_a_gateway_that_knows_no_network_delivers_at_once() -> None:
    assert Simulator(Capabilities()).send(Letter(1, "+8613800138000", "水")).status == "delivered"
    assert Switches() == NONE_SET


def test_the_page_bears_every_phone_s_switches(line: Line) -> None:
    turn(line, off=True)
    page = line.client.get("/simulator")
    assert page.status_code == 200
    assert page.text.count("data-switches=") > 3
    assert page.text.count("&#34;off&#34;: true") == 1
    for name in Switches.model_fields:
        assert f'data-switch="{name}"' in page.text
        assert f'data-mark="{name}"' in page.text
