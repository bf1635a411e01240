"""Tables of the dispatch room."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.dispatch.rules import OPEN
from responder.platform.database import Base, InDivision, InWorld

_open = text("status IN (" + ", ".join(f"'{status}'" for status in OPEN) + ")")

TAKEN = "uq_mission_world_team_id"
"""The index that keeps a team from two open missions of one world, whoever confirms first."""


class Mission(InWorld, InDivision, Base, kw_only=True):
    """One team sent to one incident. The division is the incident's.

    ``leader_id`` and ``deputy_id`` are those of the moment of the alert: whoever was told may answer.
    ``goods`` are the loads as asked: [{warehouse, item, qty}]; what became of them is the stock ledger's to
    say.
    """

    __tablename__ = "mission"
    __table_args__ = (
        Index(TAKEN, "world", "team_id", unique=True, sqlite_where=_open, postgresql_where=_open),
        Index("ix_mission_world_status_id", "world", "status", "id"),
        Index("ix_mission_world_incident", "world", "incident"),
        Index("ix_mission_leader_id", "leader_id"),
        Index("ix_mission_deputy_id", "deputy_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident: Mapped[str] = mapped_column(String(20))
    hazard: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(200))
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    status: Mapped[str] = mapped_column(String(20), default="created")
    km: Mapped[float | None] = mapped_column(default=None)
    minutes: Mapped[int | None] = mapped_column(default=None)
    goods: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list)
    note: Mapped[str] = mapped_column(String(500), default="")
    confirmed_by: Mapped[str] = mapped_column(String(80), default="")
    confirmed_by_id: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    alerted_at: Mapped[datetime | None] = mapped_column(default=None)
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)
    deputy_told_at: Mapped[datetime | None] = mapped_column(default=None)
    no_answer_at: Mapped[datetime | None] = mapped_column(default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    declined_at: Mapped[datetime | None] = mapped_column(default=None)
    en_route_at: Mapped[datetime | None] = mapped_column(default=None)
    arrived_at: Mapped[datetime | None] = mapped_column(default=None)
    working_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)

    def stamp(self, status: str, at: datetime) -> None:
        """Moves to a status and notes when it was first reached."""
        self.status = status
        if getattr(self, f"{status}_at") is None:
            setattr(self, f"{status}_at", at)
