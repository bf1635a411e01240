"""Texts with what should be understood, and how a prediction is compared (DOMAIN §9)."""

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from responder.hotline.understanding import Gazetteer
from responder.platform import house

HERE = Path(__file__).parent
COUNTS = (
    "deaths",
    "missing",
    "injured",
    "affected",
    "relocated",
    "houses_collapsed",
    "houses_damaged",
    "households_affected",
    "crop_area_ha",
    "loss_cny",
)


def lines(name: str) -> list[dict[str, Any]]:
    """One of the data files beside this module."""
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line]


def rows(name: str, lowest: int) -> Iterator[tuple[str, str, int]]:
    """(code, name, level) of a shipped file of divisions, down to a level."""
    with (house.root() / "config" / "divisions" / name).open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            if int(row["level"]) <= lowest:
                yield row["code"], row["name"], int(row["level"])


@cache
def gazetteer(*files: tuple[str, int]) -> Gazetteer:
    """A gazetteer of the shipped divisions, down to a level per file."""
    path = house.root() / "config" / "divisions" / "aliases.toml"
    aliases = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {row[0]: row for name, lowest in files for row in rows(name, lowest)}
    return Gazetteer((*row, aliases.get(row[0], {}).get("aliases", ())) for row in known.values())


def jinshan() -> Gazetteer:
    """Jinshan alone: about 260 divisions."""
    return gazetteer(("jinshan_310116.csv", 5))


def jilin() -> Gazetteer:
    """Jilin alone: about 13,000 divisions."""
    return gazetteer(("jilin_22.csv", 5))


def china() -> Gazetteer:
    """All provinces, cities and counties, with the towns and villages of Jinshan and Jilin."""
    return gazetteer(("china_l1_l3.csv", 3), ("jinshan_310116.csv", 5), ("jilin_22.csv", 5))


def _plain(text: str) -> str:
    return re.sub(r"[\s,，。.、:：;；()（）【】\[\]\"“”]", "", text).lower()


def same(field: str, gold: Any, got: Any) -> bool:
    """Whether a value counts as right: numbers to 0.1 %, places and times without punctuation."""
    if gold is None or got is None:
        return gold is None and got is None
    if field in COUNTS:
        return abs(float(gold) - float(got)) <= max(0.01, abs(float(gold)) * 0.001)
    if field == "needs":
        return _bag(gold) == _bag(got)
    if field not in ("place", "occurred", "ref"):
        return bool(gold == got)
    a, b = _plain(gold), _plain(got)
    if field == "place":
        near = a.endswith(b) or b.endswith(a) or (a.startswith(b) and len(b) >= 0.7 * len(a))
        return a == b or (len(b) >= 3 and near)
    return a == b or a in b


def _bag(needs: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return sorted((_plain(need["item"]), -1.0 if need["qty"] is None else float(need["qty"])) for need in needs)
