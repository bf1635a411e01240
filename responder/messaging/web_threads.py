"""Pages of what was said with one person: both directions, an answer by hand, a text put under an incident."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import cast

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.kernel import ids
from responder.kernel.actors import REAL
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging import assigning, noting, rules, threads
from responder.messaging import web as room
from responder.messaging.assigning import Assign
from responder.messaging.noting import Write
from responder.messaging.threads import Thread
from responder.places.queries import places
from responder.platform import web
from responder.platform.guards import FIELD
from responder.settings import Settings

bp = room.bp


@bp.get("/messages/thread/<int:person_id>")
@web.needs("message.see")
def thread(person_id: int) -> str:
    """What was said with a person, by whatever number."""
    with web.reading() as session:
        found = threads.of_person(session, web.scope(), person_id, _before())
        page = partial(url_for, "messaging.thread", person_id=person_id)
        return _drawn(session, found, url_for("messaging.write", person_id=person_id), page)


@bp.get("/messages/thread/unknown/<int:inbound>")
@web.needs("message.see")
def thread_unknown(inbound: int) -> str | Response:
    """What was said with a number that belongs to nobody, named by one of its texts."""
    with web.reading() as session:
        found = threads.of_number(session, web.scope(), inbound, _before())
        owner = threads.owner(session, found.numbers[0]) if found else None
        if owner is not None and threads.of_person(session, web.scope(), owner) is not None:
            # Somebody has it by now: all of theirs is one thread.
            return cast(Response, redirect(url_for("messaging.thread", person_id=owner)))
        page = partial(url_for, "messaging.thread_unknown", inbound=inbound)
        return _drawn(session, found, url_for("messaging.write_unknown", inbound=inbound), page)


def _before() -> datetime | None:
    """The moment before which texts are asked for. Raises Invalid."""
    asked = request.args.get("before", "")
    if not asked:
        return None
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        raise Invalid(field="before", problem="unknown") from None
    if moment.tzinfo is None:
        raise Invalid(field="before", problem="unknown")
    return moment


def _drawn(session: Session, found: Thread | None, action: str, page: Callable[..., str]) -> str:
    if found is None:
        raise NotFound()
    settings = cast(Settings, current_app.extensions["settings"])
    scope = web.scope()
    office = noting.office(session, found.lang)
    before, after = noting.around(found.lang, office, settings.answer_number, drill=scope.world != REAL)
    return render_template(
        "messaging/thread.html" if found.person_id is not None else "messaging/thread_unknown.html",
        thread=found, heard={one.came.id: room.understood(one.came) for one in found.said if one.came},
        place=places(session).label(found.division), action=action, before=before, after=after,
        longest=noting.LONGEST, incidents=room.desk().lay_out(session, scope, []).incidents,
        older=page(before=found.older.isoformat()) if found.older else None,
        newer=page() if request.args.get("before") else None,
    )  # fmt: skip


@bp.post("/messages/thread/<int:person_id>")
@web.needs("message.send")
def write(person_id: int) -> Response:
    """An officer's own words for a person."""
    return _write(Write(*_typed(), person_id=person_id), url_for("messaging.thread", person_id=person_id))


@bp.post("/messages/thread/unknown/<int:inbound>")
@web.needs("message.send")
def write_unknown(inbound: int) -> Response:
    """An officer's own words for a number that belongs to nobody."""
    return _write(Write(*_typed(), inbound=inbound), url_for("messaging.thread_unknown", inbound=inbound))


def _typed() -> tuple[str, str]:
    return request.form.get("said", ""), request.form.get(FIELD) or secrets.token_hex(12)


def _write(command: Write, back: str) -> Response:
    try:
        with web.begin() as uow:
            noting.write(uow, command)
        flash(_("短信马上发出"), "ok")
    except NotFound:
        raise
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return cast(Response, redirect(back))


@bp.post("/messages/<int:inbound>/assign")
@web.needs("message.send")
def assign(inbound: int) -> Response:
    """Puts a text under an incident, moves it, or takes it back."""
    incident = request.form.get("incident", "")
    with web.reading() as session:
        open_ones = {number for number, *_more in room.desk().lay_out(session, web.scope(), []).incidents}
    if incident and (ids.row_id(ids.INCIDENT, incident) is None or incident not in open_ones):
        raise NotFound(what=incident)
    try:
        with web.begin() as uow:
            assigning.assign(uow, Assign(inbound, incident, request.form.get("seen", "")))
        flash(_("已归到 %(number)s", number=incident) if incident else _("已移出，等人看"), "ok")
    except (assigning.Filed, rules.AlreadyHandled) as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return cast(Response, redirect(web.inside(request.form.get("back")) or url_for("messaging.inbox")))
