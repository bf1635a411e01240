"""The consolidated sheets as read: one tier's, what stands behind a number, a whole branch's day. Always scoped.

Read from the lines that ``standings`` keeps, with plain columns: a sheet costs its children, a day's sheet its
villages, however many reports there are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from responder.incidents.models import Incident
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.places.queries import places
from responder.platform.scope import PREFIXES, Scope
from responder.reports import standing
from responder.reports.models import Report, Standing, StandingDay
from responder.reports.standing import OWN, Figures, Said

_t: Any = Standing.__table__
_d: Any = StandingDay.__table__
_i: Any = Incident.__table__
_r: Any = Report.__table__


@dataclass(frozen=True)
class Cell:
    """A number that somebody said: when (ISO, UTC) and in which report."""

    value: float | int
    said_at: str
    report: str


@dataclass(frozen=True)
class Row:
    """One division's line. ``figures`` count; ``own`` and ``additions`` are its own words, ``below`` its children's
    sum, ``differences`` its own total less what lies below it and its additions. ``reports`` 0: it hasn't reported
    itself. ``closed`` is the number of the verification that closed its figures."""

    division: str
    name: str
    figures: Figures = field(default_factory=dict)
    own: Mapping[str, Cell] = field(default_factory=dict)
    additions: Mapping[str, Cell] = field(default_factory=dict)
    below: Figures = field(default_factory=dict)
    differences: Figures = field(default_factory=dict)
    reports: int = 0
    last_at: datetime | None = None
    last: str | None = None
    closed: str | None = None

    @property
    def silent(self) -> bool:
        """Nothing is known from here: neither it nor anybody below has reported."""
        return not self.reports and not self.figures


@dataclass(frozen=True)
class Sheet:
    """One tier's sheet of one incident: ``rows`` all its children in the tree's order, ``tier`` its own line, whose
    ``figures`` are the total; ``sources`` what government and media say of it, beside."""

    incident: str
    tier: Row
    rows: list[Row]
    sources: dict[str, Row]

    def slugs(self) -> set[str]:
        """The figures that anybody stated."""
        lines = (self.tier, *self.rows, *self.sources.values())
        return {slug for line in lines for slug in (*line.figures, *line.own)}


def sheet(session: Session, scope: Scope, incident: str, division: str) -> Sheet | None:
    """A tier's sheet; None where the division is out of scope or the incident has no line there."""
    key = row_id(INCIDENT, incident)
    tree = places(session)
    if key is None or not scope.holds(division) or tree.find(division) is None:
        return None
    children = {child.code: child for child in tree.children(division)}
    statement = select(_t).where(
        _t.c.world == scope.world, _t.c.incident_id == key, _within(division), _length(division, deep=1)
    )
    found = {(row.division_code, row.source): row for row in session.execute(statement)}
    if not any(code == division for code, _source in found):
        return None
    # A child that the tree no longer has (an office merged away) keeps its line for as long as it has figures.
    codes = [*children, *sorted({code for code, _ in found} - children.keys() - {division})]
    return Sheet(
        incident=number(INCIDENT, key),
        tier=_row(division, tree.name(division), found.get((division, OWN))),
        rows=[_row(code, tree.name(code), found.get((code, OWN))) for code in codes],
        sources={
            source: _row(division, tree.name(division), found[division, source])
            for source in standing.SOURCES
            if source != OWN and (division, source) in found
        },
    )


def _row(code: str, name: str, row: Any) -> Row:
    if row is None:
        return Row(code, name)
    own, additions = standing.unpacked(row.own), standing.unpacked(row.added)
    made = standing.summed([row.below, {slug: entry.value for slug, entry in additions.items()}])
    return Row(
        division=code, name=name, figures=row.figures, own=_cells(own), additions=_cells(additions), below=row.below,
        differences=standing.differences({slug: entry.value for slug, entry in own.items()}, made),
        reports=row.reports, last_at=row.last_at, last=number(REPORT, row.last_id) if row.last_id else None,
        closed=number(REPORT, row.closed_id) if row.closed_id else None,
    )  # fmt: skip


