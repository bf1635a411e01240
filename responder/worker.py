"""The composition root of the worker process: the relay, the scheduler and a sign of life."""

import fcntl
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import text

from responder.app import WANTED, House, assemble
from responder.dispatch import jobs as dispatch_jobs
from responder.hotline import service as hotline
from responder.hotline.voice import jobs as voice_jobs
from responder.kernel.actors import Actor
from responder.messaging import keeping, polling, pretending, silence, templates, watching
from responder.messaging.broadcasts import jobs as broadcasts_jobs
from responder.messaging.gateways.chosen import fetchers, gateways
from responder.messaging.handcalls import jobs as handcalls_jobs
from responder.messaging.reach import jobs as reach_jobs
from responder.messaging.reach import printing
from responder.messaging.relay import Relay
from responder.platform import logs, status
from responder.platform.work import Work
from responder.reports.deadlines import jobs as deadlines_jobs
from responder.settings import Settings

log = structlog.get_logger(__name__)

BEAT_SECONDS = 10
_LEADER = 7_226_002
"""PostgreSQL's advisory lock of the one worker that runs the scheduler."""

JOBS = [*dispatch_jobs.JOBS, *deadlines_jobs.JOBS, *broadcasts_jobs.JOBS, *reach_jobs.JOBS, *keeping.JOBS]
"""(name, seconds, function) of every room."""


def relay(house: House) -> Relay:
    """The relay with its gateways and the questions that are asked before sending."""

    def approved(gateway: str, template: str, lang: str) -> bool:
        return templates.approved(gateway, template, lang, house.settings.data) is not None

    return Relay(house.work, gateways(house.settings, pretending.Network(house.work)), WANTED, approved)


def jobs(house: House) -> list[tuple[str, float, Callable[[Work], object]]]:
    """Every room's jobs: (name, seconds, function)."""
    settings = house.settings
    asked = [*polling.jobs(settings, hotline), *pretending.jobs(settings)]
    roads = gateways(settings)
    watched = [*watching.jobs(roads), *silence.jobs(roads), *handcalls_jobs.jobs(WANTED), *printing.jobs(settings.data)]
    return [*JOBS, *asked, *watched, *voice_jobs.jobs(settings.data, fetchers(settings))]


def main() -> None:
    """Runs until it is told to stop."""
    settings = Settings()
    logs.plain(settings.log_level)
    house = assemble(settings)
    stop = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
    sender = threading.Thread(target=relay(house).run, args=(stop,), name="relay")
    sender.start()
    scheduling = threading.Thread(target=_schedule, args=(house, stop), name="schedule")
    scheduling.start()
    while not stop.is_set():
        _guarded("beat", _beat, house.work)
        stop.wait(BEAT_SECONDS)
    sender.join(20)
    scheduling.join(20)
    house.work.database.dispose()


def _beat(work: Work) -> None:
    with work.begin(Actor(None, "worker", "", "job")) as uow:
        status.beat(uow)


def _schedule(house: House, stop: threading.Event) -> None:
    """Runs the rooms' jobs in the one worker that holds the lock; the others wait for it."""
    while not stop.is_set():
        with _leadership(house) as leading:
            if leading:
                scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(4)}, timezone="UTC")
                for name, seconds, job in jobs(house):
                    scheduler.add_job(
                        _guarded, "interval", (name, job, house.work), seconds=seconds, id=name, max_instances=1,
                        coalesce=True, misfire_grace_time=None,
                    )  # fmt: skip
                scheduler.start()
                stop.wait()
                scheduler.shutdown()
        stop.wait(BEAT_SECONDS)


@contextmanager
def _leadership(house: House) -> Iterator[bool]:
    if house.work.database.is_sqlite:
        house.settings.data.mkdir(parents=True, exist_ok=True)
        with open(house.settings.data / "scheduler.lock", "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True
        return
    reader = house.work.database.reader.execution_options(isolation_level="AUTOCOMMIT")
    with reader.connect() as connection:
        got = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LEADER})
        yield bool(got)
        with suppress(Exception):
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LEADER})


def _guarded(name: str, job: Callable[[Work], object], work: Work) -> None:
    """A job that fails is logged and tried again at its next time."""
    try:
        job(work)
    except Exception:
        log.exception("job failed", job=name)


if __name__ == "__main__":
    main()
