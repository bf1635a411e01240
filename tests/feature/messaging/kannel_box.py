"""A real Kannel on the loopback: bearerbox and smsbox of Debian's package, with fake networks in place of modems.

Kannel's ``smsc = fake`` listens, and whoever connects is the network: it gets a line per part of a text and sends one
per text that a phone writes (gw/smsc/smsc_fake.c).
"""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes
from urllib.request import urlopen

from werkzeug import Response
from werkzeug.serving import BaseWSGIServer, make_server

LINES = ("sim1", "sim2")
WAIT_SECONDS = 15.0

_CORE = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = {password}-admin
status-password = {password}-status
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal
sms-resend-freq = 1
sms-resend-retry = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 100
http-queue-delay = 1

group = sendsms-user
username = responder
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
accepted-smsc = "sim1"
get-url = "{hooks}/sms?from=%p&to=%P&text=%b&charset=%C&coding=%c&at=%T&smsc=%i&id=%I"

group = sms-service
keyword = default
catch-all = true
max-messages = 0
accepted-smsc = "sim2"
post-url = "{hooks}/sms?from=%p&to=%P&coding=%c&at=%T&smsc=%i&id=%I"
"""

_LINE = """
group = smsc
smsc = fake
smsc-id = {line}
our-host = 127.0.0.1
port = {port}
connect-allow-ip = 127.0.0.1
allowed-smsc-id = {line}
"""


def installed() -> bool:
    """Whether Kannel is on this machine."""
    return all(shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("bearerbox", "smsbox"))


def until(what: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """Waits for something to come true and returns it. Fails the test where it doesn't."""
    ends = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)
    return found


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@dataclass(frozen=True)
class Text:
    """A text as the network got it, put together from its parts."""

    sender: str
    number: str
    body: str
    parts: int = 1
    plain: bool = False


@dataclass
class Network:
    """One SIM's network: takes what Kannel sends, and writes as any phone."""

    port: int
    texts: list[Text] = field(default_factory=list)
    _parts: dict[tuple[str, str, int], dict[int, bytes]] = field(default_factory=dict)
    _line: socket.socket | None = None
    _reader: threading.Thread | None = None

    def join(self) -> None:
        """Connects: Kannel then takes the line for online."""
        self._line = socket.create_connection(("127.0.0.1", self.port))
        self._reader = threading.Thread(target=self._read, args=(self._line,))
        self._reader.start()

    def leave(self) -> None:
        """The modem is unplugged."""
        if self._line is None or self._reader is None:
            return
        self._line.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._line.close()
        self._line = None

    def write(self, sender: str, body: str, *, raw: bytes | None = None) -> None:
        """A phone texts this SIM; ``raw`` are eight-bit bytes of no declared alphabet."""
        kind, data = ("data", raw) if raw is not None else ("ucs2", body.encode("utf-16-be"))
        assert self._line is not None
        self._line.sendall(f"{sender} 10690000 {kind} {quote(data)}\n".encode())

    def to(self, number: str) -> list[Text]:
        """What one phone got over this SIM."""
        return [text for text in list(self.texts) if text.number == number]

    def _read(self, line: socket.socket) -> None:
        with line.makefile("rb") as lines:
            for raw in lines:
                self._take(raw.rstrip(b"\n"))

    def _take(self, raw: bytes) -> None:
        sender, number, kind, rest = raw.split(b" ", 3)
        who, to = sender.decode(), number.decode()
        if kind == b"text":
            self.texts.append(Text(who, to, rest.decode(), plain=True))
        elif kind == b"ucs-2":
            self.texts.append(Text(who, to, _bytes(rest).decode("utf-16-be")))
        else:
            self._join_parts(who, to, rest)

    def _join_parts(self, who: str, to: str, rest: bytes) -> None:
        # "%05%00%03<ref><parts><part> data <bytes>": the user data header of a part (3GPP TS 23.040, 9.2.3.24.1).
        header, _data, data = rest.split(b" ", 2)
        ref, count, part = _bytes(header)[3:6]
        parts = self._parts.setdefault((who, to, ref), {})
        parts[part] = _bytes(data)
        if len(parts) == count:
            whole = b"".join(parts[n] for n in sorted(parts))
            # The fake network isn't told the alphabet of a part: UCS-2 has zeros or letters beyond ASCII.
            plain = whole.isascii() and b"\0" not in whole
            self.texts.append(Text(who, to, whole.decode("ascii" if plain else "utf-16-be"), count, plain))
            del self._parts[who, to, ref]


