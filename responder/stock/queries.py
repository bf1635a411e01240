"""Reads of the store: warehouses, what lies in them, what is free for the planner, totals against the standing list.

Papers and missions' goods: records.py; the proof: proof.py.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.kernel import clock
from responder.kernel.ids import WAREHOUSE, number, row_id
from responder.places import queries as places
from responder.platform.scope import Scope, ancestors
from responder.stock import catalogue, rules
from responder.stock.models import Balance, Lot, Warehouse
from responder.stock.rules import Level


@dataclass(frozen=True)
class WarehouseView:
    """A warehouse. ``lat``, ``lng`` WGS-84; ``tier`` 1 (top) to 3."""

    id: int
    number: str
    name: str
    division: str
    division_name: str
    address: str
    lat: float | None
    lng: float | None
    tier: int
    keeper_id: int | None
    keeper: str
    active: bool


@dataclass(frozen=True)
class StockRow:
    """One lot in one warehouse. ``available`` is what may leave: free, and not past its date."""

    id: int
    warehouse: str
    warehouse_name: str
    item: str
    lot: str
    produced: date | None
    expires: date | None
    unit: str
    on_hand: int
    reserved: int
    available: int
    expired: bool
    expiring: bool


@dataclass(frozen=True)
class Holding:
    """What one warehouse can give of one item, for the planner."""

    warehouse: str
    name: str
    division: str
    lat: float | None
    lng: float | None
    tier: int
    item: str
    unit: str
    available: int


@dataclass(frozen=True)
class Total:
    """One item over several warehouses, against the sum of their standing lists. ``available`` as in StockRow."""

    item: str
    unit: str
    on_hand: int
    reserved: int
    available: int
    minimum: int
    standing: int
    maximum: int
    level: Level
    expiring: int


def today(session: Session) -> date:
    """The branch's day, by which goods expire."""
    zone = places.places(session).profile.zone() if places.is_loaded(session) else UTC
    return clock.now().astimezone(zone).date()


def warehouses(session: Session, scope: Scope, *, closed: bool = True) -> list[WarehouseView]:
    """Warehouses inside the scope, the highest tier first, then by division and number."""
    statement = select(Warehouse).where(scope.covers(Warehouse.division_code))
    if not closed:
        statement = statement.where(Warehouse.active)
    rows = session.scalars(statement.order_by(Warehouse.tier, Warehouse.division_code, Warehouse.id))
    return _warehouse_views(session, rows)


def warehouse(session: Session, scope: Scope, name: str) -> WarehouseView | None:
    """One warehouse by number, None where there is none in scope."""
    key = row_id(WAREHOUSE, name)
    statement = select(Warehouse).where(Warehouse.id == (key or 0), scope.covers(Warehouse.division_code))
    found = _warehouse_views(session, session.scalars(statement))
    return found[0] if found else None


def drawable(session: Session, scope: Scope) -> list[WarehouseView]:
    """The open warehouses that goods may be asked of: the own tree and the offices straight above."""
    rows = session.scalars(_within_reach(scope).order_by(Warehouse.tier, Warehouse.division_code, Warehouse.id))
    return _warehouse_views(session, rows)


