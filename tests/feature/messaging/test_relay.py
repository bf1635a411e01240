"""The relay against a local stand-in of Twilio's API, by the real SDK: sent, refused, slow, gone."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from responder.kernel.notices import ALERT
from responder.messaging import service
from responder.messaging.commands import Receipt
from responder.messaging.gateways import Capabilities, Letter, SendFailed, Sent, session
from responder.messaging.gateways.chosen import gateways
from responder.messaging.manners import manners
from responder.messaging.relay import Relay
from responder.settings import Settings
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.standin import SYSTEM, StandIn, hang_up, relay_of


def test_the_settings_lead_the_real_sdk_to_the_stand_in(api: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("RESPONDER_GATEWAYS", "twilio,simulator"), ("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "12345"),
        ("RESPONDER_TWILIO_FROM", "MG42"), ("RESPONDER_TWILIO_API_URL", api.server.url_for("")),
        ("RESPONDER_PUBLIC_URL", "https://red.example.cn/"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    first, second = gateways(Settings())
    assert (first.name, second.name) == ("twilio", "simulator")
    assert first.send(Letter(7, "+8613800138000", "水")).provider_id == "SM+8613800138000"
    assert api.asked == [
        {
            "To": "+8613800138000", "Body": "水", "MessagingServiceSid": "MG42",
            "StatusCallback": "https://red.example.cn/hooks/twilio/status?ref=7",
        }
    ]  # fmt: skip
    hang_up(Relay(None, [first], {}))  # type: ignore[arg-type]


def test_a_taken_text_is_sent_and_then_delivered_by_its_receipt(line: Line, api: StandIn, relay: Relay) -> None:
    ref = line.put("a")
    assert relay.turn() == 1
    (row,) = line.outbox()
    assert (row["status"], row["gateway"], row["attempts"]) == ("sent", "twilio", 1)
    assert row["provider_id"] == "SM" + row["number"]
    (asked,) = api.asked
    assert (asked["To"], asked["From"], asked["Body"]) == (row["number"], "+15005550006", row["body"])
    assert asked["StatusCallback"] == f"https://red.example.cn/hooks/twilio/status?ref={ref}"
    receipt = {"MessageSid": row["provider_id"], "MessageStatus": "delivered"}
    assert line.post(f"/hooks/twilio/status?ref={ref}", receipt).status_code == 200
    assert line.outbox()[0]["status"] == "delivered"
    assert relay.turn() == 0


def test_alerts_go_before_what_can_wait(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("routine", who="village")
    line.put("alert", who="leader", priority=ALERT)
    relay.turn()
    assert [asked["To"][-1] for asked in api.asked] == ["6", "4"]


@pytest.mark.parametrize(
    ("status", "code", "category"),
    [
        (400, 21610, "opted_out"),
        (400, 21211, "permanent_number"),
        (400, 21614, "permanent_number"),
        (400, 30007, "content"),
    ],
)
def test_what_will_never_arrive_fails_at_once_and_is_told(
    line: Line, api: StandIn, relay: Relay, status: int, code: int, category: str
) -> None:
    line.put("a")
    taken = api.answer
    api.refuse(status, code)
    refused = api.answer
    # Its keeper, who is told, has a phone that works.
    api.answer = lambda form: (refused if form["To"] == cast.phone("leader") else taken)(form)
    relay.turn()
    row = line.outbox()[0]
    assert (row["status"], row["category"], row["attempts"]) == ("failed", category, 1)
    assert str(code) in row["error"]
    assert line.kinds().count("message.failed") == 1
    assert relay.turn() == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"code": 30003, "message": "unreachable"}), (429, {"code": 20429, "message": "slow down"}), (429, {}),
        (500, {}), (503, "<html>"), (502, ""), (401, {"code": 20003, "message": "who?"}),
        (201, "<html>ok</html>"), (201, ""),
        (500, {"type": "about:blank", "title": "down", "status": 500, "code": 20500}),
    ],
)  # fmt: skip
def test_what_may_pass_is_tried_again_later(line: Line, api: StandIn, relay: Relay, status: int, body: Any) -> None:
    line.put("a")
    api.answer = lambda form: (status, body)
    before = datetime.now(UTC)
    relay.turn()
    row = line.outbox()[0]
    assert (row["status"], row["attempts"]) == ("held", 1)
    assert row["error"]
    assert row["next_at"] >= before + timedelta(minutes=manners().retries.temporary[0]) - timedelta(seconds=1)
    assert relay.turn() == 0, "not before its time"
    assert "message.failed" not in line.kinds()


def test_waits_grow_until_it_is_given_up_and_told(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a", template="sim_low")
    api.refuse(503)
    waits = manners().retries.temporary
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for minutes in waits:
            assert relay.turn() == 1
            assert line.outbox()[0]["status"] == "held"
            clock.shift(timedelta(minutes=minutes) - timedelta(seconds=1))
            assert relay.turn() == 0
            clock.shift(timedelta(seconds=1))
        assert relay.turn() == 2, "tried a last time, and ended"
        assert relay.turn() == 0
    (row,) = line.outbox()
    assert (row["status"], row["category"], row["attempts"]) == ("failed", "temporary", len(waits) + 1)
    assert len(api.asked) == len(waits) + 1
    assert line.kinds().count("message.failed") == 1


def test_a_text_that_failed_for_now_arrives_later(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a")
    taken = api.answer
    api.refuse(500)
    relay.turn()
    api.answer = taken
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=16)):
        relay.turn()
    (row,) = line.outbox()
    assert (row["status"], row["error"], row["category"]) == ("sent", "", "")


def test_a_stand_in_that_never_answers_is_timed_out(line: Line, api: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 0.2)
    line.put("a")
    free = threading.Event()

    def wait(form: dict[str, str]) -> tuple[int, Any]:
        free.wait(5)
        return 201, {"sid": "SM1"}

    api.answer = wait
    slow = relay_of(line, api.server.url_for(""))
    began = time.monotonic()
    slow.turn()
    assert time.monotonic() - began < 3
    free.set()
    (row,) = line.outbox()
    assert (row["status"], row["category"]) == ("held", "temporary")
    hang_up(slow)


def test_a_receipt_that_comes_before_the_time_out_stands(line: Line) -> None:
    """The provider took the text, its receipt came in, only its answer was lost: it must not be sent again."""
    ref = line.put("a")

    class Deaf:
        name = "deaf"
        can = Capabilities()

        def send(self, letter: Letter) -> Sent:
            with line.house.work.begin(SYSTEM) as uow:
                service.note_receipt(uow, Receipt(ref, "SM1", "delivered"))
            raise SendFailed("network", "temporary", "ReadTimeout")

    Relay(line.house.work, [Deaf()], {}).turn()
    (row,) = line.outbox()
    assert (row["id"], row["status"]) == (ref, "delivered")


def test_a_failed_receipt_that_comes_before_the_answer_stands(line: Line) -> None:
    line.put("a")

    class Quick:
        name = "quick"
        can = Capabilities()

        def send(self, letter: Letter) -> Sent:
            if letter.number != cast.phone("leader"):
                return Sent("SM2")
            with line.house.work.begin(SYSTEM) as uow:
                service.note_receipt(uow, Receipt(letter.ref, "SM1", "failed", "30005", "permanent_number"))
            return Sent("SM1")

    Relay(line.house.work, [Quick()], {}).turn()
    row = line.outbox()[0]
    assert (row["status"], row["error"], row["category"]) == ("failed", "30005", "permanent_number")
    assert line.kinds().count("message.failed") == 1


def test_a_refused_connection_is_temporary(line: Line) -> None:
    line.put("a")
    nobody = relay_of(line, "http://127.0.0.1:9")
    nobody.turn()
    (row,) = line.outbox()
    assert (row["status"], row["category"]) == ("held", "temporary")
    hang_up(nobody)
