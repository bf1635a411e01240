"""One function per command on reports."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from sqlalchemy import bindparam, insert, select

from responder.accounts import queries as accounts
from responder.incidents import handoffs
from responder.incidents import queries as incidents
from responder.incidents import service as incident_service
from responder.incidents.commands import OpenIncident, UpdateTotals
from responder.incidents.models import Incident
from responder.incidents.queries import Open
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.kernel.notices import ALERT, ANSWER, Notice
from responder.kernel.refusals import Invalid
from responder.messaging.rules import keepable
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.scope import PREFIXES, ancestors, everything
from responder.platform.terms import vocabulary
from responder.platform.work import UnitOfWork
from responder.reports import checks, indicators, photos, queries, rules, standings
from responder.reports.amending import amend, held, settle_question
from responder.reports.commands import FileReport, Review
from responder.reports.forwarding import forward
from responder.reports.ledgers import queries as ledgers
from responder.reports.models import Photo, Report
from responder.reports.queries import ReportView
from responder.reports.red import red_words
from responder.reports.rules import shown
from responder.reports.standing import OWN, TOTAL, Chain, Told, step
from responder.reports.standings import Line, Lines, Repeated

__all__ = ["amend", "file", "forward", "review", "settle_question", "shown"]

_table: Any = Report.__table__
_FILE = insert(_table).returning(_table.c.id)
_INCIDENT = select(_table.c.incident_id).where(_table.c.id == bindparam("report"), _table.c.world == bindparam("world"))
_TOLD_OF = incidents.held(_INCIDENT.scalar_subquery())
_UNEXPLAINED = ("never_falls", "found", "jump")


def file(uow: UnitOfWork, command: FileReport) -> ReportView:
    """Files a report: it joins the incident that it tells of, or opens one, and changes its totals.

    Raises Invalid (a field), UnknownPlace, NothingToContinue. A repeated ``form_key`` returns the first report.
    """
    command = _keepable(command)
    if command.form_key and (seen := queries.by_form_key(uow.session, uow.actor.person_id, command.form_key)):
        return seen
    rules.check(command.kind, command.text, command.place, command.needs)
    rules.check_times(command.occurred_at, uow.now)
    rules.check_point(command.lat, command.lng, command.accuracy)
    if command.hazard is not None and command.hazard not in vocabulary("hazard"):
        raise Invalid(field="hazard", problem="unknown")
    rules.check_origin(command.source, command.basis, command.said_at)
    figures = indicators.cleaned(dict(command.figures))
    tree = places(uow.session)
    command = photos.placed(command, tree)
    _check_place(uow, tree, command)
    label = shown(tree.label(command.division), command.place)
    urgent = red_words(command.text) or command.urgent
    text = _repeatable(uow, command)
    joined, first = _joined(uow, command, text)
    known: Lines = {}
    if joined is not None:
        known, first = standings.lines(uow, joined.id, command.division, command.source, text)
    chain = known[command.division].chain if command.division in known else Chain()
    if first is not None and not queries.is_over(uow.session, first):
        same = queries.by_id(uow.session, first)
        # Corrected to and fro: the same words after another correction take that one back.
        if command.kind != "correction" or first == chain.last_id or same.said_at == command.said_at:
            return cried_again(uow, replace(same, repeated=True))
    others = rules.disputed(command.kind, command.basis, chain, figures, text.person)
    command = replace(command, kind=rules.kind_in_chain(command.kind, chain))
    in_danger = rules.is_urgent(figures, urgent)
    if not in_danger:
        rules.check_open(command.kind, chain, command.said_at or uow.now, figures)
    found = _problems(uow, command, figures, known.get(command.division, Line()), others, joined)
    if blocked := [problem for problem in found if problem.severity == "block"]:
        raise rules.Contradiction(problems="；".join(problem.words("zh") for problem in blocked))
    incident = joined.id if joined is not None else _opened(uow, tree, command, label, figures, in_danger)
    needs = [{"item": str(need["item"]).strip(), "qty": need.get("qty")} for need in command.needs]
    row: dict[str, Any] = {
        "kind": command.kind, "hazard": command.hazard, "division_code": command.division, "place": command.place,
        "lat": command.lat, "lng": command.lng, "accuracy": command.accuracy,
        "occurred_at": command.occurred_at and command.occurred_at.astimezone(UTC),
        "occurred_text": command.occurred_text[:60], "received_at": uow.now, "channel": command.channel,
        "reporter_id": text.person,
        "reporter_name": command.said.name if command.said else uow.actor.name,
        "reporter_phone": command.said.phone if command.said else command.number,
        "typed_by_id": uow.actor.person_id, "typed_by_name": uow.actor.name, "status": "received", "reason": "",
        "reviewed_by": "", "incident_id": incident, "figures": figures, "needs": needs, "urgent": list(urgent),
        "text": command.text, "ref": command.ref[:40], "inbound_id": command.inbound, "form_key": command.form_key,
        "warnings": [problem.words("zh") for problem in found], "world": uow.world, "source": command.source,
        "basis": command.basis, "said_at": min(command.said_at or uow.now, uow.now).astimezone(UTC),
        "fingerprint": text.fingerprint, "asks": rules.UPDATE_OR_CORRECTION if others else "", "amended": False,
        "because": command.reason[:300],
    }  # fmt: skip
    key: int = uow.session.connection().execute(_FILE, row).scalar_one()
    if incident is not None:
        _keep_lines(uow, key, row, known, joined)
    _keep_photos(uow, key, command)
    filed = queries.as_view(key, row)
    hazard = command.hazard or (joined.hazard if joined else None)
    _tell(uow, filed, label, hazard)
    if others:
        data = {"place": label, "said": {slug: figures[slug] for slug in others}, "before": others}
        uow.record(Event("report.differs", filed.division, filed.number, data))
    _tell_unexplained(uow, filed, label, found)
    return filed


def _repeatable(uow: UnitOfWork, command: FileReport) -> Repeated:
    person = command.said.person_id if command.said else uow.actor.person_id
    # A form has a key of its own; its words are a remark, often the same one, beside figures that have changed.
    words = None if command.form_key else rules.fingerprint(command.text)
    since = rules.repeated_since(command.kind, uow.now, places(uow.session).profile.zone())
    return Repeated(person, words, since)


def _keepable(command: FileReport) -> FileReport:
    """What was written, as both databases can keep it."""
    said = command.said and replace(command.said, name=keepable(command.said.name)[:80])
    text, place, ref = keepable(command.text), keepable(command.place), keepable(command.ref)
    return replace(command, text=text, place=place, ref=ref, said=said)


def _check_place(uow: UnitOfWork, tree: Places, command: FileReport) -> None:
    known = tree.find(command.division)
    if known is None or not known.valid or not queries.may_tell(uow.session, uow.actor, command):
        raise rules.UnknownPlace()


def _joined(uow: UnitOfWork, command: FileReport, text: Repeated) -> tuple[Open | None, int | None]:
    """The incident that a report continues or joins; None where it tells of something new, or again what the report
    of this id told.

    Raises NothingToContinue for a follow-up or correction that fits none.
    """
    if (referred := _referred(uow, command)) is not None:
        return referred, None
    hazard = None if command.kind in rules.CHAINED else command.hazard
    found, first = standings.joinable(uow, command.division, hazard, text)
    if found is not None or command.kind not in rules.CHAINED:
        return found, first
    found = _last_of_reporter(uow, command)
    # A follow-up that tells what and where is worth more than its name: after a close it begins anew.
    tells = command.hazard and command.figures and command.kind != "correction"
    if found is None and command.kind != "verification" and not tells:
        raise rules.NothingToContinue()
    return found, first


def _referred(uow: UnitOfWork, command: FileReport) -> Open | None:
    """The open incident that the report names, by the incident's number or a report's.

    A number of another office's (JS20240916-03) names nothing here and is kept in words. Raises UnknownRef for one
    of ours that can't be continued: another incident's figures must not change for a slip of the finger.
    """
    key, report = row_id(INCIDENT, command.ref), row_id(REPORT, command.ref)
    if key is None and report is None:
        return None
    if key is not None:
        row = incidents.open_one(uow.session, uow.world, key)
    else:
        row = incidents.open_by(uow.session, _TOLD_OF, uow.world, report=report or 0)
    near = row is not None and (
        row.division.startswith((command.division, uow.actor.division)) or command.division.startswith(row.division)
    )
    if row is None or row.status == "closed" or not near:
        raise rules.UnknownRef(ref=command.ref)
    return row


def _last_of_reporter(uow: UnitOfWork, command: FileReport) -> Open | None:
    person = command.said.person_id if command.said else uow.actor.person_id
    if person is None:
        return None
    statement = (
        select(Incident.id)
        .join(Report, Report.incident_id == Incident.id)
        .where(Report.reporter_id == person, Incident.status != "closed")
        .order_by(Report.id.desc())
        .limit(1)
    )
    key = uow.session.scalar(statement)
    return incidents.open_one(uow.session, uow.world, key) if key else None


def _problems(
    uow: UnitOfWork, command: FileReport, figures: Mapping[str, Any], line: Line, others: Mapping[str, Any],
    joined: Open | None,
) -> list[checks.Problem]:  # fmt: skip
    """Contradictions within the figures, and against what this division, its children, its ledgers and others said."""
    level = PREFIXES.index(len(command.division)) + 1
    total = command.basis == TOTAL
    before = line.chain.says() if total else {}
    ledger, turned = _ledgers(uow, command, figures, before, joined) if total and command.source == OWN else ({}, 0)
    beside = checks.Beside(before, line.below if total else {}, ledger, turned, others=others)
    return checks.problems(figures, command.kind, level, beside, reason=command.reason, text=command.text)


def _ledgers(
    uow: UnitOfWork, command: FileReport, figures: Mapping[str, Any], before: Mapping[str, Any], joined: Open | None
) -> tuple[Mapping[str, int], int]:
    """What the ledgers say of a verification, and how many of the missing they say were found where the missing fall.
    Other reports, nearly all, don't wait for them."""
    closing = command.kind == "verification"
    missing = figures.get("missing")
    if not closing and (missing is None or missing >= before.get("missing", 0)):
        return {}, 0
    key = joined.id if joined is not None else 0
    found = ledgers.counts(uow.session, everything(uow.world), key, command.division)
    turned = found.turned if missing is not None and found.figures["missing"] <= missing else 0
    return found.figures if closing else {}, turned