def availability(session: Session, scope: Scope, items: Collection[str] | None = None) -> list[Holding]:
    """What each warehouse within reach (``drawable``) can give, by warehouse and item; of some items where named.

    Lots past their date don't count.
    """
    reach = _within_reach(scope).subquery()
    free = func.sum(Balance.on_hand - Balance.reserved)
    columns = (reach.c.id, reach.c.name, reach.c.division_code, reach.c.lat, reach.c.lng, reach.c.tier)
    statement = (
        select(*columns, Balance.item, free.label("free"))
        .join(Balance, Balance.warehouse_id == reach.c.id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(Balance.on_hand > Balance.reserved, _good(today(session)))
        .group_by(*columns, Balance.item)
        .order_by(reach.c.id, Balance.item)
    )
    if items is not None:
        statement = statement.where(Balance.item.in_(list(items)))
    return [
        Holding(
            number(WAREHOUSE, r.id), r.name, r.division_code, r.lat, r.lng, r.tier, r.item, catalogue.unit(r.item),
            int(r.free),
        )
        for r in session.execute(statement)
    ]  # fmt: skip


def stock(
    session: Session,
    scope: Scope,
    *,
    before: int | None = None,
    limit: int | None = None,
    warehouse: str = "",
    item: str = "",
) -> list[StockRow]:
    """Lots that lie in the scope's warehouses, newest first; below row ``before`` where given. Empty shelves are
    left out."""
    statement = (
        select(Balance, Warehouse.name, Lot.code, Lot.produced, Lot.expires)
        .join(Warehouse, Warehouse.id == Balance.warehouse_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(scope.covers(Warehouse.division_code), Balance.on_hand > 0)
        .order_by(Balance.id.desc())
    )
    if before is not None:
        statement = statement.where(Balance.id < before)
    if warehouse:
        statement = statement.where(Balance.warehouse_id == (row_id(WAREHOUSE, warehouse) or 0))
    if item:
        statement = statement.where(Balance.item == item)
    if limit is not None:
        statement = statement.limit(limit)
    day = today(session)
    return [_stock_row(*row, day) for row in session.execute(statement)]


def shelves(session: Session, scope: Scope, name: str) -> list[StockRow]:
    """All lots of one warehouse, in the order of the catalogue, first to leave first."""
    order = {slug: n for n, slug in enumerate(catalogue.goods())}

    def turn(row: StockRow) -> tuple[int, date, date, int]:
        return (order.get(row.item, len(order)), row.expires or date.max, row.produced or date.max, row.id)

    return sorted(stock(session, scope, warehouse=name), key=turn)


def totals(session: Session, scope: Scope, warehouse: str = "") -> list[Total]:
    """Items that lie in the scope's open warehouses or stand on their list, the lowest first; of one warehouse
    where named."""
    here = [w for w in warehouses(session, scope, closed=False) if warehouse in ("", w.number)]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    open_ = {w.number for w in here}
    for row in stock(session, scope, warehouse=warehouse):
        if row.warehouse in open_:
            found = sums[row.item]
            found[0] += row.on_hand
            found[1] += row.reserved
            found[2] += row.available
            found[3] += row.on_hand if row.expiring or row.expired else 0
    result = []
    for slug in catalogue.goods():
        lists = [listed for w in here if (listed := catalogue.standing(slug, w.tier))]
        if slug not in sums and not lists:
            continue
        minimum, standing = sum(s.min for s in lists), sum(s.standing for s in lists)
        maximum = sum(s.max for s in lists)
        on_hand, reserved, available, expiring = sums[slug]
        level = rules.stock_level(available, minimum, standing, maximum)
        unit = catalogue.unit(slug)
        result.append(Total(slug, unit, on_hand, reserved, available, minimum, standing, maximum, level, expiring))
    return sorted(result, key=_lowest_first)


def low_items(session: Session, scope: Scope) -> dict[str, int]:
    """How many items lie below their minimum, by warehouse; open warehouses of the scope alone."""
    free: dict[tuple[str, str], int] = defaultdict(int)
    for row in stock(session, scope):
        free[row.warehouse, row.item] += row.available
    found: dict[str, int] = {}
    for one in warehouses(session, scope, closed=False):
        lists = ((slug, catalogue.standing(slug, one.tier)) for slug in catalogue.goods())
        found[one.number] = sum(free[one.number, slug] < listed.min for slug, listed in lists if listed)
    return found


def _lowest_first(total: Total) -> tuple[int, float]:
    share = total.available / total.standing if total.standing else 0.0
    return ({"low": 0, "below": 1}.get(total.level, 3 if total.level == "none" else 2), share)


def _within_reach(scope: Scope) -> Select[Warehouse]:
    above = Warehouse.division_code.in_(ancestors(scope.division))
    return select(Warehouse).where(Warehouse.active, or_(scope.covers(Warehouse.division_code), above))


def _good(day: date) -> ColumnElement[bool]:
    return or_(Lot.expires.is_(None), Lot.expires >= day)


def _warehouse_views(session: Session, rows: Iterable[Warehouse]) -> list[WarehouseView]:
    found = list(rows)
    keepers = accounts.names(session, {row.keeper_id for row in found if row.keeper_id is not None})
    tree = places.places(session) if places.is_loaded(session) else None
    return [
        WarehouseView(
            row.id, number(WAREHOUSE, row.id), row.name, row.division_code,
            tree.label(row.division_code) if tree else row.division_code, row.address, row.lat, row.lng, row.tier,
            row.keeper_id, keepers.get(row.keeper_id or 0, ""), row.active,
        )
        for row in found
    ]  # fmt: skip


def _stock_row(row: Balance, name: str, code: str, produced: date | None, expires: date | None, day: date) -> StockRow:
    expired = expires is not None and expires < day
    good = catalogue.goods().get(row.item)
    soon = expires is not None and good is not None and expires - day <= timedelta(days=good.warn_days)
    free = 0 if expired else row.on_hand - row.reserved
    return StockRow(
        row.id, number(WAREHOUSE, row.warehouse_id), name, row.item, code, produced, expires,
        catalogue.unit(row.item), row.on_hand, row.reserved, free, expired, soon and not expired,
    )  # fmt: skip
