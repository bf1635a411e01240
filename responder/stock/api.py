"""API of the store: warehouses, stock, issues and receipts (DESIGN §8)."""

from typing import Any

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.platform import web
from responder.platform.api import cursor, listed, writing
from responder.platform.scope import Scope, everything
from responder.platform.work import UnitOfWork
from responder.stock import catalogue, missions, queries, records, rules, service
from responder.stock.commands import Arrived, IssueGoods, Line, ReceiveGoods
from responder.stock.queries import StockRow, WarehouseView
from responder.stock.records import Paper

api = APIBlueprint("api_stock", __name__, url_prefix="/api/v1", tag="stock")


class LineIn(BaseModel):
    """So many of an item (slug or name) of one warehouse (number)."""

    warehouse: str = Field(max_length=20, examples=["W1001"])
    item: str = Field(max_length=60, examples=["quilt", "棉被"])
    qty: int = Field(strict=True, ge=1, le=rules.MOST)


class GoodsIn(BaseModel):
    """Goods of a mission."""

    mission: str = Field(max_length=20, examples=["M1001"])
    lines: list[LineIn] = Field(min_length=1, max_length=rules.MOST_LINES)


def warehouse_shape(one: WarehouseView) -> dict[str, Any]:
    """A warehouse as the API writes it."""
    return {
        "number": one.number, "name": one.name, "division": {"code": one.division, "name": one.division_name},
        "address": one.address, "lat": one.lat, "lng": one.lng, "tier": one.tier, "keeper": one.keeper or None,
        "active": one.active,
    }  # fmt: skip


def stock_shape(one: StockRow) -> dict[str, Any]:
    """A lot in a warehouse as the API writes it."""
    return {
        "warehouse": one.warehouse, "item": one.item, "lot": one.lot, "unit": one.unit, "on_hand": one.on_hand,
        "reserved": one.reserved, "available": one.available,
        "expires": one.expires.isoformat() if one.expires else None,
    }  # fmt: skip


def paper_shape(session: Session, one: Paper) -> dict[str, Any]:
    """A document as the API writes it, with its lines lot by lot."""
    code = one.division
    return {
        "number": one.number, "kind": one.kind, "status": one.state,
        "division": {"code": code, "name": places(session).name(code)}, "warehouse": one.warehouse or None,
        "to": one.to or None, "mission": one.mission or None, "incident": one.incident or None, "place": one.place,
        "authorised_by": one.authorised_by or None, "by": one.actor, "at": one.at.isoformat(),
        "lines": [
            {"item": line.item, "lot": line.lot, "qty": line.qty, "unit": line.unit, "from": line.from_location,
             "to": line.to_location}
            for line in one.lines
        ],
    }  # fmt: skip


@api.get("/warehouses")
@api.doc(summary="Warehouses, newest first")
@web.needs("stock.see")
def warehouses() -> dict[str, Any]:
    """Warehouses in scope."""
    at = cursor()
    with web.reading() as session:
        found = sorted(queries.warehouses(session, web.scope()), key=lambda one: -one.id)
    found = [one for one in found if at.before is None or one.id < at.before]
    return listed(at.page(found, lambda one: one.id), warehouse_shape)


@api.get("/warehouses/<number>")
@api.doc(summary="One warehouse")
@web.needs("stock.see")
def warehouse(number: str) -> dict[str, Any]:
    """One warehouse."""
    with web.reading() as session:
        found = queries.warehouse(session, web.scope(), number)
    if found is None:
        raise NotFound()
    return warehouse_shape(found)


@api.get("/stock")
@api.doc(summary="What lies in the warehouses, lot by lot")
@web.needs("stock.see")
def stock() -> dict[str, Any]:
    """Lots in scope; ``warehouse`` and ``item`` narrow the list."""
    at = cursor()
    item = catalogue.slug_of(request.args["item"]) if request.args.get("item") else ""
    with web.reading() as session:
        found = queries.stock(
            session, web.scope(), before=at.before, limit=at.limit + 1, item=item,
            warehouse=request.args.get("warehouse", ""),
        )  # fmt: skip
    return listed(at.page(found, lambda one: one.id), stock_shape)


@api.get("/stock/documents")
@api.doc(summary="Stock documents, newest first")
@web.needs("stock.see")
def documents() -> dict[str, Any]:
    """Documents in scope; ``kind`` and ``mission`` narrow the list."""
    at = cursor()
    with web.reading() as session:
        found = records.documents(
            session, web.scope(), before=at.before, limit=at.limit + 1, kind=request.args.get("kind", ""),
            mission=request.args.get("mission", ""),
        )  # fmt: skip
        return listed(at.page(found, lambda one: one.id), lambda one: paper_shape(session, one))


@api.get("/stock/documents/<number>")
@api.doc(summary="One stock document")
@web.needs("stock.see")
def document(number: str) -> dict[str, Any]:
    """One document."""
    with web.reading() as session:
        return _paper(session, web.scope(), number)


@api.post("/stock/issues")
@api.doc(
    summary="Issue goods for a mission",
    description="Takes what the mission has reserved first, then free goods; lots by first expired, first out. "
    "All lines or none; a shortage is 409. `documents` holds one issue per warehouse, the answer is the first of "
    "them with all lines. Repeat safely with an Idempotency-Key.",
)
@web.needs("stock.issue")
@api.input(GoodsIn, arg_name="body")
@writing
def issue_goods(uow: UnitOfWork, body: GoodsIn) -> tuple[dict[str, Any], int]:
    """Issues goods and answers with the document."""
    wanted = body.mission.strip().upper()
    mission = missions.to_serve(uow.session, wanted)
    numbers = service.issue(
        uow,
        IssueGoods(
            wanted, tuple(Line(line.warehouse, line.item, line.qty) for line in body.lines),
            incident=mission.incident if mission else "", place=mission.place if mission else "",
            division=mission.division if mission else "",
            authorised_by=mission.confirmed_by if mission else uow.actor.name,
        ),
    )  # fmt: skip
    papers = [_written(uow, number) for number in numbers]
    lines = [line for paper in papers for line in paper["lines"]]
    return {**papers[0], "lines": lines, "documents": papers}, 201


@api.post("/stock/receipts")
@api.doc(
    summary="Receive goods at a mission's place",
    description="Only goods that were issued for the mission and haven't arrived. Repeat safely with an "
    "Idempotency-Key.",
)
@web.needs("stock.receive")
@api.input(GoodsIn, arg_name="body")
@writing
def receive_goods(uow: UnitOfWork, body: GoodsIn) -> tuple[dict[str, Any], int]:
    """Receives goods and answers with the document."""
    mission = missions.find(uow.session, body.mission.strip().upper())
    if mission is None:
        raise NotFound()
    lines = tuple(Arrived(line.item, line.qty, line.warehouse) for line in body.lines)
    number = service.receive(
        uow,
        ReceiveGoods(mission.number, lines, mission.incident, mission.place, mission.division),
    )
    return _written(uow, number), 201


def _written(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """The document that this very request has made."""
    return _paper(uow.session, everything(uow.world), number)


def _paper(session: Session, scope: Scope, number: str) -> dict[str, Any]:
    found = records.document(session, scope, number)
    if found is None:
        raise NotFound()
    return paper_shape(session, found)
