"""Pages of the calls that a person makes: the queue, one call at a time, what came of it."""

from typing import Any, cast, get_args

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.kernel import clock
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging import hooks
from responder.messaging import web as room
from responder.messaging.handcalls import conversation, queries, service
from responder.messaging.handcalls.commands import EndCall, Outcome
from responder.messaging.handcalls.queries import CallView
from responder.platform import web
from responder.platform.api import cursor

bp = room.bp


def wanted() -> queries.Wanted:
    """Who is asked whether a call is still needed."""
    return cast(queries.Wanted, current_app.extensions["wanted"])


@bp.app_context_processor
def _tab_count() -> dict[str, object]:
    """What a tab of the messages shows beside it, asked only where it is drawn."""

    def calls_waiting() -> int:
        with web.reading() as session:
            return queries.waiting_count(session, web.scope())

    return {"calls_waiting": calls_waiting}


@bp.get("/messages/calls")
@web.needs("message.see")
def calls() -> str:
    """Who must be rung: the most urgent first, then the oldest; on request what is done with."""
    return render_template("messaging/calls.html", **_rows())


@bp.get("/messages/_calls")
@web.needs("message.see")
def _calls() -> str:
    """The list alone, fetched again when a call comes, is taken or ends."""
    return render_template("messaging/_calls.html", **_rows())


@bp.get("/messages/calls/<int:call_id>")
@web.needs("message.see")
def call(call_id: int) -> str:
    """One call: the number, what to read aloud, what came of it."""
    now, lang = clock.now(), web.language()
    with web.reading() as session:
        one = queries.call(session, web.scope(), call_id, now, lang)
        if one is None:
            raise NotFound()
        needed = one.state not in ("open", "taken") or queries.is_wanted(
            session, one.wanted, one.text, one.reason, wanted()
        )
        others = queries.instead_of(session, web.scope(), one) if one.state in ("open", "taken") else []
    return render_template("messaging/call.html", one=one, needed=needed, others=others, now=now)


@bp.post("/messages/calls/<int:call_id>/take")
@web.needs("message.send")
def take_call(call_id: int) -> Response:
    """This officer makes the call: nobody else does."""
    try:
        with web.begin() as uow:
            service.take(uow, call_id)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return redirect(url_for("messaging.call", call_id=call_id))  # type: ignore[return-value]


@bp.post("/messages/calls/<int:call_id>/end")
@web.needs("message.send")
def end_call(call_id: int) -> Response:
    """What came of a call, by one press: ``result`` is an outcome, or ``reached:1`` with the answer."""
    outcome, _sep, answer = request.form.get("result", "").partition(":")
    try:
        if outcome not in get_args(Outcome):
            raise Invalid(field="outcome", problem="unknown")
        command = EndCall(call_id, cast(Outcome, outcome), answer[:8], request.form.get("said", "")[:200])
        heard = conversation.hear_answer(web.work(), web.actor(), command, web.language(), hooks.hear)
        with web.begin() as uow:
            state = conversation.end(uow, command, heard)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
        return redirect(url_for("messaging.call", call_id=call_id))  # type: ignore[return-value]
    flash(_("没接，过一会儿再打") if state == "open" else _("已记下"), "ok")
    if heard is not None and heard.outcome == "waiting":
        flash(_("对方说的话没读懂，已放进“等人看”"), "warn")
    return redirect(url_for("messaging.calls"))  # type: ignore[return-value]


@bp.post("/messages/calls/<int:call_id>/instead")
@web.needs("message.send")
def call_instead(call_id: int) -> Response:
    """Rings somebody else in this person's place: another number of theirs, or the deputy."""
    with web.reading() as session:
        one = queries.call(session, web.scope(), call_id, clock.now(), web.language())
        if one is None:
            raise NotFound()
        number = request.form.get("number", "")
        other = next((it for it in queries.instead_of(session, web.scope(), one) if it.number == number), None)
    if other is None:
        raise NotFound()
    with web.begin() as uow:
        made = service.put_instead(uow, call_id, other.person_id, other.name, other.number)
        service.take(uow, made)
    return redirect(url_for("messaging.call", call_id=made))  # type: ignore[return-value]


def _rows() -> dict[str, Any]:
    done = request.args.get("show") == "ended"
    at, now, lang = cursor(50), clock.now(), web.language()
    scope = web.scope()
    with web.reading() as session:
        every = queries.waiting_count(session, scope)
        if done:
            page = at.page(queries.ended(session, scope, at, now, lang), lambda one: one.id)
            found, older = list(page.items), page.next
        else:
            found, older = queries.waiting(session, scope, now, lang), None
            found = queries.needed(session, found, wanted())
    return {
        "calls": found, "later": [one for one in found if _waits(one)], "next": older, "all": every,
        "show": "ended" if done else "waiting", "first": at.before is None, "now": now,
    }  # fmt: skip


def _waits(one: CallView) -> bool:
    return one.state == "open" and one.next_at > clock.now()
