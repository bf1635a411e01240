"""What people type into the forms of the store, kept as typed so that a refusal loses nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from responder.stock.commands import Arrived, Counted, LotLine
from responder.stock.queries import StockRow
from responder.stock.records import MissionItem
from responder.stock.rules import BadDate, BadQuantity, NoItem

ROWS = 12
"""Lines of an intake form."""


@dataclass(frozen=True)
class TypedLot:
    """One line of an intake as typed."""

    item: str = ""
    qty: str = ""
    lot: str = ""
    produced: str = ""
    expires: str = ""


def lots_typed(values: Mapping[str, str]) -> list[TypedLot]:
    """All lines of an intake form, blank ones too."""
    fields = ("item", "qty", "lot", "produced", "expires")
    return [TypedLot(*(values.get(f"{name}_{row}", "").strip() for name in fields)) for row in range(ROWS)]


def lot_lines(typed: Iterable[TypedLot]) -> tuple[LotLine, ...]:
    """The lines that say something. Raises NoItem, BadQuantity, BadDate."""
    lines = []
    for row, line in enumerate(typed, start=1):
        if not line.item and (line.qty or line.lot):
            raise NoItem(row=row)
        if line.item:
            produced, expires = _day(line.item, line.produced), _day(line.item, line.expires)
            lines.append(LotLine(line.item, whole(line.item, line.qty), line.lot, produced, expires))
    return tuple(lines)


def whole(item: str, text: str) -> int:
    """A quantity as typed; thousands may be parted by commas. Raises BadQuantity."""
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise BadQuantity(item=item)
    return int(plain)


def counted_lines(values: Mapping[str, str], rows: Iterable[StockRow]) -> tuple[Counted, ...]:
    """What was counted; a blank field means that the lot wasn't. Raises BadQuantity."""
    return tuple(
        Counted(row.item, row.lot, whole(row.item, values[f"count_{row.id}"]))
        for row in rows
        if values.get(f"count_{row.id}", "").strip()
    )


def arrived_lines(values: Mapping[str, str], goods: Iterable[MissionItem]) -> tuple[Arrived, ...]:
    """What came, of what is under way; blank and 0 mean none. Raises BadQuantity."""
    lines = []
    for one in goods:
        text = values.get(f"qty_{one.warehouse}_{one.item}", "").strip()
        if text and (qty := whole(one.item, text)):
            lines.append(Arrived(one.item, qty, one.warehouse))
    return tuple(lines)


def item_lines(values: Mapping[str, str], items: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Quantities by item; blank and 0 mean none. Raises BadQuantity."""
    lines = []
    for item in items:
        text = values.get(f"qty_{item}", "").strip()
        if text and (qty := whole(item, text)):
            lines.append((item, qty))
    return tuple(lines)


def _day(item: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDate(item=item, text=text[:20]) from None
