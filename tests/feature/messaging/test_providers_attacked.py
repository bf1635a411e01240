"""Providers that lie, drip, swell and echo: what they answer never holds up a road and never tells a secret."""

import gzip
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from responder.messaging.gateways import Letter, SendFailed, session, twilio, twiml
from responder.messaging.gateways.http import Http
from responder.messaging.gateways.http_book import Book
from responder.messaging.gateways.session import Session
from responder.platform.config import ConfigError
from responder.settings import Settings
from tests.feature.messaging.providers import SECRET, Provider, environ

LETTER = Letter(41, "+8613800138000", "任务M1001：漕泾镇内涝，回1收到", "mission_alert")


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    environ(monkeypatch, "http://127.0.0.1:9")


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """A server that writes one byte of its answer each tenth of a second."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        client, _address = listening.accept()
        with client:
            client.recv(65536)
            for n in range(len(head)):
                if stop.wait(0.1):
                    return
                try:
                    client.send(head[n : n + 1])
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    stop.set()
    thread.join(5)
    listening.close()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 " + b"O" * 99, b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 99])
def test_who_drips_the_head_of_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    """Every byte comes in time: the socket's own time-out never strikes."""
    monkeypatch.setattr(session, "READ_SECONDS", 0.5)
    asking = Session()
    with dripping(head) as url:
        began = time.monotonic()
        with pytest.raises(SendFailed) as raised:
            asking.ask("GET", url)
        took = time.monotonic() - began
    asking.close()
    assert took < 3
    assert raised.value.category == "temporary"


def test_who_drips_through_the_proxy_is_cut_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 0.5)
    with dripping(b"HTTP/1.1 200 " + b"O" * 99) as proxy:
        asking = Session(proxy)
        began = time.monotonic()
        with pytest.raises(SendFailed):
            asking.ask("GET", "http://sms.example.cn/")
        took = time.monotonic() - began
        asking.close()
    assert took < 3


def test_an_answer_that_swells_is_cut_off(httpserver: HTTPServer) -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    httpserver.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    asking = Session()
    with pytest.raises(SendFailed) as raised:
        asking.ask("GET", httpserver.url_for("/"))
    asking.close()
    assert raised.value.code == "size"


@pytest.mark.parametrize("value", ["漕泾", "a\u2028b", "\ud800"])
def test_a_header_that_can_t_be_written_is_a_wrong_setting(value: str) -> None:
    asking = Session()
    with pytest.raises(SendFailed) as raised:
        asking.ask("POST", "http://127.0.0.1:9/", headers={"X-Text": value})
    asking.close()
    assert raised.value.category == "config"


def test_a_recording_s_road_is_the_settings_own(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says of proxies would lead account and token elsewhere."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    httpserver.expect_request("/2010-04-01/Accounts/AC1/Recordings/RE1.mp3").respond_with_data(
        b"ID3" + bytes(3_000_000)
    )
    assert len(twiml.fetch("AC1", "t", "RE1", httpserver.url_for(""))) == 3_000_003


@pytest.mark.parametrize(
    "told",
    ["Mon, 16 Nov 2009 13:32:02 +9999999999999999999999", "Mon, 16 Nov 99999999999 13:32:02 +0000", "9" * 5000, "-1"],
)
def test_a_wait_that_nobody_can_count_is_none(told: str) -> None:
    assert 0 <= twilio._seconds(told) <= 3600


BOOK: dict[str, Any] = {
    "can": {},
    "request": {"url": "http://127.0.0.1:9/", "form": {"Pwd": "{env:SMS_GBK_PASSWORD}", "Mobile": "{number_plain}"}},
    "accepted": {"as": "json", "code": "code", "is": ["0"], "id": "id", "detail": "why", "segments": "fee"},
}  # fmt: skip


