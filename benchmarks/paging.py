"""The newest 25 reports: the page with 1,000 and with 100,000 reports stored, in turn, in one run."""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from benchmarks.servers import database
from responder import demo, migrate
from responder.app import House, assemble, build
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.places.models import Division
from responder.reports.models import Report
from responder.settings import Settings

SIZES = (1_000, 100_000)
TURNS = 40
READERS = ("coordinator", "town", "village")


def _fill(house: House, count: int) -> None:
    """Reports spread over all villages, as a branch's years would leave them."""
    now = clock.now()
    with house.work.begin(Actor(None, "bench", "310116", "job")) as uow:
        # A tenth comes from the village that reads, so that every reader has a full page in both stores.
        codes = list(uow.session.scalars(select(Division.code).where(Division.level == 5)))
        codes += ["310116112218"] * (len(codes) // 10)
        rows: list[dict[str, Any]] = [
            {
                "kind": "initial", "hazard": "flood", "place": "", "received_at": now - timedelta(minutes=count - n),
                "channel": "sms", "reporter_id": None, "reporter_name": "王秀兰", "reporter_phone": "",
                "typed_by_id": None, "typed_by_name": "王秀兰", "status": "accepted", "reason": "", "reviewed_by": "",
                "figures": {"affected": n % 300, "relocated": n % 90}, "needs": [], "urgent": [], "warnings": [],
                "source": "own", "basis": "total", "said_at": now, "asks": "", "amended": False, "because": "",
                "text": "内涝", "ref": "", "world": 0, "division_code": codes[n % len(codes)], "occurred_text": "",
            }
            for n in range(count)
        ]  # fmt: skip
        uow.session.execute(insert(Report.__table__), rows)  # type: ignore[arg-type]


def _client(house: House, username: str) -> FlaskClient:
    app = build(house)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answer = client.post("/sign-in", data={"username": username, "password": "demo", "login": username})
    assert answer.status_code in (302, 303), answer.status_code
    return client


def measure(kind: str) -> dict[str, float]:
    """Milliseconds per page, medians, for three readers; the ratio of the large store to the small one."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "small").mkdir()
        (folder / "large").mkdir()
        with database(kind, folder / "small") as small, database(kind, folder / "large") as large:
            houses = []
            for url, size in zip((small, large), SIZES, strict=True):
                settings = Settings(data=folder, database_url=url, demo=True, secret_key="bench")
                house = assemble(settings)
                migrate.upgrade(house.work.database)
                demo.furnish(house, "jinshan")
                _fill(house, size)
                houses.append(house)
            for reader in READERS:
                clients = [_client(house, reader) for house in houses]
                times: list[list[float]] = [[], []]
                for turn in range(TURNS):
                    for arm, client in enumerate(clients):
                        begun = time.perf_counter()
                        answer = client.get("/reports")
                        took = (time.perf_counter() - begun) * 1000
                        assert answer.status_code == 200, answer.status_code
                        if turn >= 5:
                            times[arm].append(took)
                one, other = statistics.median(times[0]), statistics.median(times[1])
                found |= {f"{reader}_1k_ms": one, f"{reader}_100k_ms": other, f"{reader}_ratio": other / one}
            for house in houses:
                house.work.database.dispose()
    return found
