"""What pretend phones do to texts: switches on the simulator's page. Only in demonstrations and tests."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base


class PretendPhone(Base, kw_only=True):
    """The switches of one pretend phone; a number without a row has none set."""

    __tablename__ = "pretend_phone"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    delay_seconds: Mapped[int] = mapped_column(default=0)
    loss_percent: Mapped[int] = mapped_column(default=0)
    off: Mapped[bool] = mapped_column(default=False)
    opted_out: Mapped[bool] = mapped_column(default=False)
    blocked: Mapped[bool] = mapped_column(default=False)
    duplicates: Mapped[bool] = mapped_column(default=False)


class PretendReceipt(Base, kw_only=True):
    """A receipt that the pretend network still owes us."""

    __tablename__ = "pretend_receipt"
    __table_args__ = (Index("ix_pretend_receipt_due_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ref: Mapped[int]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12))
    error: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str] = mapped_column(String(20), default="")
