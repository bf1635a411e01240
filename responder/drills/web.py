"""Pages of the drills room: the year, one drill, planning, and the calendar that programs subscribe to."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.accounts import queries as accounts
from responder.drills import feed as feeds
from responder.drills import queries, rules, service
from responder.drills.commands import (
    CancelDrill,
    ChangeDrill,
    EndDrill,
    PlanDrill,
    ResetFeed,
    RevokeFeed,
    StartDrill,
)
from responder.drills.days import day_name, days
from responder.drills.forms import Form, blank, filled, read, spelled
from responder.drills.queries import DrillView
from responder.kernel import clock
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places import queries as places
from responder.places.index import Places
from responder.platform import eventlog, terms, web

bp = Blueprint("drills", __name__)

SHOWN_EVENTS = 50
FEED_PAST = timedelta(days=400)
FEED_AHEAD = timedelta(days=800)


def _tree() -> Places:
    with web.reading() as session:
        return places.places(session)


def _directs(drill: DrillView) -> bool:
    me = web.principal()
    return me.can("drill.run") and me.scope().holds(drill.division_code)


def _joins(drill: DrillView) -> bool:
    return drill.status in ("running", "ended") and web.principal().world != drill.world


@bp.get("/drills")
@web.needs("drill.see")
def drills() -> str:
    """One year: what is planned, what the calendar proposes, what was held."""
    return render_template("drills/drills.html", **_calendar(), **_subscription())


@bp.get("/drills/_year")
@web.needs("drill.see")
def _year() -> str:
    """The list alone, fetched again when a drill changes."""
    return render_template("drills/_year.html", **_calendar())


def _year_to_show(today: date, zone: ZoneInfo) -> int:
    """This year, or the next one when nothing is left of this one: in November the plan is next May's."""
    start, end = datetime.combine(today, time(), zone), datetime(today.year + 1, 1, 1, tzinfo=zone)
    with web.reading() as session:
        planned = queries.between(session, web.scope(), start, end)
    ahead = [one for one in rules.year_days(days(), today.year) if one.on >= today and one.day.kind is not None]
    return today.year if planned or ahead else today.year + 1


def _calendar() -> dict[str, object]:
    tree = _tree()
    zone = tree.profile.zone()
    today = clock.now().astimezone(zone).date()
    year = request.args.get("year", _year_to_show(today, zone), type=int)
    if not 1970 <= year <= 2200:
        abort(404)
    start, end = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    with web.reading() as session:
        found = queries.between(session, web.scope(), start, end)
    occurrences = rules.year_days(days(), year)
    left = rules.unplanned(occurrences, queries.days_taken(found))
    return {
        "year": year,
        "running": [drill for drill in found if drill.status == "running"],
        "planned": [drill for drill in found if drill.status == "planned"],
        "past": [drill for drill in reversed(found) if drill.status in ("ended", "cancelled")],
        "proposed": [(o, rules.due(o, today)) for o in left if o.on >= today],
        "other_days": [o for o in occurrences if o.day.kind is None],
        "label": tree.label,
        "joins": _joins,
        "may_plan": web.principal().can("drill.run"),
    }


def _subscription(address: str = "") -> dict[str, object]:
    with web.reading() as session:
        made = queries.feed_made_at(session, web.scope())
    return {"feed_made_at": made, "feed_address": address}


@bp.route("/drills/new", methods=["GET", "POST"])
@web.needs("drill.run")
def new_drill() -> str | tuple[str, int] | Response:
    """Plans a drill, free or from one of the calendar's days (``?day=first_aid_day&year=2027``)."""
    tree = _tree()
    if request.method == "GET":
        return _form("drills/new_drill.html", tree, _proposed(tree))
    form = read(request.form)
    try:
        command = PlanDrill(
            name=form.drill_name,
            kind=form.drill_kind,
            division=form.division,
            planned_at=form.moment(tree.profile.zone()),
            participants=form.participants,
            script=form.script,
            day=form.day,
        )
        with web.begin() as uow:
            number = service.plan(uow, command)
    except Refusal as refusal:
        return _form("drills/new_drill.html", tree, form, refusal)
    flash(_("已排定演练 %(number)s", number=number), "ok")
    return _to(number)


def _proposed(tree: Places) -> Form:
    """The empty form, or the one of a day: its name and kind, nine in the morning of that day."""
    division = web.principal().division
    year = request.args.get("year", 0, type=int)
    for day in days():
        if day.slug == request.args.get("day") and 1970 <= year <= 2200:
            on = rules.occurrence(day, year).on
            name = _("%(year)s 年%(day)s演练", year=year, day=day_name(day.slug, web.language()))
            at = f"{on.isoformat()}T09:00"
            return blank(division, drill_name=name, drill_kind=day.kind or "", planned_at=at, day=day.slug)
    return blank(division)


def _form(
    template: str, tree: Places, form: Form, refusal: Refusal | None = None, drill: DrillView | None = None
) -> str | tuple[str, int]:
    if isinstance(refusal, NotFound):
        raise refusal
    status, words = web.refusal_words(refusal) if refusal is not None else (200, "")
    field = str(refusal.params.get("field", "")) if isinstance(refusal, Invalid) else ""
    here = drill.division_code if drill is not None else web.principal().division
    page = render_template(
        template,
        form=form,
        drill=drill,
        kinds=[(kind, terms.term("drill_kind", kind, web.language())) for kind in rules.KINDS],
        divisions=[(code, tree.name(code)) for code in (here, *(p.code for p in tree.children(here)))],
        parts=[(place.code, place.name) for place in tree.children(here)],
        day_name=day_name(form.day, web.language()),
        errors={field or "form": words} if words else {},
    )
    return (page, status) if words else page


