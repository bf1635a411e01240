"""What an event makes due, and what it fulfils. Written by plain statements: jobs pass here for every report.

Filing a report costs nothing for all this: the job reads the event log, which is in the order of commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, false, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from responder.accounts.models import Person
from responder.incidents.models import Incident
from responder.places.index import Places
from responder.places.rules import level, parent
from responder.platform.scope import begins_with
from responder.reports.deadlines import rulebook, rules
from responder.reports.deadlines.models import Due
from responder.reports.deadlines.rules import LATE, LEAP, MET, OPEN, RED_CROSS, WAIVED, Rule
from responder.reports.models import Report

_t: Any = Due.__table__
_r: Any = Report.__table__
_i: Any = Incident.__table__
_p: Any = Person.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_OPEN = {name: insert(_t).on_conflict_do_nothing().returning(_t.c.id) for name, insert in _INSERTS.items()}
_REPORT = (
    select(
        _r.c.id, _r.c.world, _r.c.kind, _r.c.division_code, _r.c.occurred_at, _r.c.received_at, _r.c.incident_id,
        _p.c.division_code.label("typist"), _i.c.hazard, _i.c.figures, _i.c.status.label("state"),
    )
    .outerjoin(_p, _p.c.id == _r.c.typed_by_id)
    .outerjoin(_i, _i.c.id == _r.c.incident_id)
)  # fmt: skip


@dataclass(frozen=True)
class News:
    """A report, or what an office did with one: it fulfils the duties of ``division`` and, where ``by`` is an office
    above, of those between. ``at`` it was done, about what was told at ``told_at``. ``closes``: it was a
    verification."""

    world: int
    division: str
    by: str
    at: datetime
    told_at: datetime
    how: str
    report_id: int | None
    incident_id: int | None
    closes: bool = False
    nothing_new: bool = False


def report_of(session: Session, key: int) -> Any:
    """A report with its typist's division and its incident, of whatever world; None where there is none."""
    return session.execute(_REPORT.where(_r.c.id == key)).first()


def has_verified(session: Session, world: int, incident_id: int | None, division: str) -> bool:
    """Whether an office or anybody below it has verified its figures of an incident: its sheet is then a 核报."""
    told = select(_r.c.id).where(
        _r.c.world == world, _r.c.incident_id == incident_id, _r.c.kind == "verification", _r.c.status != "returned",
        begins_with(_r.c.division_code, division),
    )  # fmt: skip
    return session.execute(told.limit(1)).first() is not None


def division_of(session: Session, person: int | None) -> str:
    """Where a person sits; "" for the system."""
    found = session.scalar(select(_p.c.division_code).where(_p.c.id == person)) if person is not None else None
    return found or ""


def open_initial(session: Session, tree: Places, row: Any, now: datetime) -> int:
    """The first reports that the offices above a report's division owe because of it. Returns how many are new."""
    levels = tree.profile.levels
    opened = []
    first = rules.start(Rule("initial", 0, ()), row.occurred_at, row.received_at)
    for rule in rulebook.applying(levels):
        sender = rules.at_level(row.division_code, rule.sender)
        if rule.kind != "initial" or rule.clock != "occurred" or sender is None or not rule.is_triggered(row.figures):
            continue
        begins = first
        if rule.figures:
            begins = rules.start(rule, row.occurred_at, _first_receipt(session, row.incident_id), row.received_at)
        opened.append(_limited(rule, sender, row.world, row.incident_id, begins, now))
    opened.append(_red_cross(tree.profile.root, row, first, now))
    return keep(session, [one for one in opened if one])


def _first_receipt(session: Session, incident_id: int) -> datetime:
    """When the first report of an incident came in."""
    oldest = select(_r.c.received_at).where(_r.c.incident_id == incident_id).order_by(_r.c.id).limit(1)
    return session.execute(oldest).scalar_one()  # type: ignore[no-any-return]


def open_received(session: Session, tree: Places, news: News, now: datetime) -> None:
    """The office above has received something: clocks that count from receipt start there."""
    for office in rules.told_by(news.division, news.by, tree.profile.levels):
        above = tree.profile.office_above(office)
        if above is None or news.incident_id is None:
            continue
        opened = [
            _limited(rule, above, news.world, news.incident_id, news.at, now)
            for rule in rulebook.applying(tree.profile.levels)
            if rule.clock == "received" and rule.sender == level(above)
            and (rule.kind == "initial" or (rule.kind == "verification" and news.closes))
        ]  # fmt: skip
        keep(session, opened)


def open_verification(session: Session, tree: Places, world: int, incident_id: int, stable: datetime) -> int:
    """The situation is stable: every office with news of the incident owes its verification. Returns how many."""
    told = session.execute(
        select(_r.c.division_code).distinct().where(_r.c.incident_id == incident_id, _r.c.status != "returned")
    ).scalars()
    divisions = list(told)
    opened = {}
    for rule in rulebook.applying(tree.profile.levels):
        if rule.kind == "verification" and rule.clock == "stable":
            for sender in {rules.at_level(code, rule.sender) for code in divisions} - {None}:
                assert sender is not None
                one = _limited(rule, sender, world, incident_id, stable, stable)
                opened[one["key"]] = one
    return keep(session, list(opened.values()))


