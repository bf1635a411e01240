"""Pages of broadcasts: the list, a new one with its preview, one with its live tally, the recipient's own answer."""

import json
import uuid
from collections.abc import Callable
from typing import Any, cast

from flask import Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from responder.accounts import roles
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging import web as room
from responder.messaging.broadcasts import audience, queries, rules, service, sheet
from responder.messaging.broadcasts.audience import Musters
from responder.messaging.broadcasts.commands import Answer, Audience, SendBroadcast, audience_of
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.preview import Preview, preview
from responder.places.index import Places
from responder.places.queries import places
from responder.platform import terms, web
from responder.platform.acts import act
from responder.platform.api import cursor
from responder.platform.work import UnitOfWork
from responder.settings import Settings

bp = room.bp

SHOWN = 200
"""Silent people that the tally lists at once; the export has all."""


def musters() -> Musters:
    """Who belongs to teams."""
    return cast(Musters, current_app.extensions["musters"])


def settings() -> Settings:
    """The running application's."""
    return cast(Settings, current_app.extensions["settings"])


@bp.get("/messages/broadcasts")
@web.needs("message.see")
def broadcasts() -> str:
    """All of them with their tallies, newest first."""
    return render_template("messaging/broadcasts.html", **_listed())


@bp.get("/messages/_broadcasts")
@web.needs("message.see")
def _broadcasts() -> str:
    """The list alone, fetched again when somebody answers."""
    return render_template("messaging/_broadcasts.html", **_listed())


def _listed() -> dict[str, object]:
    at = cursor(30)
    with web.reading() as session:
        page = at.page(queries.broadcasts(session, web.scope(), at), lambda one: one.id)
    return {"items": page.items, "next": page.next, "first": at.before is None}


# --- a new one -------------------------------------------------------------------------------------------------------


@bp.get("/messages/broadcasts/new")
@web.needs("message.send")
def broadcast_new() -> str:
    """An empty form."""
    with web.reading() as session:
        return _form(session, Audience(), [], {})


@bp.post("/messages/broadcasts/new")
@web.needs("message.send")
def preview_broadcast() -> ResponseReturnValue:
    """What would be sent to whom. Nothing is."""
    typed = request.form
    labels = [typed.get(f"option{n}", "") for n in range(1, measures().max_options + 1)]
    with web.reading() as session:
        meant = Audience()
        try:
            meant = _audience(session)
            body, options = rules.check_words(typed.get("body", "")), rules.options_of(labels)
            urgent = bool(typed.get("urgent"))
            people = audience.chosen(session, web.scope(), meant, musters())
            if not people:
                raise rules.Nobody()
        except Invalid as refusal:
            return _form(session, meant, labels, {str(refusal.params["field"]): web.refusal_words(refusal)[1]}), 422
        except Refusal as refusal:
            return _form(session, meant, labels, {"audience": web.refusal_words(refusal)[1]}), 422
        template = rules.template(urgent, options)
        found = preview(session, web.scope(), settings(), people, template, body, options)
        packed = {"audience": meant.as_dict(), "body": body, "labels": labels, "urgent": urgent}
        return _form(session, meant, labels, {}, found, json.dumps(packed, ensure_ascii=False))


def _audience(session: Session) -> Audience:
    """What the form chose. Raises Invalid."""
    typed, tree, mine = request.form, places(session), web.scope()
    divisions = [code for code in typed.getlist("divisions") if tree.find(code) is not None]
    for name in typed.get("pick_text", "").replace("、", " ").replace("，", " ").split():
        found = [place.code for place in tree.search(name, within=mine.division) if mine.holds(place.code)]
        if not found:
            raise Invalid(field="audience", problem="unknown")
        divisions.append(found[0])
    kept: dict[str, Any] = {
        "tiers": typed.getlist("tiers"), "roles": typed.getlist("roles"), "team_types": typed.getlist("team_types"),
        "divisions": divisions,
    }  # fmt: skip
    try:
        if typed.get("area"):
            kept["area"] = json.loads(typed["area"])
        elif typed.get("area_lat"):
            center = [float(typed["area_lat"]), float(typed.get("area_lng", ""))]
            kept["area"] = {"center": center, "km": float(typed.get("area_km", ""))}
        return audience_of(kept)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Invalid(field="area", problem="unknown") from None