@bp.get("/drills/<number>")
@web.needs("drill.see")
def drill(number: str) -> str:
    """One drill: what is planned, what is going on, what it showed."""
    return render_template("drills/drill.html", **_drill(number))


@bp.get("/drills/<number>/_figures")
@web.needs("drill.see")
def _figures(number: str) -> str:
    """Evaluation and record alone, fetched again while the drill runs."""
    return render_template("drills/_figures.html", **_drill(number))


def _drill(number: str) -> dict[str, object]:
    tree = _tree()
    scope = web.scope()
    with web.reading() as session:
        found = queries.drill(session, scope, number)
        begun = found.started_at is not None
        figures = queries.evaluate(session, scope, number) if begun else None
        inside = replace(scope, world=found.world)
        events = eventlog.newest(session, inside, None, SHOWN_EVENTS) if begun else []
        names = accounts.names(session, [found.director_id] if found.director_id is not None else [])
    return {
        "drill": found,
        "figures": figures,
        "events": events,
        "spelled": spelled,
        "label": tree.label,
        "day_name": day_name(found.day, web.language()),
        "director": names.get(found.director_id or 0, ""),
        "directs": _directs(found),
        "joins": _joins(found),
    }


@bp.route("/drills/<number>/change", methods=["GET", "POST"])
@web.needs("drill.run")
def change_drill(number: str) -> str | tuple[str, int] | Response:
    """Changes a planned drill."""
    tree = _tree()
    zone = tree.profile.zone()
    with web.reading() as session:
        found = queries.drill(session, web.scope(), number)
    if not _directs(found):
        raise NotFound()
    if request.method == "GET":
        rules.must_be_planned(found.number, found.status)
        return _form("drills/change_drill.html", tree, filled(found, zone), drill=found)
    form = read(request.form)
    try:
        command = ChangeDrill(
            drill=found.number,
            name=form.drill_name,
            kind=form.drill_kind,
            planned_at=form.moment(zone),
            participants=form.participants,
            script=form.script,
        )
        with web.begin() as uow:
            service.change(uow, command)
    except Refusal as refusal:
        return _form("drills/change_drill.html", tree, form, refusal, found)
    flash(_("已保存"), "ok")
    return _to(found.number)


@bp.post("/drills/<number>/start")
@web.needs("drill.run")
def start(number: str) -> Response:
    """Opens the drill's world."""
    with web.begin() as uow:
        service.start(uow, StartDrill(number))
    flash(_("演练已开始。进入演练后，看到和做的一切都留在演练里。"), "ok")
    return _to(number)


@bp.post("/drills/<number>/end")
@web.needs("drill.run")
def end(number: str) -> Response:
    """Closes the drill's world."""
    with web.begin() as uow:
        service.end(uow, EndDrill(number, request.form.get("drill_reason", "")))
    flash(_("演练已结束"), "ok")
    return _to(number)


@bp.post("/drills/<number>/cancel")
@web.needs("drill.run")
def cancel(number: str) -> Response:
    """Calls off a planned drill."""
    with web.begin() as uow:
        service.cancel(uow, CancelDrill(number, request.form.get("drill_reason", "")))
    flash(_("演练已取消"), "ok")
    return _to(number)


def _to(number: str) -> Response:
    return redirect(url_for("drills.drill", number=number))  # type: ignore[return-value]


@bp.post("/drills/feed")
@web.needs("drill.see")
def reset_feed() -> str:
    """Makes a new calendar address and shows it, this once."""
    me = web.principal()
    with web.begin() as uow:
        token = service.reset_feed(uow, ResetFeed(me.person_id))
    address = url_for("drills.feed", token=token, _external=True)
    return render_template("drills/drills.html", **_calendar(), **_subscription(address))


@bp.post("/drills/feed/revoke")
@web.needs("drill.see")
def revoke_feed() -> Response:
    """Ends the calendar address."""
    with web.begin() as uow:
        service.revoke_feed(uow, RevokeFeed(web.principal().person_id))
    flash(_("日历地址已停用"), "ok")
    return redirect(url_for("drills.drills"))  # type: ignore[return-value]


@bp.get("/drills/feed/<token>.ics")
def feed(token: str) -> Response:
    """The calendar file. The address is the key: whoever has it reads that person's drills, nothing else."""
    with web.work().read() as session:
        owner = queries.feed_owner(session, token)
        if owner is None or (owner.demo and not current_app.extensions["settings"].demo):
            abort(404)
        now = clock.now()
        found = queries.between(session, owner.scope, now - FEED_PAST, now + FEED_AHEAD)
        tree = places.places(session)
    profile = tree.profile
    body = feeds.calendar(
        found,
        title=f"{profile.short.get(owner.lang)} " + ("演练" if owner.lang == "zh" else "drills"),
        namespace=f"{profile.slug}.responder",
        zone=profile.zone(),
        lang=owner.lang,
        place=tree.label,
        page=lambda number: url_for("drills.drill", number=number, _external=True),
    )
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["Content-Disposition"] = 'inline; filename="drills.ics"'
    # The secret in the address must not travel on to others, nor into a search engine.
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