def gateway(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, **changes: object) -> Http:
    book = Book.model_validate({**BOOK, "request": {**BOOK["request"], "url": httpserver.url_for("/")}, **changes})
    return Http("odd", book, Session(), lambda _text, _lang: None)


@pytest.mark.parametrize("fee", ["9" * 5000, 10**12, "１", -3, "1.5", None, True])
def test_a_bill_that_can_t_be_is_none(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, fee: object) -> None:
    """A text that was taken must not go out again because its price can't be written down."""
    httpserver.expect_request("/").respond_with_json({"code": 0, "id": "1", "fee": fee})
    one = gateway(httpserver, monkeypatch)
    assert one.send(LETTER).segments == 0
    one.session.close()


def test_an_echo_tells_neither_number_nor_password(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors stand in the outbox, on lists of calls and, by their code, in the log."""

    def echo(request: Request) -> Response:
        said = request.get_data(as_text=True)
        return Response(f'{{"code": "{said}", "why": "{said} +8613800138000 13800138000"}}')

    httpserver.expect_request("/").respond_with_handler(echo)
    one = gateway(httpserver, monkeypatch)
    with pytest.raises(SendFailed) as raised:
        one.send(LETTER)
    one.session.close()
    assert "1380013" not in str(raised.value) + raised.value.code
    assert SECRET not in str(raised.value) + raised.value.code


def test_a_page_of_an_error_is_looked_through_at_its_beginning_alone(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern that is good for a word may take for ever on a page."""
    errors = [{"pattern": r"(\s*a\s*)*busy", "category": "temporary"}]
    httpserver.expect_request("/").respond_with_data("busy" + "a " * 500_000, 500)
    one = gateway(httpserver, monkeypatch, errors=[{"pattern": "[ab]*x|busy", "category": "content"}])
    began = time.thread_time()
    with pytest.raises(SendFailed) as raised:
        one.send(LETTER)
    one.session.close()
    assert raised.value.category == "content"
    assert time.thread_time() - began < 1
    with pytest.raises(ValueError, match="for ever"):
        Book.model_validate({**BOOK, "errors": errors})


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(\w+\s?)*!", r"(?:(?:ab)*c?)*d", r"(x*)*", r"((a|b)+){2,}z"])
def test_a_pattern_within_a_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="for ever"):
        Book.model_validate({**BOOK, "errors": [{"pattern": pattern, "category": "content"}]})


@pytest.mark.parametrize(
    "pattern", [r"^\s*(?P<code>-?\d+)(?:,(?P<id>\w+))?", "敏感|违禁", r"(a{1,3})+b", r"\d{1,3}(,\d+)?"]
)
def test_a_plain_pattern_is_taken(pattern: str) -> None:
    assert Book.model_validate({**BOOK, "errors": [{"pattern": pattern, "category": "content"}]}).errors


def test_words_end_no_attribute(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    request = {"url": httpserver.url_for("/"), "xml": "<sms text='{body}' to=\"{number}\"/>"}
    httpserver.expect_request("/", data=b"<sms text='&apos; to=&quot;1&quot; x=&apos;&lt;' to=\"+8613800138000\"/>")\
        .respond_with_json({"code": 0, "id": "1"})  # fmt: skip
    one = gateway(httpserver, monkeypatch, request=request)
    assert one.send(Letter(1, "+8613800138000", "' to=\"1\" x='<")).provider_id == "1"
    one.session.close()


def test_a_secret_that_is_missing_is_named_and_no_other_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gateways").mkdir()
    request = 'request = { url = "{env:SMS_GBK_PASSWORD}{nobody}", x = "{env:SMS_GBK_PASSWORD}" }'
    text = f'can = {{ }}\naccepted = {{ as = "json" }}\n{request}\n'
    (tmp_path / "gateways" / "bad.toml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        Provider(HTTPServer()).gateway(Settings(data=tmp_path, gateways="http:bad"), "bad")
    assert os.environ["SMS_GBK_PASSWORD"] not in str(raised.value)
