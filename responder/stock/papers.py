"""What every paper of the store begins with: who may reach which warehouse, what is meant."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from responder.kernel.events import Event
from responder.kernel.ids import DOCUMENT, WAREHOUSE, row_id
from responder.kernel.refusals import NotFound
from responder.platform.scope import ancestors
from responder.platform.work import UnitOfWork
from responder.stock import catalogue, ledger, rules
from responder.stock.commands import Arrived
from responder.stock.models import Document, Transit, Warehouse
from responder.stock.queries import today

Reach = Callable[[UnitOfWork, Warehouse], bool]


def may_keep(uow: UnitOfWork, warehouse: Warehouse) -> bool:
    """Whether the warehouse lies in the actor's own tree: its goods may be touched."""
    return warehouse.division_code.startswith(uow.actor.division)


def may_draw_on(uow: UnitOfWork, warehouse: Warehouse) -> bool:
    """Whether goods of it may be asked for: an open warehouse of the own tree or of an office straight above."""
    mine = uow.actor.division
    above = warehouse.division_code in ancestors(mine)
    return warehouse.active and (above or warehouse.division_code.startswith(mine))


def warehouse_of(uow: UnitOfWork, text: str, reach: Reach) -> Warehouse:
    """The warehouse of a number. Raises NotFound where there is none within reach."""
    key = row_id(WAREHOUSE, text)
    found = uow.session.get(Warehouse, key) if key is not None else None
    if found is None or not reach(uow, found):
        raise NotFound()
    return found


def the_item(text: str, qty: int) -> str:
    """The slug of an item as named, with a quantity that can be. Raises UnknownItem, BadQuantity."""
    slug = catalogue.slug_of(text)
    rules.check_quantity(slug, qty)
    return slug


def open_document(
    uow: UnitOfWork,
    kind: str,
    warehouse: Warehouse,
    *,
    state: str = rules.DONE,
    to: Warehouse | None = None,
    mission: str = "",
    incident: str = "",
    place: str = "",
    place_division: str = "",
    note: str = "",
    authorised_by: str = "",
) -> Document:
    """A new paper of a warehouse, with its number."""
    document = Document(
        kind=kind, state=state, division_code=warehouse.division_code, warehouse_id=warehouse.id,
        to_warehouse_id=to.id if to else None, mission=mission, incident=incident, place=place,
        place_division=place_division, note=note.strip()[:300], authorised_by=authorised_by.strip()[:80],
        actor_id=uow.actor.person_id, actor_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(document)
    uow.session.flush()
    return document


def goods_of(goods: Mapping[str, int]) -> list[dict[str, object]]:
    """Goods as events carry them."""
    return [{"item": item, "qty": qty, "unit": catalogue.unit(item)} for item, qty in goods.items()]


def document_of(uow: UnitOfWork, text: str, kind: str) -> Document:
    """A paper of the actor's own tree, or one whose goods go there, locked. Raises NotFound."""
    key = row_id(DOCUMENT, text)
    statement = select(Document).where(Document.id == (key or 0), Document.kind == kind)
    statement = statement.with_for_update().execution_options(populate_existing=True)
    found = uow.session.scalar(statement)
    mine = uow.actor.division
    if found is None or not (found.division_code.startswith(mine) or found.place_division.startswith(mine)):
        raise NotFound()
    return found


def free_lots(
    uow: UnitOfWork, shelves: Mapping[int, ledger.Shelf], qty: int, warehouse: Warehouse, item: str
) -> dict[int, int]:
    """{lot: qty} of free goods, by the picking rule. Raises Short."""
    day = today(uow.session)
    takes = rules.pick((shelf.stock() for shelf in shelves.values()), qty, day)
    if sum(t.qty for t in takes) < qty:
        usable = sum(s.stock().free for s in shelves.values() if rules.usable(s.stock(), day))
        raise rules.Short(item=item, asked=qty, available=usable, warehouse=warehouse.name)
    return {t.lot_id: t.qty for t in takes}


def chosen(reference: str, road: Sequence[Transit], lines: Sequence[Arrived] | None) -> list[tuple[Transit, int]]:
    """Which rows under way the lines speak of, with how many of each; all of them without lines.

    Raises NotIssued, MoreThanIssued, UnknownItem, BadQuantity, NoLines.
    """
    left = {row.id: row.sent - row.arrived - row.returned for row in road}
    if lines is None:
        return [(row, left[row.id]) for row in road]
    rules.check_lines(len(lines))
    found: list[tuple[Transit, int]] = []
    for line in lines:
        item = the_item(line.item, line.qty)
        rows = [r for r in road if r.item == item and line.warehouse in ("", ledger.location(r.warehouse_id))]
        if not rows:
            raise rules.NotIssued(mission=reference, item=item)
        if sum(left[r.id] for r in rows) < line.qty:
            raise rules.MoreThanIssued(item=item, asked=line.qty, left=sum(left[r.id] for r in rows))
        rest = line.qty
        for row in rows:
            part = min(rest, left[row.id])
            if part:
                found.append((row, part))
                left[row.id] -= part
                rest -= part
    return found


def mission_event(
    uow: UnitOfWork,
    kind: str,
    warehouse: Warehouse,
    mission: str,
    goods: Mapping[str, int],
    *,
    incident: str,
    place: str,
    **more: str,
) -> None:
    """What happened to a mission's goods in one warehouse."""
    data = {"incident": incident, "mission": mission, "place": place, **more}
    _event(uow, kind, warehouse, mission, goods, data)


def paper_event(
    uow: UnitOfWork, kind: str, warehouse: Warehouse, paper: str, goods: Mapping[str, int], **more: object
) -> None:
    """What happened to a paper of one warehouse."""
    _event(uow, kind, warehouse, paper, goods, {"document": paper, **more})


def _event(
    uow: UnitOfWork,
    kind: str,
    warehouse: Warehouse,
    subject: str,
    goods: Mapping[str, int],
    more: Mapping[str, object],
) -> None:
    where = {"warehouse": ledger.location(warehouse.id), "warehouse_name": warehouse.name}
    uow.record(Event(kind, warehouse.division_code, subject, {**more, **where, "goods": goods_of(goods)}))
