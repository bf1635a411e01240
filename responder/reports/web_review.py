"""One report: its page, and what is done with it there: accepted, returned, amended, settled, explained."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.incidents import responses, standing_levels
from responder.kernel.ids import INCIDENT, row_id
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging import queries as messaging
from responder.places.queries import places
from responder.platform import acts, terms, web
from responder.platform.work import UnitOfWork
from responder.reports import amending, checks, indicators, queries, reviewing, rules, service
from responder.reports.commands import Amend, Review, Settle
from responder.reports.queries import ReportView
from responder.reports.rows import rows
from responder.reports.web import bp, placed
from responder.stock.catalogue import match_item


@bp.get("/reports/<number>")
@web.needs("report.see")
def report(number: str) -> str:
    """One report with its words, figures, photos and contradictions."""
    with web.reading() as session:
        found = queries.report(session, web.scope(), number)
        if found is None:
            raise NotFound()
        tree = places(session)
        level = tree.division(found.division).level
        problems = checks.problems(found.figures, found.kind, level)
        own = web.principal().person_id in {found.reporter_id, found.typed_by_id}
        reviews = web.principal().can("report.review") and not own
        return render_template(
            "reports/report.html",
            one=found,
            row=rows(session, web.scope(), [found])[0],
            label=service.shown(tree.label(found.division), found.place),
            photos=queries.photos(session, web.scope(), number),
            spoken=_spoken(session, number),
            problems=[p.words(web.language()) for p in problems],
            noted=[words for words in found.warnings if words not in {p.words("zh") for p in problems}],
            amendments=reviewing.amendments(session, web.scope(), number),
            unexplained=reviewing.unexplained(session, web.scope(), number),
            few_photos=_few_photos(session, found), enough=reviewing.ENOUGH_PHOTOS, tree=tree,
            groups=_groups(found.figures),
            needs=[{**need, "item": match_item(need["item"]) or need["item"]} for need in found.needs],
            own=own,
            may_review=web.principal().can("report.review") and found.status == "received",
            may_amend=reviews and found.status != "returned",
            may_settle=bool(found.asks) and (own or reviews),
            may_explain=own,
        )  # fmt: skip


def _few_photos(session: Session, found: ReportView) -> int | None:
    """How many photos the chain has, where a response level runs and there should be more; None otherwise."""
    key = row_id(INCIDENT, found.incident or "")
    if key is None or found.incident is None or found.kind == "zero":
        return None
    if not any(one.status == responses.RUNNING for one in standing_levels.of_scope(session, web.scope(), key)):
        return None
    n = reviewing.photo_count(session, web.scope(), found.incident, found.division)
    return n if n < reviewing.ENOUGH_PHOTOS else None


def _spoken(session: Session, number: str) -> list[dict[str, object]]:
    """What its caller said on the telephone, for those who may hear it."""
    if not any(web.principal().can(one) for one in ("message.see", "report.review")):
        return []
    texts = messaging.about(session, web.scope(), [number])
    return [one for text in texts for one in text.understood.get("recordings", ())]


def _groups(figures: dict[str, float]) -> dict[str, list[tuple[str, float]]]:
    grouped: dict[str, list[tuple[str, float]]] = {}
    for slug, indicator in indicators.indicators().items():
        if figures.get(slug) is not None:
            grouped.setdefault(indicator.group, []).append((slug, figures[slug]))
    return grouped


@bp.post("/reports/<number>/review")
@web.needs("report.review")
def review(number: str) -> ResponseReturnValue:
    """Accepts a report, or returns it with a reason: a quick one, words of one's own, or both."""
    accept = request.form.get("accept") == "1"
    quick = request.form.get("quick", "")
    words = [terms.term("return_reason", quick, web.language()) if quick in terms.vocabulary("return_reason") else ""]
    reason = "；".join(filter(None, [*words, request.form.get("reason", "").strip()]))
    done = _("已审") if accept else _("已退回，已短信告知报灾人")
    return _done(number, done, lambda uow: service.review(uow, Review(number, accept, reason)))


@bp.get("/reports/<number>/amend")
@web.needs("report.review")
def amend(number: str) -> str:
    """The form to set right what a report says."""
    with web.reading() as session:
        found = queries.report(session, web.scope(), number)
    if found is None:
        raise NotFound()
    values = {name: getattr(found, name) or "" for name in ("division", "place", "hazard", "kind")}
    return _amend_form(found, {**values, **{slug: str(value) for slug, value in found.figures.items()}}, {}, "")


