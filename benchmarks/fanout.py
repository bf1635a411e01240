"""Commit → last of 500 connected live clients, against a bare Flask-SocketIO emit to the same number of clients.

Single commits after quiet, made in the web process. Both servers run at once, arms in turn; clocks are the machine's
one monotonic clock, read in the server right after COMMIT (ours) or right before emit (bare), and in the clients.
"""

import json
import selectors
import socket
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask import Flask, Response, jsonify, request

from benchmarks.servers import database, free_port, serving
from responder import demo, migrate
from responder.accounts import credentials
from responder.accounts.commands import CreateToken
from responder.app import assemble, build
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.platform import logs
from responder.settings import Settings

CLIENTS = 500
ROUNDS = 40
QUIET_SECONDS = 0.25


def ours() -> APIFlask:
    """The application with one more route, which commits one event in the web process."""
    settings = Settings()
    logs.plain("error")
    house = assemble(settings)
    app = build(house, mode="gevent")

    @app.post("/bench/emit")
    def emit() -> Response:
        body = request.get_json()
        data = {"place": "漕泾镇海涯村", "hazard": "flood", "kind": "initial", "figures": {"affected": body["seq"]}}
        with house.work.begin(Actor(None, "bench", "310116", "web")) as uow:
            uow.record(Event("report.received", "310116112218", "R1001", data))
        return jsonify(at=time.monotonic())

    csrf = next(f for f in app.before_request_funcs[None] if "csrf" in f.__qualname__.lower())
    app.before_request_funcs[None].remove(csrf)
    return app


def bare() -> Flask:
    """The yardstick."""
    from benchmarks.bare import fanout

    return fanout()


class _Crowd:
    """Websocket clients on one selector: each counts the time at which its frame came."""

    def __init__(self, port: int, auth: dict[str, str]) -> None:
        self.selector = selectors.DefaultSelector()
        self.lines: list[socket.socket] = []
        for _ in range(CLIENTS):
            self.lines.append(_connect(port, auth))
        for line in self.lines:
            line.setblocking(False)
            self.selector.register(line, selectors.EVENT_READ)

    def wait(self, mark: bytes, seconds: float) -> float:
        """The moment at which the last client had the frame that holds ``mark``."""
        missing = set(self.lines)
        seen: dict[socket.socket, bytes] = {}
        last = 0.0
        end = time.monotonic() + seconds
        while missing and time.monotonic() < end:
            for key, _ in self.selector.select(0.5):
                line: Any = key.fileobj
                data = line.recv(65536)
                last_seen = time.monotonic()
                seen[line] = seen.get(line, b"") + data
                if mark in seen[line] and line in missing:
                    missing.discard(line)
                    last = last_seen
                if data[:2] == b"\x81\x01":  # engine.io's ping "2" is answered with a pong "3"
                    line.send(_frame(b"3"))
        if missing:
            raise RuntimeError(f"{len(missing)} clients got nothing")
        return last

    def close(self) -> None:
        for line in self.lines:
            line.close()


def _frame(text: bytes) -> bytes:
    size = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0x80 | 126]) + len(text).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + text


def _connect(port: int, auth: dict[str, str]) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    head = (
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    line.sendall(head.encode())
    _until(line, b'"sid"')
    line.sendall(_frame(b"40/live," + json.dumps(auth).encode()))
    _until(line, b"40/live,")
    line.sendall(_frame(b'42/live,["resume",{}]'))
    return line


def _until(line: socket.socket, mark: bytes) -> None:
    data = b""
    while mark not in data:
        more = line.recv(4096)
        if not more:
            raise RuntimeError(f"closed: {data!r}")
        data += more


def _emit(port: int, seq: int) -> float:
    body = json.dumps({"seq": seq, "kind": "report.received", "summary": "x" * 120}).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/bench/emit", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return float(json.load(answer)["at"])


def measure(kind: str) -> dict[str, float]:
    """Milliseconds to the last client, medians, and their ratio."""
    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
        folder = Path(name)
        settings = Settings(data=folder, database_url=url, demo=True, secret_key="bench")
        house = assemble(settings)
        migrate.upgrade(house.work.database)
        demo.furnish(house, "jinshan")
        token = _token(house)
        house.work.database.dispose()
        told = {
            "RESPONDER_DATA": str(folder), "RESPONDER_DATABASE_URL": url, "RESPONDER_SECRET_KEY": "bench",
            "RESPONDER_DEMO": "1",
        }  # fmt: skip
        ports = free_port(), free_port()
        with (
            serving("benchmarks.fanout:ours()", ports[0], told),
            serving("benchmarks.fanout:bare()", ports[1], told),
        ):
            crowds = _Crowd(ports[0], {"token": token}), _Crowd(ports[1], {})
            time.sleep(2.0)
            times: tuple[list[float], list[float]] = ([], [])
            for turn in range(ROUNDS):
                for arm in (0, 1):
                    seq = 1_000_000 + turn
                    mark = f"{seq:,}".encode() if arm == 0 else f'"seq":{seq}'.encode()
                    time.sleep(QUIET_SECONDS)
                    begun = _emit(ports[arm], seq)
                    took = (crowds[arm].wait(mark, 10) - begun) * 1000
                    if turn >= 5:  # the first turns warm both up
                        times[arm].append(took)
            for crowd in crowds:
                crowd.close()
    mine, theirs = statistics.median(times[0]), statistics.median(times[1])
    return {"ours_ms": mine, "bare_ms": theirs, "ratio": mine / theirs}


def _token(house: Any) -> str:
    from sqlalchemy import select

    from responder.accounts.models import Person

    with house.work.read() as session:
        person = session.scalar(select(Person.id).where(Person.username == "coordinator"))
    with house.work.begin(Actor(person, "bench", "310116", "cli")) as uow:
        return str(credentials.create_token(uow, CreateToken(person, "bench")))
