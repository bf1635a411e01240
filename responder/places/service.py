"""Changes to the places room: one function per command."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from responder.kernel.events import Event
from responder.kernel.refusals import Invalid, NotFound
from responder.places import coordinates, distance, queries, rules
from responder.places.commands import DivisionSource, LoadProfile, MovePoint, RenameDivision, SetAliases
from responder.places.coordinates import Point
from responder.places.models import Division, ProfileRow
from responder.platform.work import UnitOfWork

NAME, POINT, ALIASES = "name", "point", "aliases"
_MAX_NAME = 80


@dataclass(frozen=True)
class Loaded:
    """What loading a profile did: numbers of divisions."""

    added: int
    changed: int
    retired: int
    total: int


def load_profile(uow: UnitOfWork, command: LoadProfile) -> Loaded:
    """Makes a profile the store's own and brings its divisions up to date.

    May be repeated: what hasn't changed isn't written, what the branch has set itself (``Division.kept``)
    stays, divisions that have left the files are retired, never deleted.
    """
    session = uow.session
    stored = {row["code"]: row for row in session.execute(select(Division.__table__)).mappings()}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for source in command.divisions:
        before = stored.pop(source.code, None)
        wanted = _values(source)
        if before is None:
            fresh.append({**wanted, "kept": []})
            continue
        for what, columns in _KEPT_COLUMNS.items():
            if what in before["kept"]:
                wanted |= {column: before[column] for column in columns}
        if any(before[column] != value for column, value in wanted.items()):
            changed.append(wanted)
    retired = [{"code": code, "valid": False} for code, row in stored.items() if row["valid"]]
    if fresh:
        session.execute(insert(Division), fresh)
    if changed:
        session.execute(update(Division), changed)
    if retired:
        session.execute(update(Division), retired)
    body, boundary = command.profile.model_dump(mode="json"), dict(command.boundary)
    row = session.get(ProfileRow, 1)
    if row is None:
        row = ProfileRow(id=1, version="", loaded_at=uow.now, body=body, boundary=boundary)
        session.add(row)
    row.body, row.boundary, row.loaded_at = body, boundary, uow.now
    _changed(uow, row)
    done = Loaded(len(fresh), len(changed), len(retired), len(command.divisions))
    data = {
        "name": command.profile.name.zh,
        "total": done.total,
        "added": done.added,
        "changed": done.changed,
    }
    uow.record(Event("places.loaded", command.profile.root, command.profile.slug, data))
    return done


def move_point(uow: UnitOfWork, command: MovePoint) -> None:
    """Puts a division's point where it really is.

    Raises NotFound outside the actor's division, Invalid for what is no place on the globe, PointTooFar for a
    point out of reach of the division above.
    """
    division = _own(uow, command.code)
    # The comparisons are false for NaN as well.
    if not (-90 <= command.lat <= 90 and -180 <= command.lng <= 180):
        raise Invalid(field="point", problem="point")
    point = coordinates.to_wgs84(Point(command.lat, command.lng), command.crs)
    above = queries.places(uow.session).point(division.parent_code) if division.parent_code else None
    if above is not None:
        rules.check_distance(distance.km(above.point, point), division.level)
    division.lat, division.lng = round(point.lat, 6), round(point.lng, 6)
    division.precision, division.crs_source, division.point_source = "own", command.crs, "branch"
    _keep(division, POINT)
    _changed(uow)
    data = {"name": division.name, "lat": division.lat, "lng": division.lng}
    uow.record(Event("places.moved", division.code, division.code, data))


def rename_division(uow: UnitOfWork, command: RenameDivision) -> None:
    """Calls a division by another everyday name; the former one stays as an alias for texts.

    Raises NotFound outside the actor's division, Invalid for an empty or overlong name.
    """
    division = _own(uow, command.code)
    name = _clean(command.name, "division_name")
    former = division.name
    if name == former:
        return
    division.name = name
    division.aliases = [a for a in dict.fromkeys([*division.aliases, former]) if a != name]
    _keep(division, NAME)
    _keep(division, ALIASES)
    _changed(uow)
    uow.record(Event("places.renamed", division.code, division.code, {"name": name, "former": former}))


def set_aliases(uow: UnitOfWork, command: SetAliases) -> None:
    """Sets the other names under which a division is understood in texts.

    Raises NotFound outside the actor's division, Invalid for an empty or overlong name.
    """
    division = _own(uow, command.code)
    aliases = [_clean(alias, "aliases") for alias in command.aliases]
    aliases = [a for a in dict.fromkeys(aliases) if a != division.name]
    if aliases == division.aliases:
        return
    division.aliases = aliases
    _keep(division, ALIASES)
    _changed(uow)
    data = {"name": division.name, "aliases": "、".join(aliases)}
    uow.record(Event("places.aliased", division.code, division.code, data))


_KEPT_COLUMNS = {
    NAME: ("name",),
    POINT: ("lat", "lng", "precision", "crs_source", "point_source"),
    ALIASES: ("aliases",),
}


def _values(source: DivisionSource) -> dict[str, Any]:
    return {
        "code": source.code,
        "name": source.name,
        "official_name": source.official_name,
        "level": rules.level(source.code),
        "parent_code": rules.parent(source.code),
        "kind": source.kind,
        "aliases": list(source.aliases),
        "lat": source.lat,
        "lng": source.lng,
        "precision": source.precision,
        "crs_source": source.crs,
        "point_source": source.source,
        "valid": True,
    }


def _own(uow: UnitOfWork, code: str) -> Division:
    division = uow.session.get(Division, code)
    if division is None or not rules.is_within(code, uow.actor.division):
        raise NotFound(what=code)
    return division


def _clean(name: str, field: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(field=field, problem="required")
    if len(name) > _MAX_NAME:
        raise Invalid(field=field, problem="too_long")
    return name


def _keep(division: Division, what: str) -> None:
    if what not in division.kept:
        division.kept = [*division.kept, what]


def _changed(uow: UnitOfWork, row: ProfileRow | None = None) -> None:
    """A new version for the tree. Random, so that one rolled back is never taken for a later one."""
    row = row or uow.session.get_one(ProfileRow, 1)
    row.version = secrets.token_hex(8)
    uow.session.flush()
    queries.changed(uow.session)
