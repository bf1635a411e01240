"""Public pages: no sign-in, no personal data, only published incidents of the real world."""

from datetime import datetime, timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _

from responder.kernel import clock
from responder.openness import queries
from responder.openness.queries import PublicIncident
from responder.places import queries as places
from responder.platform import web
from responder.platform.api import cursor

bp = Blueprint("openness", __name__)

KEEP_SECONDS = 60


@bp.get("/public/incidents")
def index() -> Response:
    """The published incidents, and what the branch did this year."""
    at = cursor(20)
    with queries.public(web.work()) as reading:
        zone = places.places(reading).profile.zone()
        now = clock.now().astimezone(zone)
        page = queries.published(reading, at)
        start, end = datetime(now.year, 1, 1, tzinfo=zone), datetime(now.year + 1, 1, 1, tzinfo=zone)
        figures = queries.year(reading, start, end)
    return _kept(render_template("openness/index.html", page=page, year=now.year, figures=figures, spelled=spelled))


@bp.get("/public/incidents/<number>")
def incident(number: str) -> Response:
    """One published incident."""
    with queries.public(web.work()) as reading:
        found = queries.incident(reading, number)
    if found is None:
        abort(404)
    return _kept(render_template("openness/incident.html", incident=found, spelled=spelled))


@bp.get("/public/incidents.json")
def feed() -> Response:
    """The published incidents for other systems, newest first; ``?limit=&cursor=`` as in the API."""
    at = cursor(50)
    with queries.public(web.work()) as reading:
        page = queries.published(reading, at)
    return _kept(jsonify(items=[_shape(item) for item in page.items], next=page.next))


def _shape(item: PublicIncident) -> dict[str, object]:
    clock_ = item.response
    moments = {
        "reported_at": clock_.reported,
        "acknowledged_at": clock_.acknowledged,
        "left_at": clock_.left,
        "arrived_at": clock_.arrived,
        "goods_at": clock_.goods,
        "closed_at": item.closed_at,
        "published_at": item.published_at,
    }
    return {
        "number": item.number,
        "hazard": item.hazard,
        "place": item.town,
        "figures": item.figures,
        **{name: at.isoformat() if at is not None else None for name, at in moments.items()},
        "url": url_for("openness.incident", number=item.number, _external=True),
    }


def _kept(body: str | Response) -> Response:
    """An answer that caches may keep for a minute. A page that holds a form's token or a name belongs to its
    reader alone: then only that browser may keep it."""
    answer = make_response(body)
    whose = "private" if session.modified or request.cookies else "public"
    answer.headers["Cache-Control"] = f"{whose}, max-age={KEEP_SECONDS}"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


def spelled(delay: timedelta | None) -> str:
    """A delay as the public reads it: ``45 秒``, ``12 分钟``, ``1 小时 5 分``; a dash where there is none."""
    if delay is None:
        return "—"
    seconds = int(delay.total_seconds())
    if seconds < 60:
        return str(_("%(s)s 秒", s=seconds))
    if seconds < 3600:
        return str(_("%(m)s 分钟", m=seconds // 60))
    return str(_("%(h)s 小时 %(m)s 分", h=seconds // 3600, m=seconds % 3600 // 60))
