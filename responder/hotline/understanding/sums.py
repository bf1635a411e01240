"""Several numbers told of one indicator made one: totals win, parts add up, repetition doesn't (DOMAIN §9.4-9.7)."""

from collections import Counter
from dataclasses import dataclass

from responder.hotline.understanding.numerals import Value

TOTAL, PLAIN, PART, WEAK = 3, 2, 1, 0

# How wide a degree of harm to crops is: 受灾 over 成灾 over 绝收.
WIDE, MIDDLE, NARROW = 2, 1, 0

_ADDING = ("houses_collapsed", "houses_damaged", "injured")
_ALL_CROPS = ("农作物", "作物", "庄稼")
_PLAIN_INJURED = ("受伤", "伤")


@dataclass(slots=True)
class Figure:
    """One number bound to one indicator, with what decides between several.

    ``origin`` is where its word stands, ``place`` how many places were named before it. ``shared`` marks one
    of several numbers that lean on the same word in another clause; ``listed`` one of several kinds of people
    told one after the other, ``kind`` that such a kind is named with it.
    """

    slug: str
    value: Value
    rank: int
    word: str
    place: int
    origin: int = -1
    shared: bool = False
    listed: bool = False
    kind: bool = False


def settle(figures: list[Figure], areas: list[Figure]) -> dict[str, Value]:
    """One value per indicator: whole counts, hectares with two decimals, yuan."""
    by_slug: dict[str, list[Figure]] = {}
    for figure in figures:
        by_slug.setdefault(figure.slug, []).append(figure)
    out: dict[str, Value] = {}
    for slug, told in by_slug.items():
        value = _one(slug, told)
        out[slug] = value if slug == "loss_cny" else int(value)
    if areas:
        out["crop_area_ha"] = round(_area(areas), 2)
    return out


def _one(slug: str, figures: list[Figure]) -> Value:
    totals = [figure for figure in figures if figure.rank == TOTAL]
    if totals:
        return totals[-1].value
    best = max(figure.rank for figure in figures)
    told = [figure for figure in figures if figure.rank == best]
    parts = sum(figure.value for figure in figures if figure.rank == PART)
    if best == PLAIN and slug == "houses_damaged" and told[0].value < parts:
        return told[0].value + parts
    return _sum(slug, told)


def _sum(slug: str, figures: list[Figure]) -> Value:
    """Figures of one rank: of several places or several ways of harm they add up, told twice they don't."""
    first = figures[0]
    if slug == "loss_cny":
        return next((figure for figure in figures if "经济" in figure.word), first).value
    total = first.value
    seen = {(first.word, first.place)}
    leaning = Counter(figure.origin for figure in figures if figure.shared)
    for figure in figures[1:]:
        key = (figure.word, figure.place)
        other_harm = slug in _ADDING and key not in seen and figure.word not in _PLAIN_INJURED
        sibling = figure.listed and first.kind and figure.origin == first.origin
        shared = figure.shared and leaning[figure.origin] > 1
        if shared or sibling or other_harm or figure.place != first.place or figure.rank == PART:
            total += figure.value
        seen.add(key)
    return total


def _area(figures: list[Figure]) -> float:
    """The widest degree of harm; several crops of that degree add up."""
    degree = max(figure.rank for figure in figures)
    widest = [figure for figure in figures if figure.rank == degree]
    first = widest[0]
    total = float(first.value)
    seen = {(first.word, first.place)}
    for figure in widest[1:]:
        key = (figure.word, figure.place)
        if figure.word and key not in seen and first.word not in _ALL_CROPS:
            total += float(figure.value)
        seen.add(key)
    return total
