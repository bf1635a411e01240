"""What missions do with goods: keep, let go, issue, receive, bring back. Papers of the store itself: keeping.py."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from responder.kernel.events import Event
from responder.kernel.ids import DOCUMENT, number
from responder.platform.work import UnitOfWork
from responder.stock import ledger, rules
from responder.stock.commands import IssueGoods, Line, ReceiveGoods, Reserve, TakeBack
from responder.stock.models import Document, Reservation, Transit, Warehouse
from responder.stock.papers import (
    Reach,
    chosen,
    free_lots,
    goods_of,
    may_draw_on,
    may_keep,
    mission_event,
    open_document,
    the_item,
    warehouse_of,
)
from responder.stock.rules import NothingReserved, NotIssued, Short
from responder.stock.worlds import open_world

__all__ = ["issue", "open_world", "receive", "release", "reserve", "take_back"]

Key = tuple[int, str]


def reserve(uow: UnitOfWork, command: Reserve) -> None:
    """Keeps goods for a mission, lot by lot, all lines or none.

    Drawn on may be the warehouses of the actor's own tree and of the offices straight above. Raises Short, NotFound,
    UnknownItem, BadQuantity, NoLines.
    """
    warehouses, wanted = _wanted(uow, command.lines, may_draw_on)
    shelves = ledger.lock(uow.session, wanted)
    kept: dict[int, dict[str, int]] = defaultdict(dict)
    for key in sorted(wanted):
        warehouse, item = warehouses[key[0]], key[1]
        for lot_id, qty in free_lots(uow, shelves[key], wanted[key], warehouse, item).items():
            ledger.keep(uow.session, shelves[key][lot_id], qty)
            uow.session.add(
                Reservation(
                    mission=command.mission, incident=command.incident, place=command.place,
                    division_code=command.division or warehouse.division_code, warehouse_id=warehouse.id,
                    item=item, lot_id=lot_id, qty=qty, at=uow.now,
                )
            )  # fmt: skip
        kept[warehouse.id][item] = wanted[key]
    for warehouse_id, goods in kept.items():
        mission_event(
            uow, "stock.reserved", warehouses[warehouse_id], command.mission, goods,
            incident=command.incident, place=command.place,
        )  # fmt: skip


def release(uow: UnitOfWork, mission: str) -> None:
    """Lets go what a mission still has reserved anywhere. Nothing reserved: nothing happens."""
    held = _held(uow, mission)
    shelves = ledger.lock(uow.session, {(r.warehouse_id, r.item) for r in held})
    freed: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in held:
        qty = row.qty - row.issued - row.released
        ledger.let_go(uow.session, shelves[row.warehouse_id, row.item][row.lot_id], qty)
        row.released += qty
        freed[row.warehouse_id].append((row.item, qty))
    for warehouse_id, lines in sorted(freed.items()):
        goods, first = rules.total_of(lines), held[0]
        warehouse = uow.session.get_one(Warehouse, warehouse_id)
        mission_event(uow, "stock.released", warehouse, mission, goods, incident=first.incident, place=first.place)


def issue(uow: UnitOfWork, command: IssueGoods) -> list[str]:
    """Goods leave for a mission: first those it has reserved, then free ones. All lines or none.

    Returns the numbers of the issue documents, one per warehouse in the order named. Only warehouses inside the
    actor's own tree. Raises Short, NothingReserved, NotFound, UnknownItem, BadQuantity, NoLines.
    """
    lines = command.lines
    if lines is not None:
        warehouses, wanted = _wanted(uow, lines, may_keep)
        held = [r for r in _held(uow, command.mission) if (r.warehouse_id, r.item) in wanted]
    else:
        held = _held(uow, command.mission)
        warehouses = {w: uow.session.get_one(Warehouse, w) for w in {r.warehouse_id for r in held}}
        held = [r for r in held if may_keep(uow, warehouses[r.warehouse_id])]
        wanted = _sum(((r.warehouse_id, r.item), r.qty - r.issued - r.released) for r in held)
    if not wanted:
        raise NothingReserved(mission=command.mission)
    incident = command.incident or next((r.incident for r in held if r.incident), "")
    place = command.place or next((r.place for r in held if r.place), "")
    division = command.division or (held[0].division_code if held else "")
    shelves = ledger.lock(uow.session, wanted)
    documents: list[str] = []
    for warehouse_id in dict.fromkeys(key[0] for key in wanted):
        warehouse = warehouses[warehouse_id]
        document = open_document(
            uow, rules.ISSUE, warehouse, mission=command.mission, incident=incident, place=place,
            place_division=division, authorised_by=command.authorised_by,
        )  # fmt: skip
        goods = {item: qty for (w, item), qty in sorted(wanted.items()) if w == warehouse_id}
        for item, qty in goods.items():
            key = (warehouse_id, item)
            mine = [r for r in held if (r.warehouse_id, r.item) == key]
            taken = _take(uow, shelves[key], mine, qty, warehouse, item)
            ledger.send(uow, document, command.mission, warehouse, item, taken)
        documents.append(number(DOCUMENT, document.id))
        mission_event(
            uow, "stock.issued", warehouse, command.mission, goods,
            incident=incident, place=place, document=documents[-1], authorised_by=command.authorised_by,
        )  # fmt: skip
    return documents


def receive(uow: UnitOfWork, command: ReceiveGoods) -> str:
    """Goods under way have arrived at the mission's place; returns the receipt's number. Never more than left.

    Who may say so is the mission's business: the edges ask for it. Raises NotIssued, MoreThanIssued, UnknownItem,
    BadQuantity, NoLines.
    """
    road = _under_way(uow, command.mission)
    came = chosen(command.mission, road, command.lines)
    issued = uow.session.get_one(Document, road[0].document_id)
    division = command.division or issued.place_division or issued.division_code
    document = Document(
        kind=rules.RECEIPT, division_code=division, mission=command.mission, place=command.place or issued.place,
        incident=command.incident or issued.incident, place_division=division, actor_id=uow.actor.person_id,
        actor_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(document)
    uow.session.flush()
    way = (rules.in_transit(command.mission), rules.at_place(command.mission))
    for row, qty in came:
        ledger.arrive(uow.session, row.id, qty)
        ledger.write(uow, document, row.item, row.lot_id, way, qty)
    data = {
        "incident": document.incident, "mission": command.mission, "document": number(DOCUMENT, document.id),
        "place": document.place, "goods": goods_of(rules.total_of([(row.item, qty) for row, qty in came])),
    }  # fmt: skip
    uow.record(Event("stock.received", division, command.mission, data))
    return number(DOCUMENT, document.id)


def take_back(uow: UnitOfWork, command: TakeBack) -> str:
    """Goods that left for a mission come back without being handed out; returns the return document's number.

    Raises NotFound, NotIssued, MoreThanIssued, UnknownItem, BadQuantity, NoLines.
    """
    warehouse = warehouse_of(uow, command.warehouse, may_keep)
    road = _under_way(uow, command.mission)
    came = chosen(command.mission, road, command.lines)
    issued = uow.session.get_one(Document, road[0].document_id)
    document = open_document(
        uow, rules.RETURN, warehouse, mission=command.mission, incident=issued.incident, note=command.note
    )
    way = (rules.in_transit(command.mission), ledger.location(warehouse.id))
    for row, qty in sorted(came, key=lambda c: (c[0].item, c[0].lot_id)):
        ledger.come_back(uow.session, row.id, qty)
        ledger.put(uow, warehouse.id, row.item, row.lot_id, qty)
        ledger.write(uow, document, row.item, row.lot_id, way, qty)
    goods = rules.total_of([(row.item, qty) for row, qty in came])
    paper = number(DOCUMENT, document.id)
    mission_event(
        uow, "stock.returned", warehouse, command.mission, goods,
        incident=issued.incident, place=issued.place, document=paper,
    )  # fmt: skip
    return paper


def _wanted(uow: UnitOfWork, lines: Iterable[Line], reach: Reach) -> tuple[dict[int, Warehouse], dict[Key, int]]:
    lines = tuple(lines)
    rules.check_lines(len(lines))
    warehouses: dict[int, Warehouse] = {}
    parts: list[tuple[Key, int]] = []
    for line in lines:
        item = the_item(line.item, line.qty)
        warehouse = warehouse_of(uow, line.warehouse, reach)
        warehouses[warehouse.id] = warehouse
        parts.append(((warehouse.id, item), line.qty))
    return warehouses, _sum(parts)


def _sum(parts: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for key, qty in parts:
        found[key] += qty
    return dict(found)


def _held(uow: UnitOfWork, mission: str) -> list[Reservation]:
    """What a mission still has reserved, locked, in a fixed order."""
    statement = (
        select(Reservation)
        .where(Reservation.mission == mission, Reservation.qty > Reservation.issued + Reservation.released)
        .order_by(Reservation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(uow.session.scalars(statement))


def _under_way(uow: UnitOfWork, mission: str) -> list[Transit]:
    statement = (
        select(Transit)
        .where(Transit.mission == mission, Transit.sent > Transit.arrived + Transit.returned)
        .order_by(Transit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = list(uow.session.scalars(statement))
    if not found:
        raise NotIssued(mission=mission)
    return found


def _take(
    uow: UnitOfWork,
    shelves: dict[int, ledger.Shelf],
    held: list[Reservation],
    qty: int,
    warehouse: Warehouse,
    item: str,
) -> dict[int, int]:
    """Takes from the shelf, the mission's own reserved lots first. {lot: qty}. Raises Short."""
    kept: dict[int, int] = defaultdict(int)
    rest = qty
    for row in held:
        part = min(rest, row.qty - row.issued - row.released)
        row.issued += part
        kept[row.lot_id] += part
        rest -= part
    free: dict[int, int] = {}
    if rest:
        try:
            free = free_lots(uow, shelves, rest, warehouse, item)
        except Short as short:
            short.params |= {"asked": qty, "available": int(str(short.params["available"])) + qty - rest}
            raise
    taken = {lot: kept.get(lot, 0) + free.get(lot, 0) for lot in kept.keys() | free.keys()}
    for lot_id in sorted(taken):
        if taken[lot_id]:
            ledger.take(uow.session, shelves[lot_id], taken[lot_id], kept.get(lot_id, 0))
    return {lot: n for lot, n in taken.items() if n}
