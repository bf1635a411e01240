"""Texts to many, and who of them answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Broadcast(InWorld, InDivision, Base, kw_only=True):
    """One text to many. ``kind`` is text, or callout (叫应): a warning whose receipt must be answered.

    ``audience`` is what was chosen ({tiers, roles, team_types, divisions, area}), of a callout the villages;
    ``options`` are the numbered answers [{digit, label}], none where no answer is asked. ``note`` is what was said when
    it ended. state: open → stood_down or closed.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("uq_broadcast_dedup", "dedup", unique=True),
        Index("ix_broadcast_world_state_id", "world", "state", "id"),
        Index("ix_broadcast_world_division_code_id", "world", "division_code", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    dedup: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    body: Mapped[str] = mapped_column(Text)
    warning: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[dict[str, Any]] = mapped_column(Packed)
    options: Mapped[list[dict[str, Any]]] = mapped_column(Packed)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="open")
    made_by: Mapped[str] = mapped_column(String(80))
    made_by_id: Mapped[int | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(String(200), default="")


class Recipient(InWorld, InDivision, Base, kw_only=True):
    """One person of a broadcast. ``number`` is "" where they can't be texted, ``problem`` says why. ``post`` is A or B
    where they stand for a division, ``told`` how often they were texted; ``hand_at`` is when they were put on the list
    of calls. ``answer`` is the digit, ``said`` their words, ``via`` the channel. Their texts have the broadcast's
    number as subject."""

    __tablename__ = "broadcast_recipient"
    __table_args__ = (
        Index("uq_broadcast_recipient_broadcast_id_person_id", "broadcast_id", "person_id", unique=True),
        Index("ix_broadcast_recipient_person_id_told_at", "person_id", "told_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    broadcast_id: Mapped[int]
    person_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40))
    problem: Mapped[str] = mapped_column(String(20), default="")
    lang: Mapped[str] = mapped_column(String(2), default="zh")
    post: Mapped[str] = mapped_column(String(1), default="")
    told: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    hand_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(String(8), default="")
    said: Mapped[str] = mapped_column(String(200), default="")
    via: Mapped[str] = mapped_column(String(12), default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
