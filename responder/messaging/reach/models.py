"""Whether people can be reached."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld


class ReachTest(InWorld, InDivision, Base, kw_only=True):
    """One test text to one person of duty. state: asked → asked_again → answered, or silent (a person was told)."""

    __tablename__ = "reach_test"
    __table_args__ = (
        Index("uq_reach_test_person_id_round", "person_id", "round", unique=True),
        Index("ix_reach_test_person_id_id", "person_id", "id"),
        Index("ix_reach_test_state_asked_at", "state", "asked_at"),
        Index("ix_reach_test_division_code", "division_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int]
    round: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    again_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_from: Mapped[str] = mapped_column(String(40), default="")
    raised_at: Mapped[datetime | None] = mapped_column(default=None)