def _amend_form(found: ReportView, values: dict[str, str], errors: dict[str, str], refused: str) -> str:
    me = web.principal()
    with web.reading() as session:
        tree = places(session)
        division = values.get("division", "")
        if not division.startswith(me.division) or tree.find(division) is None:
            division = found.division
        path = [(p.code, p.name) for p in tree.path(division) if len(p.code) > len(me.division)]
    stated = [slug for slug in indicators.indicators() if slug in found.figures]
    return render_template(
        "reports/amend.html",
        one=found, values=values, division=division, path=path, kinds=rules.KINDS, stated=stated, refused=refused,
        others=[slug for slug in indicators.indicators() if slug not in found.figures],
        errors={name: terms.term("problem", problem, web.language()) for name, problem in errors.items()},
        fieldwords={name: terms.term("field", name, web.language()) for name in errors},
        may=me.person_id not in {found.reporter_id, found.typed_by_id} and found.status != "returned",
    )  # fmt: skip


@bp.post("/reports/<number>/amend")
@web.needs("report.review")
def amended(number: str) -> ResponseReturnValue:
    """Sets right what a report says; what it said before stays in the trace."""
    with web.reading() as session:
        sent, found = placed(places(session)), queries.report(session, web.scope(), number)
    if found is None:
        raise NotFound()
    values = {name: sent.get(name, "").strip() for name in sent}
    errors: dict[str, str] = {}
    figures = _changed(found, values, errors)
    if errors:
        return _amend_form(found, values, errors, ""), 422
    command = Amend(
        number, values.get("reason", ""), _other(found.division, values.get("division")),
        _other(found.place, values.get("place")), _other(found.hazard or "", values.get("hazard")), figures or None,
        _other(found.kind, values.get("kind")),
    )  # fmt: skip
    try:
        with web.begin() as uow:
            service.amend(uow, command)
    except Invalid as problem:
        wrong = {str(problem.params["field"]): str(problem.params["problem"])}
        return _amend_form(found, values, wrong, ""), 422
    except NotFound:
        raise
    except Refusal as refusal:
        status, words = web.refusal_words(refusal)
        return _amend_form(found, values, {}, words), status
    flash(_("已修正，原来的内容留着"), "ok")
    return redirect(url_for("reports.report", number=number))


def _other(before: str, now: str | None) -> str | None:
    """What a field was changed to; None where it is as it was or wasn't sent."""
    return now if now is not None and now != before else None


def _changed(found: ReportView, values: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """The figures that differ from the report's; None takes one out. Areas in ha, money in yuan, as they are kept."""
    changed: dict[str, Any] = {}
    for slug in indicators.indicators():
        if slug not in values:
            continue
        try:
            value = indicators.typed(slug, values[slug], "")
            indicators.cleaned({slug: value})
        except Invalid as problem:
            errors[slug] = str(problem.params["problem"])
            continue
        if value != found.figures.get(slug):
            changed[slug] = value
    return changed


@bp.post("/reports/<number>/settle")
@web.needs("report.file", "report.review")
def settle_asked(number: str) -> ResponseReturnValue:
    """Update or correction: the answer of whoever reported, or of whoever asked them."""
    kind, reason = request.form.get("kind", ""), request.form.get("reason", "").strip()
    return _done(number, _("已记录"), lambda uow: service.settle_question(uow, Settle(number, kind, reason)))


@bp.post("/reports/<number>/explain")
@web.needs("report.file")
def explain(number: str) -> ResponseReturnValue:
    """Why a figure fell or grew so much, in the reporter's words."""
    reason = request.form.get("reason", "").strip()

    def act(uow: UnitOfWork) -> object:
        if not reason:
            raise Invalid(field="reason", problem="required")
        return amending.explain(uow, number, reason)

    return _done(number, _("已记录"), act)


def _done(number: str, said: str, act: Callable[[UnitOfWork], object]) -> ResponseReturnValue:
    """Runs an act and goes back to where its button stood, with what was done or why not."""
    return acts.act(act, said, web.inside(request.form.get("next")) or url_for("reports.report", number=number))
