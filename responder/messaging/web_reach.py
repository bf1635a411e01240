"""Pages of who can be reached: by division, the worst first."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.kernel import clock
from responder.kernel.refusals import Invalid
from responder.messaging import web as room
from responder.messaging.reach import queries, service
from responder.messaging.reach.commands import CallSilent
from responder.messaging.reach.rules import PROBLEMS, WORST_FIRST
from responder.messaging.reach.sheet import workbook
from responder.places.queries import places
from responder.platform import web
from responder.platform.pool import breathe, heavy
from responder.platform.scope import Scope

bp = room.bp

_PAGE = 100
AT_ONCE = 1000
"""Divisions whose people are read, and drawn, in one go: some 0.2 s."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_BADGE = timedelta(minutes=1)
"""How old the number beside the tab may be: it stands on every page of the messages, and looks at everybody."""


@bp.app_context_processor
def _tab_count() -> dict[str, object]:
    """What the tab shows beside it, asked only where it is drawn."""

    def unreachable() -> int:
        scope, now = web.scope(), clock.now()
        kept: dict[tuple[str, int], tuple[datetime, int]] = current_app.extensions.setdefault("unreachable", {})
        found = kept.get((scope.division, scope.world))
        if found is None or not now - _BADGE < found[0] <= now:
            with web.reading() as session:
                found = kept[scope.division, scope.world] = now, queries.unreachable_count(session, scope, now)
        return found[1]

    return {"unreachable": unreachable}


@bp.get("/messages/reach")
@web.needs("message.see")
def reach() -> str:
    """How each division stands, problems first; everybody on request."""
    return render_template("messaging/reach.html", **_rows())


@bp.get("/messages/_reach")
@web.needs("message.see")
def _reach() -> str:
    """The lists alone, fetched again when somebody answers."""
    return render_template("messaging/_reach.html", **_rows())


@bp.get("/messages/reach/workbook")
@web.needs("message.see")
def reach_workbook() -> Response:
    """Everybody on duty, as a workbook."""
    scope = narrowed()
    found: list[queries.Spot] = []
    with web.reading() as session:
        now, zone = clock.now(), places(session).profile.zone()
        codes = sorted(one.division for one in queries.outlines(session, scope, now))
        for begin in range(0, len(codes), AT_ONCE):
            found += queries.spots(session, scope, now, codes[begin : begin + AT_ONCE])
            breathe()
    made = heavy(workbook, found, zone, web.language(), numbers=scope.can("phone.see"))
    answer = Response(made, content_type=_XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=reach-{clock.now().astimezone(zone):%Y-%m-%d}.xlsx"
    return answer


@bp.post("/messages/reach/call")
@web.needs("message.send")
def reach_call() -> Response:
    """Puts somebody on the list of calls."""
    typed = request.form.get("person", "")
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise Invalid(field="person", problem="unknown")
    with web.begin() as uow:
        made = service.call(uow, CallSilent(int(typed)))
    flash(_("已列入人工呼叫名单"), "ok")
    return redirect(url_for("messaging.call", call_id=made))  # type: ignore[return-value]


def narrowed() -> Scope:
    """The reader's own scope, or a division inside it that the page was narrowed to."""
    own, asked = web.scope(), request.args.get("division", "")
    if asked and own.holds(asked):
        return Scope(asked, own.world, own.permissions, own.person_id)
    return own


def _rows() -> dict[str, Any]:
    everyone, scope = request.args.get("show") == "all", narrowed()
    page = max(1, request.args.get("page", 1, type=int))
    with web.reading() as session:
        now, tree = clock.now(), places(session)
        every = queries.outlines(session, scope, now)
        tallies = queries.tallies(session, scope, every)
        listed = every if everyone else [one for one in every if one.has_problem]
        pages = max(1, -(-len(listed) // _PAGE))
        page = min(page, pages)
        shown = [one.division for one in listed[(page - 1) * _PAGE : page * _PAGE]]
        spots = queries.spots(session, scope, now, shown)
        above = tree.division(scope.division).parent if scope.division != web.scope().division else None
        here = tree.name(scope.division)
    counts = {state: sum(one.counts[state] for one in tallies) for state in WORST_FIRST}
    return {
        "spots": spots, "listed": len(listed), "page": page, "pages": pages,
        "total": len(every), "tallies": tallies, "counts": counts, "problems": PROBLEMS, "here": here,
        "division": scope.division, "above": above if above and web.scope().holds(above) else None,
        "narrowed": scope.division != web.scope().division, "show": "all" if everyone else "problems",
    }  # fmt: skip