def _form(
    session: Session, meant: Audience, labels: list[str], errors: dict[str, str], found: Preview | None = None,
    packed: str = "",
) -> str:  # fmt: skip
    tree, lang, home = places(session), web.language(), web.scope().division
    tiers = [(str(n), tree.profile.tier_name(n, lang)) for n in (1, 2, 3) if n >= (tree.profile.tier(home) or 1)]
    area = meant.as_dict().get("area")
    return render_template(
        "messaging/broadcast_new.html", typed=request.form, errors=errors, found=found, packed=packed,
        key=uuid.uuid4().hex, labels=labels + [""] * (measures().max_options - len(labels)), limits=measures(),
        tiers=tiers, roles=[(name, terms.term("role", name, lang)) for name in roles.every()],
        team_types=[(slug, terms.term("team_type", slug, lang)) for slug in terms.vocabulary("team_type")],
        meant=meant, divisions=[(code, tree.label(code)) for code in meant.divisions],
        area=json.dumps(area) if area else "", points=json.dumps(_points(tree, home), ensure_ascii=False),
    )  # fmt: skip


def _points(tree: Places, home: str) -> list[dict[str, object]]:
    """The divisions below with a point of their own, two levels deep, for the map."""
    near = [tree.division(home), *tree.children(home)]
    return [
        {"name": place.name, "lat": place.lat, "lng": place.lng}
        for place in [*near, *(low for one in near[1:] for low in tree.children(one.code))]
        if place.lat is not None
    ]


@bp.post("/messages/broadcasts")
@web.needs("message.send")
def send_broadcast() -> ResponseReturnValue:
    """Sends what was previewed, once."""
    try:
        packed = json.loads(request.form.get("packed", ""))
        meant = audience_of(packed["audience"])
        body, labels = str(packed["body"]), [str(label) for label in packed["labels"]]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Invalid(field="audience", problem="unknown") from None
    key = request.form.get("idempotency_key", "")[:64] or uuid.uuid4().hex
    command = SendBroadcast(meant, body, rules.options_of(labels), bool(packed.get("urgent")), key)
    return sent(lambda uow: service.send(uow, command, musters()), url_for("messaging.broadcast_new"))


def sent(send: Callable[[UnitOfWork], str], back: str) -> ResponseReturnValue:
    """Sends in one unit of work and shows it; the same form pressed twice at once shows the one that was sent."""
    try:
        try:
            with web.begin() as uow:
                number = send(uow)
        except IntegrityError:
            with web.begin() as uow:
                number = send(uow)
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
        return redirect(back)
    flash(_("%(number)s 已发出", number=number), "ok")
    return redirect(url_for("messaging.broadcast", number=number))


# --- one -------------------------------------------------------------------------------------------------------------


@bp.get("/messages/broadcasts/<number>")
@web.needs("message.see")
def broadcast(number: str) -> str:
    """One with its tally, the silent and why."""
    return render_template("messaging/broadcast.html", **_one(number))


@bp.get("/messages/_broadcasts/<number>")
@web.needs("message.see")
def _broadcast(number: str) -> str:
    """The tally alone, fetched again when somebody answers."""
    return render_template("messaging/_broadcast.html", **_one(number))


def _one(number: str) -> dict[str, object]:
    with web.reading() as session:
        found = queries.broadcast(session, web.scope(), number)
        if found is None:
            raise NotFound(what=number)
        people = queries.recipients(session, web.scope(), number)
        parts = queries.parts(session, web.scope(), found, people)
        villages = queries.villages(session, web.scope(), found, people)
        tree = places(session)
        labels = {one.division: tree.label(one.division) for one in people}
        office = tree.label(found.division)
        mine = web.principal().person_id in {one.person_id for one in people}
    silent = [one for one in people if one.silent]
    silent.sort(key=lambda one: (bool(one.number), not one.said, one.division))
    return {
        "one": found, "people": people, "silent": silent[:SHOWN], "more": len(silent) - SHOWN, "parts": parts,
        "villages": villages, "village_counts": queries.village_counts(villages), "labels": labels, "office": office,
        "answered": [one for one in people if not one.silent], "mine": mine,
        "may_act": found.whole and found.state == rules.OPEN and web.principal().can("message.send"),
        "delivery": {name: sum(one.status == name for one in people) for name in ("delivered", "sent")},
        "failed": sum(one.status in queries.FAILED for one in people),
        "by_hand": sum(part.by_hand for part in parts),
    }  # fmt: skip


