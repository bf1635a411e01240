"""Tables of the teams room. Masters: a drill uses the same teams, so they belong to no world."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision


class Team(InDivision, Base, kw_only=True):
    """A team with its home division, its base, its leader and deputy."""

    __tablename__ = "team"
    __table_args__ = (
        Index("uq_team_division_code_name", "division_code", "name", unique=True),
        Index("ix_team_leader_id", "leader_id"),
        Index("ix_team_deputy_id", "deputy_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(30))
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    equipment: Mapped[str] = mapped_column(String(1000), default="")
    active: Mapped[bool] = mapped_column(default=True)
    stood_down: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime]


class Member(Base, kw_only=True):
    """A member of a team, with the certificate that lets them act."""

    __tablename__ = "team_member"
    __table_args__ = (Index("ix_team_member_team_id", "team_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40), default="")
    certificate_no: Mapped[str] = mapped_column(String(60), default="")
    issued: Mapped[date | None] = mapped_column(default=None)
    expires: Mapped[date | None] = mapped_column(default=None)
