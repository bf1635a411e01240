"""Reads of response levels, always scoped."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from responder.incidents import authority, levels
from responder.incidents.authority import AuthorisationView
from responder.incidents.models import Authorisation, Response
from responder.incidents.responses import ENDED, RUNNING
from responder.kernel.ids import INCIDENT, number
from responder.platform.scope import Scope, ancestors


@dataclass(frozen=True)
class ResponseView:
    """A level of one office as read: running, ordered (waiting for the office) or ended. Times aware UTC."""

    id: int
    incident: str
    division: str
    level: str
    status: str
    reason: str
    started_at: datetime | None
    ordered_at: datetime | None
    ordered_by: str
    ended_at: datetime | None
    summary: str
    by: AuthorisationView | None

    @property
    def asks(self) -> levels.Level:
        """What the level asks of the office."""
        return levels.level_at(self.division, self.level)


def of_scope(
    session: Session, scope: Scope, incident_id: int | None = None, *, ended: bool = False
) -> list[ResponseView]:
    """Levels of the reader's offices and of those above them, oldest first; of one incident where given. Those that
    are over only where asked for."""
    mine = or_(scope.covers(Response.division_code), Response.division_code.in_(ancestors(scope.division)))
    statement = select(Response, Authorisation).outerjoin(Authorisation, Authorisation.id == Response.authorised_id)
    statement = statement.where(mine).order_by(Response.id)
    if incident_id is not None:
        statement = statement.where(Response.incident_id == incident_id)
    if not ended:
        statement = statement.where(Response.status != ENDED)
    return [
        ResponseView(
            id=row.id,
            incident=number(INCIDENT, row.incident_id),
            division=row.division_code,
            level=row.level,
            status=row.status,
            reason=row.reason,
            started_at=row.started_at,
            ordered_at=row.ordered_at,
            ordered_by=row.ordered_by,
            ended_at=row.ended_at,
            summary=row.summary,
            by=authority.view(by) if by is not None else None,
        )
        for row, by in session.execute(statement)
    ]


def highest(session: Session, scope: Scope) -> dict[int, str]:
    """The highest level that runs for each incident, by its id, at the reader's offices and those above them."""
    mine = or_(scope.covers(Response.division_code), Response.division_code.in_(ancestors(scope.division)))
    found: dict[int, str] = {}
    for key, level in session.execute(
        select(Response.incident_id, Response.level).where(mine, Response.status == RUNNING)
    ):
        found[key] = level if levels.higher(level, found.get(key, "")) else found[key]
    return found
