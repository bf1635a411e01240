"""Two incidents that are one: proposed with reasons, joined, kept apart, parted again. Numbers stay valid for ever.

Reports and missions are moved by the rooms above (``reports.joining``, ``dispatch.joining``).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from responder.incidents import levels, rules
from responder.incidents.models import HandOff, Incident, Joining, JoinProposal, Response
from responder.incidents.responses import ENDED, RUNNING
from responder.incidents.similarity import Told, common, nearest
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, REPORT, number, row_id
from responder.kernel.refusals import NotFound, Refusal
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

OPEN, JOINED, KEPT = "open", "joined", "kept"


class CannotJoin(Refusal):
    """The same incident twice, one that is over or joined already, or nothing holds both."""

    code = "incidents.cannot_join"


class CannotPart(Refusal):
    """Nothing was chosen to leave, or nothing would stay."""

    code = "incidents.cannot_part"


def propose(uow: UnitOfWork, key: int, told: Told, place: str, apart_from: int | None = None) -> None:
    """Compares an incident just opened with those around, and proposes joins. Part of opening it."""
    for other, division, alike in nearest(uow.session, uow.world, told, (key, apart_from or key)):
        first, second = sorted((key, other))
        wide = common(told.division, division)
        uow.session.add(
            JoinProposal(
                first_id=first, second_id=second, score=alike.score, reasons=alike.reasons, made_at=uow.now,
                division_code=wide,
            )
        )  # fmt: skip
        data = {"other": number(INCIDENT, other), "place": place, "reasons": alike.reasons}
        uow.record(Event("incident.join_proposed", wide, number(INCIDENT, key), data))


@dataclass(frozen=True)
class KeepApart:
    """They are two: the proposal isn't shown again."""

    proposal: int


