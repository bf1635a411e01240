"""Incidents: one emergency, however many reports tell of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Incident(InWorld, InDivision, Base, kw_only=True):
    """One emergency at one place. ``figures`` are the present totals, the root's line of the
    consolidated sheet; written by the reports' room (``standings``).

    ``suggested`` {office: level} is what was told of levels reached. An incident that was joined to another has
    ``merged_into`` and lives on there, under both numbers; the other's division is then the lowest that holds both,
    while ``origin_code`` stays where it was opened. ``released_figures`` are the dead and missing that a leader
    released.

    The times are the first-response clock's own part; missions and goods add theirs (DESIGN §1).
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_world_status_id", "world", "status", "id"),
        Index("ix_incident_division_code_hazard", "division_code", "hazard"),
        Index("ix_incident_origin_code", "origin_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    hazard: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(200))
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
    status: Mapped[str] = mapped_column(String(10), default="open")
    urgent: Mapped[bool] = mapped_column(default=False)
    figures: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    seen_by: Mapped[str] = mapped_column(String(80), default="")
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    verified_by: Mapped[str] = mapped_column(String(80), default="")
    verified_by_id: Mapped[int | None] = mapped_column(default=None)
    exception: Mapped[str] = mapped_column(String(200), default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None] = mapped_column(default=None)
    released: Mapped[bool] = mapped_column(default=False)
    released_at: Mapped[datetime | None] = mapped_column(default=None)
    released_by: Mapped[str] = mapped_column(String(80), default="")
    released_figures: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    suggested: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    origin_code: Mapped[str] = mapped_column(String(12), default="")
    merged_into: Mapped[int | None] = mapped_column(index=True, default=None)


_running = text("status = 'running'")
_waiting = text("status = 'ordered'")

RUNS = "uq_response_world_incident_id_division_code"
"""The index that keeps an office from two running levels of one incident, whoever presses first."""


class Response(InWorld, InDivision, Base, kw_only=True):
    """One level of one office's own response to one incident, from start to end; a change of level ends one row and
    starts the next. ``ordered`` rows wait for the office below to start them.

    The division is the office's. ``authorised_id`` and ``ended_authorised_id`` say who decided.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index(
            RUNS, "world", "incident_id", "division_code", unique=True,
            sqlite_where=_running, postgresql_where=_running,
        ),
        Index(
            "uq_response_ordered", "world", "incident_id", "division_code", unique=True,
            sqlite_where=_waiting, postgresql_where=_waiting,
        ),
        Index("ix_response_world_status", "world", "status"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    level: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default="running")
    reason: Mapped[str] = mapped_column(String(300), default="")
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    authorised_id: Mapped[int | None] = mapped_column(ForeignKey("authorisation.id"), default=None)
    ordered_at: Mapped[datetime | None] = mapped_column(default=None)
    ordered_by: Mapped[str] = mapped_column(String(80), default="")
    order_of: Mapped[int | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_authorised_id: Mapped[int | None] = mapped_column(ForeignKey("authorisation.id"), default=None)
    summary: Mapped[str] = mapped_column(String(1000), default="")


_unsigned = text("countersign_due IS NOT NULL AND countersigned_at IS NULL")


class Authorisation(InWorld, InDivision, Base, kw_only=True):
    """Who authorised an act, how and when. One given by word of mouth is countersigned later (``countersign_due``,
    UTC; None where nothing is owed). The division is that of the office that acts."""

    __tablename__ = "authorisation"
    __table_args__ = (
        Index("ix_authorisation_world_subject", "world", "subject"),
        Index("ix_authorisation_due", "world", "countersign_due", sqlite_where=_unsigned, postgresql_where=_unsigned),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    subject: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(10), default="")
    by_id: Mapped[int | None] = mapped_column(default=None)
    by_name: Mapped[str] = mapped_column(String(80))
    by_post: Mapped[str] = mapped_column(String(80), default="")
    how: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    recorded_by_id: Mapped[int | None] = mapped_column(default=None)
    countersign_due: Mapped[datetime | None] = mapped_column(default=None)
    countersigned_at: Mapped[datetime | None] = mapped_column(default=None)
    countersigned_by: Mapped[str] = mapped_column(String(80), default="")
    countersigned_by_id: Mapped[int | None] = mapped_column(default=None)


class HandOff(InWorld, InDivision, Base, kw_only=True):
    """People in danger, to be handed to 119, 110, 120 or the command headquarters: open until somebody told them,
    or said why not (``needed`` false). ``origin_id`` stays when the incident is joined to another."""

    __tablename__ = "hand_off"
    __table_args__ = (Index("uq_hand_off_origin_id_line", "origin_id", "line", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    origin_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    line: Mapped[str] = mapped_column(String(20))
    because: Mapped[str] = mapped_column(String(200), default="")
    opened_at: Mapped[datetime]
    needed: Mapped[bool] = mapped_column(default=True)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    told_to: Mapped[str] = mapped_column(String(80), default="")
    told_by: Mapped[str] = mapped_column(String(80), default="")
    told_by_id: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(String(300), default="")


class JoinProposal(InWorld, InDivision, Base, kw_only=True):
    """Two incidents that may be one. ``reasons`` [{kind, …}] say why, ``status`` is open, joined or kept (apart).
    The division is the lowest that holds both."""

    __tablename__ = "join_proposal"
    __table_args__ = (
        Index("uq_join_proposal_pair", "first_id", "second_id", unique=True),
        Index("ix_join_proposal_second_id", "second_id"),
        Index("ix_join_proposal_world_status", "world", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    first_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    score: Mapped[float]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Packed)
    status: Mapped[str] = mapped_column(String(10), default="open")
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[str] = mapped_column(String(80), default="")


class Joining(InWorld, InDivision, Base, kw_only=True):
    """One merge, so that it can be undone: what moved from ``gone_id`` to ``kept_id``
    ({reports: [id], missions: [number], responses: [id]})."""

    __tablename__ = "joining"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kept_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    moved: Mapped[dict[str, Any]] = mapped_column(Packed)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    undone_by: Mapped[str] = mapped_column(String(80), default="")
