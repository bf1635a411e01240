"""Who may hold which roles, what a password must be, how long to wait after failures. Pure."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from responder.kernel.refusals import Refusal

PERSON = "P"
"""Prefix of the number under which the log names a person: ``ids.number(PERSON, id)``."""

ADMIN = "admin"
AUDITOR = "auditor"
LIAISON = "liaison"

PHONE_STATES = ("ok", "bad", "opted_out")
POSTS = ("A", "B")
"""Who stands for a division: A answers, B when A is away (AB角, DOMAIN §3.3)."""

OWN_DOCUMENTS = "own_documents"
JOINED_ROLES = "joined_roles"
DELEGATION_KINDS = (OWN_DOCUMENTS, JOINED_ROLES)
LONGEST_DELEGATION = timedelta(days=366)

SESSION_IDLE = timedelta(days=14)
"""A browser that wasn't seen for so long is signed out."""
SESSION_LONGEST = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=5)

PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 128
FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=15)
FORGET_FAILURES = timedelta(hours=12)

# The ones that come first in every list of stolen passwords, and what people here try first.
_WORST = frozenset(
    [
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "123123123",
        "12341234",
        "11223344",
        "password",
        "password1",
        "passw0rd",
        "qwertyui",
        "qwertyuiop",
        "qwerty123",
        "1q2w3e4r",
        "1qaz2wsx",
        "1qaz@wsx",
        "abcd1234",
        "a1234567",
        "a12345678",
        "aa123456",
        "aa12345678",
        "abc12345",
        "abc123456",
        "woaini1314",
        "5201314520",
        "iloveyou",
        "admin123",
        "admin1234",
        "admin888",
        "hongshizihui",
        "redcross",
        "responder",
        "jinshan123",
        "jilin123",
    ]
)

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")


class RolesExcludeEachOther(Refusal):
    """Administrator, business roles and auditor are three people. Params: ``first``, ``second``."""

    code = "accounts.roles_exclude"


class OwnRoles(Refusal):
    """Nobody changes their own roles or division, or disables themselves."""

    code = "accounts.own_roles"


class PostTaken(Refusal):
    """Somebody in the same role is the A person there already. Params: ``name``, ``at``."""

    code = "accounts.post_taken"


class LastAdmin(Refusal):
    """Without this person nobody could manage the people of the division."""

    code = "accounts.last_admin"


class WeakPassword(Refusal):
    """Params: ``problem``, a word of the vocabulary ``password_problem``."""

    code = "accounts.weak_password"


class WrongPassword(Refusal):
    """The present password is wrong."""

    code = "accounts.wrong_password"


class PasswordsDiffer(Refusal):
    """The new password was typed in two ways."""

    code = "accounts.passwords_differ"


class SignInFailed(Refusal):
    """Unknown name, wrong password, disabled: never told apart."""

    code = "accounts.sign_in_failed"


class WaitFirst(Refusal):
    """Too many failures in a row. Params: ``seconds``."""

    code = "accounts.wait_first"


class OnlyLiaisons(Refusal):
    """Contacts of one's own villages are liaisons: other roles are given by the administrator."""

    code = "accounts.only_liaisons"


class PhoneTaken(Refusal):
    """The number belongs to somebody already."""

    code = "accounts.phone_taken"


class UsernameTaken(Refusal):
    """Somebody else signs in by this name."""

    code = "accounts.username_taken"


class NoSuchDivision(Refusal):
    """The division isn't there or isn't the asker's. Params: ``division``."""

    code = "accounts.no_such_division"


class SetupDone(Refusal):
    """There are people in the store already: set-up is over."""

    code = "accounts.setup_done"


class WrongSetupCode(Refusal):
    """The code isn't the one that ``responder run`` printed."""

    code = "accounts.wrong_setup_code"


def excluding(roles: Collection[str]) -> tuple[str, str] | None:
    """Two of these roles that one person may not hold together, or None: separation of duties."""
    business = sorted(set(roles) - {ADMIN, AUDITOR})
    for special in (ADMIN, AUDITOR):
        if special in roles:
            others = business or sorted(set(roles) - {special})
            if others:
                return special, others[0]
    return None


def check_roles(roles: Collection[str], *, delegated: bool) -> None:
    """Raises RolesExcludeEachOther unless the branch has delegated the exception."""
    pair = excluding(roles)
    if pair and not delegated:
        raise RolesExcludeEachOther(first=pair[0], second=pair[1])


def username(text: str) -> str | None:
    """A login name in its one spelling: a letter, then letters, digits, ``._-``. None for anything else."""
    name = text.strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def check_password(password: str, login: str | None, *, demo: bool = False) -> None:
    """Raises WeakPassword. Length counts, not kinds of characters; demonstration accounts are free."""
    if demo:
        return
    lowered = password.lower()
    if len(password) < PASSWORD_SHORTEST:
        raise WeakPassword(problem="short")
    if len(password) > PASSWORD_LONGEST:
        raise WeakPassword(problem="long")
    if login and lowered in (login, login + login, login + "123", login + "1234"):
        raise WeakPassword(problem="username")
    if lowered in _WORST or len(set(lowered)) < 3:
        raise WeakPassword(problem="worst")


def wait_after(failures: int) -> timedelta:
    """How long the next try waits after so many failures in a row: 15 s from the fifth on, then 30 s, 1 min …"""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(timedelta(seconds=15 * 2 ** min(failures - FREE_FAILURES, 10)), LONGEST_WAIT)


def expires(created: datetime, seen: datetime) -> datetime:
    """When a browser's session ends if it isn't seen again."""
    return min(seen + SESSION_IDLE, created + SESSION_LONGEST)
