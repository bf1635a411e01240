"""Texts carried the whole way per second: signed webhook → stored, understood, report, event, receipt queued.

Against a bare route that checks the same signature and inserts one row by the raw driver: same server, same
database. Both arms run in turn, in pairs, in one run; the figure is the median of the pairs' ratios.
"""

import random
import socket
import statistics
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from sqlalchemy import text
from twilio.request_validator import RequestValidator

from benchmarks.servers import TOKEN, database, free_port, serving
from responder import demo, migrate
from responder.app import assemble
from responder.platform.database import Database
from responder.settings import Settings

CONNECTIONS = 16
SECONDS = 3.0
PAIRS = 5
_VALIDATOR = RequestValidator(TOKEN)

_HAZARDS = ("内涝", "大风", "火灾", "龙卷风", "冰雹", "山体滑坡")


def _body(index: int) -> str:
    """A report as liaison officers write them; no two alike."""
    pick = random.Random(index)
    return (
        f"海涯村{pick.choice(_HAZARDS)}，受灾{pick.randint(2, 90)}户{pick.randint(91, 300)}人，"
        f"转移{pick.randint(1, 90)}人，无人员伤亡，倒塌房屋{pick.randint(1, 9)}间，"
        f"急需棉被{pick.randint(5, 60)}床、矿泉水{pick.randint(5, 60)}箱"
    )


def _requests(port: int, numbers: list[str], start: int, count: int) -> list[bytes]:
    url = f"http://127.0.0.1:{port}/hooks/twilio/sms"
    packed = []
    for index in range(start, start + count):
        form = {"MessageSid": f"SM{index:032x}", "From": numbers[index % len(numbers)], "To": "+15005550006"}
        form["Body"] = _body(index)
        signature = _VALIDATOR.compute_signature(url, form)
        data = urllib.parse.urlencode(form).encode()
        head = (
            f"POST /hooks/twilio/sms HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        packed.append(head.encode() + data)
    return packed


def _drive(port: int, prepared: list[bytes]) -> float:
    """Answered requests per second over CONNECTIONS keep-alive connections; every answer must be 200."""
    queue = iter(prepared)
    lock = threading.Lock()
    done = [0] * CONNECTIONS
    end = time.monotonic() + SECONDS

    def client(me: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as line:
            while time.monotonic() < end:
                with lock:
                    request = next(queue, None)
                if request is None:
                    raise RuntimeError("too few requests prepared")
                line.sendall(request)
                answer = b""
                while b"\r\n\r\n" not in answer:
                    answer += line.recv(4096)
                if b" 200 " not in answer[:20]:
                    raise RuntimeError(f"not 200: {answer[:60]!r}")
                if b"<Response" not in answer:
                    line.recv(4096)
                done[me] += 1

    begun = time.monotonic()
    threads = [threading.Thread(target=client, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - begun)


def _carried(url: str) -> tuple[int, ...]:
    store = Database(url)
    tables = ("inbound", "report", "outbound")
    with store.reader.connect() as connection:
        counts = [connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables]
        received = connection.scalar(text("SELECT count(*) FROM event WHERE kind = 'report.received'")) or 0
    store.dispose()
    return (*counts, received)


def measure(kind: str) -> dict[str, float]:
    """One database: {"ours", "bare" (texts per second, medians), "ratio"}."""
    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
        folder = Path(name)
        settings = Settings(data=folder, database_url=url, demo=True, secret_key="bench")
        house = assemble(settings)
        migrate.upgrade(house.work.database)
        demo.furnish(house, "jinshan")
        with house.work.read() as session:
            found = session.execute(
                text(
                    "SELECT phone.e164 FROM phone JOIN person ON person.id = phone.person_id "
                    "WHERE length(person.division_code) = 12"
                )
            )
            numbers = [row[0] for row in found]
        house.work.database.dispose()
        ours_port, bare_port = free_port(), free_port()
        told = {
            "RESPONDER_DATA": str(folder), "RESPONDER_DATABASE_URL": url, "RESPONDER_SECRET_KEY": "bench",
            "RESPONDER_DEMO": "1", "TWILIO_AUTH_TOKEN": TOKEN, "RESPONDER_LOG_LEVEL": "error",
            "BARE_DATABASE_URL": url,
        }  # fmt: skip
        ours, bare, ratios = [], [], []
        with serving("responder.app:serve()", ours_port, told), serving("benchmarks.bare:intake()", bare_port, told):
            for pair in range(PAIRS + 1):
                mine = _drive(ours_port, _requests(ours_port, numbers, pair * 100_000, 4_000))
                theirs = _drive(bare_port, _requests(bare_port, numbers, pair * 100_000, 8_000))
                if pair:  # the first pair warms both up
                    ours.append(mine)
                    bare.append(theirs)
                    ratios.append(mine / theirs)
        carried = _carried(url)
        if len(set(carried)) != 1 or carried[0] == 0:
            raise RuntimeError(f"not everything was carried the whole way: {carried}")
        median = statistics.median
        spread = {"low": min(ratios), "high": max(ratios)}
        return {"ours": median(ours), "bare": median(bare), "ratio": median(ratios), **spread}