def keep_apart(uow: UnitOfWork, command: KeepApart) -> str:
    """Settles a proposal with no; returns the first incident's number. Raises NotFound, CannotJoin where it was
    settled before."""
    row = uow.session.get(JoinProposal, command.proposal, with_for_update=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.status != OPEN:
        raise CannotJoin()
    row.status, row.decided_at, row.decided_by = KEPT, uow.now, uow.actor.name
    first, second = number(INCIDENT, row.first_id), number(INCIDENT, row.second_id)
    incident = uow.session.get_one(Incident, row.first_id)
    data = {"by": uow.actor.name, "other": second, "place": incident.place}
    uow.record(Event("incident.kept_apart", row.division_code, first, data))
    return first


def pair(uow: UnitOfWork, one: str, other: str) -> tuple[Incident, Incident]:
    """Two incidents to be joined, held: the older, which stays, and the newer. Raises NotFound, CannotJoin.

    Held newest first, as the write path holds a village's incidents, so that the two can't lock crosswise.
    """
    keys = [row_id(INCIDENT, one), row_id(INCIDENT, other)]
    if None in keys:
        raise NotFound()
    if keys[0] == keys[1]:
        raise CannotJoin()
    statement = select(Incident).where(Incident.id.in_(keys)).order_by(Incident.id.desc()).with_for_update()
    rows = uow.session.scalars(statement.execution_options(populate_existing=True)).all()
    if len(rows) != 2 or any(not row.division_code.startswith(uow.actor.division) for row in rows):
        raise NotFound()
    kept, gone = sorted(rows, key=lambda row: (row.opened_at, row.id))
    over = any(row.status == rules.CLOSED or row.merged_into is not None for row in rows)
    if over or not common(kept.division_code, gone.division_code):
        raise CannotJoin()
    return kept, gone


def absorb(uow: UnitOfWork, kept: Incident, gone: Incident, reports: list[int], missions: list[str]) -> None:
    """Marks the newer as joined to the older: its hand-offs and responses follow, its proposals are settled."""
    running = {
        row.division_code: row
        for row in uow.session.scalars(
            select(Response).where(Response.incident_id == kept.id, Response.status == RUNNING).with_for_update()
        )
    }
    responses = []
    moving = select(Response).where(Response.incident_id == gone.id, Response.status != ENDED).with_for_update()
    for row in uow.session.scalars(moving).all():
        mine = running.get(row.division_code)
        if mine is not None and row.status == RUNNING and levels.higher(row.level, mine.level):
            mine.status, mine.ended_at = ENDED, uow.now
            uow.session.flush()
            mine = None
        if mine is None and row.status == RUNNING:
            row.incident_id = kept.id
            responses.append(row.id)
        else:
            row.status, row.ended_at = ENDED, uow.now
        uow.session.flush()
    uow.session.execute(update(HandOff).where(HandOff.incident_id == gone.id).values(incident_id=kept.id))
    uow.session.execute(update(Incident).where(Incident.merged_into == gone.id).values(merged_into=kept.id))
    gone.merged_into, gone.status = kept.id, rules.JOINED
    _spread(uow, kept, common(kept.division_code, gone.division_code))
    kept.urgent = kept.urgent or gone.urgent
    kept.status, kept.touched_at = rules.OPEN, uow.now
    if kept.seen_at is None:
        kept.seen_at, kept.seen_by = gone.seen_at, gone.seen_by
    moved = {"reports": reports, "missions": missions, "responses": responses}
    uow.session.add(
        Joining(
            kept_id=kept.id, gone_id=gone.id, at=uow.now, by=uow.actor.name, moved=moved,
            division_code=kept.division_code,
        )
    )  # fmt: skip
    _settle(uow, kept, gone)
    names = number(INCIDENT, kept.id), number(INCIDENT, gone.id)
    data = {"by": uow.actor.name, "gone": names[1], "place": kept.place}
    uow.record(Event("incident.joined", kept.division_code, names[0], data))


def _settle(uow: UnitOfWork, kept: Incident, gone: Incident) -> None:
    """What was proposed between the two is done; what was proposed for the gone one is now asked of the kept one."""
    both = or_(
        JoinProposal.first_id.in_((kept.id, gone.id)), JoinProposal.second_id.in_((kept.id, gone.id))
    )  # fmt: skip
    rows = uow.session.scalars(select(JoinProposal).where(both).with_for_update()).all()
    asked = {
        other for row in rows for other in (row.first_id, row.second_id) if kept.id in (row.first_id, row.second_id)
    }
    for row in rows:
        pair_of = {row.first_id, row.second_id}
        if gone.id not in pair_of or row.status != OPEN:
            continue
        (other,) = pair_of - {gone.id}
        if other in asked:
            row.status, row.decided_at, row.decided_by = JOINED, uow.now, uow.actor.name
        else:
            row.first_id, row.second_id = sorted((kept.id, other))
            row.division_code = common(kept.division_code, row.division_code)
            asked.add(other)


def release(uow: UnitOfWork, kept: Incident, gone: Incident) -> dict[str, Any]:
    """Makes a joined incident stand for itself again; returns what had moved with it. Raises CannotPart."""
    statement = select(Joining).where(Joining.gone_id == gone.id, Joining.undone_at.is_(None)).with_for_update()
    row = uow.session.scalar(statement.order_by(Joining.id.desc()))
    if row is None or gone.merged_into != kept.id:
        raise CannotPart()
    row.undone_at, row.undone_by = uow.now, uow.actor.name
    gone.merged_into, gone.status, gone.touched_at = None, rules.OPEN, uow.now
    gone.division_code = gone.origin_code
    uow.session.execute(
        update(HandOff).where(HandOff.origin_id == gone.id, HandOff.incident_id == kept.id).values(incident_id=gone.id)
    )
    for response in uow.session.scalars(
        select(Response).where(Response.id.in_(row.moved["responses"]), Response.status == RUNNING)
    ):
        response.incident_id = gone.id
    uow.session.flush()
    narrow(uow, kept)
    moved: dict[str, Any] = row.moved
    return moved


def narrow(uow: UnitOfWork, kept: Incident) -> None:
    """The lowest division that holds all that is still joined here."""
    origins = uow.session.scalars(select(Incident.origin_code).where(Incident.merged_into == kept.id)).all()
    wide = kept.origin_code
    for code in origins:
        wide = common(wide, code)
    _spread(uow, kept, wide)


def _spread(uow: UnitOfWork, kept: Incident, wide: str) -> None:
    """Another division holds all that is joined here: it is what the place is called, in texts too."""
    if wide != kept.division_code:
        kept.division_code, kept.place = wide, places(uow.session).label(wide)


def held(uow: UnitOfWork, name: str) -> Incident:
    """An incident to be parted, held; a number that was joined leads to the one it lives on in. Raises NotFound,
    CannotPart."""
    key = row_id(INCIDENT, name)
    row = uow.session.get(Incident, key, with_for_update=True, populate_existing=True) if key else None
    if row is not None and row.merged_into is not None:
        row = uow.session.get(Incident, row.merged_into, with_for_update=True, populate_existing=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.status == rules.CLOSED:
        raise CannotPart()
    return row


def told_parted(uow: UnitOfWork, kept: Incident, new: Incident, reports: list[str]) -> None:
    """Writes down who parted what."""
    kept.touched_at = uow.now
    name = number(INCIDENT, new.id)
    data = {"by": uow.actor.name, "other": name, "place": kept.place, "reports": "、".join(reports[:10])}
    uow.record(Event("incident.parted", kept.division_code, number(INCIDENT, kept.id), data))


@dataclass(frozen=True)
class ProposalView:
    """A proposal as read, from the side of one incident: ``other`` is the other one's number."""

    id: int
    first: str
    second: str
    places: tuple[str, str]
    hazards: tuple[str, str]
    score: float
    reasons: list[dict[str, Any]]
    made_at: datetime


def proposals(session: Session, scope: Scope, incident_id: int | None = None, limit: int = 20) -> list[ProposalView]:
    """Open proposals, the likeliest first; of one incident where given."""
    one, other = Incident.__table__.alias("one"), Incident.__table__.alias("other")
    statement = (
        select(JoinProposal, one.c.place, other.c.place, one.c.hazard, other.c.hazard)
        .join(one, one.c.id == JoinProposal.first_id)
        .join(other, other.c.id == JoinProposal.second_id)
        .where(
            JoinProposal.status == OPEN, scope.covers(JoinProposal.division_code),
            one.c.status.in_((rules.OPEN, rules.VERIFIED)), other.c.status.in_((rules.OPEN, rules.VERIFIED)),
        )
        .order_by(JoinProposal.score.desc(), JoinProposal.id)
        .limit(limit)
    )  # fmt: skip
    if incident_id is not None:
        mine = or_(JoinProposal.first_id == incident_id, JoinProposal.second_id == incident_id)
        statement = statement.where(mine)
    return [
        ProposalView(
            row.id, number(INCIDENT, row.first_id), number(INCIDENT, row.second_id), (a, b), (ha, hb), row.score,
            row.reasons, row.made_at,
        )
        for row, a, b, ha, hb in session.execute(statement)
    ]  # fmt: skip


def joined_here(session: Session, scope: Scope, incident_id: int) -> list[tuple[str, str]]:
    """What was joined to an incident: (number, place), in order."""
    statement = select(Incident.id, Incident.place).where(
        Incident.merged_into == incident_id, scope.covers(Incident.origin_code)
    )
    return [(number(INCIDENT, key), place) for key, place in session.execute(statement.order_by(Incident.id))]


def came_with(session: Session, scope: Scope, name: str) -> frozenset[str]:
    """The numbers of the reports and missions that came when this incident was joined to another."""
    statement = select(Joining.moved).where(
        Joining.gone_id == (row_id(INCIDENT, name) or 0),
        Joining.undone_at.is_(None),
        scope.covers(Joining.division_code),
    )
    moved = session.scalar(statement.order_by(Joining.id.desc()).limit(1)) or {}
    return frozenset([number(REPORT, key) for key in moved.get("reports", ())] + list(moved.get("missions", ())))
