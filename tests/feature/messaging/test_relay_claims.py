"""Relays that race, fall asleep, break; texts that are no longer wanted; gateways that stand in."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from responder.kernel.notices import ALERT
from responder.messaging import claiming
from responder.messaging.gateways import Capabilities, Letter, Sent
from responder.messaging.relay import Relay
from tests.at_once import at_once
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.standin import StandIn, hang_up, relay_of


def test_an_abandoned_claim_is_taken_up_again(line: Line, api: StandIn, relay: Relay) -> None:
    """A relay that was killed between claim and sending left the text in the middle."""
    line.put("a")
    dead = Relay(line.house.work, relay.gateways, {})
    dead.router.turn()
    assert len(dead.senders[0].claim(4, 3)) == 1
    assert line.outbox()[0]["status"] == "sending"
    assert relay.turn() == 0, "the claim still stands"
    with time_machine.travel(datetime.now(UTC) + claiming.CLAIM + timedelta(seconds=1)):
        assert relay.turn() == 1
    (row,) = line.outbox()
    assert (row["status"], row["attempts"]) == ("sent", 2)
    assert len(api.asked) == 1


def test_a_relay_that_slept_past_its_claim_doesn_t_send_what_another_has_sent(
    line: Line, api: StandIn, relay: Relay
) -> None:
    first, second = line.put("a", who="leader"), line.put("b", who="village")
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        taken = api.answer
        other = relay_of(line, api.server.url_for(""))

        def slow(form: dict[str, str]) -> Any:
            clock.shift(claiming.CLAIM + timedelta(seconds=1))
            api.answer = taken
            other.turn()
            return taken(form)

        api.answer = slow
        relay.turn()
        relay.turn()
    hang_up(other)
    sent = [asked["StatusCallback"].rpartition("=")[2] for asked in api.asked]
    assert sent.count(str(second)) == 1
    assert sent.count(str(first)) == 2, "its claim ran out while it was on its way: twice beats never"
    assert {row["status"] for row in line.outbox()} == {"sent"}


def test_relays_that_race_send_every_text_once(line: Line, api: StandIn) -> None:
    people = ("coordinator", "town", "village", "keeper", "leader", "director")
    for n in range(30):
        line.put(f"n{n}", who=people[n % len(people)])
    found = [relay_of(line, api.server.url_for("")) for _ in range(4)]
    for one in found:
        for sender in one.senders:
            # As many as there are texts: who gets which is what they race for.
            plenty = {"per_second": 1000, "burst": 100, "same_per_day": None}
            sender.haulier = replace(sender.haulier, can=sender.haulier.can.model_copy(update=plenty))
        one.router.hauliers = [sender.haulier for sender in one.senders]

    def run(one: Relay) -> None:
        while any(row["status"] in ("queued", "sending") for row in line.outbox()):
            one.turn()

    at_once(*[partial(run, one) for one in found])
    for one in found:
        hang_up(one)
    refs = [asked["StatusCallback"].rpartition("=")[2] for asked in api.asked]
    assert sorted(refs, key=int) == [str(row["id"]) for row in line.outbox()]
    assert {row["status"] for row in line.outbox()} == {"sent"}


def test_what_is_no_longer_wanted_is_cancelled_with_a_trace(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a", wanted="mission:M1999")
    assert relay.turn() == 1
    (row,) = line.outbox()
    assert (row["status"], row["error"]) == ("cancelled", "no longer wanted")
    assert api.asked == []
    assert relay.turn() == 0


def test_wanted_is_asked_with_the_key(line: Line, api: StandIn) -> None:
    asked: list[str] = []

    def wanted(session: object, key: str) -> bool:
        asked.append(key)
        return True

    line.put("a", wanted="mission:M1001")
    line.put("b", wanted="unheard:of")
    found = relay_of(line, api.server.url_for(""))
    Relay(line.house.work, found.gateways, {"mission": wanted}).turn()
    hang_up(found)
    assert asked == ["M1001"]
    assert {row["status"] for row in line.outbox()} == {"sent"}


def test_the_next_gateway_takes_over(line: Line, api: StandIn) -> None:
    line.put("a")
    api.refuse(503)
    both = relay_of(line, api.server.url_for(""), "twilio,simulator")
    both.turn()
    hang_up(both)
    (row,) = line.outbox()
    assert (row["status"], row["gateway"], row["error"]) == ("delivered", "simulator", "")
    assert row["delivered_at"] is not None


def test_a_number_that_is_wrong_is_wrong_for_every_gateway(line: Line, api: StandIn) -> None:
    line.put("a")
    api.refuse(400, 21211)
    both = relay_of(line, api.server.url_for(""), "twilio,simulator")
    both.turn()
    hang_up(both)
    assert line.outbox()[0]["status"] == "failed"


def test_one_text_that_breaks_the_relay_doesn_t_hold_up_the_others(line: Line) -> None:
    line.put("a", who="leader", priority=ALERT)
    line.put("b", who="village")

    class Brittle:
        name = "brittle"
        can = Capabilities()

        def send(self, letter: Letter) -> Sent:
            if letter.number.endswith("6"):
                raise ZeroDivisionError
            return Sent("x")

    Relay(line.house.work, [Brittle()], {}).turn()
    assert [row["status"] for row in line.outbox()] == ["held", "sent"]


def test_without_a_gateway_texts_wait(line: Line) -> None:
    line.put("a")
    assert Relay(line.house.work, [], {}).turn() == 0
    assert line.outbox()[0]["status"] == "queued"


def test_a_gateway_that_nobody_knows_is_named(line: Line) -> None:
    with pytest.raises(Exception, match="pigeon"):
        relay_of(line, "", "pigeon")


def test_a_drill_s_text_is_marked_and_its_failure_stays_inside(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a", world=5)
    api.refuse(400, 21211)
    relay.turn()
    assert api.asked[0]["Body"].startswith("【演练】")
    assert "message.failed" in line.kinds(5)
    assert "message.failed" not in line.kinds()


def test_the_loop_runs_until_it_is_stopped(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a")
    stop = threading.Event()
    running = threading.Thread(target=relay.run, args=(stop, 0.01), daemon=True)
    running.start()
    deadline = time.monotonic() + 10
    while not api.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    running.join(5)
    assert not running.is_alive()
    assert len(api.asked) == 1
