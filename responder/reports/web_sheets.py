"""Pages of the consolidated sheets (归并): one tier's, what makes up a number, a day; and sending one upward."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.incidents import authorised
from responder.incidents import queries as incidents
from responder.kernel import clock
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places.queries import places
from responder.platform import terms, web
from responder.reports import forwarding, indicators, service, sheets
from responder.reports.commands import FileReport, Forward
from responder.reports.web import bp

GRAVE = ("deaths", "missing")
"""Marked 待核 until a named leader releases them."""


@bp.get("/reports/sheet/<number>/<division>")
@web.needs("report.see")
def sheet(number: str, division: str) -> str:
    """A tier's sheet of one incident: each child's figures, what the tier adds, the total, the difference."""
    with web.reading() as session:
        return render_template("reports/sheet.html", **_sheet(session, number, division))


@bp.get("/reports/_sheet/<number>/<division>")
@web.needs("report.see")
def _sheet_lines(number: str, division: str) -> str:
    """The table alone, fetched again when a report comes in."""
    with web.reading() as session:
        return render_template("reports/_sheet_lines.html", **_sheet(session, number, division))


def _sheet(session: Session, number: str, division: str) -> dict[str, object]:
    scope, me = web.scope(), web.principal()
    one = incidents.incident(session, scope, number)
    found = sheets.sheet(session, scope, number, division)
    if one is None or found is None:
        raise NotFound(what=number)
    tree = places(session)
    # A level that has no office (the branch's parents) has no sheet of its own to lead to.
    above = tree.division(division).parent or ""
    may_file = me.can("report.review") and me.can("report.file") and one.status != "closed"
    targets = forwarding.targets(tree, division, found.tier.figures)
    return {
        "one": one, "sheet": found, "division": division, "slugs": ordered(found.slugs()), "grave": GRAVE,
        "name": tree.label(division), "above": above if above and scope.holds(above) else "",
        "silent": [row for row in found.rows if row.silent], "rows": [row for row in found.rows if not row.silent],
        "sent": [view for view in forwarding.submissions(session, scope, number) if view.division == division],
        "may_forward": may_file and division == me.division and not found.tier.silent,
        "may_add": may_file and division == me.division and bool(tree.children(division)),
        "to": list(dict.fromkeys(forwarding.office(tree, code) for code in targets)), "tree": tree,
        "office_name": partial(forwarding.office, tree), "hows": authorised.HOWS,
        "common": common(), "key": uuid.uuid4().hex,
    }  # fmt: skip


def ordered(slugs: Iterable[str]) -> list[str]:
    """Figures in the order of the form."""
    stated = set(slugs)
    return [slug for slug in indicators.indicators() if slug in stated]


def common() -> list[str]:
    """The figures that a tier most often adds by itself: people, houses, money."""
    wanted = ("affected", "relocated", "injured", "need_aid", "houses_collapsed", "crop_affected", "loss_total")
    return [slug for slug in wanted if slug in indicators.indicators()]


@bp.get("/reports/trace/<number>/<division>/<slug>")
@web.needs("report.see")
def trace(number: str, division: str, slug: str) -> str:
    """What makes up one number, down to the words of the messages."""
    if slug not in indicators.indicators():
        raise NotFound(what=slug)
    with web.reading() as session:
        scope = web.scope()
        one, found = incidents.incident(session, scope, number), sheets.sheet(session, scope, number, division)
        if one is None or found is None:
            raise NotFound(what=number)
        parts = sheets.trace(session, scope, number, division, slug)
        name, total = places(session).label(division), found.tier.figures.get(slug)
    return render_template(
        "reports/trace.html", one=one, division=division, name=name, slug=slug, parts=parts, total=total, grave=GRAVE
    )


@bp.get("/reports/day")
@web.needs("report.see")
def day() -> str:
    """A branch's day: what its incidents come to at the end of a day, or now; ``?tier=`` opens one division."""
    with web.reading() as session:
        tree, scope, now = places(session), web.scope(), clock.now()
        zone = tree.profile.zone()
        today = now.astimezone(zone).date()
        chosen, tier = _day(request.args.get("date", ""), today), request.args.get("tier", "") or scope.division
        if not scope.holds(tier) or tree.find(tier) is None:
            raise NotFound(what=tier)
        found = sheets.day_sheet(session, scope, chosen, tier=tier)
        children = [(child.code, child.name, found.rows.get(child.code)) for child in tree.children(tier)]
        known = [row for row in children if row[2] is not None]
        total = found.rows.get(tier)
        slugs = ordered(slug for _code, _name, row in (*known, ("", "", total)) if row for slug in row.figures)
        return render_template(
            "reports/day.html", day=chosen, today=today, tier=tier, name=tree.label(tier), rows=known, slugs=slugs,
            total=total, silent=len(children) - len(known), sheet=found, grave=GRAVE,
            leaf=not any(tree.children(code) for code, _name, _row in known),
            above=tree.division(tier).parent if tier != scope.division else "",
        )  # fmt: skip


def _day(written: str, today: date) -> date:
    if not written:
        return today
    try:
        chosen = date.fromisoformat(written)
    except ValueError:
        raise NotFound() from None
    return min(chosen, today)


@bp.post("/reports/sheet/<number>/<division>/forward")
@web.needs("report.review")
def forward(number: str, division: str) -> ResponseReturnValue:
    """The sheet goes to the office above, with who authorised it."""
    form = request.form
    try:
        with web.begin() as uow:
            by = authorised.read(form, places(uow.session).profile.zone())
            service.forward(uow, Forward(number, division, by, form.get("note", "")))
    except Refusal as problem:
        flash(terms.refusal(problem.code, problem.params, web.language())[1], "error")
    else:
        flash(_("已上报"), "ok")
    return redirect(url_for("reports.sheet", number=number, division=division))


@bp.post("/reports/sheet/<number>/<division>/add")
@web.needs("report.review")
def add(number: str, division: str) -> ResponseReturnValue:
    """What the tier adds beside its children: people in its own shelters, its own buildings."""
    form = request.form
    try:
        figures = _typed(form)
        with web.begin() as uow:
            command = FileReport(
                "followup", None, division, figures=figures, text=form.get("text", ""), ref=number, channel="web",
                basis="addition", form_key=form.get("idempotency_key") or None,
            )  # fmt: skip
            service.file(uow, command)
    except Refusal as problem:
        flash(terms.refusal(problem.code, problem.params, web.language())[1], "error")
    else:
        flash(_("已补充"), "ok")
    return redirect(url_for("reports.sheet", number=number, division=division))


def _typed(form: Mapping[str, str]) -> dict[str, float | int]:
    """The figures of the small form. Raises Invalid for one that is no number, and where all are blank."""
    figures: dict[str, float | int] = {}
    for slug in common():
        value = indicators.typed(slug, form.get(slug, ""), form.get(slug + "_unit", ""))
        if value is not None:
            figures[slug] = value
    if not figures:
        raise Invalid(field="figures", problem="required")
    return figures
