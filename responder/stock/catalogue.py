"""The catalogue of relief goods and the norms of need, from ``config/goods.toml`` and ``config/norms.toml``.

Names and units stand in ``config/terms/goods.toml``: pages, texts and events take them from one place.
"""

from datetime import date
from functools import cache
from typing import Literal

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from responder.platform import config, terms
from responder.platform.config import ConfigError
from responder.stock import rules
from responder.stock.rules import Norm, Norms, UnknownItem


class Standing(BaseModel):
    """What one warehouse should hold of an item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    standing: int = Field(ge=0)
    min: int = Field(ge=0)
    max: int = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "Standing":
        if not self.min <= self.standing <= self.max:
            raise ValueError("must be min <= standing <= max")
        return self


class Spec(BaseModel):
    """What exactly an item is, in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = ""
    en: str = ""


class Good(BaseModel):
    """One item. ``stock`` by operating tier (1 top); without it the item is held as needed.

    ``shelf_months`` from production to expiry, ``warn_days`` before it, kg and m³ of one unit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    aliases: list[str]
    category: str
    shelf_months: int = Field(gt=0)
    warn_days: int = Field(gt=0)
    weight_kg: float = Field(ge=0)
    volume_m3: float = Field(ge=0)
    spec: Spec = Spec()
    source: Literal["V", "M"]
    stock: dict[int, Standing] = {}


class _Goods(RootModel[dict[str, Good]]):
    pass


class _NormRow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    item: str
    base: list[str] = Field(min_length=1)
    per: Literal["person", "household"]
    quantity: float = Field(gt=0)
    cold: float | None = Field(default=None, gt=0)
    daily: bool = False
    source: str


class _NormFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    household_size: float = Field(gt=0)
    days: int = Field(gt=0)
    cold_months: list[int]
    need: list[_NormRow]
    site: dict[str, float]


@cache
def goods() -> dict[str, Good]:
    """All items by slug, in the order of the file. Raises ConfigError where an item has no name or unit."""
    found = config.load("goods.toml", _Goods).root
    names = terms.vocabulary("item")
    for slug in found:
        if "unit" not in names.get(slug, {}):
            raise ConfigError(f"goods.toml: {slug}: needs a name and a unit in terms [item.{slug}]")
    return found


@cache
def _aliases() -> dict[str, str]:
    found: dict[str, str] = {}
    for slug, good in goods().items():
        for alias in [slug, *(terms.term("item", slug, lang) for lang in terms.LANGUAGES), *good.aliases]:
            other = found.setdefault(rules.normalised(alias), slug)
            if other != slug:
                raise ConfigError(f"goods.toml: {slug}.aliases: {alias} already means {other}")
    return found


def match_item(text: str) -> str | None:
    """The item that some words mean (``急需棉被60床`` is ``quilt``), None where nothing fits."""
    return rules.match_item(text, _aliases())


def slug_of(text: str) -> str:
    """The item that a caller names by slug, name or alias: the whole text must be it. Raises UnknownItem."""
    found = _aliases().get(rules.normalised(text))
    if found is None:
        raise UnknownItem(text=text[:40])
    return found


def unit(slug: str) -> str:
    """The slug of the unit in which an item is counted (terms [unit]), ``""`` for an item no longer listed."""
    return terms.vocabulary("item").get(slug, {}).get("unit", "")


def standing(slug: str, tier: int) -> Standing | None:
    """What a warehouse of this tier should hold; None: as needed."""
    good = goods().get(slug)
    return good.stock.get(tier) if good else None


def expiry(slug: str, produced: date | None) -> date | None:
    """The last good day by the item's usual shelf life, None where the day of production isn't known."""
    good = goods().get(slug)
    if produced is None or good is None:
        return None
    return produced + relativedelta(months=good.shelf_months)


@cache
def norms() -> Norms:
    """The branch's norms of need. Raises ConfigError that names file and key."""
    found = config.load("norms.toml", _NormFile)
    for row in found.need:
        if row.item not in goods():
            raise ConfigError(f"norms.toml: need.{row.item}: not in goods.toml")
    return Norms(
        tuple(Norm(row.item, tuple(row.base), row.per, row.quantity, row.cold, row.daily) for row in found.need),
        found.household_size,
        found.days,
        frozenset(found.cold_months),
    )


def why(need: rules.Need, lang: str) -> str:
    """A need's arithmetic in words: ``转移 87 人 × 1 床``."""
    pattern = terms.term("need_why", "daily" if need.days > 1 else "once", lang)
    values = {
        "figure": terms.figures({need.base: need.stated}, lang),
        "each": f"{need.each:g}",
        "unit": terms.term("unit", unit(need.item), lang),
        "days": need.days,
        "per": terms.term("need_per", need.per, lang),
    }
    return terms.fill(pattern, values, lang)
