"""Texts by three kinds of provider, each as its file describes it, against a stand-in that checks every letter."""

import socket
import threading
import time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from responder.messaging.gateways import Category, Letter, SendFailed, session
from responder.messaging.gateways.http import Http
from responder.settings import Settings
from tests.feature.messaging.providers import Provider, environ, stand_in

TEXT = "任务M1001：漕泾镇<海涯村>内涝，“棉被”60床 & 水，回1收到"
LETTER = Letter(41, "+8613800138000", TEXT, "mission_alert", "zh", {"place": "海涯村"})
DIALECTS = ("json", "gbk", "soap")


@pytest.fixture
def settings(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    environ(monkeypatch, httpserver.url_for("").rstrip("/"))
    return Settings(data=tmp_path, gateways="http:json,http:gbk,http:soap")


def gateway_of(name: str, settings: Settings, server: HTTPServer) -> tuple[Http, Provider]:
    provider = stand_in(server, name)
    return provider.gateway(settings, name), provider


@pytest.mark.parametrize(("name", "provider_id"), [("json", "J1"), ("gbk", "70001"), ("soap", "T1")])
def test_a_text_arrives_letter_for_letter(
    name: str, provider_id: str, settings: Settings, httpserver: HTTPServer
) -> None:
    gateway, provider = gateway_of(name, settings, httpserver)
    sent = gateway.send(LETTER)
    gateway.session.close()
    assert (sent.provider_id, sent.status) == (provider_id, "sent")
    (taken,) = provider.taken
    text = TEXT if name != "soap" else TEXT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert (taken["to"], taken["text"], taken.get("ref", "41")) == ("13800138000", text, "41")


@pytest.mark.parametrize("name", DIALECTS)
def test_letters_that_the_provider_lacks_don_t_stop_a_text(
    name: str, settings: Settings, httpserver: HTTPServer
) -> None:
    gateway, provider = gateway_of(name, settings, httpserver)
    gateway.send(Letter(1, "+8613800138000", "水🌊\x0b到"))
    gateway.session.close()
    lost = {"json": "水🌊\x0b到", "gbk": "水?\x0b到", "soap": "水🌊到"}
    assert provider.taken[0]["text"] == lost[name]


@pytest.mark.parametrize(
    ("name", "word", "category", "after"),
    [
        ("json", "107", "permanent_number", 0), ("json", "117", "temporary", 10), ("json", "110", "opted_out", 0),
        ("json", "102", "config", 0), ("json", "999", "unknown", 0),
        ("gbk", "-3", "permanent_number", 0), ("gbk", "-5", "content", 0), ("gbk", "-9", "temporary", 5),
        ("gbk", "-2", "config", 0), ("gbk", "-77", "unknown", 0),
        ("soap", "501", "permanent_number", 0), ("soap", "503", "temporary", 30), ("soap", "402", "config", 0),
    ],
)  # fmt: skip
def test_what_the_provider_refuses(
    name: str, word: str, category: Category, after: float, settings: Settings, httpserver: HTTPServer
) -> None:
    gateway, provider = gateway_of(name, settings, httpserver)
    provider.refuse = word
    with pytest.raises(SendFailed) as raised:
        gateway.send(LETTER)
    gateway.session.close()
    assert (raised.value.code, raised.value.category, raised.value.after) == (word, category, after)
    assert provider.taken == []


@pytest.mark.parametrize("name", DIALECTS)
def test_a_wrong_secret_is_a_wrong_setting(
    name: str, settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SMS_JSON_SECRET", "SMS_GBK_PASSWORD", "SMS_SOAP_PASSWORD"):
        monkeypatch.setenv(variable, "other")
    gateway, provider = gateway_of(name, settings, httpserver)
    with pytest.raises(SendFailed) as raised:
        gateway.send(LETTER)
    gateway.session.close()
    assert raised.value.category == "config"
    assert "other" not in str(raised.value)
    assert provider.taken == []


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (503, "<html>busy</html>", "temporary"), (429, "", "temporary"), (403, "no", "config"), (302, "", "unknown"),
        (200, "<html>Welcome</html>", "unknown"), (200, "", "unknown"), (200, "{}", "unknown"),
        (200, "<r/>", "unknown"), (200, "[[[", "unknown"),
    ],
)  # fmt: skip
def test_an_answer_of_another_kind_is_never_taken_for_a_yes(
    name: str, status: int, body: str, category: Category, settings: Settings, httpserver: HTTPServer
) -> None:
    gateway = Provider(httpserver).gateway(settings, name)
    answer = Response(body, status, headers={"Location": "/elsewhere"})
    httpserver.expect_request("/v2/send").respond_with_response(answer)
    httpserver.expect_request("/sdk/BatchSend").respond_with_response(answer)
    httpserver.expect_request("/services/MasSms").respond_with_response(answer)
    with pytest.raises(SendFailed) as raised:
        gateway.send(LETTER)
    gateway.session.close()
    assert raised.value.category == category


