"""What pretend phones do to texts: switches on the simulator's page. Only in demonstrations and tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging import service
from responder.messaging.commands import Receipt
from responder.messaging.gateways import Letter
from responder.messaging.gateways.simulator import NONE_SET, Switches
from responder.platform.database import Base
from responder.platform.work import UnitOfWork, Work
from responder.settings import Settings

NETWORK = Actor(None, "simulator", "", "job")
PAY_SECONDS = 0.5
_BATCH = 200


class PretendPhone(Base, kw_only=True):
    """The switches of one pretend phone; a number without a row has none set."""

    __tablename__ = "pretend_phone"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    delay_seconds: Mapped[int] = mapped_column(default=0)
    loss_percent: Mapped[int] = mapped_column(default=0)
    off: Mapped[bool] = mapped_column(default=False)
    opted_out: Mapped[bool] = mapped_column(default=False)
    blocked: Mapped[bool] = mapped_column(default=False)
    duplicates: Mapped[bool] = mapped_column(default=False)


class PretendReceipt(Base, kw_only=True):
    """A receipt that the pretend network still owes us."""

    __tablename__ = "pretend_receipt"
    __table_args__ = (Index("ix_pretend_receipt_due_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ref: Mapped[int]
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12))
    error: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str] = mapped_column(String(20), default="")


_phones: Any = PretendPhone.__table__
_owed: Any = PretendReceipt.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_COLUMNS = [_phones.c[name] for name in Switches.model_fields]


def switches(session: Session, number: str) -> Switches:
    """How one phone is set."""
    row = session.execute(select(*_COLUMNS).where(_phones.c.number == number)).mappings().first()
    return Switches(**row) if row else NONE_SET


def all_switches(session: Session) -> dict[str, Switches]:
    """Every phone that was ever set otherwise, by its number."""
    rows = session.execute(select(_phones)).mappings()
    return {row["number"]: Switches(**{name: row[name] for name in Switches.model_fields}) for row in rows}


def turn(uow: UnitOfWork, number: str, changes: dict[str, Any]) -> Switches:
    """Turns some switches of a phone. Returns all of them as they stand now; raises ValidationError."""
    connection = uow.session.connection()
    new = _INSERTS[connection.dialect.name](_phones).values(number=number, **NONE_SET.model_dump())
    connection.execute(new.on_conflict_do_nothing())
    found = Switches(**{**switches(uow.session, number).model_dump(), **changes})
    connection.execute(update(_phones).where(_phones.c.number == number).values(**found.model_dump()))
    return found


class Network:
    """The network between the gateway and the pretend phones: reads their switches, keeps the receipts that it owes."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def switches(self, number: str) -> Switches:
        """How a phone is set."""
        with self._work.read() as session:
            return switches(session, number)

    def owe(self, letter: Letter, provider_id: str, status: str, seconds: int, *, error: str = "", times: int) -> None:
        """Keeps a receipt, once or several times, until it is due."""
        with self._work.begin(NETWORK) as uow:
            row = {
                "ref": letter.ref, "provider_id": provider_id, "due_at": uow.now + timedelta(seconds=seconds),
                "status": status, "error": error, "category": "temporary" if status == "failed" else "",
            }  # fmt: skip
            uow.session.connection().execute(_owed.insert(), [row] * times)


def pay(work: Work) -> int:
    """Brings the receipts that are due, each in its own unit as a provider would; returns how many."""
    with work.read() as session:
        due = select(_owed).where(_owed.c.due_at <= clock.now()).order_by(_owed.c.due_at, _owed.c.id).limit(_BATCH)
        rows = session.execute(due).mappings().all()
    for row in rows:
        with work.begin(NETWORK) as uow:
            receipt = Receipt(row["ref"], row["provider_id"], row["status"], row["error"], row["category"])
            service.note_receipt(uow, receipt)
            uow.session.connection().execute(delete(_owed).where(_owed.c.id == row["id"]))
    return len(rows)


def jobs(settings: Settings) -> list[tuple[str, float, Callable[[Work], object]]]:
    """(name, seconds, function), where the simulator is a gateway."""
    return [("pretend receipts", PAY_SECONDS, pay)] if "simulator" in settings.gateway_names() else []
