"""What may be asked of the accounts room."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AddPerson:
    """A new person. Phones as people write them, the first is primary; ``password_hash`` None: texts only."""

    name: str
    division: str
    roles: frozenset[str]
    username: str = ""
    lang: str = "zh"
    phones: tuple[str, ...] = ()
    password_hash: str | None = None
    must_change_password: bool = False
    post: str = ""


@dataclass(frozen=True)
class ChangePerson:
    """A person's name, login name, division, language and post; without one they keep theirs."""

    person_id: int
    name: str
    username: str
    division: str
    lang: str
    post: str | None = None


@dataclass(frozen=True)
class GrantRoles:
    """The roles that a person shall hold: all of them, not a difference."""

    person_id: int
    roles: frozenset[str]


@dataclass(frozen=True)
class DisablePerson:
    """Nothing more of this person is accepted, at once; what they did stays."""

    person_id: int


@dataclass(frozen=True)
class EnablePerson:
    """A disabled person may act again, with the roles they held."""

    person_id: int


@dataclass(frozen=True)
class SetPassword:
    """A one-time password by an administrator, hashed before: must be changed at the next sign-in."""

    person_id: int
    password_hash: str


@dataclass(frozen=True)
class ChangePassword:
    """One's own new password, its hash made and the old one checked before. Other browsers are signed out."""

    person_id: int
    password_hash: str
    keep_session: int | None = None


@dataclass(frozen=True)
class ChangeLanguage:
    """The language of one's own texts and pages."""

    person_id: int
    lang: str


@dataclass(frozen=True)
class AddPhone:
    """One more number of a person, as people write it."""

    person_id: int
    number: str
    label: str = ""
    primary: bool = False


@dataclass(frozen=True)
class RemovePhone:
    """A number goes. Where it was the primary one, the oldest of the others takes its place."""

    person_id: int
    phone_id: int


@dataclass(frozen=True)
class MakePrimary:
    """Texts go to this number from now on."""

    person_id: int
    phone_id: int


@dataclass(frozen=True)
class MarkPhone:
    """What the network says of a number: ok, bad, or opted_out."""

    number: str
    state: str


@dataclass(frozen=True)
class SignIn:
    """A browser is signed in. Its password was checked before, against ``verified_hash``."""

    person_id: int
    token_hash: str
    verified_hash: str
    ip: str = ""
    user_agent: str = ""
    rehashed: str | None = None


@dataclass(frozen=True)
class CreateToken:
    """A key for a program, acting as this person."""

    person_id: int
    name: str


@dataclass(frozen=True)
class RevokeToken:
    """A key stops working at once."""

    person_id: int
    token_id: int


@dataclass(frozen=True)
class SignOutEverywhere:
    """All browsers of a person are signed out, open sockets included. Tokens stay."""

    person_id: int


@dataclass(frozen=True)
class Delegate:
    """An exception to the separation of duties, for one person or for a role at the division and below."""

    kind: str
    division: str
    reason: str
    valid_until: datetime
    person_id: int | None = None
    role: str | None = None


@dataclass(frozen=True)
class RevokeDelegation:
    """An exception ends at once."""

    delegation_id: int


@dataclass(frozen=True)
class ImportPeople:
    """People from a sheet, checked before: all of them or none."""

    people: tuple[AddPerson, ...]


@dataclass(frozen=True)
class SetUp:
    """The first administrator of an empty store."""

    name: str
    username: str
    password_hash: str
    phone: str = ""
    lang: str = "zh"
