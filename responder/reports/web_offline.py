"""Reports that a phone kept while there was no network (or no sign-in), sent by script when both are back.

The script asks first who would send (``/reports/sender``: the answer carries a fresh form key, the page it was written
on may be days old), then sends one filing after another (``/reports/kept``) and reads JSON. Each belongs to whoever
wrote it and to the world it was written in, whoever is signed in and wherever that browser stands by then.
"""

from flask import Response, current_app, g, jsonify, request, url_for
from flask_wtf.csrf import generate_csrf

from responder.kernel.actors import REAL
from responder.kernel.refusals import Invalid, Refusal
from responder.messaging.commands import Settle
from responder.messaging.service import settle
from responder.places.queries import places
from responder.platform import errors, terms, web
from responder.platform.principal import Principal
from responder.reports import form, photos, queries, rules, service
from responder.reports.form import Typed
from responder.reports.queries import ReportView
from responder.reports.web import bp, inbound, is_proxy, placed


@bp.get("/reports/sender")
def sender() -> Response:
    """Who would send now, and with which form key: ``{"me", "token"}``, both null where nobody is signed in."""
    me: Principal | None = g.get("principal")
    if me is None:
        return jsonify(me=None, token=None)
    return jsonify(me=me.username, token=generate_csrf())


@bp.post("/reports/kept")
@web.needs("report.file")
def kept() -> tuple[Response, int] | Response:
    """Files what a phone kept: the form's fields, with ``me`` (who wrote it), ``drill`` (the world it was written in,
    empty: real) and ``waited`` (seconds since then). 201 with number and address; 200 where it had arrived before."""
    me = web.principal()
    try:
        if request.form.get("me", "") != me.username:
            raise rules.OtherPerson()
        row, fresh = _file(me, _world())
    except Refusal as refusal:
        status, words = web.refusal_words(refusal)
        return errors.problem(status, words, code=refusal.code)
    return jsonify(number=row.number, url=url_for("reports.report", number=row.number)), 201 if fresh else 200


def _world() -> int:
    """The world that the filing was written in. Raises NotFound, NotRunning."""
    drill = request.form.get("drill", "").strip()
    return int(current_app.extensions["drill_world"](web.scope(), drill)) if drill else REAL


def _file(me: Principal, world: int) -> tuple[ReportView, bool]:
    """The report, and whether it is a new one. Raises what filing raises, Invalid for a field that can't be read.

    Only what blocks is refused: whoever wrote it saw the warnings, and may be asleep by the time it arrives.
    """
    key = request.form.get("idempotency_key", "")[:80]
    if not key:
        raise Invalid(field="idempotency_key", problem="required")
    with web.work().read(world) as session:
        seen = queries.by_form_key(session, me.person_id, key)
        tree = places(session)
        typed = form.read(placed(tree), tree.profile.zone())
    if seen is not None:
        return seen, False
    _must_be_whole(typed)
    text = inbound()
    uploads = [upload.read(photos.MAX_BYTES + 1) for upload in request.files.getlist("photos") if upload.filename]
    stored = photos.store(current_app.extensions["settings"].data, uploads)
    with web.work().begin(me.actor("web").within(world)) as uow:
        row = service.file(uow, form.command(typed, stored, proxy=is_proxy(), now=uow.now))
        if text is not None and text.status == "waiting" and me.can("message.send"):
            settle(uow, Settle(text.id, row.number))
    return row, row.received_at == uow.now


def _must_be_whole(typed: Typed) -> None:
    """Raises Unreadable, naming every field in the reader's words: the phone shows them beside what it kept."""
    if not typed.errors:
        return
    lang = web.language()
    colon, semicolon = ("：", "；") if lang == "zh" else (": ", "; ")
    said = [
        terms.term("field", name, lang) + colon + terms.term("problem", problem, lang)
        for name, problem in typed.errors.items()
    ]
    raise rules.Unreadable(problems=semicolon.join(said))
