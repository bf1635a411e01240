"""Pages of those who want to be liaison officers: the list, and one of them to be confirmed, put right or refused."""

from flask import render_template, request, url_for
from flask_babel import gettext as _

from responder.accounts.enrolment import queries, service
from responder.accounts.enrolment.commands import Confirm, Refuse
from responder.accounts.web import Answer, begin, bp, done
from responder.accounts.web_people import place_of
from responder.kernel.refusals import NotFound, Refusal
from responder.places.queries import places
from responder.platform import web

_KEEPING = ("people.manage", "people.local")


@bp.get("/people/enrolments")
@web.needs(*_KEEPING)
def enrolments() -> Answer:
    """Who waits for a decision, and what was decided lately."""
    with web.reading() as session:
        waiting = queries.waiting(session, web.scope())
        decided = queries.decided(session, web.scope())
    return render_template("accounts/enrolments.html", waiting=waiting, decided=decided)


@bp.get("/people/enrolments/<int:enrolment_id>")
@web.needs(*_KEEPING)
def enrolment(enrolment_id: int) -> Answer:
    """One application."""
    return _shown(enrolment_id)


def _shown(enrolment_id: int, problem: str | None = None, status: int = 200) -> Answer:
    scope = web.scope()
    with web.reading() as session:
        found = queries.one(session, scope, enrolment_id)
        if found is None:
            raise NotFound()
        tree = places(session)
        path = [(one.code, one.name) for one in tree.path(found.division) if one.code.startswith(scope.division)]
        page = render_template(
            "accounts/enrolment.html", enrolment=found, typed=request.form, problem=problem, root=scope.division,
            path=path, same=queries.namesakes(session, scope, found.name, found.division),
        )  # fmt: skip
    return page, status


@bp.post("/people/enrolments/<int:enrolment_id>")
@web.needs(*_KEEPING)
def decide_enrolment(enrolment_id: int) -> Answer:
    """Confirms, as it stands or put right, or refuses."""
    form = request.form
    try:
        if form.get("act") == "refuse":
            with begin() as uow:
                found = service.refuse(uow, Refuse(enrolment_id))
            return done(_("没有同意%(name)s的申请，已短信告知", name=found.name), url_for("accounts.enrolments"))
        with web.reading() as session:
            division = place_of(session, web.scope().division)
        command = Confirm(
            enrolment_id, form.get("name", ""), division, form.get("post", ""), form.get("join", type=int) or None
        )
        with begin() as uow:
            found = service.confirm(uow, command)
    except NotFound:
        raise
    except Refusal as refusal:
        status, problem = web.refusal_words(refusal)
        return _shown(enrolment_id, problem, status)
    said = _("%(name)s已登记，已短信告知怎样报灾", name=found.name)
    return done(said, url_for("accounts.person", person_id=found.person_id))
