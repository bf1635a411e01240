"""The papers of the store itself: warehouses, goods that come in, stock-takes."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from responder.accounts import queries as accounts
from responder.kernel.events import Event
from responder.kernel.ids import DOCUMENT, number
from responder.kernel.refusals import NotFound
from responder.platform.work import UnitOfWork
from responder.stock import catalogue, ledger, rules
from responder.stock.commands import DecideCount, DraftCount, LotLine, SaveWarehouse, TakeIn
from responder.stock.models import Balance, CountLine, Lot, Warehouse
from responder.stock.papers import (
    document_of,
    may_keep,
    open_document,
    paper_event,
    the_item,
    warehouse_of,
)
from responder.stock.queries import today


def save_warehouse(uow: UnitOfWork, command: SaveWarehouse) -> str:
    """Makes or changes a warehouse and returns its number. Raises NotFound for a division out of reach."""
    if not command.division or not command.division.startswith(uow.actor.division):
        raise NotFound()
    statement = select(Warehouse).where(Warehouse.division_code == command.division, Warehouse.name == command.name)
    row = uow.session.scalar(statement)
    if row is None:
        row = Warehouse(division_code=command.division, name=command.name, tier=command.tier)
        uow.session.add(row)
    row.tier, row.address, row.active = command.tier, command.address, command.active
    row.lat, row.lng, row.keeper_id = command.lat, command.lng, command.keeper_id
    uow.session.flush()
    data = {"warehouse_name": row.name, "active": row.active}
    uow.record(Event("stock.warehouse_saved", row.division_code, ledger.location(row.id), data))
    return ledger.location(row.id)


def take_in(uow: UnitOfWork, command: TakeIn) -> str:
    """Goods come in; returns the intake document's number.

    Raises NotFound, NoSource, NoLines, UnknownItem, BadQuantity, DatesContradict, LotExpired, LotDiffers.
    """
    warehouse = warehouse_of(uow, command.warehouse, may_keep)
    if command.source not in rules.SOURCES:
        raise rules.NoSource()
    rules.check_lines(len(command.lines))
    note = "；".join(part for part in (command.from_whom.strip(), command.note.strip()) if part)
    document = open_document(uow, rules.INTAKE, warehouse, note=note)
    paper, day = number(DOCUMENT, document.id), today(uow.session)
    lines = [(the_item(line.item, line.qty), line) for line in command.lines]
    # Two intakes of the same new lots must meet them in the same order.
    lines.sort(key=lambda pair: (pair[0], pair[1].lot))
    stored = [(item, _lot(uow, command, item, line, paper, day), line.qty) for item, line in lines]
    for item, lot_id, qty in sorted(stored):
        ledger.put(uow, warehouse.id, item, lot_id, qty)
        ledger.write(uow, document, item, lot_id, (rules.SUPPLIER, ledger.location(warehouse.id)), qty)
    goods = rules.total_of([(item, qty) for item, _lot_id, qty in stored])
    paper_event(uow, "stock.taken_in", warehouse, paper, goods, source=command.source)
    return paper


def _lot(uow: UnitOfWork, command: TakeIn, item: str, line: LotLine, paper: str, day: date) -> int:
    """The id of a lot, made where it is new. Raises as take_in."""
    code = line.lot.strip()[:40] or paper
    expires = line.expires or catalogue.expiry(item, line.produced)
    rules.check_lot(item, code, line.produced, expires, day)
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    uow.session.execute(
        dialect.insert(Lot)
        .values(
            item=item, code=code, produced=line.produced, expires=expires, source=command.source,
            from_whom=command.from_whom.strip()[:120],
        )
        .on_conflict_do_nothing(index_elements=["item", "code"])
    )  # fmt: skip
    lot_id, produced, ends = uow.session.execute(
        select(Lot.id, Lot.produced, Lot.expires).where(Lot.item == item, Lot.code == code)
    ).one()
    if (line.produced and produced != line.produced) or (expires and ends != expires):
        raise rules.LotDiffers(item=item, lot=code)
    return int(lot_id)


def draft_count(uow: UnitOfWork, command: DraftCount) -> str:
    """Drafts a stock-take; returns its number. Raises NotFound (also for a lot that isn't there), NoLines,
    UnknownItem, BadQuantity."""
    warehouse = warehouse_of(uow, command.warehouse, may_keep)
    rules.check_lines(len(command.lines))
    document = open_document(uow, rules.COUNT, warehouse, state=rules.DRAFT, note=command.reason)
    counted: dict[int, CountLine] = {}
    for line in command.lines:
        item = catalogue.slug_of(line.item)
        if line.counted:
            rules.check_quantity(item, line.counted)
        statement = (
            select(Balance.lot_id, Balance.on_hand)
            .join(Lot, Lot.id == Balance.lot_id)
            .where(Balance.warehouse_id == warehouse.id, Balance.item == item, Lot.code == line.lot)
        )
        found = uow.session.execute(statement).one_or_none()
        if found is None or line.counted < 0:
            raise NotFound()
        counted[found.lot_id] = CountLine(
            document_id=document.id, item=item, lot_id=found.lot_id, book=found.on_hand, counted=line.counted
        )
    uow.session.add_all(counted.values())
    paper = number(DOCUMENT, document.id)
    differing = [
        {"item": c.item, "book": c.book, "counted": c.counted} for c in counted.values() if c.book != c.counted
    ]
    paper_event(uow, "stock.counted", warehouse, paper, {}, lines=len(counted), differing=differing)
    return paper


def decide_count(uow: UnitOfWork, command: DecideCount) -> None:
    """Approves a stock-take (its differences go into the ledger, on top of what moved since) or rejects it.

    Nobody decides on their own, unless the branch has openly delegated it. Raises NotFound, AlreadyDecided,
    OwnDocument, CountBelowReserved.
    """
    document = document_of(uow, command.document, rules.COUNT)
    person = uow.actor.person_id
    delegated = person is not None and accounts.may_approve_own(uow.session, person)
    paper = number(DOCUMENT, document.id)
    rules.check_decision(paper, document.state, document.actor_id, person, delegated)
    document.state = rules.DONE if command.approve else rules.REJECTED
    document.approver_id, document.approver_name = person, uow.actor.name
    document.decided_at = uow.now
    if command.note.strip():
        document.note = f"{document.note}；{command.note.strip()}".strip("；")[:300]
    warehouse = uow.session.get_one(Warehouse, document.warehouse_id)
    if not command.approve:
        paper_event(uow, "stock.count_rejected", warehouse, paper, {})
        return
    lines = list(uow.session.scalars(select(CountLine).where(CountLine.document_id == document.id)))
    shelves = ledger.lock(uow.session, {(warehouse.id, line.item) for line in lines})
    changes = []
    for line in sorted(lines, key=lambda line: (line.item, line.lot_id)):
        change = line.counted - line.book
        shelf = shelves[warehouse.id, line.item][line.lot_id]
        if change > 0:
            ledger.put(uow, warehouse.id, line.item, line.lot_id, change)
            way = (rules.ADJUSTMENT, ledger.location(warehouse.id))
            ledger.write(uow, document, line.item, line.lot_id, way, change)
        elif change < 0:
            if shelf.on_hand - shelf.reserved < -change:
                lot = uow.session.get_one(Lot, line.lot_id).code
                left = shelf.on_hand + change
                raise rules.CountBelowReserved(item=line.item, lot=lot, reserved=shelf.reserved, left=max(0, left))
            ledger.take(uow.session, shelf, -change)
            way = (ledger.location(warehouse.id), rules.ADJUSTMENT)
            ledger.write(uow, document, line.item, line.lot_id, way, -change)
        if change:
            changes.append((line.item, change))
    own = document.actor_id is not None and document.actor_id == person
    paper_event(uow, "stock.adjusted", warehouse, paper, rules.total_of(changes), own_document=own)
