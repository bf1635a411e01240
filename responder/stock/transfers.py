"""Goods on their way from one warehouse to another."""

from sqlalchemy import select

from responder.kernel.ids import DOCUMENT, number
from responder.kernel.refusals import NotFound
from responder.platform.work import UnitOfWork
from responder.stock import ledger, rules
from responder.stock.commands import AcceptTransfer, SendTransfer
from responder.stock.models import Transit, Warehouse
from responder.stock.papers import (
    chosen,
    document_of,
    free_lots,
    may_draw_on,
    may_keep,
    open_document,
    paper_event,
    the_item,
    warehouse_of,
)


def send_transfer(uow: UnitOfWork, command: SendTransfer) -> str:
    """Goods leave for another warehouse of the own tree or of an office above; returns the transfer's number.

    Raises NotFound, SameWarehouse, Short, UnknownItem, BadQuantity, NoLines.
    """
    warehouse = warehouse_of(uow, command.warehouse, may_keep)
    to = warehouse_of(uow, command.to, may_draw_on)
    if warehouse.id == to.id:
        raise rules.SameWarehouse()
    rules.check_lines(len(command.lines))
    wanted = rules.total_of([(the_item(item, qty), qty) for item, qty in command.lines])
    document = open_document(
        uow, rules.TRANSFER, warehouse, state=rules.UNDER_WAY, to=to, note=command.note, place=to.name,
        place_division=to.division_code,
    )  # fmt: skip
    paper = number(DOCUMENT, document.id)
    shelves = ledger.lock(uow.session, {(warehouse.id, item) for item in wanted})
    for item, qty in sorted(wanted.items()):
        here = shelves[warehouse.id, item]
        taken = free_lots(uow, here, qty, warehouse, item)
        for lot_id in sorted(taken):
            ledger.take(uow.session, here[lot_id], taken[lot_id])
        ledger.send(uow, document, paper, warehouse, item, taken)
    paper_event(uow, "stock.transferred", warehouse, paper, wanted, place=to.name, to=ledger.location(to.id))
    return paper


def accept_transfer(uow: UnitOfWork, command: AcceptTransfer) -> None:
    """Goods of a transfer arrived: all, or what the lines say; the rest stays under way, for all to see.

    Raises NotFound, AlreadyDecided, NotIssued, MoreThanIssued, UnknownItem, BadQuantity.
    """
    document = document_of(uow, command.document, rules.TRANSFER)
    to = uow.session.get_one(Warehouse, document.to_warehouse_id)
    if not may_keep(uow, to):
        raise NotFound()
    paper = number(DOCUMENT, document.id)
    if document.state != rules.UNDER_WAY:
        raise rules.AlreadyDecided(document=paper)
    road = list(
        uow.session.scalars(
            select(Transit)
            .where(Transit.document_id == document.id, Transit.sent > Transit.arrived + Transit.returned)
            .order_by(Transit.item, Transit.lot_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    left = sum(row.sent - row.arrived - row.returned for row in road)
    came = chosen(paper, road, command.lines)
    for row, qty in came:
        ledger.arrive(uow.session, row.id, qty)
        ledger.put(uow, to.id, row.item, row.lot_id, qty)
        ledger.write(uow, document, row.item, row.lot_id, (rules.in_transit(paper), ledger.location(to.id)), qty)
    if sum(qty for _row, qty in came) == left:
        document.state = rules.DONE
        document.approver_id, document.approver_name = uow.actor.person_id, uow.actor.name
        document.decided_at = uow.now
    goods = rules.total_of([(row.item, qty) for row, qty in came])
    paper_event(uow, "stock.transfer_arrived", to, paper, goods)
