"""What a tier sets right in a report from below, with a trace; and the answer to "update or correction?"."""

from collections.abc import Mapping
from typing import Any

from responder.incidents import service as incident_service
from responder.incidents.commands import PlaceIncident
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.kernel.refusals import Invalid, NotFound
from responder.places.queries import places
from responder.platform.scope import PREFIXES, everything
from responder.platform.terms import vocabulary
from responder.platform.work import UnitOfWork
from responder.reports import checks, indicators, rules, standings
from responder.reports.commands import Amend, Settle
from responder.reports.ledgers import queries as ledgers
from responder.reports.models import Report, ReportAmendment
from responder.reports.standing import OWN, TOTAL


def held(uow: UnitOfWork, name: str) -> Report:
    """The row of a report in the actor's area, held until the end of the unit. Raises NotFound."""
    key = row_id(REPORT, name)
    row = uow.session.get(Report, key, with_for_update=True) if key else None
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    return row


def amend(uow: UnitOfWork, command: Amend) -> Report:
    """Changes what a report says, keeps what it said before, accepts it, and folds its incident's sheets anew.

    Raises NotFound, OwnReport (one's own is corrected, not amended), AlreadyReviewed (it was returned), Invalid,
    UnknownPlace, Contradiction.
    """
    row = held(uow, command.report)
    if uow.actor.person_id in {row.reporter_id, row.typed_by_id}:
        raise rules.OwnReport()
    if row.status == "returned":
        raise rules.AlreadyReviewed()
    if not command.reason.strip() or len(command.reason) > 300:
        raise Invalid(field="reason", problem="too_long" if command.reason.strip() else "required")
    _change(uow, row, _wanted(uow, row, command, uow.actor.division), command.reason.strip())
    row.status, row.reviewed_by, row.amended = "accepted", uow.actor.name, True
    _fold(uow, row)
    data = {
        "place": _label(uow, row), "by": uow.actor.name, "reason": command.reason.strip(), "incident": _incident(row)
    }  # fmt: skip
    uow.record(Event("report.amended", row.division_code, number(REPORT, row.id), data))
    return row


def complete(uow: UnitOfWork, command: Amend) -> Report:
    """Who reported answers what was asked of their report: it says more, keeps what it said before, and still waits
    for review. As in their text the place may be anywhere in the branch.

    Raises NotFound for somebody else's, AlreadyReviewed (it was returned), Invalid, UnknownPlace, Contradiction.
    """
    key = row_id(REPORT, command.report)
    row = uow.session.get(Report, key, with_for_update=True) if key else None
    if row is None or uow.actor.person_id not in {row.reporter_id, row.typed_by_id}:
        raise NotFound()
    if row.status == "returned":
        raise rules.AlreadyReviewed()
    _change(uow, row, _wanted(uow, row, command, places(uow.session).profile.root), command.reason.strip()[:300])
    _fold(uow, row)
    data = {"place": _label(uow, row), "hazard": row.hazard, "figures": row.figures, "incident": _incident(row)}
    uow.record(Event("report.completed", row.division_code, number(REPORT, row.id), data))
    return row


def explain(uow: UnitOfWork, report: str, reason: str) -> Report:
    """Who reported says why a figure fell or jumped. Raises NotFound for somebody else's."""
    key = row_id(REPORT, report)
    row = uow.session.get(Report, key, with_for_update=True) if key else None
    if row is None or uow.actor.person_id not in {row.reporter_id, row.typed_by_id}:
        raise NotFound()
    row.because = reason.strip()[:300]
    uow.record(Event("report.explained", row.division_code, report, {"place": _label(uow, row), "reason": row.because}))
    return row


def settle_question(uow: UnitOfWork, command: Settle) -> Report:
    """Who said otherwise than somebody else before says whether things moved on or the earlier number was wrong.

    The reporter may answer, and whoever reviews their area. Raises NotFound, NothingAsked, Invalid.
    """
    row = held(uow, command.report)
    if not row.asks:
        raise rules.NothingAsked()
    if command.kind not in ("update", "correction"):
        raise Invalid(field="kind", problem="unknown")
    if command.kind == "correction":
        _change(uow, row, {"kind": "correction"}, command.reason.strip()[:300])
        row.because = command.reason.strip()[:300] or row.because
    row.asks = ""
    _fold(uow, row)
    data = {"place": _label(uow, row), "answer": command.kind, "incident": _incident(row)}
    uow.record(Event("report.settled", row.division_code, number(REPORT, row.id), data))
    return row


def _wanted(uow: UnitOfWork, row: Report, command: Amend, within: str) -> dict[str, Any]:
    """The columns with their new values, checked; ``within`` is where the report may be moved to."""
    wanted: dict[str, Any] = {}
    if command.division is not None:
        place = places(uow.session).find(command.division)
        if place is None or not place.valid or not command.division.startswith(within):
            raise rules.UnknownPlace()
        wanted["division_code"] = command.division
    if command.hazard is not None:
        if command.hazard not in vocabulary("hazard"):
            raise Invalid(field="hazard", problem="unknown")
        wanted["hazard"] = command.hazard
    if command.kind is not None:
        wanted["kind"] = command.kind
    if command.place is not None:
        wanted["place"] = command.place
    if command.figures is not None:
        figures = {**row.figures, **command.figures}
        wanted["figures"] = indicators.cleaned(figures)
    kind, division = wanted.get("kind", row.kind), wanted.get("division_code", row.division_code)
    rules.check(kind, "", wanted.get("place", row.place), ())
    beside = checks.Beside(ledger=_ledger(uow, row, division) if kind == "verification" else {})
    found = checks.problems(wanted.get("figures", row.figures), kind, PREFIXES.index(len(division)) + 1, beside)
    if blocked := [problem for problem in found if problem.severity == "block"]:
        raise rules.Contradiction(problems="；".join(problem.words("zh") for problem in blocked))
    return wanted


def _ledger(uow: UnitOfWork, row: Report, division: str) -> Mapping[str, int]:
    """How many lines the ledgers have, where the report says what its division comes to in all."""
    if row.source != OWN or row.basis != TOTAL:
        return {}
    return ledgers.counts(uow.session, everything(uow.world), row.incident_id or 0, division).figures


def _change(uow: UnitOfWork, row: Report, wanted: Mapping[str, Any], reason: str) -> None:
    before = {name: getattr(row, name) for name in wanted}
    changed = [name for name in wanted if before[name] != wanted[name]]
    for name in changed:
        setattr(row, name, wanted[name])
    trace = ReportAmendment(
        report_id=row.id, at=uow.now, by_id=uow.actor.person_id, by_name=uow.actor.name, reason=reason,
        before={name: before[name] for name in changed}, after={name: wanted[name] for name in changed},
    )  # fmt: skip
    uow.session.add(trace)


def _fold(uow: UnitOfWork, row: Report) -> None:
    uow.session.flush()
    if row.incident_id is None:
        return
    standings.rebuild(uow, row.incident_id)
    if not standings.alone(uow, row.incident_id):
        return
    lat, lng = row.lat, row.lng
    if lat is None and (located := places(uow.session).point(row.division_code)) is not None:
        lat, lng = located.point.lat, located.point.lng
    anew = PlaceIncident(row.incident_id, row.division_code, _label(uow, row), lat, lng, row.hazard or "other")
    incident_service.place_anew(uow, anew)


def _label(uow: UnitOfWork, row: Report) -> str:
    return rules.shown(places(uow.session).label(row.division_code), row.place)[: rules.MAX_PLACE]


def _incident(row: Report) -> str | None:
    return number(INCIDENT, row.incident_id) if row.incident_id else None