def _cells(said: Said) -> dict[str, Cell]:
    return {slug: Cell(one.value, one.said_at, number(REPORT, one.report)) for slug, one in said.items()}


def _within(division: str) -> ColumnElement[bool]:
    """The subtree by a range, which the unique index answers."""
    return and_(_t.c.division_code >= division, _t.c.division_code < division + "~")


def _length(division: str, deep: int) -> ColumnElement[bool]:
    here = PREFIXES.index(len(division))
    lengths = PREFIXES[here : here + deep + 1]
    return func.length(_t.c.division_code).in_(lengths)


@dataclass(frozen=True)
class Word:
    """What a division has said itself of an incident, additions beside its children's among it. ``stands`` are the
    figures for which its own word counts, whatever its children say."""

    figures: Figures
    stands: frozenset[str]


def words(session: Session, scope: Scope, incident: str) -> dict[str, Word]:
    """The divisions in scope that have reported of an incident, with their latest words: one statement."""
    statement = select(_t.c.division_code, _t.c.own, _t.c.added, _t.c.below).where(
        _t.c.world == scope.world, _t.c.incident_id == (row_id(INCIDENT, incident) or 0), _t.c.source == OWN,
        _t.c.reports > 0, scope.covers(_t.c.division_code),
    )  # fmt: skip
    found = {}
    for row in session.execute(statement):
        said = {slug: entry[0] for slug, entry in {**row.added, **row.own}.items()}
        found[row.division_code] = Word(said, frozenset(slug for slug in row.own if _stands(row, slug)))
    return found


def _stands(line: Any, slug: str) -> bool:
    """Whether a division's own word on a figure counts, and not what lies below it and beside."""
    own, added, below = line.own.get(slug), line.added.get(slug), line.below.get(slug)
    beside = [part for part in (below, added and added[0]) if part is not None]
    return own is not None and bool(own[3] or not beside or own[0] >= standing.tidy(sum(beside)))


@dataclass(frozen=True)
class Traced:
    """A part of a number: what a division said in which report, by whom, in which words. ``addition`` stands beside
    its children. ``inbound`` is the message that it came from."""

    division: str
    name: str
    value: float | int
    report: str
    said_at: datetime
    reporter: str
    channel: str
    text: str
    inbound: int | None
    addition: bool


def trace(session: Session, scope: Scope, incident: str, division: str, slug: str) -> list[Traced]:
    """The reports whose numbers make up one figure of one division, its own first: their values add up to it."""
    key = row_id(INCIDENT, incident)
    if key is None or not scope.holds(division):
        return []
    statement = select(_t.c.division_code, _t.c.own, _t.c.added, _t.c.below, _t.c.figures).where(
        _t.c.world == scope.world, _t.c.incident_id == key, _t.c.source == OWN, _within(division)
    )
    lines = {row.division_code: row for row in session.execute(statement)}
    parts = list(_parts(lines, division, slug))
    wanted = {entry[2] for _code, entry, _addition in parts}
    columns = (_r.c.id, _r.c.said_at, _r.c.reporter_name, _r.c.channel, _r.c.text, _r.c.inbound_id)
    told = {
        row.id: row for row in session.execute(select(*columns).where(_r.c.id.in_(wanted), _r.c.world == scope.world))
    }
    tree = places(session)
    return [
        Traced(
            code, tree.name(code), entry[0], number(REPORT, one.id), one.said_at, one.reporter_name, one.channel,
            one.text, one.inbound_id, addition,
        )
        for code, entry, addition in parts
        if (one := told.get(entry[2])) is not None
    ]  # fmt: skip


def _parts(lines: Mapping[str, Any], code: str, slug: str) -> Iterable[tuple[str, list[Any], bool]]:
    """The words of which a figure is made: the division's own where that counts, else its additions and its
    children's parts."""
    line = lines.get(code)
    if line is None or slug not in line.figures:
        return
    added = line.added.get(slug)
    if _stands(line, slug):
        yield code, line.own[slug], False
        return
    if added is not None:
        yield code, added, True
    if len(code) == PREFIXES[-1]:
        return
    length = PREFIXES[PREFIXES.index(len(code)) + 1]
    for child in sorted(lines):
        if len(child) == length and child.startswith(code):
            yield from _parts(lines, child, slug)


