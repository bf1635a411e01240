"""Pages of what is owed: the due list of an office, the round of zero reports."""

from datetime import date
from typing import Protocol

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.incidents import queries as incidents
from responder.kernel import clock
from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.platform import acts, web
from responder.platform.work import UnitOfWork
from responder.reports.deadlines import queries, rules, service
from responder.reports.deadlines.commands import (
    AnswerZero,
    AskAgain,
    DeclareStable,
    FileRound,
    ToldOutside,
    Waive,
)
from responder.reports.web import bp


class Act(Protocol):
    """Something done in one unit; returns what to say of it."""

    def __call__(self, uow: UnitOfWork, /) -> str: ...


@bp.get("/reports/due")
@web.needs("report.see")
def due() -> str:
    """What my office owes, what is owed to it, how punctual the offices are."""
    return render_template("reports/due.html", **_owed())


@bp.get("/reports/_due")
@web.needs("report.see")
def _due() -> str:
    """The list alone: fetched again when something is reported, and every half minute, for clocks run by themselves."""
    return render_template("reports/_due.html", **_owed())


def _owed() -> dict[str, object]:
    scope, now = web.scope(), clock.now()
    with web.reading() as session:
        tree = places(session)
        found = queries.owed(session, scope, now)
        below = [place.code for place in tree.below(scope.division)]
        offices = [scope.division] + [code for code in below if tree.profile.office_above(code) == scope.division]
        mine = [one for one in found if one.division == scope.division]
        active = incidents.active(session, scope) if web.principal().can("incident.manage") else []
        return {
            "mine": [one for one in mine if not _waits(one)], "outside": [one for one in mine if _waits(one)],
            "round": queries.zero_round(session, scope, now, now.astimezone(tree.profile.zone()).date().isoformat())[1],
            "theirs": [one for one in found if one.division != scope.division],
            "settled": queries.settled(session, scope, now), "tree": tree, "now": now,
            "rates": queries.rates(session, scope, offices, now),
            "unstable": [(one.number, f"{one.number} {one.place}") for one in active if one.status == "open"],
            "prompt": queries.open_prompt(session, web.principal().person_id, scope.world),
        }  # fmt: skip


def _waits(one: queries.DueView) -> bool:
    """What has a whole day's time stands folded below what is pressing."""
    return one.kind == rules.RED_CROSS and one.state == "open"


@bp.get("/reports/zero-round")
@web.needs("report.see")
def zero_round() -> str:
    """The zero round of a day: who has answered, who was reached by telephone, who is unreached."""
    return render_template("reports/zero_round.html", **_round())


@bp.get("/reports/_zero-round")
@web.needs("report.see")
def _zero_round() -> str:
    """The counts and lists alone, fetched again when one answers."""
    return render_template("reports/_zero_round.html", **_round())


def _round() -> dict[str, object]:
    scope, now = web.scope(), clock.now()
    day = request.args.get("day", "")
    try:
        day = date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        raise NotFound() from None
    with web.reading() as session:
        found, offices = queries.zero_round(session, scope, now, day)
        return {
            "day": date.fromisoformat(found) if found else None, "offices": offices, "tree": places(session),
            "people": _contacts(session, offices), "may_file": _may_file(), "now": now,
        }  # fmt: skip


def _may_file() -> bool:
    me = web.principal()
    return me.can("report.file") and me.can("report.review")


def _contacts(session: Session, offices: list[queries.Office]) -> dict[str, list[tuple[str, str]]]:
    """Whom to call in the villages that haven't answered: names and, for who may see them, numbers."""
    if not web.principal().can("phone.see"):
        return {}
    silent = [one.division for office in offices for one in office.asked if one.state not in ("zero", "report")]
    found: dict[str, list[tuple[str, str]]] = {}
    for person in accounts.people_with(session, "report.file", silent):
        found.setdefault(person.division, []).append((person.name, person.phone or ""))
    return found


@bp.post("/reports/zero-round")
@web.needs("report.review")
def file_round() -> ResponseReturnValue:
    """Files the villages that were reached by telephone, together."""

    def act(uow: UnitOfWork) -> str:
        n = service.file_round(uow, FileRound(tuple(request.form.getlist("reached"))))
        return str(_("已登记 %(n)s 个单位零报告", n=n))

    return _done(act, url_for("reports.zero_round"))


@bp.post("/reports/due/<int:number>/zero")
@web.needs("report.file")
def zero(number: int) -> ResponseReturnValue:
    """Nothing new: the village's answer on a screen."""
    return _done(lambda uow: str(_("已零报告 %(number)s", number=service.answer_zero(uow, AnswerZero(number)).number)))


@bp.post("/reports/due/<int:number>/ask")
@web.needs("report.review")
def ask(number: int) -> ResponseReturnValue:
    """Texts the office that owes."""

    def act(uow: UnitOfWork) -> str:
        service.ask_again(uow, AskAgain(number))
        return str(_("已短信催报"))

    return _done(act)


@bp.post("/reports/due/<int:number>/waive")
@web.needs("report.review")
def waive(number: int) -> ResponseReturnValue:
    """It needn't be reported."""

    def act(uow: UnitOfWork) -> str:
        service.waive(uow, Waive(number, request.form.get("reason", "")))
        return str(_("已记录，不用再报"))

    return _done(act)


@bp.post("/reports/due/<int:number>/told")
@web.needs("report.review")
def told(number: int) -> ResponseReturnValue:
    """The higher Red Cross was told."""

    def act(uow: UnitOfWork) -> str:
        service.told_outside(uow, ToldOutside(number, request.form.get("how", "")))
        return str(_("已记录"))

    return _done(act)


@bp.post("/reports/due/stable")
@web.needs("incident.manage")
def stable() -> ResponseReturnValue:
    """The situation of an incident is stable."""

    def act(uow: UnitOfWork) -> str:
        service.declare_stable(uow, DeclareStable(request.form.get("incident", "")))
        return str(_("已开始核报计时"))

    return _done(act)


def _done(act: Act, back: str = "") -> ResponseReturnValue:
    """Runs an act and goes back to where its button stood, with what was done or why not."""
    return acts.act(act, None, web.inside(request.form.get("next")) or back or url_for("reports.due"))
