"""What the board's map shows: places, incidents, teams and their ways. WGS-84 degrees."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from responder.board import queries
from responder.board.queries import IncidentRow
from responder.dispatch import queries as dispatch
from responder.dispatch.queries import MissionView
from responder.places.coordinates import Point
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.teams import queries as teams

APART = {2: 0.2, 4: 0.06, 6: 0.015, 9: 0.006, 12: 0.003}
"""Degrees between marks that share one point, by the length of the branch's code: villages often only have their
town's point, and a province is drawn smaller than a district."""

ON_SCENE = ("arrived", "working")


@dataclass(frozen=True)
class TeamMark:
    """Teams at one point: out on a mission, or free and at their bases."""

    key: str
    point: Point
    names: tuple[str, ...]
    mission: MissionView | None


@dataclass(frozen=True)
class Drawn:
    """Everything on the map. ``points`` are incidents with where to draw them."""

    places: list[tuple[str, Point]]
    points: list[tuple[IncidentRow, Point]]
    teams: list[TeamMark]
    routes: list[tuple[MissionView, Point, Point]]


def drawn(session: Session, scope: Scope) -> Drawn:
    """The map of a scope. Teams only for readers who may see them."""
    tree = places(session)
    step = APART.get(len(tree.profile.root), APART[6])
    points = [*_apart(tree, queries.active(session, scope), step)]
    where = {row.incident.number: point for row, point in points}
    going = dispatch.missions(session, scope, open_only=True) if scope.can("mission.see") else []
    known = teams.teams(session, scope) if scope.can("team.see") else []
    bases = {team.number: team.point for team in known}
    marks: list[TeamMark] = []
    routes = []
    for m in going:
        base, scene = bases.get(m.team), where.get(m.incident) or _scene(m)
        if m.status in ON_SCENE and scene is not None:
            marks.append(TeamMark(m.team, _beside(scene, step), (m.team_name,), m))
        elif base is not None:
            marks.append(TeamMark(m.team, base, (m.team_name,), m))
            if scene is not None:
                routes.append((m, base, scene))
    out = {m.team for m in going}
    free: dict[Point, list[str]] = defaultdict(list)
    for team in known:
        if team.point is not None and team.active and team.number not in out:
            free[team.point].append(team.name)
    marks += [TeamMark(f"free:{p.lat},{p.lng}", _beside(p, step), tuple(names), None) for p, names in free.items()]
    return Drawn([*_places(tree, scope)], points, marks, routes)


def _places(tree: Places, scope: Scope) -> Iterator[tuple[str, Point]]:
    """The divisions below the branch's own, and those below the reader's, where they have points."""
    below = {place.code: place for code in (tree.profile.root, scope.division) for place in tree.children(code)}
    for place in below.values():
        if place.lat is not None and place.lng is not None:
            yield place.name, Point(place.lat, place.lng)


def _apart(tree: Places, rows: list[IncidentRow], step: float) -> Iterator[tuple[IncidentRow, Point]]:
    taken: dict[tuple[float, float], int] = defaultdict(int)
    for row in rows:
        one = row.incident
        point = Point(one.lat, one.lng) if one.lat is not None and one.lng is not None else None
        if point is None and (located := tree.point(one.division)) is not None:
            point = located.point
        if point is None:
            continue
        place = (round(point.lat, 3), round(point.lng, 3))
        turn, taken[place] = taken[place], taken[place] + 1
        if turn:
            ring, angle = 1 + (turn - 1) // 6, (turn - 1) % 6 * math.pi / 3
            point = Point(point.lat + step * ring * math.sin(angle), point.lng + step * ring * math.cos(angle))
        yield row, point


def _scene(m: MissionView) -> Point | None:
    return Point(m.lat, m.lng) if m.lat is not None and m.lng is not None else None


def _beside(point: Point, step: float) -> Point:
    """A little below, so that the mark doesn't cover what it stands beside."""
    return Point(point.lat - step / 2, point.lng)
