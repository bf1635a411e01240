"""What a store may and may not do, and the arithmetic of needs. Pure."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from responder.kernel.refusals import Refusal

# Kinds of documents (DOMAIN §4.2).
INTAKE = "intake"
ISSUE = "issue"
RECEIPT = "receipt"
TRANSFER = "transfer"
COUNT = "count"
RETURN = "return"
OPENING = "opening"
KINDS = (INTAKE, ISSUE, RECEIPT, TRANSFER, COUNT, RETURN, OPENING)

# States of a document. What is done is never changed again; it is corrected by another document.
DRAFT = "draft"
UNDER_WAY = "under_way"
DONE = "done"
REJECTED = "rejected"

SOURCES = ("purchase", "fund", "donation", "allocation", "customs")
"""Where goods come from (DOMAIN §4.2)."""

# Locations that are no warehouse; a warehouse is its number (W1001).
SUPPLIER = "supplier"
ADJUSTMENT = "adjustment"
BEFORE = "opening"

MOST = 1_000_000
"""More of one thing on one line is a slip of the finger."""
MOST_LINES = 200


def in_transit(reference: str) -> str:
    """The location of goods under way for a mission (``M1001``) or on a transfer (``D1004``)."""
    return f"transit:{reference}"


def at_place(mission: str) -> str:
    """The location of goods that arrived at a mission's place."""
    return f"place:{mission}"


class Short(Refusal):
    """A warehouse hasn't got that much free. Params: item, asked, available, warehouse (its name)."""

    code = "stock.short"


class UnknownItem(Refusal):
    """Nothing in the catalogue is called so. Params: ``text``."""

    code = "stock.unknown_item"


class BadQuantity(Refusal):
    """A quantity is no whole number above zero, or far too large. Params: ``item``."""

    code = "stock.bad_quantity"


class NoLines(Refusal):
    """There is nothing on the document, or too many lines."""

    code = "stock.no_lines"


class NoItem(Refusal):
    """A line of a form has a quantity but no item. Params: ``row``, from 1."""

    code = "stock.no_item"


class BadDate(Refusal):
    """A date can't be read. Params: item, text."""

    code = "stock.bad_date"


class NothingReserved(Refusal):
    """A mission has nothing reserved here that could be issued. Params: ``mission``."""

    code = "stock.nothing_reserved"


class NotIssued(Refusal):
    """Nothing of that is under way for the mission. Params: mission, item (may be empty)."""

    code = "stock.not_issued"


class MoreThanIssued(Refusal):
    """More is said to have arrived than is under way. Params: item, asked, left."""

    code = "stock.more_than_issued"


class MissionOver(Refusal):
    """The mission is closed or cancelled: nothing more leaves for it. Params: ``mission``."""

    code = "stock.mission_over"


class OwnDocument(Refusal):
    """Nobody approves their own document (a branch may delegate it explicitly)."""

    code = "stock.own_document"


class AlreadyDecided(Refusal):
    """The document is approved, rejected or received already. Params: ``document``."""

    code = "stock.already_decided"


class CountBelowReserved(Refusal):
    """A count would leave less than missions have reserved. Params: item, lot, reserved, left."""

    code = "stock.count_below_reserved"


class LotDiffers(Refusal):
    """A lot of this code exists with other dates. Params: item, lot."""

    code = "stock.lot_differs"


class LotExpired(Refusal):
    """Goods past their date aren't taken in. Params: item, lot."""

    code = "stock.lot_expired"


class DatesContradict(Refusal):
    """A lot that expires before it was made. Params: item, lot."""

    code = "stock.dates_contradict"


class SameWarehouse(Refusal):
    """A transfer from a warehouse to itself."""

    code = "stock.same_warehouse"


class NoSource(Refusal):
    """Goods come in without a known source."""

    code = "stock.no_source"


def check_quantity(item: str, qty: int) -> None:
    """Raises BadQuantity unless it is between 1 and MOST."""
    if isinstance(qty, bool) or not isinstance(qty, int) or not 1 <= qty <= MOST:
        raise BadQuantity(item=item)


def check_lines(count: int) -> None:
    """Raises NoLines for an empty document or one of more than MOST_LINES."""
    if not 1 <= count <= MOST_LINES:
        raise NoLines(most=MOST_LINES)


def check_lot(item: str, lot: str, produced: date | None, expires: date | None, today: date) -> None:
    """Raises DatesContradict or LotExpired."""
    if produced is not None and expires is not None and expires < produced:
        raise DatesContradict(item=item, lot=lot)
    if expires is not None and expires < today:
        raise LotExpired(item=item, lot=lot)


def check_decision(document: str, state: str, drafter: int | None, person: int | None, delegated: bool) -> None:
    """Raises AlreadyDecided or OwnDocument. A draft by the system itself may be approved by anybody."""
    if state != DRAFT:
        raise AlreadyDecided(document=document)
    if drafter is not None and drafter == person and not delegated:
        raise OwnDocument()


