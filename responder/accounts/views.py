"""What the accounts room's queries return: plain frozen values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Owner:
    """Whose phone a text came from, and what that person may do."""

    person_id: int
    name: str
    division: str
    division_name: str
    lang: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    phone_state: str
    disabled: bool


@dataclass(frozen=True)
class Reach:
    """Where a person is texted: the number in E.164."""

    person_id: int
    number: str
    lang: str
    division: str


@dataclass(frozen=True)
class PhoneView:
    """A phone with its owner. ``number`` is E.164; mask it for readers who have no need of it."""

    id: int
    number: str
    primary: bool
    label: str
    state: str
    person_id: int
    name: str
    roles: tuple[str, ...]
    division: str
    division_name: str


@dataclass(frozen=True)
class PersonView:
    """A person as lists need them. ``phone`` is the primary number in E.164, None without one; ``post`` A, B or ""."""

    id: int
    name: str
    username: str | None
    division: str
    division_name: str
    lang: str
    roles: tuple[str, ...]
    phone: str | None
    phone_state: str | None
    has_password: bool
    disabled: bool
    demo: bool
    post: str = ""


@dataclass(frozen=True)
class SessionView:
    """A browser that is signed in."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    ip: str
    user_agent: str


@dataclass(frozen=True)
class TokenView:
    """An API token; ``prefix`` is all that is shown of it."""

    id: int
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class DelegationView:
    """An exception to the separation of duties, as listed."""

    id: int
    kind: str
    person_id: int | None
    person: str | None
    role: str | None
    division: str
    division_name: str
    granted_by: str
    reason: str
    created_at: datetime
    valid_until: datetime
