"""Is it alive, is it ready, how is it doing; and the API's own description."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

import structlog
from flask import Blueprint, Response, current_app, jsonify, render_template
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import String, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder import __version__
from responder.kernel import clock
from responder.platform import web
from responder.platform.database import Base
from responder.platform.work import UnitOfWork

log = structlog.get_logger(__name__)

bp = Blueprint("platform", __name__)

WORKER = "worker"
SILENT_SECONDS = 45.0
"""A worker that hasn't said anything for this long is taken for gone."""


class Heartbeat(Base, kw_only=True):
    """When a process last said that it is alive."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


def beat(uow: UnitOfWork, name: str = WORKER) -> None:
    """Says that a process is alive."""
    row = uow.session.get(Heartbeat, name)
    if row is None:
        uow.session.add(Heartbeat(name=name, at=uow.now))
    else:
        row.at = uow.now


@dataclass(frozen=True)
class Lag:
    """How the outbox stands: texts due and unsent, the oldest one's age in seconds, texts that failed."""

    due: int
    oldest_seconds: float
    failed: int


class OutboxLag(Protocol):
    """Measures the outbox. Wired to ``messaging``."""

    def __call__(self, session: Session, now: datetime, /) -> Lag: ...


@dataclass
class Watch:
    """What the status pages look at: wired in ``app.py``."""

    outbox: OutboxLag
    gateways: list[str]
    roads: Callable[[Session], dict[str, str]]
    sockets: list[object] = field(default_factory=list)


def _watch() -> Watch:
    return cast(Watch, current_app.extensions["watch"])


@bp.get("/healthz")
def healthz() -> Response:
    """Alive: the process answers."""
    return jsonify(status="ok", version=__version__)


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Ready: database, worker, outbox. Says where no gateway is configured: then no text leaves the house."""
    now = clock.now()
    found: dict[str, Any] = {"gateways": _watch().gateways or "none configured: no text can be sent"}
    try:
        with web.work().read() as session:
            last = session.scalar(select(Heartbeat.at).where(Heartbeat.name == WORKER))
            lag = _watch().outbox(session, now)
            roads = _watch().roads(session)
    except SQLAlchemyError as problem:
        log.error("not ready", problem=str(problem))
        return jsonify(found | {"status": "not ready", "database": "does not answer"}), 503
    alive = last is not None and (now - last).total_seconds() < SILENT_SECONDS
    found |= {"database": "ok", "worker": "ok" if alive else "not running"}
    if roads:
        # A road in trouble is no reason to restart anything: others carry, or people call.
        found["roads"] = roads
    found |= {"outbox": {"due": lag.due, "oldest_seconds": round(lag.oldest_seconds, 1), "failed": lag.failed}}
    return jsonify(found | {"status": "ok" if alive else "not ready"}), 200 if alive else 503


@bp.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus. Counts alone: no names, no numbers, no texts."""
    registry = CollectorRegistry()
    now = clock.now()
    with web.work().read() as session:
        lag = _watch().outbox(session, now)
        last = session.scalar(select(Heartbeat.at).where(Heartbeat.name == WORKER))
    Gauge("responder_outbox_due", "Texts due and not yet sent", registry=registry).set(lag.due)
    Gauge("responder_outbox_oldest_seconds", "Age of the oldest due text", registry=registry).set(lag.oldest_seconds)
    Gauge("responder_outbox_failed", "Texts that failed for good", registry=registry).set(lag.failed)
    silent = (now - last).total_seconds() if last else float("inf")
    Gauge("responder_worker_silent_seconds", "Since the worker's last sign of life", registry=registry).set(silent)
    pusher = current_app.extensions["pusher"]
    Gauge("responder_live_clients", "Browsers on the live line", registry=registry).set(len(pusher.members))
    Gauge("responder_live_seq", "Last event pushed", registry=registry).set(pusher.sent)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@bp.get("/api/v1/docs")
def api_docs() -> str:
    """The API's description as a page of our own: the library's loads scripts from elsewhere."""
    spec = current_app.spec  # type: ignore[attr-defined]
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
    ]
    return render_template("platform/api_docs.html", operations=operations, spec=spec)


from responder.platform import installable  # noqa: E402, F401  (it hangs its pages on ``bp``)
