"""The duty officer takes over what the machine made of a text, as it stands or put right."""

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from responder.hotline import desk
from responder.hotline import web as room
from responder.hotline.desk import Accept
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.platform import web
from responder.reports import indicators

bp = room.bp


@bp.post("/hotline/inbox/<int:inbound>/accept")
@web.needs("report.review")
def accept(inbound: int) -> Response:
    """One text of the inbox becomes a report by proxy; the sender gets the receipt."""
    typed = request.form
    try:
        with web.reading() as session:
            label = typed.get("division_text", "").strip()
            division = desk.place_named(session, web.principal().division, typed.get("division", ""), label)
        command = Accept(
            inbound, typed.get("kind") or "initial", division, typed.get("place", "")[:200].strip(),
            typed.get("hazard") or None, _figures(), typed.get("ref", "")[:40],
            typed.get("said_name", "").strip()[:80], desk.phone_typed(typed.get("said_phone", "")),
        )  # fmt: skip
        with web.begin() as uow:
            row = desk.accept(uow, command)
        flash(_("%(number)s 已上报，已短信告知发信人", number=row.number), "ok")
    except NotFound:
        raise
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return redirect(url_for("messaging.inbox"))  # type: ignore[return-value]


def _figures() -> dict[str, float | int]:
    """The figures of the form, in what is stored: areas in ha, money in yuan. Raises Invalid."""
    found: dict[str, float | int] = {}
    for slug, indicator in indicators.indicators().items():
        if said := request.form.get(f"fig_{slug}", "").strip():
            value = indicators.typed(slug, said, indicator.unit if indicator.unit in ("ha", "yuan") else "")
            if value is None:
                raise Invalid(field=slug, problem="number")
            found[slug] = value
    return found
