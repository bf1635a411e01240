"""The figures that a report may carry, from ``config/indicators.toml`` (DOMAIN §1.4)."""

from functools import cache
from math import isfinite
from typing import Any

from pydantic import BaseModel, ConfigDict, RootModel

from responder.kernel.refusals import Invalid
from responder.platform import config

MU_PER_HA = 15
"""亩 are shown and typed, hectares are stored (DOMAIN §1.4)."""
WAN = 10_000

LARGEST = 10**13
"""No figure of a disaster is larger, in any unit: a slip of the finger is."""


class Indicator(BaseModel):
    """One figure."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    group: str
    unit: str
    integer: bool = False
    order: int
    quick: bool = False


class _File(RootModel[dict[str, Indicator]]):
    pass


@cache
def indicators() -> dict[str, Indicator]:
    """{slug: indicator} in the form's order. Read once."""
    found = config.load("indicators.toml", _File).root
    return dict(sorted(found.items(), key=lambda pair: pair[1].order))


def cleaned(figures: dict[str, Any]) -> dict[str, float | int]:
    """Figures as stored: known slugs, no nulls, none negative, whole where people and rooms are counted.

    Raises Invalid naming the figure: blank stays absent, never becomes 0.
    """
    clean: dict[str, float | int] = {}
    for slug, value in figures.items():
        if value is None:
            continue
        indicator = indicators().get(slug)
        if indicator is None:
            raise Invalid(field=slug, problem="unknown")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid(field=slug, problem="number")
        if isinstance(value, float) and not isfinite(value):
            raise Invalid(field=slug, problem="number")
        if value < 0:
            raise Invalid(field=slug, problem="negative")
        if value > LARGEST:
            raise Invalid(field=slug, problem="too_large")
        if indicator.integer and value != int(value):
            raise Invalid(field=slug, problem="whole")
        clean[slug] = int(value) if indicator.integer or value == int(value) else round(float(value), 2)
    return clean


def typed(slug: str, text: str, unit: str) -> float | int | None:
    """A figure as a person typed it: grouped or full-width digits, 亩 or 公顷, 万元 or 元. Blank is None.

    Raises Invalid where it is no number.
    """
    text = text.strip().translate(str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")).replace(",", "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise Invalid(field=slug, problem="number") from None
    if unit == "mu":
        value = round(value / MU_PER_HA, 2)
    elif unit == "wan":
        value = round(value * WAN, 2)
    return int(value) if isfinite(value) and value == int(value) else value
