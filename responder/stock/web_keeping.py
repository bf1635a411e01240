"""Forms of the store: goods come in, are counted, go to another warehouse; warehouses from a spreadsheet."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.kernel.refusals import Refusal
from responder.platform import sheet_pages, web
from responder.stock import directory, forms, keeping, queries, transfers
from responder.stock.commands import DraftCount, SendTransfer, TakeIn
from responder.stock.frame import Answer, bp, item_choices, refused, source_choices, the_warehouse


@bp.route("/stock/warehouses/<number>/intake", methods=["GET", "POST"])
@web.needs("stock.receive")
def intake(number: str) -> Answer:
    """Goods come in."""
    found = the_warehouse(number)
    typed = forms.lots_typed(request.form)
    context = {
        "warehouse": found, "typed": typed, "items": item_choices(), "sources": source_choices(),
        "source": request.form.get("source", ""), "from_whom": request.form.get("from_whom", ""),
        "note": request.form.get("note", ""),
    }  # fmt: skip
    if request.method == "GET":
        return render_template("stock/intake.html", **context)
    try:
        command = TakeIn(
            found.number, request.form.get("source", ""), forms.lot_lines(typed),
            request.form.get("from_whom", ""), request.form.get("note", ""),
        )  # fmt: skip
        with web.begin() as uow:
            paper = keeping.take_in(uow, command)
    except Refusal as refusal:
        return refused("stock/intake.html", refusal, **context)
    flash(_("已入库"), "ok")
    return redirect(url_for("stock.document", number=paper))


@bp.route("/stock/warehouses/<number>/count", methods=["GET", "POST"])
@web.needs("stock.issue")
def adjust(number: str) -> Answer:
    """A stock-take: what was counted, lot by lot. Somebody else approves it."""
    found = the_warehouse(number)
    with web.reading() as session:
        rows = queries.shelves(session, web.scope(), found.number)
    context = {"warehouse": found, "rows": rows, "typed": request.form}
    if request.method == "GET":
        return render_template("stock/adjust.html", **context)
    try:
        lines = forms.counted_lines(request.form, rows)
        with web.begin() as uow:
            paper = keeping.draft_count(uow, DraftCount(found.number, lines, request.form.get("reason", "")))
    except Refusal as refusal:
        return refused("stock/adjust.html", refusal, **context)
    flash(_("盘点已提交，等另一位同事审批"), "ok")
    return redirect(url_for("stock.document", number=paper))


@bp.route("/stock/warehouses/<number>/transfer", methods=["GET", "POST"])
@web.needs("stock.issue")
def transfer(number: str) -> Answer:
    """Goods go to another warehouse."""
    found = the_warehouse(number)
    with web.reading() as session:
        totals = [t for t in queries.totals(session, web.scope(), found.number) if t.available]
        targets = [w for w in queries.drawable(session, web.scope()) if w.id != found.id]
    context = {"warehouse": found, "totals": totals, "targets": targets, "typed": request.form}
    if request.method == "GET":
        return render_template("stock/transfer.html", **context)
    try:
        lines = forms.item_lines(request.form, [t.item for t in totals])
        command = SendTransfer(found.number, request.form.get("to", ""), lines, request.form.get("note", ""))
        with web.begin() as uow:
            paper = transfers.send_transfer(uow, command)
    except Refusal as refusal:
        return refused("stock/transfer.html", refusal, **context)
    flash(_("已调出，到货后由调入仓库确认"), "ok")
    return redirect(url_for("stock.document", number=paper))


@bp.get("/stock/warehouses/template.xlsx")
@web.needs("settings.manage")
def warehouse_template() -> Response:
    """The workbook to fill in."""
    return sheet_pages.workbook(directory.SHEET, "warehouses.xlsx")


@bp.route("/stock/warehouses/import", methods=["GET", "POST"])
@web.needs("settings.manage")
def import_warehouses() -> Answer:
    """Warehouses from a spreadsheet: a dry run that names every problem, then all or none."""
    plan: directory.Plan | None = None
    problem, status, saved = None, 200, 0
    if request.method == "POST":
        try:
            parsed = sheet_pages.sent(directory.SHEET)
            with web.reading() as session:
                plan = directory.plan(session, web.scope(), parsed)
            if sheet_pages.confirmed() and not plan.parsed.problems:
                with web.begin() as uow:
                    for command in plan.warehouses:
                        keeping.save_warehouse(uow, command)
                saved, plan = len(plan.warehouses), None
        except Refusal as refusal:
            status, problem = web.refusal_words(refusal)
    shown = sheet_pages.shown(directory.SHEET, plan)
    page = render_template("stock/import_warehouses.html", problem=problem, saved=saved, **shown)
    return page, 422 if shown["problems"] else status
