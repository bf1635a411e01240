"""Reads of teams. All scoped by the team's home division."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.kernel import clock, ids
from responder.places.coordinates import Point
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.teams import rules
from responder.teams.models import Member, Team
from responder.teams.standard import standard


@dataclass(frozen=True)
class MemberView:
    """A member with the state of their certificate today."""

    name: str
    role: str
    person: int | None
    certificate_no: str
    issued: date | None
    expires: date | None
    certificate: rules.Certificate


@dataclass(frozen=True)
class TeamView:
    """A team as lists show it. ``point`` is its base in WGS-84, its division's where it has no own."""

    id: int
    number: str
    name: str
    type: str
    division: str
    division_name: str
    point: Point | None
    leader_id: int | None
    leader: str
    deputy_id: int | None
    deputy: str
    equipment: str
    active: bool
    stood_down: str
    own_point: bool
    readiness: rules.Readiness

    @property
    def reachable(self) -> bool:
        """Whether somebody could be told: a leader or a deputy is named."""
        return self.leader_id is not None or self.deputy_id is not None


def teams(
    session: Session,
    scope: Scope,
    *,
    search: str = "",
    type: str = "",
    before: int | None = None,
    limit: int | None = None,
) -> list[TeamView]:
    """The teams of a scope, newest first; below id ``before`` where given. ``search`` looks in names."""
    statement = select(Team).where(scope.covers(Team.division_code)).order_by(Team.id.desc())
    if search:
        statement = statement.where(Team.name.contains(search, autoescape=True))
    if type:
        statement = statement.where(Team.type == type)
    if before is not None:
        statement = statement.where(Team.id < before)
    return _views(session, statement.limit(limit) if limit is not None else statement)


def team(session: Session, scope: Scope, number: str) -> TeamView | None:
    """One team of the scope, or one that the reader leads."""
    row_id = ids.row_id(ids.TEAM, number)
    if row_id is None:
        return None
    seen = scope.covers(Team.division_code)
    if scope.person_id is not None:
        seen = or_(seen, _led_by(scope.person_id))
    found = _views(session, select(Team).where(Team.id == row_id, seen))
    return found[0] if found else None


def members(session: Session, scope: Scope, number: str) -> list[MemberView]:
    """The members of a team that the reader may see; empty where there is none."""
    found = team(session, scope, number)
    if found is None:
        return []
    warn, today = standard().warn_days, _today(session)
    rows = session.scalars(select(Member).where(Member.team_id == found.id).order_by(Member.id))
    return [
        MemberView(
            row.name, row.role, row.person_id, row.certificate_no, row.issued, row.expires,
            rules.certificate(row.expires, today, warn),
        )
        for row in rows
    ]  # fmt: skip


def musters(session: Session, scope: Scope, types: Collection[str]) -> set[int]:
    """The people of the scope's teams of some types that are in service: leaders, deputies, members by name."""
    here = (scope.covers(Team.division_code), Team.type.in_(types), Team.active)
    led = session.execute(select(Team.leader_id, Team.deputy_id).where(*here))
    found = {person for row in led for person in row if person is not None}
    members = select(Member.person_id).join(Team, Team.id == Member.team_id).where(*here, Member.person_id.is_not(None))
    return found | {person for person in session.scalars(members) if person is not None}


def _led_by(person_id: int) -> ColumnElement[bool]:
    return or_(Team.leader_id == person_id, Team.deputy_id == person_id)


def _today(session: Session) -> date:
    return clock.now().astimezone(places(session).profile.zone()).date()


def _views(session: Session, statement: Select[Team]) -> list[TeamView]:
    rows = session.scalars(statement).all()
    certificates = _certificates(session, [row.id for row in rows])
    named = accounts.names(session, (p for row in rows for p in (row.leader_id, row.deputy_id) if p is not None))
    tree = places(session)
    return [_view(row, certificates[row.id], named, tree.name(row.division_code), _point(session, row)) for row in rows]


def _certificates(session: Session, team_ids: Sequence[int]) -> dict[int, list[rules.Certificate]]:
    found: dict[int, list[rules.Certificate]] = defaultdict(list)
    warn, today = standard().warn_days, _today(session)
    statement = select(Member.team_id, Member.expires).where(Member.team_id.in_(team_ids))
    for team_id, expires in session.execute(statement):
        found[team_id].append(rules.certificate(expires, today, warn))
    return found


def _point(session: Session, row: Team) -> Point | None:
    if row.lat is not None and row.lng is not None:
        return Point(row.lat, row.lng)
    located = places(session).point(row.division_code)
    return located.point if located else None


def _view(
    row: Team,
    certificates: Iterable[rules.Certificate],
    named: dict[int, str],
    division: str,
    point: Point | None,
) -> TeamView:
    states = list(certificates)
    return TeamView(
        row.id, ids.number(ids.TEAM, row.id), row.name, row.type, row.division_code, division, point,
        row.leader_id, named.get(row.leader_id or 0, ""), row.deputy_id, named.get(row.deputy_id or 0, ""),
        row.equipment, row.active, row.stood_down, row.lat is not None,
        rules.readiness(row.type, len(states), states, standard()),
    )  # fmt: skip
