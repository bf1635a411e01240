"""Calls that a person makes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class HandCall(InWorld, InDivision, Base, kw_only=True):
    """Somebody must be rung by a person: the last road of a text that had to arrive.

    ``outbound_id`` is the text, None where the call comes from elsewhere (a broadcast's silent, a failed test).
    ``reason`` is a term of ``call_reason``, ``detail`` says more in words. ``options`` are the numbered answers that
    may be given [{digit, label}], ``wanted`` is asked again as for a text. state: open → taken → open again (nobody
    answered; ``next_at`` is the next try), or reached, unreached (given up), wrong_number, refused, closed.
    ``answer`` is the digit that was said, ``said`` their words, ``ended_by`` who ended it.
    """

    __tablename__ = "hand_call"
    __table_args__ = (
        Index("uq_hand_call_dedup", "dedup", unique=True),
        Index("ix_hand_call_world_state", "world", "state", "priority", "id"),
        Index("ix_hand_call_outbound_id", "outbound_id"),
        Index("ix_hand_call_subject", "subject"),
        Index("ix_hand_call_person_id_ended_at", "person_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    dedup: Mapped[str] = mapped_column(String(200))
    outbound_id: Mapped[int | None] = mapped_column(default=None)
    person_id: Mapped[int | None] = mapped_column(default=None)
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    script: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(24))
    detail: Mapped[str] = mapped_column(String(200), default="")
    template: Mapped[str] = mapped_column(String(60), default="")
    priority: Mapped[int]
    subject: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(16), default="open")
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    taken_by: Mapped[str] = mapped_column(String(80), default="")
    taken_by_id: Mapped[int | None] = mapped_column(default=None)
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    wanted: Mapped[str] = mapped_column(String(80), default="")
    options: Mapped[list[dict[str, Any]]] = mapped_column(Packed, default_factory=list)
    answer: Mapped[str] = mapped_column(String(8), default="")
    said: Mapped[str] = mapped_column(String(200), default="")
    ended_by: Mapped[str] = mapped_column(String(80), default="")