@dataclass(frozen=True)
class LotStock:
    """What lies of one lot in one warehouse. ``free`` is on hand less reserved."""

    lot_id: int
    free: int
    expires: date | None = None
    produced: date | None = None


@dataclass(frozen=True)
class Take:
    """So many of one lot."""

    lot_id: int
    qty: int


def usable(lot: LotStock, today: date) -> bool:
    """Whether something of it may leave: free, and good through the day printed on it."""
    return lot.free > 0 and (lot.expires is None or lot.expires >= today)


def pick(lots: Iterable[LotStock], qty: int, today: date) -> tuple[Take, ...]:
    """Which lots go, first expired first, and among equals first in first (DOMAIN §4.2). Takes at most ``qty``;
    less where there isn't so much that is usable."""

    def turn(lot: LotStock) -> tuple[date, date, int]:
        return lot.expires or date.max, lot.produced or date.max, lot.lot_id

    takes = []
    for lot in sorted((lot for lot in lots if usable(lot, today)), key=turn):
        if qty <= 0:
            break
        takes.append(Take(lot.lot_id, min(qty, lot.free)))
        qty -= takes[-1].qty
    return tuple(takes)


def match_item(text: str, aliases: Mapping[str, str]) -> str | None:
    """The slug that some words mean, None where nothing fits. ``aliases`` maps normalised names to slugs.

    The whole text first, then the longest name inside it (``急需棉被60床``); names of one character count only whole.
    """
    words = normalised(text)
    if words in aliases:
        return aliases[words]
    inside = [alias for alias in aliases if len(alias) > 1 and _holds(words, alias)]
    return aliases[max(inside, key=lambda alias: (len(alias), alias))] if inside else None


def normalised(text: str) -> str:
    """Full-width and half-width alike, small letters, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _holds(words: str, alias: str) -> bool:
    # Latin names need word borders: there is no "mat" in "tomato".
    if alias.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(alias)}(?![a-z0-9])", words) is not None
    return alias in words


@dataclass(frozen=True)
class Norm:
    """How much of an item people need (DOMAIN §4.3): units of it for each person or household, daily or once."""

    item: str
    base: tuple[str, ...]
    per: Literal["person", "household"]
    quantity: float
    cold: float | None = None
    daily: bool = False


@dataclass(frozen=True)
class Norms:
    """All norms of a branch. Quantities in the item's unit; ``cold_months`` 1 to 12."""

    norms: tuple[Norm, ...]
    household_size: float
    days: int
    cold_months: frozenset[int]


@dataclass(frozen=True)
class Need:
    """An item's need with its arithmetic: ``qty`` = ceil(``count`` × ``each`` × ``days``), ``count`` persons or
    households, from the figure ``base`` whose stated value is ``stated``."""

    item: str
    qty: int
    base: str
    stated: float
    per: Literal["person", "household"]
    count: float
    each: float
    days: int


def estimate(figures: Mapping[str, float | None], norms: Norms, month: int) -> tuple[Need, ...]:
    """What is needed, from reported figures; items for which no base figure is stated, or it is 0, are left out."""
    needs = []
    for norm in norms.norms:
        base = next((slug for slug in norm.base if figures.get(slug) is not None), None)
        stated = figures[base] if base else None
        if base is None or not stated:
            continue
        count = _counted(base, float(stated), norm.per, norms.household_size)
        each = norm.cold if norm.cold is not None and month in norms.cold_months else norm.quantity
        days = norms.days if norm.daily else 1
        # Binary fractions: 20 × 0.05 must not become 2.
        qty = math.ceil(round(count * each * days, 6))
        needs.append(Need(norm.item, qty, base, float(stated), norm.per, count, each, days))
    return tuple(needs)


def _counted(base: str, stated: float, per: str, household_size: float) -> float:
    in_households = base.startswith("households")
    if per == "household":
        return stated if in_households else math.ceil(stated / household_size)
    return stated * household_size if in_households else stated


def shortage(needed: Mapping[str, int], here: Mapping[str, int], under_way: Mapping[str, int]) -> dict[str, int]:
    """Per item, need less what is here and on the way (DOMAIN §4.3); items that are covered are left out."""
    short = {item: qty - here.get(item, 0) - under_way.get(item, 0) for item, qty in needed.items()}
    return {item: qty for item, qty in short.items() if qty > 0}


Level = Literal["none", "low", "below", "ok", "over"]


def stock_level(available: int, minimum: int, standing: int, maximum: int) -> Level:
    """Against the standing list: ``low`` under the minimum, ``below`` under the standing stock, ``over`` above the
    maximum; ``none`` for items that are held only as needed."""
    if not standing and not maximum:
        return "none"
    if available < minimum:
        return "low"
    if available < standing:
        return "below"
    return "over" if available > maximum else "ok"


def total_of(lines: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Quantities by item, in the order in which items first come."""
    found: dict[str, int] = {}
    for item, qty in lines:
        found[item] = found.get(item, 0) + qty
    return found
