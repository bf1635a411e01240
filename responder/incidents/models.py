"""Incidents: one emergency, however many reports tell of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Incident(InWorld, InDivision, Base, kw_only=True):
    """One emergency at one place. ``figures`` are the present totals,
    ``by_division`` {code: figures} what they are the sum of; both are written by the reports' room.

    The times are the first-response clock's own part; missions and goods add theirs (DESIGN §1).
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_world_status_id", "world", "status", "id"),
        Index("ix_incident_division_code_hazard", "division_code", "hazard"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    hazard: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(200))
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
    status: Mapped[str] = mapped_column(String(10), default="open")
    urgent: Mapped[bool] = mapped_column(default=False)
    figures: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    by_division: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    seen_by: Mapped[str] = mapped_column(String(80), default="")
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    verified_by: Mapped[str] = mapped_column(String(80), default="")
    verified_by_id: Mapped[int | None] = mapped_column(default=None)
    exception: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    released: Mapped[bool] = mapped_column(default=False)
