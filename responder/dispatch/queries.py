"""Reads of missions. Scoped by the incident's division; who leads the team sees its missions everywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from responder.accounts import queries as accounts
from responder.dispatch import rules
from responder.dispatch.models import Mission
from responder.incidents import queries as incidents
from responder.kernel import ids
from responder.platform.scope import Scope
from responder.stock.models import Document, Transit
from responder.stock.rules import RECEIPT
from responder.teams.models import Team

_mission: Any = Mission.__table__


@dataclass(frozen=True)
class MissionView:
    """A mission as read. ``times`` holds when each status was first reached; ``goods`` what it was asked to
    carry."""

    id: int
    number: str
    incident: str
    hazard: str
    division: str
    place: str
    lat: float | None
    lng: float | None
    team: str
    team_name: str
    team_type: str
    leader_id: int | None
    leader: str
    deputy_id: int | None
    deputy: str
    status: str
    km: float | None
    minutes: int | None
    goods: tuple[dict[str, Any], ...]
    note: str
    confirmed_by: str
    created_at: datetime
    reminded_at: datetime | None
    deputy_told_at: datetime | None
    times: dict[str, datetime]

    @property
    def open(self) -> bool:
        """Whether its team is still taken."""
        return self.status in rules.OPEN

    @property
    def needs_hand(self) -> bool:
        """Whether a person must see to it: nobody answered, or the team can't go."""
        return self.status in ("no_answer", "declined")

    def led_by(self, person_id: int | None) -> bool:
        """Whether this person was told of it as leader or deputy."""
        return person_id is not None and person_id in (self.leader_id, self.deputy_id)


@dataclass(frozen=True)
class FirstTimes:
    """The missions' part of an incident's first-response clock; None while it hasn't happened (DESIGN §1)."""

    alerted: datetime | None
    acknowledged: datetime | None
    en_route: datetime | None
    arrived: datetime | None
    handed_out: datetime | None


def missions(
    session: Session,
    scope: Scope,
    *,
    status: str = "",
    incident: str = "",
    open_only: bool = False,
    over_only: bool = False,
    before: int | None = None,
    limit: int | None = None,
) -> list[MissionView]:
    """Missions that the reader may see, newest first; below id ``before`` where given."""
    statement = _rows(scope).order_by(Mission.id.desc())
    if status:
        statement = statement.where(Mission.status == status)
    if incident:
        statement = statement.where(Mission.incident == incident)
    if open_only:
        statement = statement.where(Mission.status.in_(rules.OPEN))
    if over_only:
        statement = statement.where(Mission.status.in_(rules.OVER))
    if before is not None:
        statement = statement.where(Mission.id < before)
    return _views(session, statement.limit(limit) if limit is not None else statement)


def mission(session: Session, scope: Scope, number: str) -> MissionView | None:
    """One mission that the reader may see."""
    row_id = ids.row_id(ids.MISSION, number)
    found = _views(session, _rows(scope).where(Mission.id == row_id)) if row_id is not None else []
    return found[0] if found else None


def of_incident(session: Session, scope: Scope, incident: str) -> list[MissionView]:
    """The missions of one incident, oldest first."""
    return _views(session, _rows(scope).where(Mission.incident == incident).order_by(Mission.id))


def waiting(session: Session, scope: Scope) -> list[MissionView]:
    """Missions that a person must see to, oldest first: nobody answered, or declined and not yet replaced."""
    later = aliased(Mission)
    replaced = exists().where(
        later.incident == Mission.incident, later.world == Mission.world, later.id > Mission.id
    )  # fmt: skip
    declined = and_(Mission.status == "declined", ~replaced)
    return _views(session, _rows(scope).where(or_(Mission.status == "no_answer", declined)).order_by(Mission.id))


def of_person(session: Session, person_id: int, *, recent: int = 0) -> list[MissionView]:
    """The open missions of which a person was told, oldest first, in the session's world; then the last
    ``recent`` that are over."""
    mine = select(Mission, Team).join(Team, Team.id == Mission.team_id).where(_told(person_id))
    found = _views(session, mine.where(Mission.status.in_(rules.OPEN)).order_by(Mission.id))
    if recent:
        over = mine.where(Mission.status.in_(rules.OVER)).order_by(Mission.id.desc())
        found += _views(session, over.limit(recent))
    return found


def open_missions(session: Session, person_id: int) -> list[MissionView]:
    """The open missions that a person may answer in the session's world: with one, a bare digit is enough."""
    return of_person(session, person_id)


def open_everywhere(session: Session, person_id: int) -> list[tuple[str, int]]:
    """Number and world of every open mission of a person: for phones, which have no world of their own."""
    told = or_(_mission.c.leader_id == person_id, _mission.c.deputy_id == person_id)
    statement = select(_mission.c.id, _mission.c.world).where(told, _mission.c.status.in_(rules.OPEN))
    return [(ids.number(ids.MISSION, row.id), row.world) for row in session.execute(statement.order_by(_mission.c.id))]


