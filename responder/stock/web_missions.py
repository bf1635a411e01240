"""Pages of missions' goods: what waits to be picked, the picking list, receiving at the place, bringing back."""

from collections import defaultdict

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.kernel.refusals import NotFound, Refusal
from responder.platform import web
from responder.stock import forms, missions, queries, records, service
from responder.stock.commands import IssueGoods, ReceiveGoods, TakeBack
from responder.stock.frame import Answer, bp, refused
from responder.stock.records import KeptLine, MissionItem


@bp.get("/stock/missions")
@web.needs("stock.see")
def picks() -> str:
    """Missions whose goods wait on a shelf, and those whose goods are on the road."""
    return render_template("stock/picks.html", **_waiting())


@bp.get("/stock/missions/_picks")
@web.needs("stock.see")
def _picks() -> str:
    """The lists alone, fetched again when goods move."""
    return render_template("stock/_picks.html", **_waiting())


def _waiting() -> dict[str, object]:
    kept: dict[str, list[KeptLine]] = defaultdict(list)
    with web.reading() as session:
        for line in records.kept(session, web.scope()):
            kept[line.mission].append(line)
        rolling = records.rolling(session, web.scope())
    return {"kept": kept, "rolling": rolling}


@bp.route("/stock/missions/<mission>/pick", methods=["GET", "POST"])
@web.needs("stock.see")
def pick(mission: str) -> Answer:
    """The picking list of a mission: lot by lot, issued by one press."""
    page = "stock/pick.html"
    authorised_by = request.form.get("authorised_by", "")
    if request.method == "POST" and web.principal().can("stock.issue"):
        try:
            with web.begin() as uow:
                ref = missions.to_serve(uow.session, mission)
                papers = service.issue(
                    uow,
                    IssueGoods(
                        mission, None, ref.incident if ref else "", ref.place if ref else "",
                        ref.division if ref else "", authorised_by,
                    ),
                )  # fmt: skip
        except Refusal as refusal:
            return refused(page, refusal, **_pick(mission), authorised_by=authorised_by)
        flash(_("已出库：%(papers)s", papers="、".join(papers)), "ok")
        if len(papers) == 1:
            return redirect(url_for("stock.document", number=papers[0]))
        return redirect(url_for("stock.picks"))
    return render_template(page, **_pick(mission), authorised_by="")


def _pick(mission: str) -> dict[str, object]:
    with web.reading() as session:
        ref = missions.find(session, mission)
        lines = records.kept(session, web.scope(), mission)
        goods = records.mission_goods(session, web.scope(), mission)
    if ref is None and not goods:
        raise NotFound()
    return {"mission": mission, "ref": ref, "lines": lines, "goods": goods}


@bp.route("/stock/missions/<mission>/receive", methods=["GET", "POST"])
@web.needs("stock.receive")
def receive(mission: str) -> Answer:
    """Goods have arrived at the mission's place: all, or as counted."""
    page = "stock/receive.html"
    known = _under_way(mission)
    if request.method == "POST":
        try:
            lines = forms.arrived_lines(request.form, known)
            with web.begin() as uow:
                ref = missions.find(uow.session, mission)
                if ref is None:
                    raise NotFound()
                paper = service.receive(uow, ReceiveGoods(mission, lines, ref.incident, ref.place, ref.division))
        except Refusal as refusal:
            return refused(page, refusal, mission=mission, goods=known, typed=request.form)
        flash(_("已签收"), "ok")
        return redirect(url_for("stock.document", number=paper))
    return render_template(page, mission=mission, goods=known, typed=None)


@bp.route("/stock/missions/<mission>/return", methods=["GET", "POST"])
@web.needs("stock.receive")
def take_back(mission: str) -> Answer:
    """Goods that weren't handed out come back to a warehouse."""
    page = "stock/take_back.html"
    known = _under_way(mission)
    with web.reading() as session:
        targets = queries.warehouses(session, web.scope(), closed=False)
    if request.method == "POST":
        try:
            lines = forms.arrived_lines(request.form, known)
            with web.begin() as uow:
                note = request.form.get("note", "")
                paper = service.take_back(uow, TakeBack(mission, request.form.get("warehouse", ""), lines, note))
        except Refusal as refusal:
            return refused(page, refusal, mission=mission, goods=known, warehouses=targets, typed=request.form)
        flash(_("已退库"), "ok")
        return redirect(url_for("stock.document", number=paper))
    return render_template(page, mission=mission, goods=known, warehouses=targets, typed=None)


def _under_way(mission: str) -> list[MissionItem]:
    """What is on the road for a mission that the reader may see. Raises NotFound."""
    with web.reading() as session:
        ref = missions.find(session, mission)
        goods = records.mission_goods(session, web.scope(), mission)
    if ref is None:
        raise NotFound()
    return [one for one in goods if one.under_way]
