"""Texts that came in and texts that go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, func, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision, InWorld, Packed


class Inbound(InWorld, InDivision, Base, kw_only=True):
    """A text as it came in. Stored before anything is understood; one row per provider message.

    ``outcome`` says what became of it: report, partly (a report, but the place or hazard is still asked for),
    reply (to our question), answer (to a mission), help, stop, repeat, waiting (a person must look), settled.
    ``waiting`` and ``partly`` rows are the inbox, ``urgent`` ones (words of danger) first.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        Index("uq_inbound_gateway_provider_id", "gateway", "provider_id", unique=True),
        Index("ix_inbound_number_id", "number", "id"),
        Index("ix_inbound_gateway_id", "gateway", "id"),
        Index("ix_inbound_received_at", "received_at"),
        Index("ix_inbound_outcome_id", "outcome", "id"),
        Index("ix_inbound_subject", "subject"),
        Index("ix_inbound_person_id_id", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    gateway: Mapped[str] = mapped_column(String(24))
    provider_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(String(80), default="")
    understood: Mapped[dict[str, Any]] = mapped_column(Packed, default_factory=dict)
    outcome: Mapped[str] = mapped_column(String(20), default="waiting")
    subject: Mapped[str] = mapped_column(String(40), default="")
    handled_by: Mapped[str] = mapped_column(String(80), default="")
    urgent: Mapped[bool] = mapped_column(default=False)


WAITS = "status IN ('queued', 'held', 'sending')"
"""The texts that a number still waits for, as the condition of their index: literal, so that it is used."""
_waits = text(WAITS)


_told = text("provider_id <> ''")


class Outbound(InWorld, InDivision, Base, kw_only=True):
    """A text on its way out. ``division_code`` is the recipient's: it decides who may read it.

    status: held (its time comes at ``next_at``) → queued → sending → sent → delivered, or failed, cancelled, late
    (too old to send), bundled (went inside the text ``bundle_id``), by_hand (stands on a person's list of calls).
    ``road`` is the gateway that is to carry it; ``turn`` counts the texts that its number already waited for when it
    was written, so that everybody's first text goes before anybody's second. ``form`` holds the worded variables of
    the template's short form. ``cost`` is in thousandths of a yuan, ``segments`` are those that were billed.
    """

    __tablename__ = "outbound"
    __table_args__ = (
        Index("uq_outbound_dedup", "dedup", unique=True),
        Index("ix_outbound_status_road", "status", "road", "priority", "turn", "id"),
        Index("ix_outbound_status_next_at", "status", "next_at"),
        Index("ix_outbound_number_id", "number", "id"),
        Index("ix_outbound_waits", "number", sqlite_where=_waits, postgresql_where=_waits),
        Index("ix_outbound_person_id_id", "person_id", "id"),
        Index("ix_outbound_bundle_id", "bundle_id"),
        Index("ix_outbound_subject", "subject"),
        Index("ix_outbound_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    dedup: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None]
    number: Mapped[str] = mapped_column(String(40))
    template: Mapped[str] = mapped_column(String(60))
    lang: Mapped[str] = mapped_column(String(2))
    body: Mapped[str] = mapped_column(Text)
    form: Mapped[dict[str, str]] = mapped_column(Packed, default_factory=dict)
    priority: Mapped[int]
    subject: Mapped[str] = mapped_column(String(40))
    wanted: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    road: Mapped[str] = mapped_column(String(24), default="")
    turn: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    gateway: Mapped[str] = mapped_column(String(24), default="")
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    error: Mapped[str] = mapped_column(String(200), default="")
    category: Mapped[str] = mapped_column(String(20), default="")
    segments: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(default=0)
    bundle_id: Mapped[int | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)


# Newest-first pages of a town: of what a whole county or branch has, the newest are found soon by the key alone. World
# doesn't lead it: SQLite would take it for every question, and sort all that there is.
for _table in (Inbound, Outbound):
    Index(
        f"ix_{_table.__tablename__}_division_9_id",
        func.substr(_table.division_code, literal_column("1"), literal_column("9")),
        _table.id,
    )


class Attempt(InWorld, Base, kw_only=True):
    """One try at one text on one road. What caps and budgets count, and what the reasons on a person's list are made
    of. ``words`` names the exact wording; ``line`` the gateway's own number that carried it, "" for its only one.
    ``category`` is "" while nothing is known against it; a failed receipt sets it on one that was ``taken``.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_outbound_id_nth", "outbound_id", "nth"),
        Index("ix_attempt_number_at", "number", "at"),
        # All that budgets are counted by.
        Index("ix_attempt_gateway_line_at", "gateway", "voice", "taken", "line", "at"),
        Index("ix_attempt_provider_id", "provider_id", "gateway", sqlite_where=_told, postgresql_where=_told),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    outbound_id: Mapped[int]
    nth: Mapped[int] = mapped_column(default=0)
    gateway: Mapped[str] = mapped_column(String(24))
    line: Mapped[str] = mapped_column(String(24), default="")
    number: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(String(40))
    template: Mapped[str] = mapped_column(String(60), default="")
    taken: Mapped[bool]
    voice: Mapped[bool] = mapped_column(default=False)
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    code: Mapped[str] = mapped_column(String(200), default="")
    category: Mapped[str] = mapped_column(String(20), default="")
    segments: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int] = mapped_column(default=0)


class Road(Base, kw_only=True):
    """How one gateway, or one line of it (``kannel/sim1``), stands: shared by all workers.

    ``free_at`` is when its next text may leave. The breaker: ``failures`` in a row; ``opened_at`` is set while it is
    open, ``probe_at`` when one text may try it again. ``well``, ``balance`` (thousandths of a yuan) and ``signal``
    (percent) are what it said of itself at ``checked_at``. ``trouble`` is what is wrong by its own word: down, low,
    weak, "" for nothing; ``alarmed_at`` is when a person was told of that. ``asked_at`` is when its carrier was asked
    what is left on it.
    """

    __tablename__ = "road"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    free_at: Mapped[datetime | None] = mapped_column(default=None)
    failures: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    probe_at: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    well: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(80), default="")
    balance: Mapped[int | None] = mapped_column(default=None)
    signal: Mapped[int | None] = mapped_column(default=None)
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
    trouble: Mapped[str] = mapped_column(String(8), default="")
    alarmed_at: Mapped[datetime | None] = mapped_column(default=None)
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
