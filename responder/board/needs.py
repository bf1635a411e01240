"""What waits for one person, in order: people in danger, teams without an answer, then the day's work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from responder.accounts.enrolment import queries as enrolling
from responder.board import duties
from responder.board.queries import numbers
from responder.board.waits import Call, Need
from responder.dispatch import queries as dispatch
from responder.dispatch.queries import MissionView
from responder.incidents import queries as incidents
from responder.incidents import rules as states
from responder.incidents.queries import IncidentView
from responder.kernel import clock
from responder.messaging import queries as messaging
from responder.messaging.broadcasts import queries as broadcasts
from responder.messaging.handcalls import queries as handcalls
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.reports import queries as reports
from responder.reports import service as wording
from responder.reports.deadlines import queries as deadlines
from responder.reports.queries import ReportView
from responder.stock import records
from responder.stock import rules as stock

MOST = 5
"""How many of one kind are listed; the rest is counted."""

FAILED_SINCE = timedelta(hours=24)


@dataclass(frozen=True)
class Waiting:
    """The list, and how many more there are of each kind."""

    needs: list[Need]
    more: dict[str, int]

    @property
    def total(self) -> int:
        """How many things wait."""
        return sum(need.count or 1 for need in self.needs) + sum(self.more.values())


def waiting(session: Session, scope: Scope, going: list[MissionView], active: list[IncidentView]) -> Waiting:
    """What waits for the reader of this scope; ``going`` are the open missions, ``active`` the incidents that they may
    see."""
    found = [*_all(session, scope, going, active)]
    kept: list[Need] = []
    more: dict[str, int] = {}
    for need in found:
        if sum(other.kind == need.kind for other in kept) < MOST:
            kept.append(need)
        else:
            more[need.kind] = more.get(need.kind, 0) + 1
    return Waiting(kept, more)


def _all(session: Session, scope: Scope, going: list[MissionView], active: list[IncidentView]) -> Iterator[Need]:
    reviews = reports.unreviewed(session, scope, 30) if scope.can("report.review") else []
    mine = scope.person_id
    reviews = [one for one in reviews if mine not in (one.reporter_id, one.typed_by_id)]
    yield from (_review(session, one) for one in reviews if one.in_danger)
    for asked in broadcasts.waiting_for(session, scope):
        yield Need("asked", asked.number, asked.made_at, name=asked.made_by, words=asked.body, options=asked.options)
    yield from duties.hand_offs(session, scope, active)
    yield from _calls(session, scope)
    yield from duties.levels(session, scope, active)
    yield from (
        Need("answer", m.number, m.created_at, m.place, m.team_name)
        for m in going
        if m.led_by(mine) and m.status in ("alerted", "no_answer")
    )
    if mine is not None and scope.can("report.file"):
        for one in reports.returned_to(session, scope, mine):
            yield Need("returned", one.number, one.received_at, _place(session, one), words=one.reason)
    if scope.can("report.file"):
        owed = deadlines.waiting(session, scope, clock.now())
        yield from (Need(kind, "", count=n) for kind, n in (("due", owed.overdue), ("due_soon", owed.soon)) if n)
    yield from (_review(session, one) for one in reviews if not one.in_danger)
    yield from _picks(session, scope)
    yield from _texts(session, scope)
    keeps = scope.can("people.local") or scope.can("people.manage")
    if keeps and (count := enrolling.waiting_count(session, scope)):
        yield Need("enrol", "", count=count)
    yield from duties.questions(session, scope)
    yield from _states(session, scope, going, active)
    if scope.can("stock.approve"):
        for paper in records.documents(session, scope, state=stock.DRAFT, limit=10):
            yield Need("approve", paper.number, paper.at, paper.warehouse_name, paper.actor)


def _place(session: Session, one: ReportView) -> str:
    return wording.shown(places(session).label(one.division), one.place)


def _review(session: Session, one: ReportView) -> Need:
    kind = "danger" if one.in_danger else "review"
    return Need(kind, one.number, one.received_at, _place(session, one), words="、".join(one.urgent), status=one.kind)


def _calls(session: Session, scope: Scope) -> Iterator[Need]:
    """Teams that nobody has heard of, or that can't go: by hand, for whoever sends missions."""
    if not scope.can("mission.confirm"):
        return
    silent = dispatch.waiting(session, scope)
    known = callable_people(session, scope, silent)
    for m in silent:
        yield Need(
            "call", m.number, m.times.get(m.status), m.place, m.team_name, status=m.status, calls=known[m.number]
        )


def callable_people(session: Session, scope: Scope, missions: list[MissionView]) -> dict[str, tuple[Call, ...]]:
    """Leader and deputy of missions with their numbers, by mission."""
    people = {p for m in missions for p in (m.leader_id, m.deputy_id) if p is not None}
    known = numbers(session, scope, sorted(people))
    return {
        m.number: tuple(
            Call(name, known.get(person, ""))
            for person, name in ((m.leader_id, m.leader), (m.deputy_id, m.deputy))
            if person is not None
        )
        for m in missions
    }


def _picks(session: Session, scope: Scope) -> Iterator[Need]:
    """Goods reserved in the reader's warehouses: one line for each mission."""
    if not scope.can("stock.issue"):
        return
    lines: dict[str, list[records.KeptLine]] = {}
    for line in records.kept(session, scope):
        lines.setdefault(line.mission, []).append(line)
    for mission, kept in lines.items():
        sums: dict[str, int] = {}
        for line in kept:
            sums[line.item] = sums.get(line.item, 0) + line.qty
        goods: list[dict[str, object]] = [{"item": item, "qty": qty} for item, qty in sums.items()]
        yield Need("pick", mission, kept[0].at, kept[0].place, kept[0].warehouse_name, goods=goods)


def _texts(session: Session, scope: Scope) -> Iterator[Need]:
    if not scope.can("message.see"):
        return
    if count := messaging.waiting_count(session, scope):
        yield Need("text", "", count=count)
    if count := handcalls.waiting_count(session, scope) if scope.can("message.send") else 0:
        yield Need("by_hand", "", count=count)
    if count := messaging.failed_count(session, scope, clock.now() - FAILED_SINCE):
        yield Need("failed", "", count=count)


def _states(session: Session, scope: Scope, going: list[MissionView], active: list[IncidentView]) -> Iterator[Need]:
    """Incidents whose next step is the reader's: figures to verify, response to close, the public to be told."""
    out = {m.incident for m in going}
    for one in sorted(active, key=lambda one: one.touched_at):
        still = one.number not in out and one.seen_at is not None
        if one.status == states.OPEN and scope.can("incident.verify") and still:
            yield Need("verify", one.number, one.touched_at, one.place)
        elif one.status == states.VERIFIED and scope.can("incident.manage") and still:
            yield Need("close", one.number, one.verified_at, one.place)
    if scope.can("public.release"):
        for one in incidents.unpublished(session, scope):
            yield Need("publish", one.number, one.closed_at, one.place)
