"""What may be asked of the store. References are numbers; items are slugs or what people call them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Line:
    """So many of an item, from or for one warehouse (``W1001``)."""

    warehouse: str
    item: str
    qty: int


@dataclass(frozen=True)
class Reserve:
    """Keeps goods for a mission. ``division`` is the mission's own: its people may see what is kept for them."""

    mission: str
    lines: tuple[Line, ...]
    incident: str = ""
    place: str = ""
    division: str = ""


@dataclass(frozen=True)
class IssueGoods:
    """Goods leave for a mission. Without lines: all that it has reserved in the warehouses of the one who asks."""

    mission: str
    lines: tuple[Line, ...] | None = None
    incident: str = ""
    place: str = ""
    division: str = ""
    authorised_by: str = ""


@dataclass(frozen=True)
class Arrived:
    """So many of an item came in; ``warehouse`` says from which one where the mission has goods of several."""

    item: str
    qty: int
    warehouse: str = ""


@dataclass(frozen=True)
class ReceiveGoods:
    """Goods arrived at the mission's place. Without lines: all that is under way."""

    mission: str
    lines: tuple[Arrived, ...] | None = None
    incident: str = ""
    place: str = ""
    division: str = ""


@dataclass(frozen=True)
class TakeBack:
    """Goods under way for a mission come back to a warehouse, not handed out. Without lines: all of them."""

    mission: str
    warehouse: str
    lines: tuple[Arrived, ...] | None = None
    note: str = ""


@dataclass(frozen=True)
class LotLine:
    """Goods of one lot that come in. Without ``lot`` the document's number names it; without ``expires`` the
    catalogue's shelf life from ``produced`` counts, where both are known."""

    item: str
    qty: int
    lot: str = ""
    produced: date | None = None
    expires: date | None = None


@dataclass(frozen=True)
class TakeIn:
    """Goods come in from a supplier, a fund, a donor or a higher branch. ``source`` is one of rules.SOURCES."""

    warehouse: str
    source: str
    lines: tuple[LotLine, ...]
    from_whom: str = ""
    note: str = ""


@dataclass(frozen=True)
class Counted:
    """What was counted of one lot. 0 is a count; a lot that wasn't counted has no line."""

    item: str
    lot: str
    counted: int


@dataclass(frozen=True)
class DraftCount:
    """A stock-take: changes nothing before somebody else approves it."""

    warehouse: str
    lines: tuple[Counted, ...]
    reason: str


@dataclass(frozen=True)
class DecideCount:
    """Approves or rejects a drafted stock-take."""

    document: str
    approve: bool
    note: str = ""


@dataclass(frozen=True)
class SendTransfer:
    """Goods leave one warehouse for another."""

    warehouse: str
    to: str
    lines: tuple[tuple[str, int], ...]
    note: str = ""


@dataclass(frozen=True)
class AcceptTransfer:
    """Goods of a transfer arrived. Without lines: all that is still under way."""

    document: str
    lines: tuple[Arrived, ...] | None = None


@dataclass(frozen=True)
class SaveWarehouse:
    """A warehouse as the branch knows it. One of the same name in the same division is changed, not doubled.

    ``lat``, ``lng`` are WGS-84 degrees, ``tier`` 1 (top) to 3.
    """

    division: str
    name: str
    tier: int
    address: str = ""
    lat: float | None = None
    lng: float | None = None
    keeper_id: int | None = None
    active: bool = True
