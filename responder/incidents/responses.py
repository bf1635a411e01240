"""Response levels: started, changed, ordered and ended by a named person with authority (DOMAIN §3.1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.incidents import authority, levels
from responder.incidents.authorised import Authorised
from responder.incidents.models import Incident, Response
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number, row_id
from responder.kernel.notices import ALERT, Notice
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places.queries import places
from responder.platform.scope import ancestors
from responder.platform.work import UnitOfWork

RUNNING, ORDERED, ENDED = "running", "ordered", "ended"


class LevelRunning(Refusal):
    """The office runs this level already. Params: ``level``."""

    code = "incidents.level_running"


class LevelEnded(Refusal):
    """Somebody has ended or changed this level before."""

    code = "incidents.level_ended"


class IncidentOver(Refusal):
    """The incident is closed or was joined to another: no level starts there."""

    code = "incidents.incident_over"


@dataclass(frozen=True)
class Running:
    """A level that runs now. ``incident`` is the number, ``division`` the office's code, ``started_at`` aware UTC."""

    id: int
    incident: str
    incident_id: int
    division: str
    level: str
    started_at: datetime
    report_every_hours: int


def running(session: Session) -> list[Running]:
    """Every level that runs in the session's world, oldest first. For jobs and the write path."""
    statement = select(Response).where(Response.status == RUNNING).order_by(Response.id)
    found = []
    for row in session.scalars(statement):
        assert row.started_at is not None
        every = levels.level_at(row.division_code, row.level).report_every_hours
        found.append(
            Running(
                id=row.id,
                incident=number(INCIDENT, row.incident_id),
                incident_id=row.incident_id,
                division=row.division_code,
                level=row.level,
                started_at=row.started_at,
                report_every_hours=every,
            )
        )
    return found


def levels_of(session: Session, incident_id: int) -> list[str]:
    """The levels that run for one incident. Part of the write path."""
    statement = select(Response.level).where(Response.incident_id == incident_id, Response.status == RUNNING)
    return list(session.scalars(statement))


@dataclass(frozen=True)
class StartLevel:
    """Start a level, or change to it, for the office at ``division`` (by default the actor's own)."""

    incident: str
    level: str
    by: Authorised
    division: str = ""
    reason: str = ""


@dataclass(frozen=True)
class EndLevel:
    """End a level, with a summary."""

    response: int
    by: Authorised
    summary: str


@dataclass(frozen=True)
class OrderLevel:
    """Order a level of an office below, from a level that runs above."""

    response: int
    division: str
    level: str
    by: Authorised


def start(uow: UnitOfWork, command: StartLevel) -> int:
    """Starts a level or changes to it; returns the response's id.

    Raises NotFound, Invalid, IncidentOver, LevelRunning, and what ``authority.record`` raises.
    """
    incident = _incident(uow, command.incident)
    division = command.division or uow.actor.division
    _check_office(uow, incident, division, command.level)
    now = _row(uow, incident.id, division, RUNNING)
    if now is not None and now.level == command.level:
        raise LevelRunning(level=command.level)
    name = number(INCIDENT, incident.id)
    authorised = authority.record(uow, name, "level_start", division, command.by, command.level)
    return _begin(uow, incident, division, command.level, authorised, command.reason, now)


def take_order(uow: UnitOfWork, response: int) -> int:
    """The office below starts the level that it was ordered: the order is its authority. Raises NotFound,
    LevelEnded, LevelRunning."""
    row = _held(uow, response)
    if row.status != ORDERED:
        raise LevelEnded()
    incident = _incident(uow, number(INCIDENT, row.incident_id))
    now = _row(uow, incident.id, row.division_code, RUNNING)
    if now is not None and now.level == row.level:
        raise LevelRunning(level=row.level)
    return _begin(uow, incident, row.division_code, row.level, row.authorised_id, row.reason, now)


def end(uow: UnitOfWork, command: EndLevel) -> None:
    """Ends a running level. Raises NotFound, LevelEnded, Invalid without a summary, and what ``authority.record``
    raises."""
    row = _held(uow, command.response)
    if row.status != RUNNING:
        raise LevelEnded()
    if not command.summary.strip():
        raise Invalid(field="summary", problem="required")
    incident = _locked(uow, row.incident_id)
    name = number(INCIDENT, incident.id)
    row.ended_authorised_id = authority.record(uow, name, "level_end", row.division_code, command.by, row.level)
    row.status, row.ended_at, row.summary = ENDED, uow.now, command.summary.strip()[:1000]
    # What was ordered below and not taken yet has lost its authority.
    ordered = update(Response).where(Response.order_of == row.id, Response.status == ORDERED)
    uow.session.execute(ordered.values(status=ENDED, ended_at=uow.now))
    _tell(uow, "incident.level_ended", incident, row.division_code, row.level, summary=row.summary)
    _notify(uow, "level_ended", incident, row)


