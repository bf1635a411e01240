"""Pages of reports: the list, the form for a phone, the form for a caller, photos. One report: web_review.py."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from responder.incidents.similarity import likely_same
from responder.kernel import clock
from responder.kernel.refusals import NotFound, Refusal
from responder.messaging import queries as messaging
from responder.messaging.commands import Settle
from responder.messaging.queries import TextView
from responder.messaging.service import settle
from responder.places.index import Places
from responder.places.queries import places
from responder.platform import terms, web
from responder.platform.api import cursor
from responder.reports import checks, form, hints, indicators, photos, queries, rules, service
from responder.reports.form import Typed
from responder.reports.rows import rows
from responder.settings import Settings

bp = Blueprint("reports", __name__)

QUICK_HAZARDS = ("flood", "typhoon", "wind", "fire", "snow", "earthquake", "traffic_accident", "other")

REMEMBERED = timedelta(days=3)
"""So long the hazard of somebody's last report is taken for the next one's; the place always is."""


@bp.get("/reports")
@web.needs("report.see")
def reports() -> str:
    """Reports in scope, newest first."""
    return render_template("reports/reports.html", **_rows())


@bp.get("/reports/_reports")
@web.needs("report.see")
def _reports() -> str:
    """The list alone, fetched again when one comes in."""
    return render_template("reports/_reports.html", **_rows())


def _rows() -> dict[str, object]:
    at = cursor(25)
    chosen = {name: request.args.get(name, "") for name in ("status", "kind", "hazard")}
    with web.reading() as session:
        page = at.page(queries.reports(session, web.scope(), at, **chosen), lambda one: one.id)
        found = rows(session, web.scope(), page.items)
    return {"reports": found, "next": page.next, "chosen": chosen, "first": at.before is None}


@bp.get("/reports/new")
@web.needs("report.file")
def new() -> str:
    """The empty form. ``?proxy=1`` asks who said it; ``?incident=`` continues one; ``?inbound=`` begins from a text
    that came in."""
    kind = request.args.get("kind", "initial")
    values = {"ref": request.args.get("incident", ""), "kind": kind if kind in rules.KINDS else "initial"}
    values["hazard"] = request.args.get("hazard", "")
    values["division"] = request.args.get("division", "")
    last, at = ({}, 0) if any(values[name] for name in ("hazard", "division", "ref")) or is_proxy() else _last()
    return _form(Typed({**values, **last, **_heard(), "idempotency_key": uuid.uuid4().hex}), fresh=at)


def _last() -> tuple[dict[str, str], int]:
    """Where and of what somebody's last report told, and when (seconds since 1970): most reports come in chains."""
    with web.reading() as session:
        found = queries.last_filed(session, web.scope(), web.principal().person_id)
    if found is None:
        return {}, 0
    division, hazard, at = found
    recent = clock.now() - at < REMEMBERED
    return {"division": division, "hazard": (hazard or "") if recent else ""}, int(at.timestamp())


@bp.get("/reports/_likely")
@web.needs("report.file")
def _likely() -> str:
    """Open incidents that a first report of ``?division=&hazard=&lat=&lng=`` would most likely repeat."""
    asked = request.args
    division, mine = asked.get("division", ""), web.principal().division
    with web.reading() as session:
        known = division.startswith(mine) and places(session).find(division) is not None
        lat, lng = asked.get("lat", type=float), asked.get("lng", type=float)
        sound = lat is not None and lng is not None and abs(lat) <= 90 and abs(lng) <= 180
        point = (lat, lng) if sound else (None, None)
        hazard = asked.get("hazard", "")
        found = likely_same(session, web.scope(), division, hazard, *point, clock.now()) if known else []
    return render_template("reports/_likely.html", likely=found[:3])


def _heard() -> dict[str, str]:
    """The fields that a text of the inbox fills: who wrote it, its words, what was understood of them."""
    text = inbound()
    return form.heard(text) if text is not None else {}


