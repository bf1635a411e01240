"""What the log never tells: words, whole numbers, keys and passwords, whatever goes wrong."""

import io
import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from pytest_httpserver import HTTPServer
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug import Request, Response

from responder import worker
from responder.app import House, build
from responder.hotline import service as hotline
from responder.kernel.notices import ALERT
from responder.messaging import service as messaging
from responder.messaging.gateways import kannel_book
from responder.messaging.gateways.kannel_book import Book, Sim
from responder.platform import logs
from tests import cast
from tests.feature.messaging.conftest import TOKEN, Line
from tests.feature.messaging.providers import SECRET, environ

WORDS = "漕泾镇海涯村王秀兰家进水"
ENGLISH = "water in the house of Wang Xiulan"
NUMBER = "13900007777"
HOOKS = ("aliyun", "kannel", "http:json", "http:gbk", "http:soap")
PASSWORDS = ("kannel-pass", "status-pass", "aliyun-secret", SECRET, TOKEN)


@pytest.fixture
def line(house: House, monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> Line:
    environ(monkeypatch, httpserver.url_for("").rstrip("/"))
    changes = {
        "gateways": "http:json,http:gbk,http:soap,kannel,twilio", "twilio_account_sid": "AC1",
        "twilio_auth_token": TOKEN, "twilio_from": "+10000000000", "twilio_api_url": httpserver.url_for(""),
        "kannel_url": httpserver.url_for("/sendsms"), "kannel_status_url": httpserver.url_for("/admin"),
        "kannel_username": "kannel-user", "kannel_password": "kannel-pass", "kannel_status_password": "status-pass",
        "public_url": "https://red.example.cn",
    }  # fmt: skip
    wired = House(house.settings.model_copy(update=changes), house.work)
    return Line(wired, build(wired).test_client())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that was logged so far, as the service writes it at its most talkative."""
    before = {name: logging.getLogger(name).level for name in ("", *logs._QUIET)}
    written = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        logs.plain("debug")
    caplog.set_level(logging.DEBUG)
    # The stand-in's own server.
    caplog.handler.addFilter(lambda record: record.name != "werkzeug")
    yield lambda: written.getvalue() + caplog.text
    structlog.reset_defaults()
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def secrets(line: Line) -> list[str]:
    keys = [line.house.settings.hook_key(one) for one in HOOKS]
    return [WORDS, ENGLISH, NUMBER, cast.phone("leader")[3:], *keys, *PASSWORDS]


def bring(line: Line, words: str) -> None:
    """A text by every hook."""
    key = line.house.settings.hook_key
    say = line.client
    say.post(f"/hooks/aliyun/{key('aliyun')}/up", json=[{"phone_number": NUMBER, "content": words, "sequence_id": 1}])
    say.post(f"/hooks/aliyun/{key('aliyun')}/up", json=[{"phone_number": {"a": NUMBER}, "content": words}])
    say.post(f"/hooks/aliyun/{key('aliyun')}/up", data=words.encode())
    say.get(f"/hooks/kannel/{key('kannel')}/sms", query_string={"from": NUMBER, "text": words, "id": "1"})
    gbk = f"/hooks/http/gbk/{key('http:gbk')}/"
    say.post(gbk + "sms", data={"mobile": NUMBER, "msg": words, "motime": "1"})
    say.post(gbk + "sms", data={"mobile": NUMBER, "msg": words}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    say.post(gbk + "status", data={"mobile": NUMBER, "msgid": "1", "status": "DELIVRD"})
    say.post(f"/hooks/http/soap/{key('http:soap')}/sms", data=words.encode())
    say.post(f"/hooks/http/json/{key('http:json')}/sms", json=[{"mobile": NUMBER, "content": words, "moid": "1"}])
    say.post("/hooks/twilio/sms", data={"From": f"+86{NUMBER}", "Body": words})
    line.text(f"+86{NUMBER}", words)


TROUBLES = [
    None, ValueError(f"time data '{WORDS}{ENGLISH}{NUMBER}' does not match"), KeyError(ENGLISH),
    IntegrityError("INSERT", {"body": WORDS}, Exception(f"DETAIL: Key (number)=(+86{NUMBER}) {ENGLISH} exists")),
    DataError("INSERT", {"body": WORDS}, Exception(f"invalid input {NUMBER} {ENGLISH}")),
    OperationalError("INSERT", {}, Exception("database is locked")),
]  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("where", ["hear", "take_in"])
def test_of_texts_that_come_in(
    line: Line, told: Callable[[], str], monkeypatch: pytest.MonkeyPatch, trouble: Exception | None, where: str
) -> None:
    def breaks(*_args: Any, **_more: Any) -> None:
        assert trouble is not None
        raise trouble

    if trouble is not None:
        monkeypatch.setattr(*((hotline, "hear", breaks) if where == "hear" else (messaging, "take_in", breaks)))
    for words in (WORDS, ENGLISH):
        bring(line, words)
    said = told()
    assert "refused" in said
    assert [one for one in secrets(line) if one in said] == []
    assert (type(trouble).__name__ in said) or trouble is None or isinstance(trouble, OperationalError)


@pytest.mark.parametrize("answer", ["echo", "error", "gone", "headers"])
def test_of_texts_that_go_out(
    line: Line, told: Callable[[], str], httpserver: HTTPServer, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:

    def handle(request: Request) -> Response:
        if answer == "error":
            return Response("<html>down</html>", 500)
        said = request.get_data(as_text=True) + request.full_path + str(request.headers)
        more = {"X-Odd": "a"} if answer == "headers" else {}
        return Response(said, 400, headers=more)

    if answer == "gone":
        httpserver.stop()
    else:
        httpserver.expect_request(httpserver_any()).respond_with_handler(handle)
    book = Book(**{**kannel_book.book().model_dump(), "sims": (Sim(line="sim1", number="+8613800000001"),)})
    monkeypatch.setattr(kannel_book, "book", lambda: book)
    for n, who in enumerate(("leader", "village", "keeper")):
        line.put(f"n{n}", who=who, template="mission_alert", priority=ALERT)
    relay = worker.relay(line.house)
    for _ in range(4):
        relay.turn()
    relay.close()
    for _name, _seconds, job in worker.jobs(line.house):
        if _name in ("roads", "recordings") or _name.startswith("poll"):
            worker._guarded(_name, job, line.house.work)
    said = told()
    if answer == "gone":
        httpserver.start()
    assert "text not taken" in said
    assert [one for one in secrets(line) if one in said] == []


def httpserver_any() -> Any:

    return re.compile(".*")


@pytest.fixture
def away(line: Line) -> Iterator[None]:
    """The table of texts is gone for a while."""
    with line.house.work.begin(cast.SYSTEM) as uow:
        uow.session.execute(text("ALTER TABLE inbound RENAME TO elsewhere"))
    yield
    with line.house.work.begin(cast.SYSTEM) as uow:
        uow.session.execute(text("ALTER TABLE elsewhere RENAME TO inbound"))


@pytest.mark.usefixtures("away")
def test_of_a_database_that_is_away(line: Line, told: Callable[[], str]) -> None:
    bring(line, WORDS)
    said = told()
    assert "failed" in said or "unavailable" in said
    assert [one for one in secrets(line) if one in said] == []
