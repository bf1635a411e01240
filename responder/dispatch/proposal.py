"""Gathers what the planner needs for one scene: run card, teams, holdings, distances."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from responder.dispatch import planner, runcards
from responder.dispatch.commands import Scene
from responder.dispatch.goods import Holding, propose_goods
from responder.dispatch.planner import Plan, TeamFacts, Travel
from responder.dispatch.queries import busy, serving, under_way
from responder.kernel import clock
from responder.places import distance
from responder.places.coordinates import Point
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.stock import catalogue
from responder.stock import queries as stock
from responder.stock.rules import estimate
from responder.teams import queries as teams


def plan(session: Session, scope: Scope, scene: Scene) -> Plan:
    """The proposal for one scene: the scope's teams, ranked, and where the goods lie.

    Warehouses of the offices above are offered too. A scene outside the scope has an empty plan.
    """
    if not scope.holds(scene.division):
        return Plan(scene.incident, (), (), ())
    point = scene_point(session, scene)
    roles = runcards.roles(scene.hazard, scene.figures)
    served = serving(session, scene.incident)
    choices, gaps = planner.propose_teams(roles, _teams(session, scope, point), travel(session), served)
    month = clock.now().astimezone(places(session).profile.zone()).month
    norms = estimate(scene.figures, catalogue.norms(), month)
    items = {need.item for need in scene.needs} | {norm.item for norm in norms}
    holdings = _holdings(session, scope, point, items)
    going = under_way(session, scene.incident)
    goods = propose_goods(scene.needs, norms, going, holdings, (scene.division, scope.division))
    return Plan(scene.incident, choices, gaps, goods)


def scene_point(session: Session, scene: Scene) -> Point | None:
    """The scene's own point, else its division's."""
    if scene.lat is not None and scene.lng is not None:
        return Point(scene.lat, scene.lng)
    located = places(session).point(scene.division)
    return located.point if located else None


def travel(session: Session) -> Travel:
    """How long ways take here: the profile's roads, after the minutes to get going."""
    roads = places(session).profile.travel
    return Travel(roads.road_factor, roads.speed_kmh, runcards.start_minutes())


def _teams(session: Session, scope: Scope, point: Point | None) -> list[TeamFacts]:
    found = teams.teams(session, scope)
    taken = busy(session, [team.id for team in found])
    return [
        TeamFacts(
            team.number, team.name, team.type, team.division_name, _km(team.point, point),
            team.readiness.members, team.readiness.certified, team.active, team.reachable,
            taken.get(team.id, ""), team.stood_down,
        )
        for team in found
    ]  # fmt: skip


def _holdings(session: Session, scope: Scope, point: Point | None, items: Collection[str]) -> list[Holding]:
    tree = places(session)
    found = []
    for held in stock.availability(session, scope, items):
        where = Point(held.lat, held.lng) if held.lat is not None and held.lng is not None else None
        if where is None and (located := tree.point(held.division)):
            where = located.point
        km = _km(where, point)
        found.append(Holding(held.warehouse, held.name, held.division, held.item, held.available, km))
    return found


def _km(one: Point | None, other: Point | None) -> float | None:
    return round(distance.km(one, other), 1) if one is not None and other is not None else None
