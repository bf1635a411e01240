"""Twilio's gateway by the real SDK against a stand-in: what is asked, what every answer leads to, many at once."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from responder.messaging.gateways import Caller, Letter, SendFailed, Sent, session
from responder.messaging.gateways.chosen import capabilities
from responder.messaging.gateways.twilio import Twilio
from tests.at_once import at_once
from tests.feature.messaging.conftest import PUBLIC
from tests.feature.messaging.standin import CALLS, PATH, StandIn, call, message, problem, refusal

LETTER = Letter(7, "+8613800138000", "漕泾镇洪涝，请出动", "mission_alert")


def gateway(
    api: str, *, account: str = "AC1", sender: str = "+15005550006", public: str = PUBLIC, proxy: str = ""
) -> Twilio:
    return Twilio(capabilities("twilio"), account, "12345", sender, public, api, proxy)


@pytest.fixture
def api(httpserver: HTTPServer) -> StandIn:
    stand_in = StandIn(httpserver)
    for path in (PATH, CALLS):
        httpserver.expect_request(path, method="POST").respond_with_handler(stand_in)
    return stand_in


@pytest.fixture
def twilio(api: StandIn) -> Iterator[Twilio]:
    found = gateway(api.server.url_for(""))
    yield found
    found.close()


def outcome(act: Callable[[], Sent]) -> Sent | SendFailed:
    try:
        return act()
    except SendFailed as problem:
        return problem


def refused(act: Callable[[], Sent]) -> SendFailed:
    found = outcome(act)
    assert isinstance(found, SendFailed)
    return found


class TestTexts:
    def test_what_is_asked_and_what_comes_back(self, twilio: Twilio, api: StandIn) -> None:
        assert twilio.send(LETTER) == Sent("SM+8613800138000", "sent", 1)
        (asked,) = api.asked
        assert asked == {
            "To": LETTER.number, "From": "+15005550006", "Body": LETTER.body, "ValidityPeriod": "10800",
            "StatusCallback": f"{PUBLIC}/hooks/twilio/status?ref=7",
        }  # fmt: skip

    def test_segments_are_those_that_are_billed(self, twilio: Twilio, api: StandIn) -> None:
        assert twilio.send(Letter(7, "+8613800138000", "水" * 71)).segments == 2
        for told in (None, "", "many", -1, "1" * 40):
            api.answer = lambda form, told=told: (201, {**message(form), "num_segments": told})  # type: ignore[misc]
            assert twilio.send(LETTER).segments == 0

    def test_a_messaging_service_sends_and_the_number_beside_it_calls(self, api: StandIn) -> None:
        both = gateway(api.server.url_for(""), sender="MG42, +15005550006")
        both.send(LETTER)
        both.call(LETTER)
        both.close()
        text, ring = api.asked
        assert (text["MessagingServiceSid"], text.get("From")) == ("MG42", None)
        assert ring["From"] == "+15005550006"

    def test_without_a_public_address_no_receipt_is_asked_for(self, api: StandIn) -> None:
        quiet = gateway(api.server.url_for(""), public="")
        quiet.send(Letter(7, "+8613800138000", "水"))
        quiet.close()
        assert set(api.asked[0]) == {"To", "From", "Body"}

    @pytest.mark.parametrize(
        "link", ["https://ex.cn/1", "HTTP://EX.CN", "www.ex.cn", "见ex.com", "r.example.org/x", "填表redcross.cn，谢谢"]
    )
    def test_a_link_to_a_mainland_number_is_refused_before_it_leaves(
        self, twilio: Twilio, api: StandIn, link: str
    ) -> None:
        problem = refused(lambda: twilio.send(Letter(7, "+8613800138000", f"请看{link}")))
        assert (problem.code, problem.category) == ("link", "content")
        assert api.asked == []
        assert twilio.send(Letter(7, "+85261234567", f"请看{link}")).provider_id

    @pytest.mark.parametrize(
        "body", ["水深3.5米，约1.2km。详情问值班员", "M1001 22:30前到", "a.b", "No.com3", "12.cn3"]
    )
    def test_what_is_no_link_goes(self, twilio: Twilio, body: str) -> None:
        assert twilio.send(Letter(7, "+8613800138000", body)).provider_id

    def test_a_text_that_failed_as_it_was_taken_is_not_sent(self, twilio: Twilio, api: StandIn) -> None:
        api.answer = lambda form: (201, {**message(form), "status": "failed", "error_code": 30005})
        problem = refused(lambda: twilio.send(LETTER))
        assert (problem.code, problem.category) == ("30005", "permanent_number")


class TestCalls:
    def test_what_is_asked(self, twilio: Twilio, api: StandIn) -> None:
        assert isinstance(twilio, Caller)
        assert twilio.call(LETTER) == Sent("CA+8613800138000", "sent", 0)
        said = f"{PUBLIC}/hooks/twilio/ring?ref=7"
        assert api.asked == [
            {
                "To": LETTER.number, "From": "+15005550006", "Url": said, "Method": "POST", "FallbackUrl": said,
                "FallbackMethod": "POST", "StatusCallback": f"{PUBLIC}/hooks/twilio/ring/status?ref=7",
                "StatusCallbackMethod": "POST", "Timeout": "40", "TimeLimit": "300",
            }
        ]  # fmt: skip

    @pytest.mark.parametrize(("sender", "public"), [("MG42", PUBLIC), ("+15005550006", ""), ("", PUBLIC)])
    def test_what_lacks_for_a_call_is_a_setting(self, api: StandIn, sender: str, public: str) -> None:
        lame = gateway(api.server.url_for(""), sender=sender, public=public)
        assert refused(lambda: lame.call(LETTER)).category == "config"
        lame.close()
        assert api.asked == []

    def test_a_country_that_isn_t_enabled_is_a_setting(self, twilio: Twilio, api: StandIn) -> None:
        api.refuse(400, 21215)
        assert refused(lambda: twilio.call(LETTER)).category == "config"


@pytest.mark.parametrize("form", [refusal, problem])
@pytest.mark.parametrize("act", ["send", "call"])
@pytest.mark.parametrize(
    ("status", "code", "category"),
    [
        (400, 30003, "temporary"), (429, 20429, "temporary"), (500, 20500, "temporary"),
        (400, 21211, "permanent_number"), (400, 21610, "opted_out"), (400, 30007, "content"), (401, 20003, "config"),
        (400, 99999, "unknown"), (503, 99999, "temporary"), (403, 99999, "config"),
    ],
)  # fmt: skip
def test_errors_of_both_forms(
    twilio: Twilio, api: StandIn, form: Callable[..., Any], act: str, status: int, code: int, category: str
) -> None:
    api.answer = lambda _asked: (status, form(status, code, "why it was not taken"))
    found = refused(partial(getattr(twilio, act), LETTER))
    assert (found.code, found.category, found.after) == (str(code), category, 0)
    assert "why it was not taken" in str(found)


def test_who_isn_t_the_account_is_a_setting(api: StandIn) -> None:
    stranger = gateway(api.server.url_for(""), account="AC1", sender="+15005550006")
    stranger._client.auth = ("AC1", "wrong")
    found = refused(lambda: stranger.send(LETTER))
    stranger.close()
    assert (found.code, found.category) == ("20003", "config")


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (500, "<html>down</html>", "temporary"), (502, "", "temporary"), (429, "[]", "temporary"),
        (404, "<html>", "config"), (400, "null", "unknown"), (302, "", "unknown"), (201, "<html>", "unknown"),
        (201, "", "unknown"), (201, "[]", "unknown"), (201, "null", "unknown"), (201, "7", "unknown"),
        (201, '{"sid": null}', "unknown"), (400, '{"code": "21610", "message": 7}', "opted_out"),
        (503, '{"type": 1, "title": null, "status": "so", "code": {}}', "temporary"),
    ],
)  # fmt: skip
def test_answers_of_no_known_form(twilio: Twilio, api: StandIn, status: int, body: str, category: str) -> None:
    api.answer = lambda _asked: (status, body)
    assert refused(lambda: twilio.send(LETTER)).category == category


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["code", "message", "status", "type", "title", "sid", "num_segments", "date_sent"]), inner
    ),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from([200, 201, 400, 404, 429, 500]), JSON)
def test_whatever_comes_back_is_sent_or_failed(twilio: Twilio, api: StandIn, status: int, body: Any) -> None:
    api.answer = lambda _asked: (status, body)
    found = outcome(lambda: twilio.send(LETTER))
    if isinstance(found, Sent):
        assert found.provider_id
    else:
        assert found.category in ("temporary", "permanent_number", "opted_out", "content", "config", "unknown")


class TestWaiting:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [("7", 7), (" 30 ", 30), ("0", 0), ("999999999", 3600), ("-5", 0), ("soon", 0), ("", 0), ("７", 0), ("1.5", 0)],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_twilio_says_how_long(self, twilio: Twilio, api: StandIn, status: int, header: str, seconds: float) -> None:
        told = {"Retry-After": header.encode().decode("latin-1")}
        api.answer = lambda _asked: (status, refusal(status, 20429), told)
        found = refused(lambda: twilio.send(LETTER))
        assert (found.category, found.after) == ("temporary", seconds)

    def test_or_until_when(self, twilio: Twilio, api: StandIn) -> None:
        told = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)}
        api.answer = lambda _asked: (429, refusal(429, 20429), told)
        assert 80 < refused(lambda: twilio.send(LETTER)).after <= 90

    def test_what_was_said_of_another_text_is_forgotten(self, twilio: Twilio, api: StandIn) -> None:
        api.answer = lambda _asked: (429, refusal(429, 20429), {"Retry-After": "60"})
        refused(lambda: twilio.send(LETTER))
        api.refuse(500)
        assert refused(lambda: twilio.send(LETTER)).after == 0


@contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with a connection what no HTTP server would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                with listening.accept()[0] as connection:
                    connection.recv(65536)
                    answer(connection)
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


class TestNetwork:
    def _fails(self, api: str) -> SendFailed:
        found = gateway(api)
        try:
            return refused(lambda: found.send(LETTER))
        finally:
            found.close()

    @pytest.mark.parametrize(
        "said", [b"", b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"sid":', b"\0\xff\xff\r\n\r\n"]
    )
    def test_a_line_that_is_cut_is_temporary(self, said: bytes) -> None:
        with raw(lambda connection: connection.sendall(said)) as api:
            assert self._fails(api).category == "temporary"

    def test_nobody_there_is_temporary(self) -> None:
        assert self._fails("http://127.0.0.1:9").category == "temporary"

    def test_an_answer_that_drips_in_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each byte comes in time, the whole of it never."""
        monkeypatch.setattr(session, "READ_SECONDS", 0.5)

        def drip(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n")
            for _ in range(100):
                connection.sendall(b" ")
                time.sleep(0.05)

        began = time.monotonic()
        with raw(drip) as api:
            self._fails(api)
            assert time.monotonic() - began < 3

    def test_an_address_that_is_none_is_a_setting(self) -> None:
        assert self._fails("nowhere").category == "config"


def test_all_goes_by_the_house_s_proxy(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is the stand-in: only it is connected to, and it is asked for the whole address."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    hosts: list[str] = []
    api = StandIn(httpserver)
    plain = api.answer

    def note(request: Any) -> Any:
        hosts.append(request.host)
        return api(request)

    for path in (PATH, CALLS):
        httpserver.expect_request(path, method="POST").respond_with_handler(note)
    api.answer = plain
    found = gateway("http://api.twilio.invalid", proxy=httpserver.url_for(""))
    assert found.send(LETTER).provider_id
    assert found.call(LETTER).provider_id
    found.close()
    assert hosts == ["api.twilio.invalid", "api.twilio.invalid"]


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads change places as often as they can: what they share by mistake shows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless")
def test_many_threads_each_get_their_own_answer(twilio: Twilio, api: StandIn) -> None:
    """The relay's senders share one gateway: nobody's message id, error or wait may be another's."""

    def answer(form: dict[str, str]) -> Any:
        last = int(form["To"][-2:])
        if last % 3 == 0:
            return 429, refusal(429, 20429, form["To"]), {"Retry-After": str(last + 1)}
        return 201, message(form) if "Body" in form else call(form)

    api.answer = answer

    def act(thread: int) -> int:
        for turn in range(25):
            last = (thread * 25 + turn) % 100
            letter = Letter(last, f"+86138001380{last:02d}", f"水深{last}")
            found = outcome(partial(twilio.call if turn % 2 else twilio.send, letter))
            if isinstance(found, Sent):
                assert (last % 3 > 0, found.provider_id) == (True, ("CA" if turn % 2 else "SM") + letter.number)
            else:
                assert (last % 3, found.after, letter.number[-4:] in str(found)) == (0, last + 1, True)
        return thread

    assert at_once(*(partial(act, thread) for thread in range(8))) == list(range(8))
    assert len(api.asked) == 200