@dataclass(slots=True)
class DayRow:
    """What a division's incidents come to at the end of a day; ``reports`` it sent itself so far."""

    figures: Figures
    reports: int
    last_at: datetime | None


@dataclass(frozen=True)
class DaySheet:
    """A day's sheet: the lines of all divisions that have any, each tier's sums among them. ``begins`` and ``ends``
    are the local day's bounds (UTC): a line whose ``last_at`` lies between was reported that day."""

    day: date
    begins: datetime
    ends: datetime
    rows: dict[str, DayRow]

    def level(self, level: int) -> dict[str, DayRow]:
        """The lines of one level (1 province … 5 village)."""
        length = PREFIXES[level - 1]
        return {code: row for code, row in self.rows.items() if len(code) == length}


def day_sheet(
    session: Session, scope: Scope, day: date, incident: str | None = None, tier: str | None = None
) -> DaySheet:
    """What was known at the end of a local day, or now where the day is still going on: of one incident, or of all
    that were not closed before that day. Cumulative figures, one statement for today and two for a day past.
    ``tier`` reads one division and its children alone: a page opens one tier of a province at a time."""
    zone = places(session).profile.zone()
    begins = datetime.combine(day, time(), zone)
    found = DaySheet(day, begins, begins + timedelta(days=1), {})
    key = row_id(INCIDENT, incident) if incident is not None else None
    if incident is not None and key is None:
        return found
    today = day.isoformat()
    changed_later: set[tuple[int, str]] = set()
    for row, figures in _lines(session, _day(scope, _t, key, begins, tier)):
        if row.day <= today:
            _put(found, row.division_code, figures, row.reports, row.last_at)
        else:
            changed_later.add((row.incident_id, row.division_code))
    if not changed_later:
        return found
    past: dict[tuple[int, str], tuple[Any, Figures]] = {}
    for row, figures in _lines(session, _day(scope, _d, key, begins, tier).where(_d.c.day <= today).order_by(_d.c.day)):
        past[row.incident_id, row.division_code] = row, figures
    for where in changed_later & past.keys():
        row, figures = past[where]
        _put(found, row.division_code, figures, row.reports, row.last_at)
    return found


def _lines(session: Session, statement: Any) -> Iterable[tuple[Any, Figures]]:
    """Rows with their figures. Twelve thousand small JSON texts are read as one: half the time of the sheet."""
    rows = session.execute(statement).all()
    return zip(rows, json.loads(f"[{','.join(row.figures for row in rows)}]"), strict=True)


def _day(scope: Scope, table: Any, incident: int | None, begins: datetime, tier: str | None) -> Any:
    columns = (table.c[name] for name in ("incident_id", "division_code", "reports", "last_at", "day"))
    statement = select(*columns, type_coerce(table.c.figures, Text).label("figures")).where(
        table.c.world == scope.world, table.c.source == OWN, scope.covers(table.c.division_code)
    )
    if tier is not None:
        here = PREFIXES.index(len(tier))
        code = table.c.division_code
        statement = statement.where(code >= tier, code < tier + "~", func.length(code).in_(PREFIXES[here : here + 2]))
    if incident is not None:
        return statement.where(table.c.incident_id == incident)
    running = or_(_i.c.closed_at.is_(None), _i.c.closed_at >= begins)
    return statement.join(_i, _i.c.id == table.c.incident_id).where(running)


def _put(sheet: DaySheet, code: str, figures: Figures, reports: int, last: datetime | None) -> None:
    row = sheet.rows.get(code)
    if row is None:
        sheet.rows[code] = DayRow(figures, reports, last)
        return
    row.figures = standing.summed([row.figures, figures])
    row.reports += reports
    row.last_at = max(filter(None, (row.last_at, last)), default=None)