def _bytes(quoted: bytes) -> bytes:
    return unquote_to_bytes(quoted.replace(b"+", b" "))


class Box:
    """Kannel, its networks, and the web server that it calls: ``app`` answers there, 503 while it is away.

    Every test has a ``public`` address of its own: what Kannel still has to tell of an earlier one is swallowed.
    """

    password = "kannel-secret"

    def __init__(self, folder: Path, key: str) -> None:
        self.app: Any = None
        self.away = False
        self.turned_away = 0
        self._turn, self._running = 0, 0
        self._count = threading.Lock()
        admin, boxes, sendsms, *ports = free_ports(3 + len(LINES))
        self.networks = {name: Network(port) for name, port in zip(LINES, ports, strict=True)}
        self.sendsms_url = f"http://127.0.0.1:{sendsms}/cgi-bin/sendsms"
        self.admin_url = f"http://127.0.0.1:{admin}"
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self._serving = threading.Thread(target=self._server.serve_forever)
        self._serving.start()
        self._here = f"http://127.0.0.1:{self._server.port}"
        config = _CORE.format(
            admin=admin, boxes=boxes, sendsms=sendsms, password=self.password, hooks=f"{self._here}/hooks/kannel/{key}"
        )
        config += "".join(_LINE.format(line=name, port=one.port) for name, one in self.networks.items())
        self._config = folder / "kannel.conf"
        self._config.write_text(config)
        self._ports = {"bearerbox": boxes, "smsbox": sendsms}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Starts both processes and joins the networks."""
        for name, port in self._ports.items():
            with (self._config.parent / f"{name}.log").open("ab") as log:
                self._processes.append(
                    subprocess.Popen([f"/usr/sbin/{name}", "-v", "1", str(self._config)], stdout=log, stderr=log)
                )
            until(partial(_listens, port))
        for network in self.networks.values():
            network.join()
        until(self._is_ready)

    def stop(self) -> None:
        """Kills both processes, as a machine that loses its power."""
        for network in self.networks.values():
            network.leave()
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        self._processes.clear()

    def close(self) -> None:
        """Kannel and the web server."""
        self.stop()
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()

    def _is_ready(self) -> bool:
        with urlopen(f"{self.admin_url}/status.xml?password={self.password}-status") as page:
            said = page.read()
        return b"smsbox" in said and said.count(b"<status>online") == len(LINES)

    @property
    def public(self) -> str:
        """The house's address in this test."""
        return f"{self._here}/{self._turn}"

    def welcome(self) -> None:
        """Another test begins."""
        self._turn += 1

    def part(self) -> None:
        """The test is over: waits for the requests that its house still answers."""
        self.app, self.away = None, False
        until(lambda: not self._running)
        for network in self.networks.values():
            network.texts.clear()

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._count:
            self._running += 1
        try:
            return self._answer(environ, start_response)
        finally:
            with self._count:
                self._running -= 1

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        app, mine = self.app, f"/{self._turn}/"
        path = environ["PATH_INFO"]
        if self.away:
            self.turned_away += 1
            return Response(status=503)(environ, start_response)
        if app is None or not path.startswith((mine, "/hooks/")):
            return Response()(environ, start_response)
        environ["PATH_INFO"] = path.removeprefix(mine[:-1])
        # Read to its end here: only then is it over.
        return [b"".join(app(environ, start_response))]


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
