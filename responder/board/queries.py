"""Composite reads of the board, over the rooms below. All scoped; each costs the same however many rows there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from responder.accounts.models import Phone
from responder.board import clock
from responder.board.clock import Limits, Stop, Way
from responder.dispatch import proposal, runcards
from responder.dispatch import queries as dispatch
from responder.dispatch.planner import Plan
from responder.dispatch.queries import MissionView
from responder.dispatch.scenes import scene_of
from responder.incidents import queries as incidents
from responder.incidents import rules as states
from responder.incidents import standing_levels
from responder.incidents.queries import IncidentView
from responder.incidents.severity import Severity, severity
from responder.kernel import clock as present
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import indicators, sheets
from responder.reports import queries as reports
from responder.reports import rules as totals
from responder.reports.models import Report
from responder.reports.queries import Counts, ReportView
from responder.reports.rows import ReportRow
from responder.reports.rows import rows as dressed
from responder.reports.standing import OWN
from responder.stock.catalogue import match_item

SENT = ("alerted", "no_answer", "acknowledged", "en_route", "arrived", "working")


@dataclass(frozen=True)
class IncidentRow:
    """An incident as a list shows it. ``told`` is how many reports tell of it, ``divisions`` from how many places."""

    incident: IncidentView
    label: str
    severity: Severity
    told: int
    divisions: int


@dataclass(frozen=True)
class Face:
    """An incident with its clock and missions."""

    row: IncidentRow
    stops: list[Stop]
    missions: list[MissionView]


@dataclass(frozen=True)
class Given:
    """A division's own figures in one incident, and the report that it sent last. ``counted`` is false where the word
    of a division above stands for all of them."""

    division: str
    label: str
    figures: dict[str, float]
    report: ReportView
    counted: bool


def root_level(tree: Places) -> int:
    """The level of the branch's own division: it decides which thresholds count."""
    return tree.division(tree.profile.root).level


def newest(session: Session, scope: Scope, limit: int = 25) -> tuple[list[ReportRow], Counts]:
    """The newest reports, and how many came today and wait."""
    found = reports.reports(session, scope, Cursor(None, limit))[:limit]
    now = present.now().astimezone(places(session).profile.zone())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return dressed(session, scope, found), reports.counts(session, scope, midnight)


def rows(session: Session, scope: Scope, found: Sequence[IncidentView]) -> list[IncidentRow]:
    """Incidents already read, as a list shows them."""
    tree = places(session)
    level = root_level(tree)
    counts = func.count(), func.count(Report.division_code.distinct())
    statement = select(Report.incident_id, *counts).where(
        Report.incident_id.in_([one.id for one in found]),
        scope.covers(Report.division_code),
        Report.status != "returned",
    )
    told = {key: (n, divisions) for key, n, divisions in session.execute(statement.group_by(Report.incident_id))}
    runs = standing_levels.highest(session, scope)
    return [
        IncidentRow(
            one, tree.label(one.division),
            replace(severity(one.figures, one.urgent, level), running=runs.get(one.id, "")),
            *told.get(one.id, (0, 0)),
        )
        for one in found
    ]  # fmt: skip


_ORDER = {colour: place for place, colour in enumerate(states.SEVERITIES)}


def active(session: Session, scope: Scope) -> list[IncidentRow]:
    """Incidents that are going on, the gravest first, then the latest touched."""
    found = rows(session, scope, incidents.active(session, scope))
    return sorted(found, key=lambda row: (_ORDER[row.severity.colour], -row.incident.touched_at.timestamp()))


def face(session: Session, scope: Scope, row: IncidentRow, sent: list[MissionView] | None = None) -> Face:
    """One incident with its clock; ``sent`` are its missions where they are known already."""
    one = row.incident
    first = dispatch.first_times(session, scope, one.number)
    sent = dispatch.of_incident(session, scope, one.number) if sent is None else sent
    times = (one.opened_at, one.seen_at, first.alerted, first.acknowledged, first.arrived, first.handed_out)
    ways = [
        Way(m.times.get("en_route") or m.created_at, m.minutes)
        for m in sent
        if m.minutes is not None and m.status in SENT
    ]
    limits = Limits(runcards.patience().ack_minutes)
    stops = clock.stops(times, ways, present.now(), limits, over=one.status == states.CLOSED)
    return Face(row, stops, sent)


