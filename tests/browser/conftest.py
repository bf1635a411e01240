"""A real server (`responder run --demo`) on an empty store, a real Chromium, pretend phones."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.engine.url import make_url

from tests.conftest import POSTGRES, missing, on_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
RESPONDER = [str(Path(sys.executable).with_name("responder"))]
WIDE, PHONE = {"width": 1920, "height": 1080}, {"width": 360, "height": 800}


def until(ask: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The first true answer. Fails the test when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come in time")


class Server:
    """A running service and its pretend phones."""

    def __init__(self, base: str, process: "subprocess.Popen[bytes]", data: Path, environment: dict[str, str]) -> None:
        self.base, self.process, self.data, self.environment = base, process, data, environment
        self._tokens: dict[str, str] = {}

    def get(self, path: str) -> Any:
        """A JSON answer."""
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            return json.load(answer)

    def text(self, number: str, body: str, **more: str) -> str:
        """A text from a pretend phone; returns the provider's id."""
        packed = json.dumps({"from": number, "body": body, **more}).encode()
        asked = urllib.request.Request(self.base + "/simulator/sms", packed, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 202
            return str(json.load(answer)["id"])

    def api(self, username: str, path: str) -> Any:
        """An answer of the API to a person's token, made by `responder token` on first use."""
        if username not in self._tokens:
            command = [*RESPONDER, "token", username, "--data", str(self.data)]
            self._tokens[username] = subprocess.run(
                command, env=self.environment, check=True, capture_output=True, text=True, timeout=60
            ).stdout.split()[-1]
        asked = urllib.request.Request(
            self.base + "/api/v1/" + path, headers={"Authorization": f"Bearer {self._tokens[username]}"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def phone(self, role: str, division: str = "") -> str:
        """The number of the first phone of a role, at a division where given."""
        found = [p for p in self.get("/simulator/phones")["phones"] if p["role"] == role]
        return str(next(p["number"] for p in found if not division or p["division"]["code"] == division))

    def received(self, number: str) -> list[str]:
        """What a phone has got from us, oldest first."""
        messages = self.get(f"/simulator/phones/{number.replace('+', '%2B')}/messages")["messages"]
        return [m["body"] for m in messages if m["direction"] == "out"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, url: str, *options: str, **environment: str) -> Server:
    """Starts `responder run` and waits until it is ready."""
    port = _free_port()
    command = [*RESPONDER, "run", "--port", str(port), "--data", str(data), *options]
    told = {**os.environ, **environment}
    told.pop("RESPONDER_DATA", None)
    if url:
        told["RESPONDER_DATABASE_URL"] = url
    log = data.with_suffix(".log")
    with log.open("wb") as handle:
        process = subprocess.Popen(command, env=told, stdout=handle, stderr=handle, start_new_session=True)
    server = Server(f"http://127.0.0.1:{port}", process, data, told)

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(server.base + "/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    until(ready, 90)
    return server


def stop(server: Server) -> None:
    """Ends it as a supervisor would; the whole group goes if it doesn't."""
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(server.process.pid, signal.SIGKILL)
        raise


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demonstration of Jinshan on an empty store, once on each database."""
    data = tmp_path_factory.mktemp("run") / "data"
    url, name = "", f"responder_browser_{uuid.uuid4().hex[:8]}"
    if request.param == "postgres":
        try:
            with on_server() as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
        except psycopg.OperationalError as problem:
            missing("postgres", str(problem))
        url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    running = start(data, url, "--demo")
    yield running
    stop(running)
    if url:
        with on_server() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM:
        missing("browser", "no chromium on this machine")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(browser: Browser, server: Server) -> Iterator[SignIn]:
    """Opens a browser of its own for a person: ``sign_in("coordinator", lang="en", size=PHONE)``.

    A script error or a refusal of the content policy on any page fails the test.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(username: str, lang: str = "zh", size: dict[str, int] = WIDE, **more: Any) -> Page:
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            locale="zh-CN" if lang == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "lang", "value": lang, "url": server.base}])
        page = context.new_page()
        page.on("pageerror", lambda problem: wrong.append(str(problem)))
        page.on("console", lambda m: wrong.append(m.text) if "Content Security Policy" in m.text else None)
        if username:
            page.goto(server.base + "/sign-in")
            page.fill("[name=username]", username)
            page.fill("[name=password]", "demo")
            page.click("main button:not([type=button])")
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong
