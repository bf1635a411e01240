"""Reads of the store's records: papers, movements, what missions have reserved, under way and received."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from responder.kernel.ids import DOCUMENT, WAREHOUSE, number, row_id
from responder.platform.scope import Scope
from responder.stock import catalogue
from responder.stock.models import CountLine, Document, Lot, Movement, Reservation, Transit, Warehouse


@dataclass(frozen=True)
class PaperLine:
    """One line of a paper: so many of a lot from one location to another. ``expires`` is the lot's last good day."""

    item: str
    unit: str
    lot: str
    expires: date | None
    qty: int
    from_location: str
    to_location: str


@dataclass(frozen=True)
class CountedLine:
    """One lot of a stock-take: the book when it was drafted, what was counted."""

    item: str
    unit: str
    lot: str
    book: int
    counted: int


@dataclass(frozen=True)
class Paper:
    """A document. ``left`` are goods of an issue or transfer that are still under way, by item."""

    id: int
    number: str
    kind: str
    state: str
    division: str
    warehouse: str
    warehouse_name: str
    to: str
    to_name: str
    mission: str
    incident: str
    place: str
    place_division: str
    note: str
    authorised_by: str
    actor_id: int | None
    actor: str
    at: datetime
    approver: str
    decided_at: datetime | None
    own: bool
    lines: tuple[PaperLine, ...] = ()
    counted: tuple[CountedLine, ...] = ()
    left: tuple[tuple[str, int], ...] = ()

    def goods(self) -> list[dict[str, object]]:
        """The paper's goods in one list by item, as templates and the API show them. Only what left or came, once."""
        sums: dict[str, int] = defaultdict(int)
        for line in self.lines:
            # A transfer's second half moves the same goods again.
            if not (self.kind == "transfer" and line.from_location.startswith("transit:")):
                sums[line.item] += line.qty
        return [{"item": item, "qty": qty, "unit": catalogue.unit(item)} for item, qty in sums.items()]


@dataclass(frozen=True)
class KeptLine:
    """Goods of one lot that a mission has reserved and not yet got."""

    mission: str
    incident: str
    place: str
    warehouse: str
    warehouse_name: str
    item: str
    unit: str
    lot: str
    expires: date | None
    qty: int
    at: datetime


@dataclass(frozen=True)
class MissionItem:
    """One item's state for a mission, from one warehouse. ``reserved`` is still on the shelf, ``under_way`` left and
    hasn't arrived; ``issued`` = under_way + received + returned."""

    item: str
    unit: str
    warehouse: str
    warehouse_name: str
    reserved: int
    issued: int
    received: int
    returned: int

    @property
    def under_way(self) -> int:
        """What left and neither arrived nor came back."""
        return self.issued - self.received - self.returned


@dataclass(frozen=True)
class MovementView:
    """One line of the ledger with its paper."""

    id: int
    at: datetime
    document: str
    kind: str
    item: str
    unit: str
    lot: str
    from_location: str
    to_location: str
    qty: int


def documents(
    session: Session,
    scope: Scope,
    *,
    before: int | None = None,
    limit: int | None = None,
    kind: str = "",
    state: str = "",
    warehouse: str = "",
    mission: str = "",
) -> list[Paper]:
    """Papers that the reader may see, newest first, without their lines; below id ``before`` where given."""
    statement = select(Document.id).where(_seen(scope)).order_by(Document.id.desc())
    if before is not None:
        statement = statement.where(Document.id < before)
    if kind:
        statement = statement.where(Document.kind == kind)
    if state:
        statement = statement.where(Document.state == state)
    if warehouse:
        key = row_id(WAREHOUSE, warehouse) or 0
        statement = statement.where(or_(Document.warehouse_id == key, Document.to_warehouse_id == key))
    if mission:
        statement = statement.where(Document.mission == mission)
    if limit is not None:
        statement = statement.limit(limit)
    return _papers(session, session.scalars(statement).all())


def document(session: Session, scope: Scope, name: str) -> Paper | None:
    """One paper with all its lines, None where there is none in scope."""
    key = session.scalar(select(Document.id).where(Document.id == (row_id(DOCUMENT, name) or 0), _seen(scope)))
    return _papers(session, [key])[0] if key is not None else None


def kept(session: Session, scope: Scope, mission: str = "") -> list[KeptLine]:
    """What missions have reserved in the scope's warehouses, oldest mission first; of one mission where named."""
    left = Reservation.qty - Reservation.issued - Reservation.released
    statement = (
        select(Reservation, left, Warehouse.name, Lot.code, Lot.expires)
        .join(Warehouse, Warehouse.id == Reservation.warehouse_id)
        .join(Lot, Lot.id == Reservation.lot_id)
        .where(scope.covers(Warehouse.division_code), left > 0)
        .order_by(Reservation.id)
    )
    if mission:
        statement = statement.where(Reservation.mission == mission)
    return [
        KeptLine(
            row.mission, row.incident, row.place, number(WAREHOUSE, row.warehouse_id), name, row.item,
            catalogue.unit(row.item), code, expires, qty, row.at,
        )
        for row, qty, name, code, expires in session.execute(statement)
    ]  # fmt: skip


def rolling(session: Session, scope: Scope) -> list[Paper]:
    """Issues whose goods are still under way, oldest first: ``left`` says what."""
    under_way = select(Transit.document_id).where(Transit.sent > Transit.arrived + Transit.returned)
    statement = select(Document.id).where(Document.id.in_(under_way), Document.mission != "", _seen(scope))
    return list(reversed(_papers(session, session.scalars(statement).all())))


