"""Texts of which no receipt comes: what must reach somebody goes on, by another road or to a person."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from responder import worker
from responder.kernel.notices import ALERT
from responder.messaging import silence
from responder.messaging.commands import Receipt
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Attempt
from responder.messaging.service import note_receipt
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.standin import SYSTEM

NOW = datetime(2024, 9, 16, 5, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


def lost(line: Line, template: str = "mission_alert", world: int = 0) -> int:
    """A text that leaves and of which nothing is heard."""
    line.client.post(f"/simulator/phones/{cast.phone('leader')}/switches", json={"loss_percent": 100})
    ref = line.put("a", template=template, priority=ALERT, world=world)
    worker.relay(line.house).turn()
    assert line.outbox()[-1]["status"] == "sent"
    return ref


def chase(line: Line) -> int:
    return silence.chase(line.house.work, ["simulator"])


def test_an_alert_that_nothing_is_heard_of_goes_on_until_a_person_calls(
    line: Line, clock: time_machine.Traveller
) -> None:
    lost(line)
    clock.shift(timedelta(minutes=4, seconds=59))
    assert chase(line) == 0
    clock.shift(timedelta(seconds=1))
    assert chase(line) == 1
    assert chase(line) == 0, "once"
    (row,) = line.outbox()
    assert (row["status"], row["error"]) == ("queued", silence.NO_RECEIPT)
    line.client.post(f"/simulator/phones/{cast.phone('leader')}/switches", json={"off": True})
    for _minute in range(12):
        worker.relay(line.house).turn()
        for _name, _seconds, job in worker.jobs(line.house):
            job(line.house.work)
        clock.shift(timedelta(minutes=1))
    with line.house.work.read() as session:
        (call,) = session.query(HandCall).all()
        assert (call.state, call.outbound_id) == ("open", row["id"])
        tries = [one.code for one in session.query(Attempt).order_by(Attempt.id)]
        assert tries[0] == silence.NO_RECEIPT
        assert len(tries) > 1


def test_its_receipt_that_comes_late_counts(line: Line, clock: time_machine.Traveller) -> None:
    ref = lost(line)
    provider_id = line.outbox()[-1]["provider_id"]
    clock.shift(timedelta(minutes=6))
    assert chase(line) == 1
    with line.house.work.begin(SYSTEM) as uow:
        assert note_receipt(uow, Receipt(ref, provider_id, "delivered", gateway="simulator"))
    worker.relay(line.house).turn()
    assert line.outbox()[-1]["status"] == "delivered"


def test_what_can_wait_is_waited_for(line: Line, clock: time_machine.Traveller) -> None:
    lost(line, template="help")
    clock.shift(timedelta(minutes=30))
    assert chase(line) == 0


def test_a_gateway_without_receipts_says_nothing_and_that_means_nothing(
    line: Line, clock: time_machine.Traveller
) -> None:
    lost(line)
    clock.shift(timedelta(minutes=30))
    assert silence.chase(line.house.work, ["twilio"]) == 0


def test_too_old_is_left_alone(line: Line, clock: time_machine.Traveller) -> None:
    lost(line)
    clock.shift(timedelta(hours=4))
    assert chase(line) == 0
