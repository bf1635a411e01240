"""Requests of a call that come twice, late, out of order, forged or never: nothing is lost, nothing counts twice."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest
import time_machine
from twilio.request_validator import RequestValidator

from responder.app import House
from responder.hotline.voice import jobs
from responder.hotline.voice.models import Call, Recording
from responder.kernel import clock
from responder.messaging.models import Inbound, Outbound
from tests.at_once import at_once
from tests.feature.hotline.conftest import Hotline
from tests.feature.hotline.telephone import API, VOICE, Exchange, Telephone
from tests.feature.hotline.test_calls import exchange_of


@pytest.fixture
def exchange(house: House) -> Exchange:
    """The exchange, with Twilio's token set."""
    return exchange_of(house)


def whole(exchange: Exchange) -> Telephone:
    """A report by keypad up to the last question."""
    line = exchange.call("village")
    line.key("2", "1", "0", "*", "12", "36", "4")
    line.record("RE1")
    return line


class TestTwice:
    """The provider sends a request again when our answer was late."""

    def test_every_step_told_twice_is_answered_as_before_and_one_report_comes_of_it(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        for keys in ("2", "1", "0", "*", "12", "36", "4"):
            first = line.key(keys)
            assert line.again() == first
        assert line.record() == line.again()
        last = line.key("1")
        assert line.again() == line.again() == last
        line.hang_up()
        line.hang_up()
        assert len(exchange.reports()) == 1
        assert exchange.reports()[0].figures["injured"] == 12
        assert len(exchange.rows(Inbound)) == len(exchange.texts()) == len(exchange.rows(Recording)) == 1
        assert exchange.kinds().count("report.received") == 1

    def test_the_ring_told_again_in_the_middle_begins_nothing_new(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        greeting = line.spoken
        line.key("2", "1")
        assert line.ring() == greeting
        assert len(exchange.rows(Call)) == 1
        line.key("4")
        assert "死亡" in line.spoken or "选灾种" in line.spoken

    def test_an_earlier_step_with_other_keys_changes_nothing(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "1", "3")
        path, form = line.sent[-1]
        line._to(path, {**form, "Digits": "300"})
        assert line.spoken == "失踪几人？"
        line.key("*", "*", "*", "*")
        line.wait()
        line.key("1")
        assert exchange.reports()[0].figures == {"deaths": 3}

    def test_a_step_that_was_never_asked_is_told_where_the_call_stands(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2")
        line._to(VOICE + "/step?step=40", line.form(Digits="1"))
        assert "选灾种" in line.spoken
        assert exchange.reports() == []

    @pytest.mark.parametrize("step", ["", "-1", "x", "１", "99999"])
    def test_a_step_that_is_no_number_is_answered(self, exchange: Exchange, step: str) -> None:
        line = exchange.call("village")
        assert exchange.post(VOICE + f"/step?step={step}", line.form(Digits="3")).status_code in (200, 403)

    def test_two_calls_are_two_reports_asked_apart(self, exchange: Exchange) -> None:
        for sid in ("CA1", "CA2"):
            line = exchange.call("village", sid)
            line.key("3", "1")
        assert len(exchange.rows(Inbound)) == 2

    def test_at_the_same_moment_one_report_is_filed(self, exchange: Exchange) -> None:
        line = whole(exchange)
        path, form = line.action, line.form(Digits="1")
        others = [Exchange(exchange.house, exchange.client.application.test_client()) for _ in range(6)]
        answers = at_once(*(partial(one.post, path, form) for one in others))
        assert len({answer.data for answer in answers}) == 1
        assert len(exchange.reports()) == 1
        assert len(exchange.texts()) == 1


class TestOrder:
    """Callbacks overtake each other."""

    CALLBACKS: tuple[Callable[[Telephone], object], ...] = (
        lambda line: line.record("RE1", Digits="hangup", CallStatus="completed"),
        lambda line: line.recorded("RE1"),
        lambda line: line.hang_up(),
    )

    @pytest.mark.parametrize("order", [*permutations(range(3)), (2, 2, 1, 1, 0, 0)])
    def test_in_any_order_one_item_with_one_recording_waits(self, exchange: Exchange, order: tuple[int, ...]) -> None:
        line = exchange.call("village")
        line.key("1")
        for n in order:
            self.CALLBACKS[n](line)
        item = exchange.item()
        assert item["outcome"] == "waiting"
        assert [one["state"] for one in item["understood"]["recordings"]] == ["wanted"]
        assert exchange.kinds().count("call.urgent") == 1
        assert exchange.kinds().count("message.waiting") == 1
        assert len(exchange.texts()) == 1

    def test_a_recording_of_a_filed_report_comes_after_it(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2", "1", "0", "0", "0", "0", "0")
        line.wait()
        line.key("1")
        line.recorded("RE9")
        assert [one["id"] for one in exchange.item()["understood"]["recordings"]] == [1]
        assert exchange.item()["subject"] == exchange.reports()[0].number

    def test_a_step_before_its_ring_begins_the_call(self, exchange: Exchange) -> None:
        line = Telephone(exchange, "+8619900000004", "CA7", action=VOICE + "/step?step=0")
        line.key("2")
        assert "选灾种" in line.spoken
        line.ring()
        assert len(exchange.rows(Call)) == 1

    def test_the_end_of_a_call_that_never_rang_is_nothing(self, exchange: Exchange) -> None:
        Telephone(exchange, "+8619900000004", "CA7").hang_up()
        assert exchange.rows(Inbound) == []

    @pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "", "?"])
    def test_a_status_that_ends_nothing_ends_nothing(self, exchange: Exchange, status: str) -> None:
        line = exchange.call("village")
        line.hang_up(status)
        assert exchange.item()["outcome"] == "calling"


KEYS = ("2", "1", "2", "*", "12", "36", "4")
FIGURES = (("deaths", 2), ("missing", None), ("injured", 12), ("relocated", 36), ("houses_collapsed", 4))


class TestHangUp:
    """Half-way: what was said is a draft in the inbox."""

    @pytest.mark.parametrize("pressed", range(len(KEYS) + 1))
    def test_at_each_step_what_was_keyed_is_kept(self, exchange: Exchange, pressed: int) -> None:
        line = exchange.call("village")
        line.key(*KEYS[:pressed])
        line.hang_up()
        item = exchange.item()
        known = dict(FIGURES[: max(pressed - 2, 0)])
        assert item["outcome"] == "waiting"
        assert {slug: item["understood"].get(slug) for slug in known} == known
        assert item["understood"]["hazard"] == ("flood" if pressed >= 2 else None)
        assert exchange.reports() == []
        assert ("call.urgent" in exchange.kinds()) is (pressed >= 3)
        assert len(exchange.texts()) == 1

    def test_before_the_last_key(self, exchange: Exchange) -> None:
        line = whole(exchange)
        line.hang_up()
        item = exchange.item()
        assert (item["outcome"], len(item["understood"]["recordings"])) == ("waiting", 1)
        assert "洪涝，死亡0人、受伤12人" in exchange.texts()[0]

    @pytest.mark.parametrize("keys", [("3",), ("1",), ("0",), ("9",), ("9", "2", "1", "7")])
    def test_elsewhere_the_call_is_to_be_returned(self, exchange: Exchange, keys: tuple[str, ...]) -> None:
        exchange.call("village").key(*keys)
        Telephone(exchange, "+8619900000004", "CA1").hang_up()
        assert exchange.item()["outcome"] == "waiting"

    def test_in_the_middle_of_an_answer(self, hotline: Hotline, exchange: Exchange) -> None:
        hotline.send_out(hotline.team())
        line = exchange.call("leader")
        line.key("4")
        line.hang_up()
        assert exchange.item()["outcome"] == "waiting"
        assert "mission.acknowledged" not in exchange.kinds()

    def test_a_call_never_heard_of_again_is_ended_by_itself(self, exchange: Exchange) -> None:
        exchange.call("village").key("2", "1", "2")
        assert jobs.hang_up(exchange.house.work) == 0
        with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
            assert jobs.hang_up(exchange.house.work) == 1
            assert jobs.hang_up(exchange.house.work) == 0
        item = exchange.item()
        assert (item["outcome"], item["understood"]["deaths"]) == ("waiting", 2)

    def test_after_it_was_ended_the_line_is_only_closed(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        line.key("2")
        line.hang_up()
        line.key("1")
        assert line.ended
        assert exchange.reports() == []


class TestForged:
    """Who doesn't sign is not heard."""

    @pytest.mark.parametrize("path", ["", "/step?step=0", "/recording", "/status"])
    @pytest.mark.parametrize("signature", ["", "wrong", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="])
    def test_a_forged_signature_is_refused(self, exchange: Exchange, path: str, signature: str) -> None:
        line = exchange.call("village")
        form = line.form(Digits="3", RecordingSid="RE1", RecordingUrl=API + "RE1", CallStatus="completed")
        assert exchange.post(VOICE + path, form, signature=signature).status_code == 403
        assert exchange.item()["outcome"] == "calling"
        assert exchange.rows(Recording) == []

    def test_the_signature_of_one_step_doesn_t_fit_another(self, exchange: Exchange) -> None:
        line = exchange.call("village")
        form = line.form(Digits="3")
        signed = RequestValidator("12345").compute_signature("https://red.example.cn" + VOICE + "/step?step=0", form)
        assert exchange.post(VOICE + "/step?step=1", form, signature=signed).status_code == 403

    def test_a_call_without_a_name_is_refused(self, exchange: Exchange) -> None:
        assert exchange.post(VOICE, {"From": "+8619900000004"}).status_code == 400
        assert exchange.rows(Outbound) == []