def _opened(
    uow: UnitOfWork, tree: Places, command: FileReport, label: str, figures: Mapping[str, Any], urgent: bool
) -> int | None:
    """A new incident with the report's figures; none for a zero report that continues nothing."""
    if command.kind == "zero":
        return None
    lat, lng = command.lat, command.lng
    if lat is None and (located := tree.point(command.division)) is not None:
        lat, lng = located.point.lat, located.point.lng
    opened = OpenIncident(
        division=command.division, hazard=command.hazard or "other", place=label[: rules.MAX_PLACE], lat=lat, lng=lng,
        urgent=urgent, figures=figures if command.source == OWN else {},
    )  # fmt: skip
    return incident_service.open_incident(uow, opened)


def _keep_lines(uow: UnitOfWork, key: int, row: Mapping[str, Any], known: Lines, joined: Open | None) -> None:
    """Puts the report into its chain and the sheets of every tier above, and the root's sum into the incident."""
    told = Told(
        key, row["said_at"], row["kind"], row["basis"], row["figures"], row["reporter_id"],
        red=rules.is_urgent(row["figures"], row["urgent"]),
    )  # fmt: skip
    incident, division, source = row["incident_id"], row["division_code"], row["source"]
    chain = known[division].chain if division in known else Chain()
    # A report that was said before others of its chain came late: the chain is folded anew, the report among it.
    late = not chain.precedes(told)
    chain = standings.chain_of(uow, incident, division, source) if late else step(chain, told)
    changed, figures = standings.climbed(standings.path(places(uow.session).profile.root, division), known, chain)
    if late and standings.lost(known, changed):
        figures = standings.rebuild(uow, incident)
    else:
        standings.keep(uow, incident, source, known, changed)
    if joined is not None:
        hazard = row["hazard"] if joined.hazard == "other" and row["hazard"] else joined.hazard
        urgent = joined.urgent or rules.is_urgent(row["figures"], row["urgent"])
        sums = {code: line.figures for code, line in {**known, **changed}.items()} if source == OWN else {}
        totals = UpdateTotals(
            incident_id=incident, figures=figures if source == OWN else joined.figures, urgent=urgent, hazard=hazard,
            by_office=sums, kept=joined,
        )  # fmt: skip
        incident_service.update_totals(uow, totals)


