"""Keeps the lines of the consolidated sheets: each chain's present figures and, by differences, every tier above.

Filing costs one read and one write however many reports a chain has and however many villages an incident; the
caller holds the incident's row, so that two villages can't change one town's line at once. Plain statements made
once: this is on every text's way. They name their world themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, literal, select, true
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.incidents import queries as incidents
from responder.incidents import service as incident_service
from responder.incidents.commands import UpdateTotals
from responder.incidents.queries import Open
from responder.places.queries import places
from responder.platform.scope import ancestors
from responder.platform.work import UnitOfWork
from responder.reports import rules, standing
from responder.reports.models import Report, Standing, StandingDay
from responder.reports.standing import OWN, Chain, Figures, Told

_t: Any = Standing.__table__
_r: Any = Report.__table__
_d: Any = StandingDay.__table__
_KEY = ("incident_id", "division_code", "source")
_KEPT = ("own", "added", "below", "figures", "reports", "last_at", "last_id", "closed_at", "closed_id", "day")
_COLUMNS = (_t.c.division_code, _t.c.source, *(_t.c[name] for name in _KEPT))
_SEEN = (
    select(_r.c.id)
    .where(
        _r.c.reporter_id == bindparam("person"), _r.c.fingerprint == bindparam("fingerprint"),
        _r.c.received_at >= bindparam("after", type_=_r.c.received_at.type), _r.c.world == bindparam("world"),
        _r.c.status != "returned",
    )
    .order_by(_r.c.id.desc())
    .limit(1)
)  # fmt: skip
_LINES = select(*_COLUMNS, _SEEN.scalar_subquery().label("seen")).where(
    _t.c.incident_id == bindparam("incident"), _t.c.world == bindparam("world"), _t.c.source == bindparam("source"),
    _t.c.division_code.in_(bindparam("codes", expanding=True)),
)  # fmt: skip
# Both at once; without anything to join there is still a row.
_OPEN = incidents.JOINABLE.cte("open")
_JOINABLE = (
    select(_SEEN.scalar_subquery().label("seen"), *_OPEN.c)
    .select_from(select(literal(1).label("one")).subquery().outerjoin(_OPEN, true()))
    .order_by(_OPEN.c.id.desc())
)
_ALL = select(*_COLUMNS).where(_t.c.incident_id == bindparam("incident"), _t.c.world == bindparam("world"))
_FOLDED = ("division_code", "source", "id", "said_at", "kind", "basis", "figures", "reporter_id", "amended", "urgent")
_TOLD = select(*(_r.c[name] for name in _FOLDED)).where(
    _r.c.incident_id == bindparam("incident"), _r.c.world == bindparam("world"), _r.c.status != "returned"
)
_CHAIN = _TOLD.where(_r.c.division_code == bindparam("division"), _r.c.source == bindparam("source"))
_FORGET = delete(_t).where(_t.c.incident_id == bindparam("incident"), _t.c.world == bindparam("world"))


def _keep(insert: Any) -> Any:
    made = insert(_t)
    return made.on_conflict_do_update(index_elements=_KEY, set_={name: made.excluded[name] for name in _KEPT})


_KEEP = {"sqlite": _keep(sqlite_insert), "postgresql": _keep(postgres_insert)}
_ARCHIVE = {
    "sqlite": sqlite_insert(_d).on_conflict_do_nothing(),
    "postgresql": postgres_insert(_d).on_conflict_do_nothing(),
}


@dataclass(frozen=True)
class Line:
    """One division's line in one incident, for one source."""

    chain: Chain = field(default_factory=Chain)
    below: Figures = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    day: str = ""

    def same(self, other: "Line | None") -> bool:
        """Whether a day's sheet would show the same."""
        return other is not None and (self.figures, self.chain.last_id, self.chain.reports) == (
            other.figures, other.chain.last_id, other.chain.reports
        )  # fmt: skip

    def counted(self) -> Figures:
        """What counts, from the chain and the children as they stand."""
        return standing.effective(self.chain.own, self.chain.added, self.below)


Lines = dict[str, Line]


