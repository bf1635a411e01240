"""Dispatch's commands: confirm a plan, answer, call off, close."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from responder.dispatch import alerts, rules
from responder.dispatch.commands import AnswerMission, CancelMission, ConfirmPlan
from responder.dispatch.models import TAKEN, Mission
from responder.dispatch.proposal import scene_point, travel
from responder.dispatch.queries import busy, of_person, owes_goods
from responder.kernel import ids
from responder.kernel.refusals import NotFound
from responder.places import distance
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork
from responder.stock import catalogue
from responder.stock import service as stock
from responder.stock.commands import Line, Reserve
from responder.teams import queries as teams
from responder.teams.queries import TeamView


@dataclass(frozen=True)
class Answered:
    """What an answer did, and what is said back: ``template`` under ``templates/messages/`` with its
    ``params``."""

    mission: str
    status: str
    outcome: str
    template: str
    params: dict[str, object] = field(default_factory=dict)


def confirm(uow: UnitOfWork, command: ConfirmPlan) -> list[str]:
    """Sends teams with goods: missions, reservation, events and alerts, all or nothing. Returns the new
    numbers.

    Raises NothingChosen, NotFound, TeamBusy, TeamResting, and what ``stock.reserve`` raises when the goods
    aren't there: then nobody is sent.
    """
    scene = command.scene
    if not scene.division.startswith(uow.actor.division):
        raise NotFound(what=scene.incident)
    if not command.teams and not (command.goods and command.carrier):
        raise rules.NothingChosen()
    sent = [_create(uow, command, team) for team in _chosen(uow, command.teams)]
    try:
        uow.session.flush()
    except IntegrityError as problem:
        if TAKEN in str(problem.orig) or "mission.team_id" in str(problem.orig):
            raise rules.TeamBusy(team="、".join(command.teams), mission="") from None
        raise
    if command.goods:
        _load(uow, _carrier(uow, command, sent), command)
    for row in sent:
        alerts.told(uow, row, "mission.created")
        row.stamp("alerted", uow.now)
        alerts.told(uow, row, "mission.alerted")
        alerts.alert(uow, row)
    return [ids.number(ids.MISSION, row.id) for row in sent]


def answer(uow: UnitOfWork, command: AnswerMission, scope: Scope | None = None) -> Answered:
    """Takes in what the team says, by text, voice, page or API.

    The leader and the deputy who were told may answer, and with a ``scope`` whoever may confirm missions
    there. Late and repeated answers get a kind word and change nothing. Raises NotFound, NoMission,
    WhichMission, Backwards, NotByHand.
    """
    row = _answered(uow, command, scope)
    number = ids.number(ids.MISSION, row.id)
    try:
        move = rules.move(row.status, command.status)
    except rules.Backwards as refused:
        raise rules.Backwards(mission=number, **refused.params) from None
    for status in move.steps:
        row.stamp(status, uow.now)
        alerts.told(uow, row, f"mission.{status}")
    if move.outcome == "moved":
        row.note = rules.remark(command.note, uow.actor.channel, move.status) or row.note
        if move.status in ("declined", "done"):
            stock.release(uow, number)
        if move.status == "done":
            _close_if_settled(uow, row)
    return Answered(number, move.status, move.outcome, _template(move), alerts.params(row, move.status))


def _template(move: rules.Move) -> str:
    """What is said back. Where nothing more is to be answered, no number to answer to is named."""
    if move.outcome == "over":
        return "mission_over"
    if move.status in rules.OVER:
        return "mission_settled"
    return "mission_answered" if move.outcome == "moved" else "mission_repeated"


def cancel(uow: UnitOfWork, command: CancelMission) -> None:
    """Calls a mission off: its goods are free again, everybody told is told to turn back.

    Calling off twice changes nothing. Raises NotFound, Backwards where it is done.
    """
    row = locked(uow, command.mission)
    if row.status == "cancelled":
        return
    if row.status in ("done", "closed"):
        raise rules.Backwards(mission=command.mission, status=row.status, asked="cancelled")
    row.stamp("cancelled", uow.now)
    row.note = command.reason.strip()[:500] or row.note
    stock.release(uow, ids.number(ids.MISSION, row.id))
    alerts.told(uow, row, "mission.cancelled")
    alerts.stand_down(uow, row)


def close(uow: UnitOfWork, number: str) -> None:
    """Puts a mission that is done, or was declined, to the files. Raises NotFound, Backwards while it is
    under way."""
    row = locked(uow, number)
    if row.status == "closed":
        return
    if row.status not in ("done", "declined"):
        raise rules.Backwards(mission=number, status=row.status, asked="closed")
    _close(uow, row)


def close_world(uow: UnitOfWork, world: int) -> int:
    """A drill has ended: closes its open missions and frees their goods; returns how many. The unit is of
    that world."""
    if uow.world != world:
        raise ValueError("a world is closed from inside")
    rows = uow.session.scalars(
        select(Mission).where(Mission.status.in_((*rules.OPEN, "done"))).order_by(Mission.id).with_for_update()
    ).all()
    for row in rows:
        stock.release(uow, ids.number(ids.MISSION, row.id))
        _close(uow, row)
    return len(rows)


def locked(uow: UnitOfWork, number: str) -> Mission:
    """A mission's row inside the actor's division, held until the end of the unit. Raises NotFound."""
    row = _row(uow, number)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound(what=number)
    return row


def _row(uow: UnitOfWork, number: str) -> Mission | None:
    row_id = ids.row_id(ids.MISSION, number)
    if row_id is None:
        return None
    # Read again under the lock: a copy from before it may be stale.
    statement = select(Mission).where(Mission.id == row_id).with_for_update()
    return uow.session.scalar(statement.execution_options(populate_existing=True))


def _chosen(uow: UnitOfWork, numbers: tuple[str, ...]) -> list[TeamView]:
    """The teams that are to go, each once, in the order of their ids so that two confirmations can't lock
    crosswise."""
    scope = Scope(uow.actor.division, uow.world)
    found = []
    for number in dict.fromkeys(numbers):
        team = teams.team(uow.session, scope, number)
        if team is None:
            raise NotFound(what=number)
        if not team.active or not team.reachable:
            raise rules.TeamResting(team=team.name)
        found.append(team)
    taken = busy(uow.session, [team.id for team in found])
    for team in found:
        if team.id in taken:
            raise rules.TeamBusy(team=team.name, mission=taken[team.id])
    return sorted(found, key=lambda team: team.id)


def _create(uow: UnitOfWork, command: ConfirmPlan, team: TeamView) -> Mission:
    scene = command.scene
    point = scene_point(uow.session, scene)
    km = minutes = None
    if point is not None and team.point is not None:
        km = round(distance.km(team.point, point), 1)
        minutes = travel(uow.session).minutes(km)
    row = Mission(
        incident=scene.incident,
        division_code=scene.division,
        hazard=scene.hazard,
        place=scene.place or places(uow.session).label(scene.division),
        lat=point.lat if point else None,
        lng=point.lng if point else None,
        team_id=team.id,
        leader_id=team.leader_id,
        deputy_id=team.deputy_id,
        km=km,
        minutes=minutes,
        confirmed_by=uow.actor.name,
        confirmed_by_id=uow.actor.person_id,
        created_at=uow.now,
    )
    uow.session.add(row)
    return row


def _carrier(uow: UnitOfWork, command: ConfirmPlan, sent: list[Mission]) -> Mission:
    """The mission that takes the goods: the chosen one of these, a mission already out, by default the first
    team's."""
    if ids.row_id(ids.MISSION, command.carrier) is not None:
        row = locked(uow, command.carrier)
        if row.incident != command.scene.incident:
            raise NotFound(what=command.carrier)
        if row.status not in rules.OPEN:
            raise rules.Backwards(mission=command.carrier, status=row.status, asked="alerted")
        return row
    wanted = ids.row_id(ids.TEAM, command.carrier or command.teams[0])
    for row in sent:
        if row.team_id == wanted:
            return row
    raise NotFound(what=command.carrier)