def _back(number: str) -> str:
    return url_for("messaging.broadcast", number=number)


@bp.post("/messages/broadcasts/<number>/resend")
@web.needs("message.send")
def resend_broadcast(number: str) -> ResponseReturnValue:
    """Once more to the silent."""

    def again(uow: UnitOfWork) -> str:
        n, waiting = service.resend(uow, number)
        said = str(_("再发给 %(n)s 人", n=n))
        return said + str(_("；%(n)s 人上一条还没发出，没有重发", n=waiting)) if waiting else said

    return act(again, None, _back(number))


@bp.post("/messages/broadcasts/<number>/calls")
@web.needs("message.send")
def call_unanswered(number: str) -> ResponseReturnValue:
    """The silent onto the list of calls."""
    return act(
        lambda uow: _("%(n)s 人列入人工呼叫名单", n=service.list_by_hand(uow, number)), None, _back(number)
    )  # fmt: skip


@bp.post("/messages/broadcasts/<number>/stand-down")
@web.needs("message.send")
def stand_down(number: str) -> ResponseReturnValue:
    """Called off: everybody who was texted is told."""
    note = request.form.get("note", "")
    return act(lambda uow: _("已通知 %(n)s 人", n=service.stand_down(uow, number, note)), None, _back(number))


@bp.post("/messages/broadcasts/<number>/close")
@web.needs("message.send")
def close_broadcast(number: str) -> ResponseReturnValue:
    """Over, without a word to anybody."""
    return act(lambda uow: service.close(uow, number), _("已结束"), _back(number))


@bp.post("/messages/broadcasts/<number>/note")
@web.needs("message.send")
def note_answer(number: str) -> ResponseReturnValue:
    """What somebody said to an officer, by telephone or face to face."""
    person, digit = request.form.get("person", ""), request.form.get("digit", "")
    if not person.isdigit() or not digit:
        raise Invalid(field="options", problem="required")
    command = Answer(number, int(person), digit, request.form.get("said", ""), "hand")
    return act(lambda uow: service.note_for(uow, command), _("已记"), _back(number))


@bp.get("/messages/broadcasts/<number>/export")
@web.needs("message.see")
def broadcast_export(number: str) -> Response:
    """The recipients in scope with their answers, as xlsx or csv (``?as=``)."""
    with web.reading() as session:
        found = queries.broadcast(session, web.scope(), number)
        if found is None:
            raise NotFound(what=number)
        people, tree = queries.recipients(session, web.scope(), number), places(session)
        rows = sheet.rows(people, tree.label, web.language(), tree.profile.zone(), web.principal().can("phone.see"))
    kind = "csv" if request.args.get("as") == "csv" else "xlsx"
    made = sheet.csv(rows) if kind == "csv" else sheet.xlsx(rows, found.number)
    return send_file(made, sheet.TYPES[kind], as_attachment=True, download_name=f"{found.number}.{kind}")


# --- the recipient's own ---------------------------------------------------------------------------------------------


@bp.get("/messages/broadcasts/<number>/answer")
@web.needs()
def broadcast_answer(number: str) -> str:
    """What was asked of the reader, with the answers to press."""
    with web.reading() as session:
        found = queries.asked(session, web.scope(), number)
    if found is None:
        raise NotFound(what=number)
    return render_template("messaging/broadcast_answer.html", one=found[0], mine=found[1])


@bp.post("/messages/broadcasts/<number>/answer")
@web.needs()
def answer_broadcast(number: str) -> ResponseReturnValue:
    """The reader's answer."""
    me = web.principal().person_id
    if me is None:
        raise NotFound(what=number)
    command = Answer(number, me, request.form.get("digit", ""), request.form.get("said", ""), "web")
    back = web.inside(request.form.get("back")) or url_for("messaging.broadcast_answer", number=number)
    return act(lambda uow: service.answer(uow, command), _("已记"), back)
