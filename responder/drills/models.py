"""Tables of the drills room. A drill is a master, not a row of a world: its id is the number of its world."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from responder.kernel import ids
from responder.platform.database import Base, InDivision


class Drill(InDivision, Base):
    """A drill, planned to ended. ``sequence`` counts its changes for calendar programs (RFC 5545)."""

    __tablename__ = "drill"
    __table_args__ = (Index("ix_drill_planned_at", "planned_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    planned_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    day: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(String(12), default="planned", index=True)
    director_id: Mapped[int | None] = mapped_column(default=None)
    script: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    begins_after: Mapped[int | None] = mapped_column(default=None)
    """The seq at which its start was told in the real world: the drill's own events all come later."""
    ended_with: Mapped[int | None] = mapped_column(default=None)
    """The seq at which its end was told there: what comes later was its tidying up. None until then."""
    sequence: Mapped[int] = mapped_column(default=0)
    participants: Mapped[list["DrillParticipant"]] = relationship(
        cascade="all, delete-orphan",
        lazy="selectin",
        order_by="DrillParticipant.division_code",
        default_factory=list,
    )

    @property
    def number(self) -> str:
        """``Y1001``."""
        return ids.number(ids.DRILL, self.id)


class DrillParticipant(Base):
    """A division that takes part."""

    __tablename__ = "drill_participant"

    drill_id: Mapped[int] = mapped_column(ForeignKey("drill.id"), primary_key=True, init=False)
    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)


class DrillFeed(Base):
    """A person's secret calendar address: only the token's SHA-256 is kept."""

    __tablename__ = "drill_feed"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