def mission_goods(session: Session, scope: Scope, mission: str) -> list[MissionItem]:
    """What a mission has reserved, under way and received, by item and warehouse.

    Seen by those of the mission's division or above, and by those whose warehouse gives.
    """
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    names: dict[int, str] = {}
    reservations = (
        select(Reservation, Warehouse.name)
        .join(Warehouse, Warehouse.id == Reservation.warehouse_id)
        .where(Reservation.mission == mission)
        .where(or_(scope.covers(Reservation.division_code), scope.covers(Warehouse.division_code)))
        .order_by(Reservation.id)
    )
    for held, name in session.execute(reservations):
        sums[held.item, held.warehouse_id][0] += held.qty - held.issued - held.released
        names[held.warehouse_id] = name
    roads = (
        select(Transit, Warehouse.name)
        .join(Warehouse, Warehouse.id == Transit.warehouse_id)
        .join(Document, Document.id == Transit.document_id)
        .where(Transit.mission == mission, _seen(scope))
        .order_by(Transit.id)
    )
    for road, name in session.execute(roads):
        found = sums[road.item, road.warehouse_id]
        found[1] += road.sent
        found[2] += road.arrived
        found[3] += road.returned
        names[road.warehouse_id] = name
    return [
        MissionItem(item, catalogue.unit(item), number(WAREHOUSE, warehouse), names[warehouse], *figures)
        for (item, warehouse), figures in sums.items()
        if any(figures)
    ]


def movements(
    session: Session, scope: Scope, *, item: str, lot: str = "", before: int | None = None, limit: int = 100
) -> list[MovementView]:
    """The ledger of one item, or of one lot, on the papers that the reader may see, newest first."""
    statement = (
        select(Movement, Document.kind, Lot.code)
        .join(Document, Document.id == Movement.document_id)
        .join(Lot, Lot.id == Movement.lot_id)
        .where(Movement.item == item, _seen(scope))
        .order_by(Movement.id.desc())
        .limit(limit)
    )
    if lot:
        statement = statement.where(Lot.code == lot)
    if before is not None:
        statement = statement.where(Movement.id < before)
    return [
        MovementView(
            row.id, row.at, number(DOCUMENT, row.document_id), kind, row.item, catalogue.unit(row.item), code,
            row.from_location, row.to_location, row.qty,
        )
        for row, kind, code in session.execute(statement)
    ]  # fmt: skip


def _seen(scope: Scope) -> ColumnElement[bool]:
    return or_(scope.covers(Document.division_code), scope.covers(Document.place_division))


def _papers(session: Session, keys: Sequence[int]) -> list[Paper]:
    here, there = aliased(Warehouse), aliased(Warehouse)
    statement = (
        select(Document, here.name, there.name)
        .outerjoin(here, here.id == Document.warehouse_id)
        .outerjoin(there, there.id == Document.to_warehouse_id)
        .where(Document.id.in_(keys))
        .order_by(Document.id.desc())
    )
    lines, counted, left = _lines(session, keys), _counted(session, keys), _left(session, keys)
    return [
        Paper(
            row.id, number(DOCUMENT, row.id), row.kind, row.state, row.division_code, _numbered(row.warehouse_id),
            name or "", _numbered(row.to_warehouse_id), to_name or "", row.mission, row.incident, row.place,
            row.place_division, row.note, row.authorised_by, row.actor_id, row.actor_name, row.at,
            row.approver_name, row.decided_at, row.actor_id is not None and row.actor_id == row.approver_id,
            tuple(lines[row.id]), tuple(counted[row.id]), tuple(left[row.id]),
        )
        for row, name, to_name in session.execute(statement)
    ]  # fmt: skip


def _numbered(warehouse_id: int | None) -> str:
    return number(WAREHOUSE, warehouse_id) if warehouse_id is not None else ""


def _lines(session: Session, keys: Iterable[int]) -> dict[int, list[PaperLine]]:
    found: dict[int, list[PaperLine]] = defaultdict(list)
    statement = select(Movement, Lot.code, Lot.expires).join(Lot, Lot.id == Movement.lot_id)
    statement = statement.where(Movement.document_id.in_(list(keys))).order_by(Movement.id)
    for row, code, expires in session.execute(statement):
        line = PaperLine(row.item, catalogue.unit(row.item), code, expires, row.qty, row.from_location, row.to_location)
        found[row.document_id].append(line)
    return found


def _counted(session: Session, keys: Iterable[int]) -> dict[int, list[CountedLine]]:
    found: dict[int, list[CountedLine]] = defaultdict(list)
    statement = select(CountLine, Lot.code).join(Lot, Lot.id == CountLine.lot_id)
    statement = statement.where(CountLine.document_id.in_(list(keys))).order_by(CountLine.item, CountLine.lot_id)
    for row, code in session.execute(statement):
        line = CountedLine(row.item, catalogue.unit(row.item), code, row.book, row.counted)
        found[row.document_id].append(line)
    return found


def _left(session: Session, keys: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    left = func.sum(Transit.sent - Transit.arrived - Transit.returned)
    statement = (
        select(Transit.document_id, Transit.item, left)
        .where(Transit.document_id.in_(list(keys)), Transit.sent > Transit.arrived + Transit.returned)
        .group_by(Transit.document_id, Transit.item)
        .order_by(Transit.document_id, Transit.item)
    )
    for document_id, item, qty in session.execute(statement):
        found[document_id].append((item, int(qty)))
    return found
