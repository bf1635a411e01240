"""Reads a profile's files (divisions, aliases, outline) into the command that loads them."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import RootModel

from responder.places import profiles, rules
from responder.places.commands import DivisionSource, LoadProfile
from responder.places.profiles import Divisions
from responder.platform import config
from responder.platform.config import ConfigError

_COLUMNS = ("code", "name", "level", "parent", "lng", "lat", "crs", "source")
_SYSTEMS = ("wgs84", "gcj02", "bd09")


class _Aliases(RootModel[dict[str, dict[str, list[str]]]]):
    """[CODE] aliases = [...]"""


def gather(slug_or_path: str | Path) -> LoadProfile:
    """Everything that a profile brings, read and checked. Raises ConfigError that names file and line or key.

    Files are looked for beside the profile (``../divisions``, ``../boundaries``), then in the software's own
    ``config/``, so that a branch's profile may lie anywhere and still use the national table.
    """
    path = profiles.path_of(slug_or_path).absolute()
    profile = profiles.read(path)
    wanted = profile.divisions
    rows: dict[str, dict[str, str]] = {}
    for name in wanted.files:
        rows |= {row["code"]: row for row in _rows(_find(path, "divisions", name))}
    for code, row in _neighbours(path, wanted).items():
        rows.setdefault(code, row)
    if profile.root not in rows:
        raise ConfigError(f"{path.name}: root: {profile.root} is in none of the division files")
    aliases = _aliases(path, wanted)
    names: dict[str, str] = {}
    # In the order of codes a division comes after all those above it.
    for code, row in sorted(rows.items()):
        above = [names[a] for a in rules.ancestors(code)[:-1] if a in names]
        names[code] = rules.everyday_name(row["name"], above)
    return LoadProfile(
        profile,
        tuple(_division(rows[code], name, aliases.get(code, [])) for code, name in names.items()),
        json.loads(_find(path, "boundaries", profile.map.boundary).read_text(encoding="utf-8")),
    )


def counties() -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """The whole country down to its counties, from the table that comes with the software, by code.

    Rows are (code, everyday name, level, aliases). For texts that come without a sender.
    """
    folder = config.folder() / "divisions"
    aliases = config.load(folder / "aliases.toml", _Aliases).root
    for row in sorted(_rows(folder / "china_l1_l3.csv"), key=lambda r: r["code"]):
        code = row["code"]
        other = tuple(aliases.get(code, {}).get("aliases", ()))
        yield code, rules.everyday_name(row["name"]), rules.level(code), other


def _find(profile: Path, folder: str, name: str) -> Path:
    beside = profile.parent.parent / folder / name
    shipped = config.folder() / folder / name
    for path in (beside, shipped):
        if path.is_file():
            return path
    raise ConfigError(f"{profile.name}: {folder}: {name}: no such file")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(f"{path.name}: line 1: column {missing[0]} is missing")
        for row in reader:
            problem = _problem(row)
            if problem:
                raise ConfigError(f"{path.name}: line {reader.line_num}: {problem}")
            yield row


def _problem(row: dict[str, str]) -> str | None:
    code = row["code"] or ""
    if not rules.is_code(code):
        return f"code {code!r} is no division code"
    if not row["name"]:
        return f"{code} has no name"
    if row["lng"] or row["lat"]:
        try:
            lng, lat = float(row["lng"]), float(row["lat"])
        except ValueError:
            return f"{code} has a point that is no number"
        if not (-180 <= lng <= 180 and -90 <= lat <= 90):
            return f"{code} has a point outside the globe: are lng and lat exchanged?"
        if row["crs"] not in _SYSTEMS:
            return f"{code} has a point without crs ({', '.join(_SYSTEMS)})"
    return None


def _neighbours(profile: Path, wanted: Divisions) -> dict[str, dict[str, str]]:
    """The neighbours and all divisions above them, by code."""
    if not wanted.neighbours:
        return {}
    path = _find(profile, "divisions", wanted.neighbours_from)
    country = {row["code"]: row for row in _rows(path)}
    found: dict[str, dict[str, str]] = {}
    for code in wanted.neighbours:
        for above in rules.ancestors(code):
            if above not in country:
                raise ConfigError(f"{profile.name}: divisions.neighbours: {above} is not in {path.name}")
            found[above] = country[above]
    return found


def _aliases(profile: Path, wanted: Divisions) -> dict[str, list[str]]:
    if not wanted.aliases:
        return {}
    tables = config.load(_find(profile, "divisions", wanted.aliases), _Aliases).root
    return {code: table.get("aliases", []) for code, table in tables.items()}


def _division(row: dict[str, str], name: str, aliases: list[str]) -> DivisionSource:
    code = row["code"]
    has_point = bool(row["lng"])
    source = row["source"] if has_point else ""
    rough = source == "approximate" or source.endswith(":doubtful")
    return DivisionSource(
        code=code,
        name=name,
        official_name=row["name"],
        kind=rules.STATISTICAL_ZONE if rules.is_statistical_zone(code) else rules.NORMAL,
        aliases=tuple(aliases),
        lat=float(row["lat"]) if has_point else None,
        lng=float(row["lng"]) if has_point else None,
        precision=("approx" if rough else "own") if has_point else None,
        crs=row["crs"] if has_point else None,
        source=source or None,
    )
