"""How long a first alert waits behind 50,000 routine texts, while three gateways are kept at their limits.

The gateways stand in this process and take 30 ms for a text. Alerts are posted at random moments, the first while the
queue is still being given its roads. A wait is from the alert's commit until a gateway has it in hand. What a text
costs is this process's own time on a core, gateways and alerts included, the database server's not.
"""

import random
import statistics
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.servers import database
from responder import demo, migrate
from responder.app import assemble
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, Notice
from responder.messaging.gateways import Capabilities, Letter, Sent
from responder.messaging.models import Outbound
from responder.messaging.relay import Relay
from responder.platform.work import Work
from responder.settings import Settings

ROWS = 50_000
LIMITS = {"slow": 20.0, "middle": 50.0, "fast": 100.0}
"""Texts a second of each gateway."""
TAKES = 0.03
SECONDS = 30.0
ALERTS = 200
_SYSTEM = Actor(None, "bench", "310116", "job")


class Stand:
    """A gateway that takes its time and remembers when it was given what."""

    def __init__(self, name: str, per_second: float) -> None:
        self.name = name
        self.can = Capabilities(per_second=per_second, burst=10, senders=8)
        self.routine = 0
        self.alerts: dict[str, float] = {}

    def send(self, letter: Letter) -> Sent:
        """Taken."""
        if letter.priority == ALERT:
            self.alerts[letter.number] = time.monotonic()
        else:
            self.routine += 1
        time.sleep(TAKES)
        return Sent(f"{self.name}-{letter.ref}")


def _fill(work: Work) -> None:
    now = clock.now()
    row: dict[str, Any] = {
        "person_id": None, "template": "sim_low", "lang": "zh", "body": "余额不足", "form": {}, "priority": 6,
        "subject": "", "wanted": "", "status": "queued", "created_at": now, "next_at": now,
        "expires_at": now + timedelta(days=1), "road": "", "turn": 0, "attempts": 0, "gateway": "", "provider_id": "",
        "error": "", "category": "", "segments": 1, "cost": 0, "world": 0, "division_code": "310116",
    }  # fmt: skip
    table: Any = Outbound.__table__
    with work.begin(_SYSTEM) as uow:
        rows = [row | {"dedup": f"r{n}", "number": f"+861370{n:07d}"} for n in range(ROWS)]
        uow.session.connection().execute(table.insert(), rows)


def _alerts(work: Work) -> dict[str, float]:
    """Posts alerts at random moments; returns when each was committed."""
    posted, chance = {}, random.Random(7)
    moments = sorted(chance.uniform(0.05, SECONDS - 2) for _ in range(ALERTS))
    began = time.monotonic()
    for n, moment in enumerate(moments):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        number = f"+861390{n:07d}"
        with work.begin(_SYSTEM) as uow:
            uow.send(Notice("text_urgent", f"a{n}", number=number, priority=ALERT))
        posted[number] = time.monotonic()
    return posted


def measure(kind: str) -> dict[str, float]:
    """Waits of the alerts in milliseconds; texts a second against the sum of the gateways' limits; what one costs; and
    what the relay costs when nothing is to be sent, in thousandths of a core."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        house = assemble(Settings(data=Path(folder), database_url=url, secret_key="bench"))
        migrate.upgrade(house.work.database)
        demo.furnish(house, "jinshan")
        idle = _idle(house.work)
        _fill(house.work)
        stands = [Stand(name, rate) for name, rate in LIMITS.items()]
        relay, stop = Relay(house.work, stands, {}), threading.Event()
        running = threading.Thread(target=relay.run, args=(stop,))
        began, spent = time.monotonic(), time.process_time()
        running.start()
        posted = _alerts(house.work)
        time.sleep(max(0.0, began + SECONDS - time.monotonic()))
        sent = sum(one.routine + len(one.alerts) for one in stands)
        took, spent = time.monotonic() - began, time.process_time() - spent
        stop.set()
        running.join()
        house.work.database.dispose()
    taken = {number: at for one in stands for number, at in one.alerts.items()}
    waits = sorted((taken[number] - at) * 1000 if number in taken else float("inf") for number, at in posted.items())
    quantiles = statistics.quantiles(waits, n=100, method="inclusive")
    return {
        "alert p50 ms": quantiles[49], "p99 ms": quantiles[98], "max ms": waits[-1], "texts/s": sent / took,
        "of the limits": sent / took / sum(LIMITS.values()), "ms of a core per text": spent * 1000 / sent,
        "idle, ms of a core per s": idle,
    }  # fmt: skip


def _idle(work: Work) -> float:
    """What four gateways' relay costs while the outbox is empty."""
    relay, stop = Relay(work, [Stand(f"idle{n}", 1.0) for n in range(4)], {}), threading.Event()
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    time.sleep(0.5)
    began, spent = time.monotonic(), time.process_time()
    time.sleep(4.0)
    spent = (time.process_time() - spent) * 1000 / (time.monotonic() - began)
    stop.set()
    running.join()
    return spent