def path(root: str, division: str) -> list[str]:
    """The divisions whose lines a report of this division changes: the branch's root down to itself."""
    above = [code for code in ancestors(division) if len(code) >= len(root)]
    return above or [division]


def _line(row: Any) -> Line:
    unpack = standing.unpacked
    chain = Chain(
        unpack(row.own), unpack(row.added), row.reports, row.last_at, row.last_id, row.closed_at, row.closed_id
    )
    return Line(chain, row.below, row.figures, row.day)


class Repeated(NamedTuple):
    """By what a text that was sent twice is known: who said it, its words' fingerprint, after when."""

    person: int | None
    fingerprint: str | None
    after: datetime


def lines(uow: UnitOfWork, incident: int, division: str, source: str, text: Repeated) -> tuple[Lines, int | None]:
    """The lines that a report of this division may change, by division, and the id of the report that the same
    person's same text already became. One statement for both."""
    asked = {"incident": incident, "world": uow.world, "source": source, **text._asdict()}
    codes = path(places(uow.session).profile.root, division)
    rows = uow.session.connection().execute(_LINES, {**asked, "codes": codes}).all()
    if not rows:
        return {}, seen(uow, text)
    return {row.division_code: _line(row) for row in rows}, rows[0].seen


def joinable(uow: UnitOfWork, division: str, hazard: str | None, text: Repeated) -> tuple[Open | None, int | None]:
    """The open incident that a new report from this division most likely tells of, and the id of the report that the
    same person's same text already became. One statement for both, where nothing was locked in vain."""
    asked = {**incidents.asks(uow.world, division, uow.now), **text._asdict()}
    rows = uow.session.connection().execute(_JOINABLE, asked).all()
    found = [Open(*row[1:]) for row in rows if row.id is not None]
    joined = incidents.first_open(uow.session, uow.world, hazard, found)
    # Where others' locks were waited for, what they filed meanwhile is only seen by a statement begun afterwards.
    return joined, seen(uow, text) if found and joined is None else rows[0].seen


def seen(uow: UnitOfWork, text: Repeated) -> int | None:
    """The report that the same person's same text already became, where no line is read anyway."""
    if text.person is None or text.fingerprint is None:
        return None
    return uow.session.connection().execute(_SEEN, {**text._asdict(), "world": uow.world}).scalar()


def climbed(codes: Sequence[str], known: Lines, chain: Chain) -> tuple[Lines, Figures]:
    """The lines that change when a division's chain does, and the figures of the topmost: its own line, then by
    differences each tier above where anything differs. ``codes`` is the division's ``path``. Pure."""
    changed: Lines = {}
    division = codes[-1]
    mine = replace(known.get(division, Line()), chain=chain)
    for index, code in enumerate(reversed(codes)):
        before = known.get(code, Line()).figures
        after = mine.counted()
        mine = replace(mine, figures=after)
        if mine != known.get(code):
            changed[code] = mine
        if index + 1 == len(codes):
            return changed, after
        parent = known.get(codes[-index - 2], Line())
        mine = replace(parent, below=standing.moved(parent.below, before, after))
    raise AssertionError("a path has an end")


def keep(uow: UnitOfWork, incident: int, source: str, known: Lines, changed: Lines) -> None:
    """Writes lines; one that an earlier day last changed is first kept as that day left it."""
    today = uow.now.astimezone(places(uow.session).profile.zone()).date().isoformat()
    connection = uow.session.connection()
    new = {code: line for code, line in changed.items() if not line.same(known.get(code))}
    old = [(code, line) for code, line in known.items() if code in new and line.day < today]
    if old:
        rows = [
            {
                "world": uow.world, "incident_id": incident, "division_code": code, "source": source,
                "day": line.day, "figures": line.figures, "reports": line.chain.reports,
                "last_at": line.chain.last_at,
            }
            for code, line in old
        ]  # fmt: skip
        connection.execute(_ARCHIVE[connection.dialect.name], rows)
    if changed:
        rows = [
            _row(uow.world, incident, source, code, line, today if code in new else known[code].day)
            for code, line in changed.items()
        ]
        connection.execute(_KEEP[connection.dialect.name], rows)


