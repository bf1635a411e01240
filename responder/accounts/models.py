"""Tables of the accounts room. None of them lives in a world: people are the same in a drill and outside."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.platform.database import Base, InDivision


class Person(InDivision, Base):
    """A person of the branch. Without a password they can be texted and text back, but not sign in.

    ``post`` is A or B where they stand for their division (AB角, DOMAIN §3.3), "" where they don't.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_division_code", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    username: Mapped[str | None] = mapped_column(String(40), unique=True, default=None)
    password_hash: Mapped[str | None] = mapped_column(String(200), default=None)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    lang: Mapped[str] = mapped_column(String(2), default="zh")
    demo: Mapped[bool] = mapped_column(default=False)
    post: Mapped[str] = mapped_column(String(1), default="")
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)


class Phone(Base):
    """A phone number. One number belongs to one person, so that a text's sender is known for certain."""

    __tablename__ = "phone"
    __table_args__ = (Index("ix_phone_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    e164: Mapped[str] = mapped_column(String(16), unique=True)
    primary: Mapped[bool] = mapped_column("is_primary", default=False)
    label: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[str] = mapped_column(String(10), default="ok")


class RoleGrant(Base):
    """A role that a person holds. ``valid_until`` is set where only a delegation allows it."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_role", "role"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_until: Mapped[datetime | None] = mapped_column(default=None)


class WebSession(Base):
    """A signed-in browser. Only the token's SHA-256 is kept; ``world`` is the drill the browser is in."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    world: Mapped[int] = mapped_column(default=0)
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")


class ApiToken(Base):
    """A program's key, acting as its person. Only the SHA-256 is kept; ``prefix`` tells tokens apart."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class Backoff(Base):
    """Failed sign-ins in a row for one login name, whether or not it exists: both must look the same."""

    __tablename__ = "backoff"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None] = mapped_column(default=None)


class Delegation(InDivision, Base):
    """An exception to the separation of duties that a small branch makes openly.

    ``kind`` is ``own_documents`` (may approve what they made) or ``joined_roles`` (may hold roles that
    exclude each other). It holds for one person, or for all with a role at the division and below.
    """

    __tablename__ = "delegation"
    __table_args__ = (Index("ix_delegation_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(String(20))
    granted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    role: Mapped[str | None] = mapped_column(String(20), default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


_is_open = text("state = 'open'")


class Enrolment(InDivision, Base):
    """Somebody asks by text to become a liaison officer; the town decides. state: open → confirmed or refused.

    ``division_code`` is the place they named, or the branch's where they named none that we know. A number has one
    open enrolment at most.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index("uq_enrolment_open", "number", unique=True, sqlite_where=_is_open, postgresql_where=_is_open),
        Index("ix_enrolment_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    number: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    said: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="open")
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    person_id: Mapped[int | None] = mapped_column(default=None)