def inbound() -> TextView | None:
    """The text of the inbox that this report is made from, where the reader may see it."""
    asked = request.values.get("inbound", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 18 or not web.principal().can("message.see"):
        return None
    with web.reading() as session:
        return messaging.incoming(session, web.scope(), int(asked))


def is_proxy() -> bool:
    """Whether somebody else said it: only who may review enters it for them."""
    return bool(request.values.get("proxy")) and web.principal().can("report.review")


def _form(typed: Typed, problems: Sequence[checks.Problem] = (), refused: str = "", fresh: int | None = None) -> str:
    """The form. ``fresh``: nothing was typed yet; when the report that it begins with was filed (0: none)."""
    who = web.principal()
    with web.reading() as session:
        tree = places(session)
        tier = who.division
        division = typed.get("division") or (tier if tree.is_leaf(tier) else "")
        if not division.startswith(tier) or tree.find(division) is None:
            division = ""
        path = [(p.code, p.name) for p in (tree.path(division) if division else ()) if len(p.code) > len(tier)]
        before = queries.latest_figures(session, web.scope(), typed.get("ref"), division or tier)
        home = tree.label(tier) if tree.is_leaf(tier) else ""
    more = _more()
    words = {field: terms.term("problem", problem, web.language()) for field, problem in typed.errors.items()}
    return render_template(
        "reports/new.html",
        typed=typed, errors=words, problems=[p.words(web.language()) for p in problems], refused=refused,
        blocked=any(p.severity == "block" for p in problems), proxy=is_proxy(), division=division, path=path, home=home,
        before=before, inbound=request.values.get("inbound", ""), hazards=QUICK_HAZARDS,
        quick=[(slug, one) for slug, one in indicators.indicators().items() if one.quick],
        quick_tiles=[(slug, terms.term("hazard", slug, web.language())) for slug in QUICK_HAZARDS],
        more=more, open_groups={group for group, ones in more.items() if any(typed.get(slug) for slug, _one in ones)},
        fieldwords={field: terms.term("field", field, web.language()) for field in typed.errors},
        need_rows=range(form.NEED_ROWS), text_to=_text_to(), fresh=fresh, kinds=rules.KINDS,
        hints=hints.hints(web.language(), before),
    )  # fmt: skip


def _text_to() -> str:
    """The number that a villager may text."""
    settings: Settings = current_app.extensions["settings"]
    return settings.texts_to()


def _more() -> dict[str, list[tuple[str, indicators.Indicator]]]:
    grouped: dict[str, list[tuple[str, indicators.Indicator]]] = {}
    for slug, one in indicators.indicators().items():
        if not one.quick:
            grouped.setdefault(one.group, []).append((slug, one))
    return grouped


@bp.post("/reports/new")
@web.needs("report.file")
def file() -> Response | tuple[str, int]:
    """Files the form. Contradictions are shown once; who has checked them may file all the same."""
    with web.reading() as session:
        tree = places(session)
        typed = form.read(placed(tree), tree.profile.zone())
        division = tree.find(typed.get("division"))
    if typed.errors or division is None:
        typed.errors.setdefault("division", "unknown") if division is None else None
        return _form(typed), 422
    kind = typed.get("kind") or "initial"
    found = checks.problems(typed.figures, kind, division.level)
    if found and (not typed.get("checked") or any(p.severity == "block" for p in found)):
        return _form(typed, found), 422
    text = inbound()
    try:
        uploads = [upload.read(photos.MAX_BYTES + 1) for upload in request.files.getlist("photos") if upload.filename]
        stored = photos.store(current_app.extensions["settings"].data, uploads)
        with web.begin() as uow:
            command = form.command(typed, stored, proxy=is_proxy(), now=uow.now)
            row = service.file(uow, form.by_phone(command, text) if text is not None else command)
            if text is not None and text.status == "waiting" and web.principal().can("message.send"):
                settle(uow, Settle(text.id, row.number))
    except Refusal as refusal:
        return _form(typed, refused=web.refusal_words(refusal)[1]), 422
    flash(_("%(number)s 已上报", number=row.number), "ok")
    return redirect(url_for("reports.report", number=row.number))  # type: ignore[return-value]


def placed(tree: Places) -> MultiDict[str, str]:
    """The form, with the place's code where a browser without script sent its name."""
    sent = request.form.copy()
    if not sent.get("division") and (said := sent.get("division_text", "").strip()):
        mine = web.principal().division
        named = [p for p in (*tree.named(said), *tree.search(said, within=mine)) if p.code.startswith(mine)]
        if named:
            sent["division"] = named[0].code
    return sent


@bp.get("/reports/photos/<int:photo>.jpg")
@web.needs("report.see")
def photo(photo: int) -> Response:
    """A photo's file, only for those who may see its report."""
    with web.reading() as session:
        name = queries.photo_file(session, web.scope(), photo)
    if name is None:
        raise NotFound()
    path = photos.path(current_app.extensions["settings"].data.absolute(), name)
    if not path.is_file():
        raise NotFound()
    return send_file(path, mimetype="image/jpeg", max_age=0)


# They hang their pages on ``bp``.
from responder.reports import web_due, web_ledgers, web_offline, web_review, web_sheets  # noqa: E402, F401