def _limited(rule: Rule, sender: str, world: int, incident_id: int, begins: datetime, now: datetime) -> dict[str, Any]:
    assert rule.limit is not None
    to = rules.receivers(rule, sender)
    kind = LEAP if rule.figures else rule.kind
    key = f"{rule.name}:{incident_id}:{sender}"
    return row_of(kind, key, sender, to, begins, begins + rule.limit, now, world, incident_id)


def _red_cross(root: str, row: Any, begins: datetime, now: datetime) -> dict[str, Any]:
    """The branch itself owes the higher Red Cross, which isn't in this software: its code, or "" above a province."""
    due_at = begins + rulebook.red_cross_limit()
    key = f"{RED_CROSS}:{row.incident_id}"
    return row_of(RED_CROSS, key, root, (parent(root) or "",), begins, due_at, now, row.world, row.incident_id)


def row_of(
    kind: str, key: str, sender: str, to: Sequence[str], begins: datetime, due_at: datetime, now: datetime,
    world: int, incident_id: int | None, round_on: str = "", *, asks: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """A due as its columns, with the moment at which something is first to be done about it."""
    act = rules.next_act(rules.Waiting(now, due_at, asks), rulebook.patience())
    return {
        "world": world, "division_code": sender, "key": key[:80], "kind": kind, "to_code": to[0],
        "also_code": to[1] if len(to) > 1 else "", "incident_id": incident_id, "round_on": round_on,
        "started_from": begins, "due_at": due_at, "opened_at": now, "next_at": act[1] if act else None,
        "status": OPEN, "asks": asks, "nags": 0, "met_by": "", "reason": "", "report_id": None, "met_at": None,
    }  # fmt: skip


def keep(session: Session, rows: list[dict[str, Any]]) -> int:
    """Writes dues; those that are there already stay as they are. Returns how many were new."""
    connection = session.connection()
    statement = _OPEN[connection.dialect.name]
    return sum(connection.execute(statement, row).scalar() is not None for row in rows)


def fulfil(session: Session, tree: Places, news: News) -> int:
    """Marks what the news fulfils, in time or late. Returns how many dues."""
    once = ["initial", LEAP] + (["verification"] if news.closes else [])
    ours = true() if news.nothing_new else _t.c.incident_id == news.incident_id
    first = and_(ours, _t.c.kind.in_(once), _t.c.started_from <= news.at) if not news.nothing_new else false()
    # What is owed again and again is fulfilled by what was told in its own interval, not by looking at older news.
    again = and_(ours, _t.c.kind == "followup", _t.c.started_from < news.told_at)
    daily = and_(_t.c.kind == "zero", _t.c.started_from < news.told_at)
    done = 0
    for office in rules.told_by(news.division, news.by, tree.profile.levels) or (news.division,):
        mine = and_(_t.c.world == news.world, _t.c.division_code == office, _t.c.status == OPEN)
        owed = and_(mine, or_(first, again, daily))
        done += _mark(session, owed, news.at, news.how, news.report_id)
        done += complete_rounds(session, tree, news.world, office, news.at)
    return done


def _mark(session: Session, owed: Any, at: datetime, how: str, report_id: int | None = None) -> int:
    status = case((_t.c.due_at >= at, MET), else_=LATE)
    done = update(_t).where(owed).values(status=status, met_at=at, met_by=how, report_id=report_id, next_at=None)
    return session.connection().execute(done).rowcount


def complete_rounds(session: Session, tree: Places, world: int, division: str, at: datetime) -> int:
    """Once all below have answered a zero round, their office owes nothing more for it; so upward."""
    done = 0
    office = tree.profile.office_above(division)
    while office is not None:
        waiting = select(_t.c.round_on, _t.c.id).where(
            _t.c.world == world, _t.c.division_code == office, _t.c.kind == "zero", _t.c.status == OPEN
        )
        changed = 0
        for row in session.execute(waiting).all():
            below = (_t.c.world == world) & (_t.c.to_code == office) & (_t.c.kind == "zero")
            below = below & (_t.c.round_on == row.round_on)
            counts = select(func.count(_t.c.id), func.sum(case((_t.c.status == OPEN, 1), else_=0))).where(below)
            total, still = session.execute(counts).one()
            if total and not still:
                changed += _mark(session, (_t.c.id == row.id) & (_t.c.status == OPEN), at, "round")
        if not changed:
            break
        done += changed
        office = tree.profile.office_above(office)
    return done


def meet(session: Session, due_id: int, at: datetime, how: str, report_id: int | None = None) -> bool:
    """Marks one due that is still open. Returns whether it was."""
    return _mark(session, (_t.c.id == due_id) & (_t.c.status == OPEN), at, how, report_id) > 0


def waive(session: Session, which: Any, reason: str) -> int:
    """Nothing is owed any more: ``which`` are conditions on the table. Returns how many."""
    gone = update(_t).where(which, _t.c.status == OPEN).values(status=WAIVED, reason=reason[:200], next_at=None)
    return session.connection().execute(gone).rowcount
