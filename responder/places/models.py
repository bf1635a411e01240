"""Tables of the places room."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base


class Division(Base):
    """One division. It belongs to no world: a drill happens on the same ground."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    official_name: Mapped[str] = mapped_column(String(120))
    level: Mapped[int]
    parent_code: Mapped[str | None] = mapped_column(String(9))
    kind: Mapped[str] = mapped_column(String(20))
    aliases: Mapped[list[str]] = mapped_column(JSON)
    # WGS-84 degrees; without a point of its own a division is shown at the next one above.
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    # own | approx
    precision: Mapped[str | None] = mapped_column(String(10))
    # The system in which the source gave the point, before it was converted.
    crs_source: Mapped[str | None] = mapped_column(String(6))
    point_source: Mapped[str | None] = mapped_column(String(40))
    # What the branch has set itself (name, point, aliases): a profile loaded again leaves it alone.
    kept: Mapped[list[str]] = mapped_column(JSON)
    # False: no longer in the profile's files. The row stays, because old reports name it.
    valid: Mapped[bool]


class ProfileRow(Base):
    """The store's profile: one row. ``version`` changes with every change to any division."""

    __tablename__ = "profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    loaded_at: Mapped[datetime]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    boundary: Mapped[dict[str, Any]] = mapped_column(JSON)