def _load(uow: UnitOfWork, row: Mission, command: ConfirmPlan) -> None:
    lines = tuple(Line(load.warehouse, catalogue.slug_of(load.item), load.qty) for load in command.goods)
    number = ids.number(ids.MISSION, row.id)
    stock.reserve(uow, Reserve(number, lines, row.incident, row.place, row.division_code))
    more = [{"warehouse": line.warehouse, "item": line.item, "qty": line.qty} for line in lines]
    row.goods = [*row.goods, *more]
    if row.alerted_at is not None:
        alerts.goods_added(uow, row, more)


def _answered(uow: UnitOfWork, command: AnswerMission, scope: Scope | None) -> Mission:
    """The row that an answer is for, held until the end of the unit; only those who may answer find it."""
    number = command.mission or _only_open(uow, command.person_id)
    row = _row(uow, number)
    told = row is not None and command.person_id is not None and command.person_id in (row.leader_id, row.deputy_id)
    allowed = row is not None and scope is not None and scope.can("mission.confirm") and scope.holds(row.division_code)
    if row is None or not (told or allowed):
        raise NotFound(what=number)
    return row


def _only_open(uow: UnitOfWork, person_id: int | None) -> str:
    """The one open mission of a person; without an open one the last, which then gets a kind answer."""
    if person_id is None:
        raise rules.NoMission()
    found = of_person(uow.session, person_id, recent=1)
    running = [mission.number for mission in found if mission.open]
    if len(running) > 1:
        raise rules.WhichMission(codes=" ".join(running), first=running[0])
    if not found:
        raise rules.NoMission()
    return found[0].number


def _close_if_settled(uow: UnitOfWork, row: Mission) -> None:
    """A mission that is done and owes no goods is over; with goods under way it waits for their receipt."""
    if not owes_goods(uow.session, ids.number(ids.MISSION, row.id)):
        _close(uow, row)


def _close(uow: UnitOfWork, row: Mission) -> None:
    row.stamp("closed", uow.now)
    alerts.told(uow, row, "mission.closed")
