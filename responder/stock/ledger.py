"""The ledger's own moves: lock what lies in a warehouse, keep it, move it. Nothing else writes balances.

Locks are always taken in the order reservation, transit, balance (by warehouse, item, lot), so that PostgreSQL can't
deadlock; SQLite has one writer at a time. Every change of a balance repeats its condition in the UPDATE itself, and
the table's CHECKs stand behind that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from responder.kernel.ids import WAREHOUSE, number
from responder.kernel.refusals import ChangedMeanwhile
from responder.platform.work import UnitOfWork
from responder.stock.models import Balance, Document, Lot, Movement, Transit, Warehouse
from responder.stock.rules import LotStock, in_transit


@dataclass(frozen=True)
class Shelf:
    """One lot on a shelf, locked until the unit ends."""

    balance_id: int
    lot_id: int
    on_hand: int
    reserved: int
    expires: date | None
    produced: date | None

    def stock(self) -> LotStock:
        """The lot as the picking rule sees it."""
        return LotStock(self.lot_id, self.on_hand - self.reserved, self.expires, self.produced)


def lock(session: Session, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], dict[int, Shelf]]:
    """Locks the lots of (warehouse, item) pairs, in the fixed order. {(warehouse, item): {lot: Shelf}}."""
    found: dict[tuple[int, str], dict[int, Shelf]] = {}
    for warehouse_id, item in sorted(set(wanted)):
        statement = (
            select(Balance.id, Balance.lot_id, Balance.on_hand, Balance.reserved, Lot.expires, Lot.produced)
            .join(Lot, Lot.id == Balance.lot_id)
            .where(Balance.warehouse_id == warehouse_id, Balance.item == item)
            .order_by(Balance.lot_id)
            .with_for_update(of=Balance)
        )
        found[warehouse_id, item] = {row.lot_id: Shelf(*row) for row in session.execute(statement)}
    return found


def keep(session: Session, shelf: Shelf, qty: int) -> None:
    """Reserves: free goods become reserved ones."""
    free = Balance.on_hand - Balance.reserved >= qty
    _one(
        session,
        update(Balance).where(Balance.id == shelf.balance_id, free).values(reserved=Balance.reserved + qty),
    )


def let_go(session: Session, shelf: Shelf, qty: int) -> None:
    """Releases: reserved goods become free again."""
    held = Balance.reserved >= qty
    _one(
        session,
        update(Balance).where(Balance.id == shelf.balance_id, held).values(reserved=Balance.reserved - qty),
    )


def take(session: Session, shelf: Shelf, qty: int, reserved: int = 0) -> None:
    """Takes from the shelf: ``reserved`` of them were kept, the rest must be free."""
    there = Balance.on_hand - Balance.reserved >= qty - reserved
    statement = update(Balance).where(Balance.id == shelf.balance_id, Balance.reserved >= reserved, there)
    _one(session, statement.values(on_hand=Balance.on_hand - qty, reserved=Balance.reserved - reserved))


def put(uow: UnitOfWork, warehouse_id: int, item: str, lot_id: int, qty: int) -> None:
    """Puts on the shelf."""
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"world": uow.world, "warehouse_id": warehouse_id, "item": item, "lot_id": lot_id}
    statement = dialect.insert(Balance).values(**row, on_hand=qty, reserved=0)
    uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=list(row), set_={"on_hand": Balance.on_hand + statement.excluded.on_hand}
        )
    )


def arrive(session: Session, transit_id: int, qty: int) -> None:
    """Goods under way have arrived."""
    _reduce(session, transit_id, qty, {"arrived": Transit.arrived + qty})


def come_back(session: Session, transit_id: int, qty: int) -> None:
    """Goods under way have come back."""
    _reduce(session, transit_id, qty, {"returned": Transit.returned + qty})


def _reduce(session: Session, transit_id: int, qty: int, values: dict[str, Any]) -> None:
    left = Transit.sent - Transit.arrived - Transit.returned >= qty
    _one(session, update(Transit).where(Transit.id == transit_id, left).values(values))


def _one(session: Session, statement: Update) -> None:
    # The row is locked and was looked at: a miss means that a rule above is wrong, and nothing may be written.
    result = session.execute(statement, execution_options={"synchronize_session": False})
    if cast(CursorResult[Any], result).rowcount != 1:
        raise ChangedMeanwhile()


def write(uow: UnitOfWork, document: Document, item: str, lot_id: int, way: tuple[str, str], qty: int) -> None:
    """One line of the ledger: (from, to)."""
    uow.session.add(
        Movement(
            document_id=document.id, item=item, lot_id=lot_id, from_location=way[0], to_location=way[1],
            qty=qty, at=uow.now,
        )
    )  # fmt: skip


def location(warehouse_id: int) -> str:
    """A warehouse as a location of the ledger: its number."""
    return number(WAREHOUSE, warehouse_id)


def send(
    uow: UnitOfWork,
    document: Document,
    reference: str,
    warehouse: Warehouse,
    item: str,
    taken: dict[int, int],
) -> None:
    """Goods leave a warehouse for the road: {lot: qty}, already taken from the shelf."""
    for lot_id, qty in sorted(taken.items()):
        write(uow, document, item, lot_id, (location(warehouse.id), in_transit(reference)), qty)
        uow.session.add(
            Transit(
                document_id=document.id, mission=document.mission, warehouse_id=warehouse.id, item=item,
                lot_id=lot_id, sent=qty,
            )
        )  # fmt: skip