def test_nobody_there_is_temporary_and_tells_no_secret(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_GBK_URL", "http://127.0.0.1:9/s3cret")
    gateway = Provider(HTTPServer()).gateway(settings, "gbk")
    with pytest.raises(SendFailed) as raised:
        gateway.send(LETTER)
    assert (raised.value.code, raised.value.category) == ("network", "temporary")
    assert "s3cret" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_what_is_no_address_is_a_wrong_setting(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_GBK_URL", "sms.example.cn")
    with pytest.raises(SendFailed) as raised:
        Provider(HTTPServer()).gateway(settings, "gbk").send(LETTER)
    assert raised.value.category == "config"


def test_a_provider_that_drips_is_cut_off(
    settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte comes in time, the answer never."""
    monkeypatch.setattr(session, "READ_SECONDS", 0.5)
    stop = threading.Event()

    def drip(_request: Request) -> Response:
        return Response((b" " for _ in range(100) if not stop.wait(0.1)), 200)

    httpserver.expect_request("/sdk/BatchSend").respond_with_handler(drip)
    began = time.monotonic()
    gateway = Provider(httpserver).gateway(settings, "gbk")
    with pytest.raises(SendFailed) as raised:
        gateway.send(LETTER)
    took = time.monotonic() - began
    stop.set()
    gateway.session.close()
    assert raised.value.category == "unknown"
    assert took < 3


def test_a_provider_that_never_answers_is_temporary(
    settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 0.2)
    free = threading.Event()
    httpserver.expect_request("/sdk/BatchSend").respond_with_handler(
        lambda _request: Response("", free.wait(5) and 200)
    )
    gateway = Provider(httpserver).gateway(settings, "gbk")
    with pytest.raises(SendFailed) as raised:
        gateway.send(LETTER)
    free.set()
    gateway.session.close()
    assert raised.value.category == "temporary"


class Proxy:
    """The smallest proxy: notes what it is asked for, and hands plain requests on to their server."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            with client:
                self._carry(client)

    def _carry(self, client: socket.socket) -> None:
        request = client.recv(65536)
        head, _, body = request.partition(b"\r\n\r\n")
        first = head.split(b"\r\n", 1)[0].decode()
        self.asked.append(first)
        if first.startswith("CONNECT"):
            client.sendall(b"HTTP/1.1 502 no\r\nContent-Length: 0\r\n\r\n")
            return
        length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-l")))
        while len(body) < length:
            body += client.recv(65536)
        host, port = first.split("/")[2].split(":")
        head = head.replace(b"keep-alive", b"close")
        with socket.create_connection((host, int(port))) as onward:
            onward.sendall(head + b"\r\n\r\n" + body)
            while part := onward.recv(65536):
                client.sendall(part)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def test_texts_go_by_the_house_s_proxy_unless_the_file_says_direct(settings: Settings, httpserver: HTTPServer) -> None:
    proxy = Proxy()
    settings = settings.model_copy(update={"http_proxy": proxy.url})
    for name in DIALECTS:
        gateway, provider = gateway_of(name, settings, httpserver)
        gateway.send(LETTER)
        gateway.session.close()
        assert len(provider.taken) == 1
    asked = [first.split("/", 3)[3] for first in proxy.asked]
    assert asked == ["v2/send HTTP/1.1", "sdk/BatchSend HTTP/1.1"], (
        "the platform in the government's network goes straight"
    )
    proxy.close()


def test_nothing_goes_past_a_proxy_not_even_encrypted_or_when_the_environment_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Proxy()
    monkeypatch.setenv("SMS_GBK_URL", "https://sms.example.cn")
    monkeypatch.setenv("NO_PROXY", "*")
    settings = settings.model_copy(update={"http_proxy": proxy.url})
    with pytest.raises(SendFailed) as raised:
        Provider(HTTPServer()).gateway(settings, "gbk").send(LETTER)
    assert raised.value.category == "temporary"
    assert [first.rpartition(" ")[0] for first in proxy.asked] == ["CONNECT sms.example.cn:443"]
    proxy.close()


def test_a_proxy_of_the_environment_isn_t_used(
    settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    gateway, provider = gateway_of("gbk", settings, httpserver)
    gateway.send(LETTER)
    gateway.session.close()
    assert len(provider.taken) == 1