def _keep_photos(uow: UnitOfWork, report: int, command: FileReport) -> None:
    for one in command.photos:
        photo = Photo(
            report_id=report, sha256=one.sha256, width=one.width, height=one.height, size=one.size, at=uow.now,
            lat=one.lat, lng=one.lng,
        )  # fmt: skip
        uow.session.add(photo)


def _tell(uow: UnitOfWork, row: ReportView, place: str, hazard: str | None) -> None:
    data = {
        "incident": row.incident, "place": place, "hazard": hazard, "kind": row.kind, "figures": row.figures,
        "urgent": row.in_danger, "channel": row.channel, "needs": row.needs,
    }  # fmt: skip
    uow.record(Event("report.received", row.division, row.number, data))
    if row.in_danger:
        # A kind of its own: boards ring louder for it, whatever else they show.
        uow.record(Event("report.urgent", row.division, row.number, {**data, "words": "、".join(row.urgent[:3])}))
        _alert_duty(uow, row, place, hazard)
        if (incident := row_id(INCIDENT, row.incident or "")) is not None:
            handoffs.open_for(uow, incident, row.division, row.urgent, row.figures)


def _tell_unexplained(uow: UnitOfWork, row: ReportView, place: str, found: Sequence[checks.Problem]) -> None:
    """A figure that fell or jumped and for which no reason was given: the reporter is asked, boards see it."""
    for problem in found:
        if problem.name in _UNEXPLAINED:
            slug, now, before = (problem.values[name] for name in ("figure", "a", "b"))
            data = {"place": place, "figure": slug, "now": now, "before": before, "incident": row.incident}
            uow.record(Event("report.unexplained", row.division, row.number, data))
            return


