"""A drill begins with what really lies in the warehouses, copied into its own world."""

from collections import defaultdict
from typing import Any

from sqlalchemy import insert, or_, select

from responder.kernel.actors import REAL
from responder.platform.scope import Scope, ancestors
from responder.platform.work import UnitOfWork
from responder.stock import ledger, rules
from responder.stock.models import Balance, Document, Movement, Warehouse

# Plain tables, not entities: the copy reads one world and writes another, and the session would hold it to its own.
_balance: Any = Balance.__table__
_document: Any = Document.__table__
_movement: Any = Movement.__table__
_warehouse: Any = Warehouse.__table__


def open_world(uow: UnitOfWork, world: int) -> int:
    """Copies the real balances into a drill's world, as one opening document per warehouse, nothing reserved.

    Copied are the warehouses of the actor's tree and of the offices straight above. Returns how many documents were
    written: none where the world already has goods.
    """
    if world == REAL:
        raise ValueError("the real world isn't opened from itself")
    if uow.session.execute(select(_balance.c.id).where(_balance.c.world == world).limit(1)).first():
        return 0
    mine = uow.actor.division
    reach = or_(Scope(mine).covers(_warehouse.c.division_code), _warehouse.c.division_code.in_(ancestors(mine)))
    statement = (
        select(_balance, _warehouse.c.division_code)
        .join(_warehouse, _warehouse.c.id == _balance.c.warehouse_id)
        .where(_balance.c.world == REAL, _balance.c.on_hand > 0, _warehouse.c.active, reach)
        .order_by(_balance.c.warehouse_id, _balance.c.item, _balance.c.lot_id)
    )
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in uow.session.execute(statement):
        rows[row.warehouse_id].append(row)
    for warehouse_id, lots in rows.items():
        document_id = _paper(uow, world, warehouse_id, lots[0].division_code)
        shared = {"world": world, "document_id": document_id, "at": uow.now}
        way = {"from_location": rules.BEFORE, "to_location": ledger.location(warehouse_id)}
        uow.session.execute(
            insert(_movement),
            [{**shared, **way, "item": r.item, "lot_id": r.lot_id, "qty": r.on_hand} for r in lots],
        )
        uow.session.execute(
            insert(_balance),
            [
                {"world": world, "warehouse_id": warehouse_id, "item": r.item, "lot_id": r.lot_id,
                 "on_hand": r.on_hand, "reserved": 0}
                for r in lots
            ],
        )  # fmt: skip
    return len(rows)


def _paper(uow: UnitOfWork, world: int, warehouse_id: int, division: str) -> int:
    blank = dict.fromkeys(("mission", "incident", "place", "place_division", "note", "authorised_by"), "")
    values = {
        "world": world, "kind": rules.OPENING, "state": rules.DONE, "division_code": division,
        "warehouse_id": warehouse_id, "actor_id": uow.actor.person_id, "actor_name": uow.actor.name, "at": uow.now,
        "approver_name": "", **blank,
    }  # fmt: skip
    written = uow.session.execute(insert(_document).values(values).returning(_document.c.id))
    return int(written.scalar_one())