def world_of(session: Session, number: str) -> int | None:
    """The world in which a mission's number was issued: an answer by code goes there."""
    row_id = ids.row_id(ids.MISSION, number)
    return session.scalar(select(_mission.c.world).where(_mission.c.id == row_id)) if row_id is not None else None


def is_wanted(session: Session, number: str) -> bool:
    """Whether an alert of this mission should still be sent: nobody has answered and it isn't called off."""
    row_id = ids.row_id(ids.MISSION, number)
    status = session.scalar(select(_mission.c.status).where(_mission.c.id == row_id))
    return status in rules.UNANSWERED


def open_count(session: Session, scope: Scope, incident: str = "") -> int:
    """How many missions are open; of one incident where given."""
    statement = select(func.count(Mission.id)).where(
        scope.covers(Mission.division_code), Mission.status.in_(rules.OPEN)
    )
    if incident:
        statement = statement.where(Mission.incident == incident)
    return session.scalar(statement) or 0


def busy(session: Session, team_ids: Iterable[int]) -> dict[int, str]:
    """The open mission of each of these teams, by team id, in the session's world."""
    statement = select(Mission.team_id, Mission.id).where(
        Mission.team_id.in_(list(team_ids)), Mission.status.in_(rules.OPEN)
    )
    return {team: ids.number(ids.MISSION, row_id) for team, row_id in session.execute(statement)}


def serving(session: Session, incident: str) -> list[str]:
    """The types of the teams that serve an incident or have done so; those who can't go or don't answer don't."""
    statement = select(Team.type).join(Mission, Mission.team_id == Team.id)
    lost = ("declined", "no_answer", "cancelled")
    statement = statement.where(Mission.incident == incident, Mission.status.not_in(lost)).order_by(Mission.id)
    return list(session.scalars(statement))


def under_way(session: Session, incident: str) -> dict[str, int]:
    """What missions of an incident already carry or have brought, by item: not sent twice."""
    found: dict[str, int] = {}
    statement = select(Mission.goods).where(
        Mission.incident == incident, Mission.status.not_in(("declined", "cancelled"))
    )
    for goods in session.scalars(statement):
        for load in goods:
            found[load["item"]] = found.get(load["item"], 0) + load["qty"]
    return found


def owes_goods(session: Session, number: str) -> bool:
    """Whether goods that left for a mission have neither arrived nor come back."""
    left = Transit.sent > Transit.arrived + Transit.returned
    return session.scalar(select(Transit.id).where(Transit.mission == number, left).limit(1)) is not None


def first_times(session: Session, scope: Scope, incident: str) -> FirstTimes:
    """When the first team of an incident was alerted, answered, left, arrived, and goods first handed out."""
    statement = select(
        func.min(Mission.alerted_at),
        func.min(Mission.acknowledged_at),
        func.min(Mission.en_route_at),
        func.min(Mission.arrived_at),
    ).where(Mission.incident == incident, scope.covers(Mission.division_code))
    handed_out = select(func.min(Document.at)).where(
        or_(Document.incident == incident, Document.incident.in_(incidents.joined_numbers(incident))),
        Document.kind == RECEIPT,
        scope.covers(Document.division_code),
    )
    return FirstTimes(*session.execute(statement).one(), handed_out=session.scalar(handed_out))


def _told(person_id: int) -> ColumnElement[bool]:
    return or_(Mission.leader_id == person_id, Mission.deputy_id == person_id)


def _rows(scope: Scope) -> Select[Mission, Team]:
    seen = scope.covers(Mission.division_code)
    if scope.person_id is not None:
        seen = or_(seen, _told(scope.person_id))
    return select(Mission, Team).join(Team, Team.id == Mission.team_id).where(seen)


def _views(session: Session, statement: Select[Mission, Team]) -> list[MissionView]:
    rows: Sequence[tuple[Mission, Team]] = [(mission, team) for mission, team in session.execute(statement)]
    people = {p for mission, _ in rows for p in (mission.leader_id, mission.deputy_id) if p is not None}
    named = accounts.names(session, people)
    return [_view(mission, team, named) for mission, team in rows]


def _view(row: Mission, team: Team, named: dict[int, str]) -> MissionView:
    reached = {status: getattr(row, f"{status}_at") for status in rules.STATUSES}
    return MissionView(
        row.id, ids.number(ids.MISSION, row.id), row.incident, row.hazard, row.division_code, row.place,
        row.lat, row.lng, ids.number(ids.TEAM, team.id), team.name, team.type,
        row.leader_id, named.get(row.leader_id or 0, ""), row.deputy_id, named.get(row.deputy_id or 0, ""),
        row.status, row.km, row.minutes, tuple(row.goods), row.note, row.confirmed_by,
        row.created_at, row.reminded_at, row.deputy_told_at,
        {status: at for status, at in reached.items() if at is not None},
    )  # fmt: skip
