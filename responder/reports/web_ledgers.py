"""Pages of the ledgers: the dead, the missing, the houses of an incident. Only for those who may see names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.incidents import queries as incidents
from responder.incidents.queries import IncidentView
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places.queries import places
from responder.platform import moments, terms, web
from responder.platform.acts import act
from responder.platform.work import UnitOfWork
from responder.reports import sheets
from responder.reports.ledgers import book, queries, service
from responder.reports.ledgers.commands import NoteCasualty, NoteHouse, Strike, TurnCasualty
from responder.reports.web import bp, placed

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Typed:
    """A form as typed and what is wrong with it, kept so that nothing has to be typed again."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    refused: str = ""


@bp.get("/reports/ledger/<number>")
@web.needs(queries.SEE)
def ledger(number: str) -> str:
    """The ledgers of an incident in the reader's area, their counts beside the sheet's figures."""
    scope = web.scope()
    with web.reading() as session:
        one = _incident(session, number)
        tree = places(session)
        found = sheets.sheet(session, scope, one.number, scope.division)
        return render_template(
            "reports/ledger.html",
            one=one, people=queries.casualties(session, scope, one.number), tree=tree,
            houses=queries.houses(session, scope, one.number),
            counted=queries.counts(session, scope, one.id, scope.division).figures,
            figures=found.tier.figures if found else {}, name=tree.label(scope.division),
            may_edit=web.principal().can("casualty.edit"), has_sheet=found is not None,
        )  # fmt: skip


@bp.get("/reports/ledger/<number>/person")
@web.needs("casualty.edit")
def note_person(number: str) -> str:
    """The form for somebody dead or missing."""
    return _form(number, "reports/note_person.html", Typed())


@bp.get("/reports/ledger/<number>/house")
@web.needs("casualty.edit")
def note_house(number: str) -> str:
    """The form for a household's damaged rooms."""
    return _form(number, "reports/note_house.html", Typed())


def _form(number: str, template: str, typed: Typed) -> str:
    scope, lang = web.scope(), web.language()
    with web.reading() as session:
        one, tree = _incident(session, number), places(session)
        # Most incidents are one village's: it stands there already.
        division = typed.values.get("division") or (one.division if tree.is_leaf(one.division) else scope.division)
        if not scope.holds(division) or tree.find(division) is None:
            division = scope.division
        path = [(p.code, p.name) for p in tree.path(division) if len(p.code) > len(scope.division)]
        errors = {name: terms.term("problem", problem, lang) for name, problem in typed.errors.items()}
        return render_template(
            template, one=one, typed=typed, division=division, path=path, errors=errors,
            fieldwords={name: terms.term("field", name, lang) for name in errors},
        )  # fmt: skip


def _incident(session: Session, number: str) -> IncidentView:
    """The incident, of one that was joined where it lives on. Raises NotFound."""
    one = incidents.incident(session, web.scope(), number)
    if one is not None and one.joined_to:
        one = incidents.incident(session, web.scope(), one.joined_to)
    if one is None:
        raise NotFound(what=number)
    return one


@bp.get("/reports/ledger/<number>.xlsx")
@web.needs(queries.SEE)
def ledger_workbook(number: str) -> Response:
    """The ledgers as a workbook."""
    scope = web.scope()
    with web.reading() as session:
        one = _incident(session, number)
        tree = places(session)
        people = queries.casualties(session, scope, one.number)
        houses = queries.houses(session, scope, one.number)
        made = book.workbook(people, houses, tree.label, tree.profile.zone(), web.language())
    answer = Response(made, content_type=_XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={one.number}.xlsx"
    return answer


@bp.post("/reports/ledger/<number>/person")
@web.needs("casualty.edit")
def person_noted(number: str) -> ResponseReturnValue:
    """Somebody died or is missing."""

    def add(uow: UnitOfWork, typed: Typed) -> None:
        get = typed.values.get
        command = NoteCasualty(
            number, get("division", ""), get("name", ""), get("state", ""), get("sex", ""), _whole(typed, "age"),
            get("home", ""), _moment(uow, typed), get("source", ""), get("note", ""),
        )  # fmt: skip
        service.note_casualty(uow, command)

    return _noted(number, "reports/note_person.html", add)


@bp.post("/reports/ledger/<number>/house")
@web.needs("casualty.edit")
def house_noted(number: str) -> ResponseReturnValue:
    """A household's damaged rooms."""

    def add(uow: UnitOfWork, typed: Typed) -> None:
        get = typed.values.get
        rooms = {name: _whole(typed, name) or 0 for name in ("collapsed", "severe", "minor")}
        command = NoteHouse(
            number, get("division", ""), get("household", ""), get("address", ""), **rooms,
            dwelling=bool(get("dwelling")), note=get("note", ""),
        )  # fmt: skip
        service.note_house(uow, command)

    return _noted(number, "reports/note_house.html", add)


def _noted(number: str, template: str, add: Callable[[UnitOfWork, Typed], None]) -> ResponseReturnValue:
    with web.reading() as session:
        sent = placed(places(session))
    typed = Typed({name: sent.get(name, "").strip() for name in sent})
    try:
        with web.begin() as uow:
            add(uow, typed)
    except NotFound:
        raise
    except Invalid as problem:
        typed.errors[str(problem.params["field"])] = str(problem.params["problem"])
        return _form(number, template, typed), 422
    except Refusal as refusal:
        status, typed.refused = web.refusal_words(refusal)
        return _form(number, template, typed), status
    flash(_("已登记"), "ok")
    return redirect(url_for("reports.ledger", number=number))


def _whole(typed: Typed, name: str) -> int | None:
    written = typed.values.get(name, "").strip()
    if not written:
        return None
    # Digits of any script count: a Chinese keyboard writes full-width ones.
    if not written.isdecimal() or len(written) > 6:
        raise Invalid(field=name, problem="number")
    return int(written)


def _moment(uow: UnitOfWork, typed: Typed) -> datetime | None:
    return moments.typed("happened_at", typed.values.get("happened_at", ""), places(uow.session).profile.zone())


@bp.post("/reports/ledger/<number>/person/<int:line>/found")
@web.needs("casualty.edit")
def person_found(number: str, line: int) -> ResponseReturnValue:
    """Somebody missing was found, alive or dead."""
    state = request.form.get("state", "")
    return _done(number, lambda uow: service.turn_casualty(uow, TurnCasualty(line, state, _said("note"))))


@bp.post("/reports/ledger/<number>/person/<int:line>/strike")
@web.needs("casualty.edit")
def strike_person(number: str, line: int) -> ResponseReturnValue:
    """A wrong line is struck, and stays to be seen."""
    return _done(number, lambda uow: service.strike_casualty(uow, Strike(line, _said("reason"))))


@bp.post("/reports/ledger/<number>/house/<int:line>/strike")
@web.needs("casualty.edit")
def strike_house(number: str, line: int) -> ResponseReturnValue:
    """A wrong line is struck, and stays to be seen."""
    return _done(number, lambda uow: service.strike_house(uow, Strike(line, _said("reason"))))


def _said(name: str) -> str:
    return request.form.get(name, "").strip()


def _done(number: str, do: Callable[[UnitOfWork], None]) -> ResponseReturnValue:
    return act(do, _("已记录"), url_for("reports.ledger", number=number))