def cried_again(uow: UnitOfWork, row: ReportView) -> ReportView:
    """A cry for help in the same words is no second report, but whoever is on duty hears it again: nobody repeats it
    who has been helped. Once in an hour of the clock. Returns the report."""
    if row.in_danger and uow.now - row.received_at >= rules.CRIED_AGAIN_AFTER:
        place = shown(places(uow.session).label(row.division), row.place)
        data = {
            "incident": row.incident, "place": place, "hazard": row.hazard, "kind": row.kind, "figures": row.figures,
            "urgent": True, "channel": row.channel, "needs": row.needs, "words": "、".join(row.urgent[:3]),
        }  # fmt: skip
        uow.record(Event("report.urgent", row.division, row.number, data))
        _alert_duty(uow, row, place, row.hazard, again=f"{uow.now:%Y%m%d%H}:")
    return row


def _alert_duty(uow: UnitOfWork, row: ReportView, place: str, hazard: str | None, again: str = "") -> None:
    """Texts the duty officers above of people in danger: a board may be unwatched at night. Whoever said or typed
    it knows already."""
    above = accounts.people_with(uow.session, "report.review", ancestors(row.division))
    params = {"number": row.number, "place": place, "hazard": hazard, "words": "、".join(row.urgent[:3])}
    for person in above:
        if person.id not in {row.reporter_id, row.typed_by_id}:
            dedup = f"urgent:{again}{row.number}:{person.id}"
            subject = row.number
            uow.send(Notice("report_urgent", dedup, person=person.id, params=params, priority=ALERT, subject=subject))


def review(uow: UnitOfWork, command: Review) -> None:
    """Accepts a report or returns it with a reason, which its reporter gets by text.

    Raises NotFound, AlreadyReviewed, OwnReport, Invalid (a return without reason).
    """
    row = held(uow, command.report)
    name = number(REPORT, row.id)
    rules.check_review(row.status, uow.actor.person_id, {row.reporter_id, row.typed_by_id}, command)
    row.status = "accepted" if command.accept else "returned"
    row.reason, row.reviewed_by = command.reason, uow.actor.name
    uow.session.flush()
    if row.incident_id is not None and not command.accept:
        standings.rebuild(uow, row.incident_id)
    data = {
        "place": shown(places(uow.session).label(row.division_code), row.place), "reason": command.reason,
        "by": uow.actor.name, "incident": number(INCIDENT, row.incident_id) if row.incident_id else None,
    }  # fmt: skip
    kind = "report.accepted" if command.accept else "report.returned"
    uow.record(Event(kind, row.division_code, name, data))
    if not command.accept and row.reporter_id is not None:
        params = {"number": name, "reason": command.reason}
        dedup = f"returned:{name}"
        person, subject = row.reporter_id, name
        uow.send(Notice("report_returned", dedup, person=person, params=params, priority=ANSWER, subject=subject))
