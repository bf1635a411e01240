"""Whether the roads are well: each is looked at every minute, and administrators are told once per spell."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.accounts import queries as accounts
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.kernel.notices import ANSWER, ROUTINE, Notice
from responder.messaging import service
from responder.messaging.commands import Incoming
from responder.messaging.gateways import Checked, Gateway, Health, Lined, Metered, SendFailed
from responder.messaging.gateways.kannel_book import Carrier
from responder.messaging.models import Road
from responder.places.queries import places
from responder.platform import config
from responder.platform.work import UnitOfWork, Work

log = structlog.get_logger(__name__)

_road: Any = Road.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}

SECONDS = 60
_SAID = 40
"""Characters of a carrier's words that are passed on: the text stays one."""


class Limits(BaseModel):
    """When a road is in trouble: ``config/watching.toml``. Sums in yuan."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    low_yuan: Annotated[int, Field(ge=0)]
    weak_percent: Annotated[int, Field(ge=0, le=100)]
    ask_days: Annotated[int, Field(gt=0)]

    def trouble(self, well: bool, balance: int | None, signal: int | None) -> str:
        """What is wrong: down, low, weak, "" for nothing. ``balance`` in thousandths of a yuan, ``signal`` in percent,
        None where nobody knows."""
        if not well:
            return "down"
        if balance is not None and balance < self.low_yuan * 1000:
            return "low"
        return "weak" if signal is not None and signal < self.weak_percent else ""


@cache
def limits() -> Limits:
    """The house's. Raises ConfigError."""
    return config.load("watching.toml", Limits)


def jobs(gateways: Sequence[Gateway]) -> list[tuple[str, float, Callable[[Work], object]]]:
    """(name, seconds, function): nothing to do where no gateway can be asked how it is."""
    asked = [gateway for gateway in gateways if isinstance(gateway, Checked | Metered)]
    return [("roads", SECONDS, partial(watch, asked))] if asked else []


def watch(gateways: Sequence[Gateway], work: Work) -> None:
    """Looks at every road, and has SIMs ask what is left on them. One that breaks holds up no other."""
    for gateway in gateways:
        try:
            if isinstance(gateway, Checked):
                _look(gateway.name, gateway, work)
            if isinstance(gateway, Metered):
                _ask(gateway.name, gateway, work)
        except Exception:
            log.exception("road not looked at", gateway=gateway.name)


def _actor() -> Actor:
    return Actor(None, "watch", "", "job")


def road_name(gateway: str, line: str) -> str:
    """How a road is called in the table: ``kannel``, ``kannel/sim1``."""
    return f"{gateway}/{line}" if line else gateway


def _look(name: str, gateway: Checked, work: Work) -> None:
    try:
        found = list(gateway.check())
    except SendFailed as problem:
        found = [Health("", False, str(problem))]
        found += [Health(line.name, False, "") for line in (gateway.lines() if isinstance(gateway, Lined) else ())]
    whole = all(health.well for health in found if not health.line)
    with work.begin(_actor()) as uow:
        for health in found:
            # What is down as a whole is told of once, not once for each line.
            note(uow, road_name(name, health.line), health, judge=whole or not health.line)


def _ask(name: str, gateway: Metered, work: Work) -> None:
    lines = gateway.metered()
    now = clock.now()
    with work.read() as session:
        rows = {row.name: row for row in session.scalars(select(Road))}
    for line in lines:
        row = rows.get(road_name(name, line))
        if row is None or not row.well:
            continue
        every = timedelta(days=1 if row.trouble == "low" else limits().ask_days)
        if row.asked_at is not None and row.asked_at > now - every:
            continue
        try:
            gateway.ask_balance(line)
        except SendFailed as problem:
            log.warning("balance not asked", road=row.name, code=problem.code)
            continue
        with work.begin(_actor()) as uow:
            _row(uow, row.name).asked_at = uow.now


def note(uow: UnitOfWork, name: str, health: Health, *, judge: bool = True) -> None:
    """Writes how a road is and tells of a trouble that is new: once it was down at two looks, for modems reconnect."""
    row = _row(uow, name)
    row.well, row.state, row.signal, row.checked_at = health.well, health.state[:80], health.signal, uow.now
    if health.balance is not None:
        row.balance = health.balance
    if judge:
        _judge(uow, row)


def note_carrier(uow: UnitOfWork, incoming: Incoming, road: str, carrier: Carrier) -> None:
    """A text of our SIM's carrier: the answer to our question what is left, or a warning. It is kept and waits for
    nobody; ``road`` is "" where it isn't known which SIM received it."""
    inbound = service.take_in(uow, incoming)
    if inbound is None:
        return
    service.note_outcome(uow, inbound, {"outcome": "settled", "name": carrier.name, "handled_by": "kannel"})
    balance = carrier.read_balance(incoming.body)
    if road and balance is not None:
        row = _row(uow, road)
        row.balance = balance
        _judge(uow, row)
    if carrier.tells_trouble(incoming.body):
        told = {"road": road or carrier.name, "text": incoming.body.strip()[:_SAID]}
        # Carriers repeat themselves: one text a day is enough.
        _tell(uow, "carrier_said", f"carrier:{told['road']}:{uow.now:%Y-%m-%d}", told, ANSWER)
        uow.record(Event("message.carrier_said", _root(uow), "", {"road": told["road"]}))


def _row(uow: UnitOfWork, name: str) -> Road:
    """A road's row, locked. A relay may make it at the same moment."""
    row = uow.session.get(Road, name, with_for_update=True)
    if row is None:
        connection = uow.session.connection()
        connection.execute(_INSERTS[connection.dialect.name](_road).on_conflict_do_nothing(), {"name": name})
        row = uow.session.get_one(Road, name, with_for_update=True)
    return row


def _judge(uow: UnitOfWork, row: Road) -> None:
    wrong = limits().trouble(row.well, row.balance, row.signal)
    if wrong != row.trouble:
        if not wrong and row.alarmed_at is not None:
            uow.record(Event("message.road_well", _root(uow), "", {"road": row.name}))
        row.trouble, row.alarmed_at = wrong, None
        if wrong == "down":
            return
    if wrong and row.alarmed_at is None:
        row.alarmed_at = uow.now
        _alarm(uow, row)


def _alarm(uow: UnitOfWork, row: Road) -> None:
    root, road = _root(uow), row.name
    told: dict[str, Any]
    if row.trouble == "down":
        template, priority, told = "road_down", ANSWER, {"road": road, "state": row.state}
        uow.record(Event("message.road_down", root, "", told))
    elif row.trouble == "low":
        yuan = f"{(row.balance or 0) / 1000:.2f}".removesuffix(".00")
        template, priority, told = "sim_low", ROUTINE, {"road": road, "yuan": yuan}
        uow.record(Event("message.road_low", root, "", told))
    else:
        template, priority, told = "sim_weak", ROUTINE, {"road": road, "percent": row.signal}
        uow.record(Event("message.road_weak", root, "", told))
    # A modem that comes and goes is told of once an hour.
    _tell(uow, template, f"road:{road}:{row.trouble}:{uow.now:%Y-%m-%dT%H}", told, priority)


def _tell(uow: UnitOfWork, template: str, dedup: str, told: Mapping[str, object], priority: int) -> None:
    """A text to everybody who can do something about it."""
    for person in accounts.people_with(uow.session, "settings.manage", [_root(uow)]):
        uow.send(Notice(template, f"{dedup}:{person.id}", person=person.id, params=told, priority=priority))


def _root(uow: UnitOfWork) -> str:
    return places(uow.session).profile.root
