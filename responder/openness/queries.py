"""Reads for the public: published incidents of the real world, all divisions, nobody's personal data.

There is no Scope here by design: everything in a view below may be read by anybody. The session must be of
the real world, which `public` sees to.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from responder.dispatch.models import Mission
from responder.incidents import queries as incidents
from responder.incidents.queries import IncidentView
from responder.kernel import ids
from responder.kernel.actors import REAL
from responder.openness import rules
from responder.openness.rules import Response
from responder.places import queries as places
from responder.platform import terms
from responder.platform.api import Cursor, Page
from responder.platform.work import Work
from responder.stock.models import Document, Transit
from responder.stock.rules import ISSUE
from responder.teams.models import Team


@dataclass(frozen=True)
class PublicTeam:
    """A team that was sent, by name and type."""

    name: str
    type: str


@dataclass(frozen=True)
class PublicGoods:
    """Goods that left for an incident and did not come back."""

    item: str
    qty: int


@dataclass(frozen=True)
class PublicIncident:
    """An incident as the public reads it. ``town`` is the finest place told; a None figure isn't released."""

    id: int
    number: str
    hazard: str
    town: str
    figures: dict[str, int | float | None]
    response: Response
    verified_at: datetime | None
    closed_at: datetime | None
    published_at: datetime | None
    teams: tuple[PublicTeam, ...] = ()
    goods: tuple[PublicGoods, ...] = ()


@dataclass(frozen=True)
class Year:
    """What a branch did in a year, over its published incidents."""

    incidents: int
    teams: int
    goods: int
    to_answer: timedelta | None
    to_scene: timedelta | None
    to_goods: timedelta | None


@contextmanager
def public(work: Work) -> Iterator[Session]:
    """A session of the real world, whatever world the visitor's browser may be in."""
    with work.read(REAL) as session:
        yield session


def published(session: Session, cursor: Cursor) -> Page[PublicIncident]:
    """A page of published incidents, newest first, without teams and goods."""
    found = incidents.published(session, cursor)
    shown = found[: cursor.limit]
    responses = _responses(session, shown)
    views = [_view(session, row, responses[row.number]) for row in shown]
    more = str(views[-1].id) if len(found) > cursor.limit else None
    return Page(views, more)


def incident(session: Session, number: str) -> PublicIncident | None:
    """One published incident with its teams and goods; None for any other, open or unpublished ones too."""
    found = incidents.published(session, Cursor(None, 1), number)
    if not found:
        return None
    row = found[0]
    went = (Mission.incident == row.number, Mission.status.in_(rules.WENT))
    teams = session.execute(
        select(Team.name, Team.type).join(Mission, Mission.team_id == Team.id).where(*went).order_by(Mission.id)
    )
    missions = [ids.number(ids.MISSION, key) for key in session.scalars(select(Mission.id).where(*went))]
    kept = func.sum(Transit.sent - Transit.returned)
    goods = session.execute(
        select(Transit.item, kept).where(Transit.mission.in_(missions)).group_by(Transit.item).order_by(Transit.item)
    )
    return _view(
        session,
        row,
        _responses(session, [row])[row.number],
        tuple(dict.fromkeys(PublicTeam(name, kind) for name, kind in teams)),
        tuple(PublicGoods(item, int(qty)) for item, qty in goods if qty),
    )


def year(session: Session, start: datetime, end: datetime) -> Year:
    """The figures of incidents published that were reported in [start, end)."""
    rows = [row for row in incidents.published(session, Cursor(None, _MOST)) if start <= row.opened_at < end]
    numbers = [row.number for row in rows]
    responses = list(_responses(session, rows).values())
    went = select(func.count(Mission.id)).where(Mission.incident.in_(numbers), Mission.status.in_(rules.WENT))
    left = select(func.sum(Transit.sent - Transit.returned)).join(Document, Document.id == Transit.document_id)
    return Year(
        incidents=len(rows),
        teams=session.scalar(went) or 0,
        goods=session.scalar(left.where(Document.incident.in_(numbers))) or 0,
        to_answer=rules.usual(r.after(r.acknowledged) for r in responses),
        to_scene=rules.usual(r.after(r.arrived) for r in responses),
        to_goods=rules.usual(r.after(r.goods) for r in responses),
    )


_MOST = 2000
"""More incidents than any branch publishes in a year."""


def _responses(session: Session, rows: Iterable[IncidentView]) -> dict[str, Response]:
    """The clock of each incident, in two statements for all of them."""
    rows = list(rows)
    numbers = [row.number for row in rows]
    firsts: dict[str, dict[str, datetime | None]] = defaultdict(dict)
    missions = select(
        Mission.incident,
        func.min(Mission.acknowledged_at),
        func.min(Mission.en_route_at),
        func.min(Mission.arrived_at),
    )
    for number, acknowledged, left, arrived in session.execute(
        missions.where(Mission.incident.in_(numbers)).group_by(Mission.incident)
    ):
        firsts[number] = {"acknowledged": acknowledged, "left": left, "arrived": arrived}
    issues = select(Document.incident, func.min(Document.at)).where(Document.kind == ISSUE)
    for number, at in session.execute(issues.where(Document.incident.in_(numbers)).group_by(Document.incident)):
        firsts[number]["goods"] = at
    return {row.number: Response(row.opened_at, **firsts[row.number]) for row in rows}


def _view(
    session: Session,
    row: IncidentView,
    response: Response,
    teams: tuple[PublicTeam, ...] = (),
    goods: tuple[PublicGoods, ...] = (),
) -> PublicIncident:
    return PublicIncident(
        id=row.id,
        number=row.number,
        hazard=row.hazard,
        town=places.places(session).label(rules.town(row.division)),
        figures=rules.told(row.figures, row.released, terms.vocabulary("indicator")),
        response=response,
        verified_at=row.verified_at,
        closed_at=row.closed_at,
        published_at=row.published_at,
        teams=teams,
        goods=goods,
    )
