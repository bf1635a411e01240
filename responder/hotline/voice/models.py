"""Calls as they went, and what was recorded of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Call(InWorld, InDivision, Base, kw_only=True):
    """One call, by the provider's id. ``state`` is ``flow.State``; ``turns`` holds every answer that we gave, by step,
    so that a step told twice is answered as before. ``ended_at`` None while it goes on."""

    __tablename__ = "call"
    __table_args__ = (
        Index("uq_call_provider_call_ref", "provider", "call_ref", unique=True),
        Index("ix_call_ended_at_touched_at", "ended_at", "touched_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    provider: Mapped[str] = mapped_column(String(20))
    call_ref: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(80))
    lang: Mapped[str] = mapped_column(String(2))
    inbound_id: Mapped[int | None]
    state: Mapped[dict[str, Any]] = mapped_column(Packed)
    turns: Mapped[list[list[dict[str, Any]]]] = mapped_column(Packed)
    outcome: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class Recording(InWorld, InDivision, Base, kw_only=True):
    """What a caller said, kept as a file outside the web root once it was fetched.

    state: wanted → kept → deleted (after ``keep_days``), or lost (the provider doesn't give it), refused (told to be
    somewhere else than at the provider).
    """

    __tablename__ = "call_recording"
    __table_args__ = (
        Index("uq_call_recording_provider_ref", "provider", "ref", unique=True),
        Index("ix_call_recording_state_next_at", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    provider: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(80))
    seconds: Mapped[int]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int]
