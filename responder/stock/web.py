"""Pages of the store: what there is, warehouses, papers. Missions' goods: web_missions.py; forms: web_keeping.py."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.platform import web
from responder.platform.api import cursor
from responder.stock import (
    catalogue,
    keeping,
    queries,
    records,
    rules,
    transfers,
    web_keeping,
    web_missions,
)
from responder.stock.commands import AcceptTransfer, DecideCount
from responder.stock.frame import Answer, bp, the_warehouse

__all__ = ["bp", "web_keeping", "web_missions"]


@bp.get("/stock")
@web.needs("stock.see")
def stock() -> str:
    """All goods in scope against the standing list, the lowest first."""
    return render_template("stock/stock.html", **_overview())


@bp.get("/stock/_totals")
@web.needs("stock.see")
def _totals() -> str:
    """The figures alone, fetched again when goods move."""
    return render_template("stock/_totals.html", **_overview())


def _overview() -> dict[str, object]:
    scope = web.scope()
    with web.reading() as session:
        totals = queries.totals(session, scope)
        lots = [row for row in queries.stock(session, scope) if row.expired or row.expiring]
        drafts = records.documents(session, scope, state=rules.DRAFT, limit=20)
        waiting = records.kept(session, scope)
        coming = records.documents(session, scope, kind=rules.TRANSFER, state=rules.UNDER_WAY, limit=20)
    lots.sort(key=lambda row: (row.expires is None, row.expires, row.id))
    return {
        "totals": totals,
        "lots": lots,
        "drafts": drafts,
        "coming": coming,
        "waiting": sorted({line.mission for line in waiting}),
    }


@bp.get("/stock/items/<slug>")
@web.needs("stock.see")
def item(slug: str) -> str:
    """One item: where it lies, lot by lot, and how it moved."""
    good = catalogue.goods().get(slug)
    if good is None:
        raise NotFound()
    lot = request.args.get("lot", "")
    with web.reading() as session:
        rows = queries.stock(session, web.scope(), item=slug)
        movements = records.movements(session, web.scope(), item=slug, lot=lot)
    return render_template(
        "stock/item.html", slug=slug, good=good, rows=rows, movements=movements, lot=lot, unit=catalogue.unit(slug)
    )


@bp.get("/stock/warehouses")
@web.needs("stock.see")
def warehouses() -> str:
    """The warehouses in scope."""
    with web.reading() as session:
        found = queries.warehouses(session, web.scope())
        low = queries.low_items(session, web.scope())
    return render_template("stock/warehouses.html", warehouses=found, low=low)


@bp.get("/stock/warehouses/<number>")
@web.needs("stock.see")
def warehouse(number: str) -> str:
    """One warehouse: what lies on its shelves, what is reserved for whom, its last papers."""
    return render_template("stock/warehouse.html", **_warehouse(number))


@bp.get("/stock/warehouses/<number>/_shelves")
@web.needs("stock.see")
def _shelves(number: str) -> str:
    """The shelves alone, fetched again when goods move."""
    return render_template("stock/_shelves.html", **_warehouse(number))


def _warehouse(number: str) -> dict[str, object]:
    found = the_warehouse(number)
    scope = web.scope()
    with web.reading() as session:
        return {
            "warehouse": found,
            "rows": queries.shelves(session, scope, found.number),
            "totals": queries.totals(session, scope, found.number) if found.active else [],
            "kept": [line for line in records.kept(session, scope) if line.warehouse == found.number],
            "papers": records.documents(session, scope, warehouse=found.number, limit=8),
        }


@bp.get("/stock/documents")
@web.needs("stock.see")
def documents() -> str:
    """The papers, newest first."""
    at = cursor()
    kind = request.args.get("kind", "")
    kind = kind if kind in rules.KINDS else ""
    with web.reading() as session:
        found = records.documents(session, web.scope(), before=at.before, limit=at.limit + 1, kind=kind)
    page = at.page(found, lambda one: one.id)
    return render_template("stock/documents.html", papers=page.items, next=page.next, kind=kind, kinds=rules.KINDS)


@bp.get("/stock/documents/<number>")
@web.needs("stock.see")
def document(number: str) -> str:
    """One paper, as it is printed."""
    with web.reading() as session:
        found = records.document(session, web.scope(), number)
        zone = places(session).profile.zone()
    if found is None:
        raise NotFound()
    me = web.principal()
    mine = web.scope().holds
    return render_template(
        "stock/document.html",
        paper=found,
        # Paper is read years later: always with its day.
        at=found.at.astimezone(zone),
        decided_at=found.decided_at.astimezone(zone) if found.decided_at else None,
        may_decide=found.state == rules.DRAFT and me.can("stock.approve") and mine(found.division),
        may_accept=found.state == rules.UNDER_WAY and me.can("stock.receive") and mine(found.place_division),
        may_receive=found.kind == rules.ISSUE and found.left and me.can("stock.receive"),
    )


@bp.post("/stock/documents/<number>/decide")
@web.needs("stock.approve")
def decide(number: str) -> Answer:
    """Approves or rejects a stock-take."""
    approve = request.form.get("decision") == "approve"
    with web.begin() as uow:
        keeping.decide_count(uow, DecideCount(number, approve, request.form.get("note", "")))
    flash(_("已批准，差异已记账") if approve else _("已退回"), "ok")
    return redirect(url_for("stock.document", number=number))


@bp.post("/stock/documents/<number>/accept")
@web.needs("stock.receive")
def accept(number: str) -> Answer:
    """All goods of a transfer have arrived."""
    with web.begin() as uow:
        transfers.accept_transfer(uow, AcceptTransfer(number))
    flash(_("调入已记账"), "ok")
    return redirect(url_for("stock.document", number=number))