def order(uow: UnitOfWork, command: OrderLevel) -> int:
    """Orders a level of an office below; returns the ordered response's id.

    Raises NotFound, LevelEnded, LevelRunning, Invalid, and what ``authority.record`` raises.
    """
    above = _held(uow, command.response)
    if above.status != RUNNING:
        raise LevelEnded()
    incident = _locked(uow, above.incident_id)
    if command.division == above.division_code or not command.division.startswith(above.division_code):
        raise Invalid(field="division", problem="unknown")
    _check_office(uow, incident, command.division, command.level)
    now = _row(uow, incident.id, command.division, RUNNING)
    waiting = _row(uow, incident.id, command.division, ORDERED)
    if any(row is not None and row.level == command.level for row in (now, waiting)):
        raise LevelRunning(level=command.level)
    name = number(INCIDENT, incident.id)
    authorised = authority.record(uow, name, "level_order", above.division_code, command.by, above.level)
    if waiting is not None:
        waiting.status, waiting.ended_at = ENDED, uow.now
        uow.session.flush()
    row = Response(
        incident_id=incident.id, division_code=command.division, level=command.level, status=ORDERED,
        ordered_at=uow.now, ordered_by=uow.actor.name, order_of=above.id, authorised_id=authorised,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _tell(uow, "incident.level_ordered", incident, command.division, command.level)
    _notify(uow, "level_ordered", incident, row)
    if levels.levels().orders == "starts":
        return _begin(uow, incident, command.division, command.level, authorised, "", now)
    return row.id


def _begin(
    uow: UnitOfWork, incident: Incident, division: str, level: str, authorised: int | None, reason: str,
    now: Response | None,
) -> int:  # fmt: skip
    """Ends what runs or was ordered here and starts the level. The incident's row is locked: nobody else does."""
    before = ""
    order_of = None
    if now is not None:
        before, now.status, now.ended_at, now.ended_authorised_id = now.level, ENDED, uow.now, authorised
    waiting = _row(uow, incident.id, division, ORDERED)
    if waiting is not None:
        order_of = waiting.order_of
        waiting.status, waiting.ended_at = ENDED, uow.now
    uow.session.flush()
    row = Response(
        incident_id=incident.id, division_code=division, level=level, started_at=uow.now, authorised_id=authorised,
        reason=reason.strip()[:300], order_of=order_of,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _tell(uow, "incident.level_started", incident, division, level, before=before, reason=row.reason)
    _notify(uow, "level_started", incident, row)
    return row.id


def _incident(uow: UnitOfWork, name: str) -> Incident:
    key = row_id(INCIDENT, name)
    if key is None:
        raise NotFound(what=name)
    return _locked(uow, key)


def _locked(uow: UnitOfWork, key: int) -> Incident:
    """The incident's row, held: two starts can't pass each other. Seen from its own offices above and below."""
    row = uow.session.get(Incident, key, with_for_update=True, populate_existing=True)
    mine = uow.actor.division
    if row is None or not (row.division_code.startswith(mine) or mine.startswith(row.division_code)):
        raise NotFound()
    if row.status == "closed" or row.merged_into is not None:
        raise IncidentOver()
    return row


def _check_office(uow: UnitOfWork, incident: Incident, division: str, level: str) -> None:
    """An office that has to do with the incident and answers to the actor, and a level that there is."""
    if level not in levels.EVERY:
        raise Invalid(field="level", problem="unknown")
    near = incident.division_code.startswith(division) or division.startswith(incident.division_code)
    tier = places(uow.session).tier(division)
    if not near or not division.startswith(uow.actor.division) or tier not in (1, 2):
        raise NotFound()


def _row(uow: UnitOfWork, incident_id: int, division: str, status: str) -> Response | None:
    statement = select(Response).where(
        Response.incident_id == incident_id, Response.division_code == division, Response.status == status
    )
    return uow.session.scalar(statement.with_for_update())


def _held(uow: UnitOfWork, response: int) -> Response:
    """A response of the actor's division or below, after its incident was locked."""
    key = uow.session.scalar(select(Response.incident_id).where(Response.id == response))
    if key is None:
        raise NotFound()
    uow.session.get(Incident, key, with_for_update=True, populate_existing=True)
    row = uow.session.get(Response, response, with_for_update=True, populate_existing=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    return row


def _tell(uow: UnitOfWork, kind: str, incident: Incident, division: str, level: str, **more: object) -> None:
    data = {"office": places(uow.session).name(division), "level": level, "place": incident.place, **more}
    data["hazard"], data["by"] = incident.hazard, uow.actor.name
    # The lower of the two codes: both the office and whoever sees the incident's place read it.
    code = max(incident.division_code, division, key=len)
    uow.record(Event(kind, code, _name(incident), data))


def _name(incident: Incident) -> str:
    return number(INCIDENT, incident.id)


def _notify(uow: UnitOfWork, template: str, incident: Incident, row: Response) -> None:
    """Texts the offices concerned: the office itself, those between it and the place, and the one above."""
    tree = places(uow.session)
    between = [code for code in ancestors(incident.division_code) if code.startswith(row.division_code)]
    above = [code for code in ancestors(row.division_code)[:-1] if tree.tier(code)]
    params = {
        "office": tree.name(row.division_code), "level": row.level, "place": incident.place,
        "hazard": incident.hazard, "number": _name(incident),
        "hours": levels.level_at(row.division_code, row.level).report_every_hours,
    }  # fmt: skip
    offices = sorted({row.division_code, *between, *above[-1:]})
    for person in accounts.people_with(uow.session, "report.review", offices):
        if person.id != uow.actor.person_id:
            dedup = f"{template}:{row.id}:{person.id}"
            uow.send(Notice(template, dedup, person=person.id, params=params, priority=ALERT, subject=_name(incident)))
