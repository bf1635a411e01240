"""Tables of the stock room. Warehouses and lots are masters and live in no world; all that happens does."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld
from responder.stock import rules


class Warehouse(InDivision, Base):
    """A warehouse of a branch. ``lat``, ``lng`` are WGS-84; ``tier`` 1 (top) to 3 picks its standing list."""

    __tablename__ = "warehouse"
    __table_args__ = (UniqueConstraint("division_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(80))
    tier: Mapped[int]
    address: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    active: Mapped[bool] = mapped_column(default=True)


class Lot(Base):
    """A batch of one item, with its dates and where it came from."""

    __tablename__ = "lot"
    __table_args__ = (UniqueConstraint("item", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(12))
    produced: Mapped[date | None] = mapped_column(default=None)
    expires: Mapped[date | None] = mapped_column(default=None)
    from_whom: Mapped[str] = mapped_column(String(120), default="")


class Document(InWorld, InDivision, Base):
    """A numbered paper. ``division_code`` is the warehouse's (for a receipt the place's); ``place_division`` lets
    those see it to whom the goods go. Once done it is never changed."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_world_mission", "world", "mission"),
        Index("ix_document_world_warehouse_id", "world", "warehouse_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=rules.DONE)
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouse.id"), default=None)
    to_warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouse.id"), default=None)
    mission: Mapped[str] = mapped_column(String(16), default="")
    incident: Mapped[str] = mapped_column(String(16), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    place_division: Mapped[str] = mapped_column(String(12), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    authorised_by: Mapped[str] = mapped_column(String(80), default="")
    actor_id: Mapped[int | None] = mapped_column(default=None)
    actor_name: Mapped[str] = mapped_column(String(80), default="")
    approver_id: Mapped[int | None] = mapped_column(default=None)
    approver_name: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)


class Movement(InWorld, Base):
    """The ledger: so many of a lot went from one location to another. Rows are only ever added."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("qty > 0", name="qty_positive"),
        Index("ix_movement_document_id", "document_id"),
        Index("ix_movement_lot_id_id", "lot_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    item: Mapped[str] = mapped_column(String(40))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    from_location: Mapped[str] = mapped_column(String(30))
    to_location: Mapped[str] = mapped_column(String(30))
    qty: Mapped[int]
    at: Mapped[datetime]


class Balance(InWorld, Base):
    """What the ledger comes to for one lot in one warehouse: kept so that nobody sums a million rows at 3 a.m.

    ``differences`` proves it equal to the ledger. The database itself refuses what can't be.
    """

    __tablename__ = "balance"
    __table_args__ = (
        UniqueConstraint("world", "warehouse_id", "item", "lot_id"),
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved <= on_hand", name="reserved_on_hand"),
        Index("ix_balance_world_item", "world", "item"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    item: Mapped[str] = mapped_column(String(40))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)


class Reservation(InWorld, InDivision, Base):
    """Goods of one lot kept for a mission. ``qty`` less ``issued`` and ``released`` is still kept.

    ``division_code`` is the mission's.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("qty > 0 AND issued >= 0 AND released >= 0", name="not_negative"),
        CheckConstraint("issued + released <= qty", name="within_qty"),
        Index("ix_reservation_world_mission", "world", "mission"),
        Index("ix_reservation_world_warehouse_id", "world", "warehouse_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mission: Mapped[str] = mapped_column(String(16))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    item: Mapped[str] = mapped_column(String(40))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    qty: Mapped[int]
    at: Mapped[datetime]
    incident: Mapped[str] = mapped_column(String(16), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    issued: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)


class Transit(InWorld, Base):
    """Goods of one lot under way: left with ``document``, for a mission or another warehouse.

    ``sent`` less ``arrived`` and ``returned`` is still under way.
    """

    __tablename__ = "transit"
    __table_args__ = (
        CheckConstraint("sent > 0 AND arrived >= 0 AND returned >= 0", name="not_negative"),
        CheckConstraint("arrived + returned <= sent", name="within_sent"),
        Index("ix_transit_world_mission", "world", "mission"),
        Index("ix_transit_document_id", "document_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouse.id"))
    item: Mapped[str] = mapped_column(String(40))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    sent: Mapped[int]
    mission: Mapped[str] = mapped_column(String(16), default="")
    arrived: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)


class CountLine(InWorld, Base):
    """One lot of a stock-take: what the book said when it was drafted, and what was counted."""

    __tablename__ = "count_line"
    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted_not_negative"),
        UniqueConstraint("document_id", "lot_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    item: Mapped[str] = mapped_column(String(40))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    book: Mapped[int]
    counted: Mapped[int]
