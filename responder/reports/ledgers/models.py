"""Lines of the ledgers. None is ever deleted: a wrong one is struck, with a reason."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld


class _Line(InWorld, InDivision, kw_only=True):
    """Who noted a line and who struck it. The division is where the disaster met them, a village where known."""

    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int | None]
    noted_by: Mapped[str] = mapped_column(String(80))
    struck_at: Mapped[datetime | None] = mapped_column(default=None)
    struck_by: Mapped[str] = mapped_column(String(80), default="")
    struck_reason: Mapped[str] = mapped_column(String(300), default="")


class Casualty(_Line, Base, kw_only=True):
    """One of 因灾死亡失踪人口台账 (DOMAIN §1.2).

    ``state`` dead | missing | found. ``was_missing``: noted as missing and found since, alive (found) or dead;
    ``turned_*`` when that was noted, by whom, in which words. ``sex`` m | f | "", ``age`` in years, ``home`` where
    they live, ``happened_at`` when they died or were last seen, ``source`` who told it (family, police, hospital).
    """

    __tablename__ = "casualty"
    __table_args__ = (Index("ix_casualty_incident_id_division_code", "incident_id", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1), default="")
    age: Mapped[int | None] = mapped_column(default=None)
    home: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(8))
    happened_at: Mapped[datetime | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    was_missing: Mapped[bool] = mapped_column(default=False)
    turned_at: Mapped[datetime | None] = mapped_column(default=None)
    turned_by: Mapped[str] = mapped_column(String(80), default="")
    turned_note: Mapped[str] = mapped_column(String(300), default="")


class DamagedHouse(_Line, Base, kw_only=True):
    """One household's houses, as they were found at verification. Rooms of each degree; ``dwelling``: lived in."""

    __tablename__ = "damaged_house"
    __table_args__ = (Index("ix_damaged_house_incident_id_division_code", "incident_id", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    household: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(200), default="")
    collapsed: Mapped[int] = mapped_column(default=0)
    severe: Mapped[int] = mapped_column(default=0)
    minor: Mapped[int] = mapped_column(default=0)
    dwelling: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(String(300), default="")
