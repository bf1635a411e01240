"""Reports of disasters, as they came, what they add up to at each tier, and their photos."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Report(InWorld, InDivision, Base, kw_only=True):
    """One report. Later figures are later reports; what a tier amends in one leaves a ``report_amendment``.

    ``figures`` {slug: number}, absent ≠ 0; areas in ha, money in yuan. ``needs`` [{item, qty|None}].
    ``reporter_*`` is who said it, ``typed_by_*`` who entered it: the same person unless filed by proxy.
    ``source`` own | government | media; ``basis`` total | addition (what a tier adds beside its children).
    ``said_at`` orders a chain: when it was said, which for a form kept without network is before ``received_at``.
    ``because`` is the reporter's own reason for a fall or a jump, ``reason`` the reviewer's for a return.
    ``fingerprint`` of the words; ``asks`` the question that waits for an answer (update_or_correction).
    """

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_world_division_code_id", "world", "division_code", "id"),
        Index("ix_report_reporter_id_id", "reporter_id", "id"),
        Index("ix_report_reporter_id_fingerprint", "reporter_id", "fingerprint"),
        Index("ix_report_incident_id_division_code", "incident_id", "division_code"),
        Index("uq_report_typed_by_id_form_key", "typed_by_id", "form_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(String(12))
    hazard: Mapped[str | None] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(200))
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
    accuracy: Mapped[float | None] = mapped_column(default=None)
    occurred_at: Mapped[datetime | None] = mapped_column(default=None)
    occurred_text: Mapped[str] = mapped_column(String(60), default="")
    received_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(8))
    reporter_id: Mapped[int | None]
    reporter_name: Mapped[str] = mapped_column(String(80))
    reporter_phone: Mapped[str] = mapped_column(String(40), default="")
    typed_by_id: Mapped[int | None]
    typed_by_name: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(10), default="received")
    reason: Mapped[str] = mapped_column(String(300), default="")
    reviewed_by: Mapped[str] = mapped_column(String(80), default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), default=None)
    source: Mapped[str] = mapped_column(String(10), default="own")
    basis: Mapped[str] = mapped_column(String(8), default="total")
    said_at: Mapped[datetime]
    fingerprint: Mapped[str | None] = mapped_column(String(16), default=None)
    asks: Mapped[str] = mapped_column(String(24), default="")
    amended: Mapped[bool] = mapped_column(default=False)
    because: Mapped[str] = mapped_column(String(300), default="")
    figures: Mapped[dict[str, Any]] = mapped_column(Packed)
    needs: Mapped[list[dict[str, Any]]] = mapped_column(Packed)
    urgent: Mapped[list[str]] = mapped_column(Packed)
    warnings: Mapped[list[str]] = mapped_column(Packed, default_factory=list)
    text: Mapped[str] = mapped_column(Text)
    ref: Mapped[str] = mapped_column(String(40), default="")
    inbound_id: Mapped[int | None] = mapped_column(default=None)
    form_key: Mapped[str | None] = mapped_column(String(80), default=None)


# Newest-first pages of one subtree: each length of code that a scope may have gets its own ordered index, so that
# the newest 25 cost the same with a thousand reports and with a hundred thousand.
for _length in (4, 6, 9):
    Index(
        f"ix_report_world_division_{_length}_id",
        Report.world,
        func.substr(Report.division_code, literal_column("1"), literal_column(str(_length))),
        Report.id,
    )


class Standing(InWorld, InDivision, Base, kw_only=True):
    """The chain of one division in one incident, per source, and what it adds up to: a line of the consolidated
    sheets. A tier above a reporting division has a line too, up to the branch's root. Written by ``standings``.

    ``own`` and ``added`` {slug: [value, said at (ISO), report id, decides, reporter id]}, the latest word of the
    division itself; ``below`` the sum of its children's ``figures``; ``figures`` what counts (standing.effective).
    ``last_at``/``last_id`` the newest report of the chain, ``closed_at``/``closed_id`` the verification that closed
    it. ``day`` is the branch's local day of the last change.
    """

    __tablename__ = "standing"
    __table_args__ = (
        Index("uq_standing_incident_id_division_code_source", "incident_id", "division_code", "source", unique=True),
        Index("ix_standing_world_division_code", "world", "division_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    source: Mapped[str] = mapped_column(String(10))
    own: Mapped[dict[str, Any]] = mapped_column(Packed)
    added: Mapped[dict[str, Any]] = mapped_column(Packed)
    below: Mapped[dict[str, Any]] = mapped_column(Packed)
    figures: Mapped[dict[str, Any]] = mapped_column(Packed)
    reports: Mapped[int]
    last_at: Mapped[datetime | None]
    last_id: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closed_id: Mapped[int | None]
    day: Mapped[str] = mapped_column(String(10))


class StandingDay(InWorld, InDivision, Base, kw_only=True):
    """What a line of a sheet held at the end of a past local day: kept when a later day first changes it."""

    __tablename__ = "standing_day"
    __table_args__ = (
        Index("uq_standing_day", "incident_id", "division_code", "source", "day", unique=True),
        Index("ix_standing_day_world_day", "world", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    source: Mapped[str] = mapped_column(String(10))
    day: Mapped[str] = mapped_column(String(10))
    figures: Mapped[dict[str, Any]] = mapped_column(Packed)
    reports: Mapped[int]
    last_at: Mapped[datetime | None]


class ReportAmendment(InWorld, Base, kw_only=True):
    """What a tier changed in a report from below: append-only. ``before`` and ``after`` hold what changed alone."""

    __tablename__ = "report_amendment"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(300))
    before: Mapped[dict[str, Any]] = mapped_column(Packed)
    after: Mapped[dict[str, Any]] = mapped_column(Packed)


class Submission(InWorld, InDivision, Base, kw_only=True):
    """A sheet that went upward: what ``division_code`` told the offices in ``to`` of an incident, as it stood.

    ``difference`` is its own total less its children's sum, where they disagree. ``rule`` leap where a trigger sent
    it past the next tier. ``authorisation_id`` who authorised (incidents.authority).
    """

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_incident_id_division_code", "incident_id", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    to: Mapped[list[str]] = mapped_column(Packed)
    leap: Mapped[bool]
    figures: Mapped[dict[str, Any]] = mapped_column(Packed)
    difference: Mapped[dict[str, Any]] = mapped_column(Packed)
    reporting: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(300))
    authorisation_id: Mapped[int | None]


class Photo(InWorld, Base, kw_only=True):
    """A photo of a report, kept as a file outside the web root, without its EXIF. ``lat``/``lng`` were in it."""

    __tablename__ = "report_photo"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    at: Mapped[datetime]
    lat: Mapped[float | None] = mapped_column(default=None)
    lng: Mapped[float | None] = mapped_column(default=None)
