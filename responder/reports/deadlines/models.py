"""What is owed, one row per duty; and how far the event log has been read for it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld

_open = text("status = 'open'")


class Due(InWorld, InDivision, Base, kw_only=True):
    """A report that a division owes to the office above. The division is the one that owes it.

    ``key`` is unique in its world: whoever finds the duty a second time opens no second row. ``to_code`` is the
    receiver, ``also_code`` a higher one beside it (leap-frog). ``round_on`` is a zero round's local day
    (2026-07-01). ``next_at`` is when something is to be done about it (a reminder, a nag), None where nothing is
    left to do. ``asks``: a village's zero report, for which it is prompted once; ``asked_id`` is the person whom the
    prompt went to. ``met_by``: report, accepted (by the office or one above), forwarded (its sheet), round (all below
    have answered), told (outside); ``report_id`` the report.
    """

    __tablename__ = "due"
    __table_args__ = (
        Index("uq_due_world_key", "world", "key", unique=True),
        Index("ix_due_world_division_code_due_at", "world", "division_code", "due_at"),
        Index("ix_due_world_to_code_due_at", "world", "to_code", "due_at"),
        Index("ix_due_next_at", "next_at", sqlite_where=_open, postgresql_where=_open),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    to_code: Mapped[str] = mapped_column(String(12))
    also_code: Mapped[str] = mapped_column(String(12), default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True, default=None)
    round_on: Mapped[str] = mapped_column(String(10), default="")
    started_from: Mapped[datetime]
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(default=None)
    status: Mapped[str] = mapped_column(String(8), default="open")
    asks: Mapped[bool] = mapped_column(default=False)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    asked_id: Mapped[int | None] = mapped_column(default=None)
    nags: Mapped[int] = mapped_column(default=0)
    nagged_at: Mapped[datetime | None] = mapped_column(default=None)
    escalated_at: Mapped[datetime | None] = mapped_column(default=None)
    met_at: Mapped[datetime | None] = mapped_column(default=None)
    met_by: Mapped[str] = mapped_column(String(10), default="")
    report_id: Mapped[int | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(String(200), default="")


class DueMark(Base, kw_only=True):
    """The last event that was looked at for what it makes due or fulfils. One row."""

    __tablename__ = "due_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