@dataclass(frozen=True)
class Case:
    """An incident with all that its page shows: its reports and missions, oldest first."""

    row: IncidentRow
    told: list[ReportView]
    sent: list[MissionView]

    @property
    def number(self) -> str:
        """The incident's number."""
        return self.row.incident.number

    def subjects(self) -> list[str]:
        """What events and texts about it are about."""
        return [self.number, *(one.number for one in self.told), *(m.number for m in self.sent)]

    def counted(self) -> list[ReportView]:
        """The reports that count."""
        return [one for one in self.told if one.status != "returned"]

    def reporters(self) -> frozenset[int]:
        """Who said or typed what is counted."""
        return frozenset(p for one in self.counted() for p in (one.reporter_id, one.typed_by_id) if p is not None)


def case(session: Session, scope: Scope, name: str) -> Case | None:
    """One incident with its reports and missions, None where there is none in scope. Missions only for readers who
    may see them."""
    row = incident(session, scope, name)
    if row is None:
        return None
    sent = dispatch.of_incident(session, scope, row.incident.number) if scope.can("mission.see") else []
    return Case(row, reports.of_incident(session, scope, row.incident.number), sent)


def incident(session: Session, scope: Scope, name: str) -> IncidentRow | None:
    """One incident, None where there is none in scope."""
    found = incidents.incident(session, scope, name)
    return rows(session, scope, [found])[0] if found is not None else None


@dataclass(frozen=True)
class Hint:
    """The plan in a line: how many teams are proposed, from how many warehouses, what nobody has. ``short`` is
    [{item, qty}]."""

    teams: int
    warehouses: int
    gaps: int
    short: list[dict[str, object]]


def hint(session: Session, scope: Scope, name: str) -> Hint | None:
    """What the planner would propose for an incident, None where it is out of scope."""
    scene = scene_of(session, scope, name)
    return _hint(proposal.plan(session, scope, scene)) if scene is not None else None


def _hint(plan: Plan) -> Hint:
    stores = {s.holding.warehouse for line in plan.goods for s in line.sources if s.proposed}
    short = [{"item": line.item, "qty": line.short} for line in plan.goods if line.basis == "asked" and line.short]
    return Hint(len(plan.chosen()), len(stores), sum(gap.missing for gap in plan.gaps), short)


def given(session: Session, scope: Scope, case: Case) -> list[Given]:
    """What each division has said of an incident, as the consolidated sheet has it: nothing of it is counted twice."""
    tree, words = places(session), sheets.words(session, scope, case.number)
    last = {one.division: one for one in case.counted() if one.source == OWN}
    return [
        Given(code, tree.label(code), words[code].figures, last[code], not _covered(code, words))
        for code in sorted(words.keys() & last.keys())
    ]


def _covered(code: str, words: Mapping[str, sheets.Word]) -> bool:
    mine = words[code].figures.keys()
    above = (word.stands for up, word in words.items() if up != code and code.startswith(up))
    return bool(mine) and mine <= frozenset[str]().union(*above)


def numbers(session: Session, scope: Scope, people: Sequence[int]) -> dict[int, str]:
    """The primary numbers of people to be called by hand (E.164), for readers who may see phones."""
    if not people or not scope.can("phone.see"):
        return {}
    statement = select(Phone.person_id, Phone.e164).where(Phone.person_id.in_(people), Phone.primary)
    return dict(session.execute(statement).all())


def asked(case: Case) -> list[dict[str, object]]:
    """What the reports ask for now, [{item, qty|None}], under the catalogue's slugs where it knows them."""
    wanted = totals.merged_needs((one.division, one.needs) for one in case.counted())
    return [{**need, "item": match_item(need["item"]) or need["item"]} for need in wanted]


def ordered(slugs: Sequence[str]) -> list[str]:
    """Figures in the order of the form."""
    return [slug for slug in indicators.indicators() if slug in slugs]