def _row(world: int, incident: int, source: str, code: str, line: Line, day: str) -> dict[str, Any]:
    chain = line.chain
    return {
        "world": world, "incident_id": incident, "division_code": code, "source": source,
        "own": chain.own, "added": chain.added, "below": line.below,
        "figures": line.figures, "reports": chain.reports, "last_at": chain.last_at, "last_id": chain.last_id,
        "closed_at": chain.closed_at, "closed_id": chain.closed_id, "day": day,
    }  # fmt: skip


def _told(row: Any) -> Told:
    red = rules.is_urgent(row.figures, row.urgent)
    return Told(row.id, row.said_at, row.kind, row.basis, row.figures, row.reporter_id, row.amended, red)


def chain_of(uow: UnitOfWork, incident: int, division: str, source: str) -> Chain:
    """One chain folded from its reports: where one arrived late, or was said before others."""
    asked = {"incident": incident, "world": uow.world, "division": division, "source": source}
    return standing.fold(_told(row) for row in uow.session.connection().execute(_CHAIN, asked))


def consolidated(root: str, chains: Mapping[str, Chain]) -> Lines:
    """All lines of one incident and source from its chains alone: children first, each tier from its own. Pure."""
    codes = {code for division in chains for code in path(root, division)}
    found: Lines = {}
    under: dict[str, list[Figures]] = {}
    for code in sorted(codes, key=lambda one: (-len(one), one)):
        line = Line(chains.get(code, Chain()), standing.summed(under.get(code, ())))
        found[code] = replace(line, figures=line.counted())
        above = path(root, code)
        if len(above) > 1:
            under.setdefault(above[-2], []).append(found[code].figures)
    return found


def topmost(root: str, found: Mapping[str, Line]) -> Figures:
    """The incident's figures: the root's line, or the sum of the tops where a division lies outside the branch."""
    return standing.summed(line.figures for code, line in found.items() if len(path(root, code)) == 1)


def rebuild(uow: UnitOfWork, incident: int) -> Figures:
    """All lines and the figures of an incident from all its reports that count: after one was returned, amended or
    moved to another incident. Days already past stay as they were known then. Returns the incident's figures."""
    held = incidents.open_one(uow.session, uow.world, incident)
    if held is None:
        return {}
    root = places(uow.session).profile.root
    connection, asked = uow.session.connection(), {"incident": incident, "world": uow.world}
    before: dict[str, Lines] = {}
    for row in connection.execute(_ALL, asked):
        before.setdefault(row.source, {})[row.division_code] = _line(row)
    told: dict[str, dict[str, list[Told]]] = {}
    for row in connection.execute(_TOLD, asked):
        told.setdefault(row.source, {}).setdefault(row.division_code, []).append(_told(row))
    connection.execute(_FORGET, asked)
    top: Figures = {}
    offices: dict[str, Figures] = {}
    for source in sorted({*before, *told}):
        chains = {code: standing.fold(reports) for code, reports in told.get(source, {}).items()}
        found = consolidated(root, chains)
        known = before.get(source, {})
        # A line that is gone is kept, empty, so that its past days can still be read.
        gone = {code: Line() for code in known if code not in found}
        keep(uow, incident, source, known, {**found, **gone})
        if source == OWN:
            top = topmost(root, found)
            offices = {code: line.figures for code, line in found.items()}
    totals = UpdateTotals(
        incident_id=incident, figures=top, urgent=held.urgent, hazard=held.hazard, by_office=offices, kept=held
    )
    incident_service.update_totals(uow, totals)
    return top


def alone(uow: UnitOfWork, incident: int) -> bool:
    """Whether one report alone tells of an incident."""
    statement = _TOLD.with_only_columns(_r.c.id).limit(2)
    asked = {"incident": incident, "world": uow.world}
    return len(uow.session.connection().execute(statement, asked).all()) == 1


def lost(known: Lines, changed: Lines) -> bool:
    """Whether a line no longer states a figure: only all children together tell whether the tier above still does."""
    return any(known[code].figures.keys() - line.figures.keys() for code, line in changed.items() if code in known)
