"""Warehouses from a spreadsheet: its columns, and what only the store can tell about its rows."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.accounts.roster import called
from responder.places.index import Places
from responder.places.queries import places
from responder.platform import cells
from responder.platform.scope import Scope
from responder.platform.sheets import Column, Parsed, Row, Sheet
from responder.stock.commands import SaveWarehouse
from responder.stock.models import Warehouse

SHEET = Sheet(
    "仓库",
    "Warehouses",
    (
        Column("name", "仓库名称", "Warehouse", cells.words(80), True, example="漕泾镇救灾物资点"),
        Column(
            "division", "所属区划", "Division", cells.words(80), True,
            "写地名或区划代码：归哪一级管就写哪一级", "Name or code of the division that runs it", "漕泾镇",
        ),
        Column("address", "地址", "Address", cells.words(200), False, example="漕廊公路 1 号"),
        Column(
            "lat", "纬度", "Latitude", cells.number(-90, 90), False,
            "WGS-84，十进制度。不填就用所在地的位置", "WGS-84, decimal degrees. The division's point when empty",
            "30.79",
        ),
        Column("lng", "经度", "Longitude", cells.number(-180, 180), False, "WGS-84，十进制度", "WGS-84", "121.40"),
        Column(
            "keeper", "管理员手机号", "Keeper's phone", cells.phone, False,
            "要先登记这位管理员", "The keeper must be recorded first", "199 0000 0005",
        ),
        Column(
            "active", "在用", "In use", cells.yes_or_no, False, "填“否”就停用；不填就是在用",
            "no closes it; yes when empty", "是",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What an import would do: the warehouses to save, how many of them exist already, and the problems."""

    warehouses: tuple[SaveWarehouse, ...]
    known: int
    parsed: Parsed


def plan(session: Session, scope: Scope, parsed: Parsed) -> Plan:
    """Checks the rows against the store. A row of a name that its division has already changes that warehouse."""
    tree = places(session)
    there = {(w.division_code, w.name) for w in session.scalars(select(Warehouse))}
    found: dict[tuple[str, str], SaveWarehouse] = {}
    for row in parsed.rows:
        code = _division(tree, scope, parsed, row)
        keeper = _keeper(session, scope, parsed, row)
        lat, lng = row.values["lat"], row.values["lng"]
        if (lat is None) != (lng is None):
            parsed.found(row, "lng" if lng is None else "lat", "required")
        name = row.values["name"]
        if code is None or name is None:
            continue
        if (code, name) in found:
            parsed.found(row, "name", "twice", name)
        active = row.values["active"] is not False
        address = row.values["address"] or ""
        if lat is None and (located := tree.point(code)) is not None:
            lat, lng = located.point.lat, located.point.lng
        tier = tree.profile.tier(code) or 3
        found[code, name] = SaveWarehouse(code, name, tier, address, lat, lng, keeper, active)
    return Plan(tuple(found.values()), len(found.keys() & there), parsed)


def _division(tree: Places, scope: Scope, parsed: Parsed, row: Row) -> str | None:
    text = row.values["division"]
    if text is None:
        return None
    found = called(tree, text, scope.division)
    if len(found) != 1:
        parsed.found(row, "division", "division_ambiguous" if found else "division", text)
        return None
    return found[0].code


def _keeper(session: Session, scope: Scope, parsed: Parsed, row: Row) -> int | None:
    number = row.values["keeper"]
    if number is None:
        return None
    owner = accounts.owner_of(session, number)
    if owner is None or not scope.holds(owner.division):
        parsed.found(row, "keeper", "unknown", row.texts.get("keeper", ""))
        return None
    return owner.person_id
