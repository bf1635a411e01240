"""What the hotline has asked people who text."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Question(InWorld, InDivision, Base, kw_only=True):
    """One short question, asked inside a receipt; never twice the same.

    ``kind`` is place, hazard, casualties (a figure told in vague words), update_or_correction, reason, content
    (what is to be corrected) or zero. ``report`` is the number of the report it completes, "" for none.
    ``options`` holds what the answer is measured by, such as {"codes": […]}: a digit is a place in the list.
    """

    __tablename__ = "hotline_question"
    __table_args__ = (Index("ix_hotline_question_person_id_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(24))
    report: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict[str, Any]] = mapped_column(Packed)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[str] = mapped_column(String(200), default="")
