"""The page of a callout (叫应): a warning pasted, the villages that it names, their people, sent once."""

import json
import uuid
from typing import Protocol, cast

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from responder.kernel.refusals import Invalid, Refusal
from responder.messaging.broadcasts import audience, callouts, rules
from responder.messaging.broadcasts.commands import SendCallout
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.preview import preview
from responder.messaging.web_broadcasts import bp, sent, settings
from responder.places.queries import places
from responder.platform import web
from responder.platform.scope import Scope

LONGEST = 4000
"""Characters of a warning."""
_VILLAGE = 12


class NamedPlaces(Protocol):
    """Which divisions a text names. Wired to ``hotline``."""

    def __call__(self, session: Session, scope: Scope, text: str, /) -> list[str]:
        """Codes of the towns and villages inside the scope, in the text's order."""
        ...


@bp.get("/messages/callout")
@web.needs("message.send")
def broadcast_callout() -> str:
    """An empty form."""
    with web.reading() as session:
        return _form(session, "", "", [], {})


@bp.post("/messages/callout")
@web.needs("message.send")
def check_callout() -> ResponseReturnValue:
    """The villages that a warning names, whom it would ring, the exact words. Nothing is sent.

    The first press reads the villages out of the warning, later ones take those that are left ticked and added.
    """
    typed = request.form
    warning, body = typed.get("warning", "").strip(), typed.get("body", "").strip()
    with web.reading() as session:
        villages: list[str] = []
        try:
            rules.check_words(warning, LONGEST)
            body = rules.check_words(body) if typed.get("found") else rules.essence(warning, measures().callout.essence)
            villages = _villages(session, warning)
            if not villages:
                raise Invalid(field="villages", problem="required")
        except Refusal as refusal:
            field = str(refusal.params.get("field", "warning"))
            return _form(session, warning, body, villages, {field: web.refusal_words(refusal)[1]}), 422
        return _form(session, warning, body, villages, {})


def _villages(session: Session, warning: str) -> list[str]:
    """Villages in order, each once; a town stands for all its villages, a town without any for itself."""
    scope, tree, typed = web.scope(), places(session), request.form
    find = cast(NamedPlaces, current_app.extensions["named_places"])
    codes = typed.getlist("villages") if typed.get("found") else find(session, scope, warning)
    codes += [code for code in typed.getlist("divisions") if tree.find(code) is not None]
    for name in typed.get("pick_text", "").replace("、", " ").replace("，", " ").split():
        added = [place.code for place in tree.search(name, within=scope.division) if scope.holds(place.code)]
        if not added:
            raise Invalid(field="villages", problem="unknown")
        codes.append(added[0])
    found: dict[str, None] = {}
    for code in codes:
        if tree.find(code) is not None and scope.holds(code):
            below = [place.code for place in tree.below(code) if len(place.code) == _VILLAGE]
            found.update(dict.fromkeys(below or [code]))
    return list(found)


def _form(session: Session, warning: str, body: str, villages: list[str], errors: dict[str, str]) -> str:
    tree, found, people = places(session), None, {}
    if villages:
        people = audience.posted(session, villages)
        meant = [one for at in people.values() for one in at]
        found = preview(session, web.scope(), settings(), meant, "callout", body, rules.RECEIPT)
    return render_template(
        "messaging/broadcast_callout.html", warning=warning, body=body, errors=errors, found=found, limits=measures(),
        longest=LONGEST, villages=[(code, tree.label(code), people.get(code, [])) for code in villages],
        key=uuid.uuid4().hex, packed=json.dumps(villages), steps=measures().callout,
    )  # fmt: skip


@bp.post("/messages/callout/send")
@web.needs("message.send")
def send_callout() -> ResponseReturnValue:
    """Sends what was checked, once."""
    typed = request.form
    try:
        villages = tuple(str(code) for code in json.loads(typed.get("packed", "")))
    except (TypeError, ValueError):
        raise Invalid(field="villages", problem="unknown") from None
    key = typed.get("idempotency_key", "")[:64] or uuid.uuid4().hex
    command = SendCallout(villages, typed.get("body", ""), typed.get("warning", "")[:LONGEST], key)
    return sent(lambda uow: callouts.send(uow, command), url_for("messaging.broadcast_callout"))
