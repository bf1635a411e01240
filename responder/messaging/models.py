"""Texts that came in and texts that go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Inbound(InWorld, InDivision, Base, kw_only=True):
    """A text as it came in. Stored before anything is understood; one row per provider message.

    ``outcome`` says what became of it: report, partly (a report, but the place or hazard is still asked for),
    reply (to our question), answer (to a mission), help, stop, repeat, waiting (a person must look), settled.
    ``waiting`` and ``partly`` rows are the inbox, ``urgent`` ones (words of danger) first.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        Index("uq_inbound_gateway_provider_id", "gateway", "provider_id", unique=True),
        Index("ix_inbound_number_id", "number", "id"),
        Index("ix_inbound_outcome_id", "outcome", "id"),
        Index("ix_inbound_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    gateway: Mapped[str] = mapped_column(String(20))
    provider_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(String(80), default="")
    understood: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    outcome: Mapped[str] = mapped_column(String(20), default="waiting")
    subject: Mapped[str] = mapped_column(String(40), default="")
    handled_by: Mapped[str] = mapped_column(String(80), default="")
    urgent: Mapped[bool] = mapped_column(default=False)


class Outbound(InWorld, InDivision, Base, kw_only=True):
    """A text on its way out. ``division_code`` is the recipient's: it decides who may read it.

    status: queued → sending → sent → delivered, or failed, cancelled.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index("uq_outbound_dedup", "dedup", unique=True),
        Index("ix_outbound_status_next_at", "status", "next_at"),
        Index("ix_outbound_number_id", "number", "id"),
        Index("ix_outbound_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    dedup: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None]
    number: Mapped[str] = mapped_column(String(40))
    template: Mapped[str] = mapped_column(String(60))
    lang: Mapped[str] = mapped_column(String(2))
    body: Mapped[str] = mapped_column(Text)
    priority: Mapped[int]
    subject: Mapped[str] = mapped_column(String(40))
    wanted: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    gateway: Mapped[str] = mapped_column(String(20), default="")
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    error: Mapped[str] = mapped_column(String(200), default="")
    category: Mapped[str] = mapped_column(String(20), default="")
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
