"""Signing in: find the person, count the try, check the password outside any transaction, open the session."""

import hashlib
import math
import secrets
from dataclasses import dataclass, replace

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from responder.accounts import credentials, passwords, rules
from responder.accounts.commands import SignIn
from responder.accounts.models import Backoff, Person, Phone
from responder.kernel import ids, phones
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.places.queries import places
from responder.platform.work import UnitOfWork, Work
from responder.settings import Settings


@dataclass(frozen=True)
class _Known:
    """Whoever goes by a login name. ``kept`` is None where no password fits."""

    key: str
    actor: Actor
    kept: str | None


def sign_in(work: Work, settings: Settings, login: str, password: str, *, ip: str, user_agent: str) -> str:
    """Opens a session and returns its token, for the cookie.

    ``login`` is a login name or a phone number. An unknown name, a wrong password, a disabled person and a
    demonstration account outside a demonstration all take the same time and get the same answer.
    Raises SignInFailed, WaitFirst.
    """
    with work.read() as session:
        found = _find(session, login, demo=settings.demo)
    # Waits are counted per name and address: a stranger's guesses must not lock out the duty officer at her desk.
    known = replace(found, key=_key(f"{found.key}|{ip}"))
    with work.begin(known.actor) as uow:
        # Counted before the password is checked, so that many tries at once don't get past the count.
        _count(uow, known.key)
    matched = passwords.matches(known.kept, password[: rules.PASSWORD_LONGEST + 1])
    person_id = known.actor.person_id
    if not matched or known.kept is None or person_id is None:
        with work.begin(known.actor) as uow:
            _tell_failure(uow, ip)
        raise rules.SignInFailed()
    rehashed = passwords.hashed(password) if passwords.outdated(known.kept) else None
    token = secrets.token_urlsafe(32)
    with work.begin(known.actor) as uow:
        uow.session.execute(delete(Backoff).where(Backoff.key == known.key))
        command = SignIn(person_id, credentials.fingerprint(token), known.kept, ip, user_agent, rehashed)
        credentials.sign_in(uow, command)
    return token


def _find(session: Session, login: str, *, demo: bool) -> _Known:
    name = login.strip().lower()[:60]
    number = phones.parse(name)
    owner = select(Phone.person_id).where(Phone.e164 == (number or ""))
    statement = select(Person).where(or_(Person.username == name, Person.id.in_(owner)))
    # A login name wins over a phone: it can't look like one, it begins with a letter.
    person = session.scalars(statement).first()
    if person is None:
        # What was typed isn't kept: people type passwords into the wrong field.
        nobody = Actor(None, "?", places(session).profile.root, "web")
        return _Known(_key(f"u:{name}"), nobody, None)
    actor = Actor(person.id, person.name, person.division_code, "web")
    usable = person.disabled_at is None and (demo or not person.demo)
    return _Known(_key(f"p:{person.id}"), actor, person.password_hash if usable else None)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _count(uow: UnitOfWork, key: str) -> None:
    """Counts one more try; it is forgotten upon success. Raises WaitFirst while the last ones are too recent."""
    uow.session.execute(delete(Backoff).where(Backoff.last_at < uow.now - rules.FORGET_FAILURES))
    # Two first tries at once must not collide: the row is there before it is locked.
    insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = insert(Backoff).values(key=key, failures=0, last_at=uow.now, blocked_until=None)
    uow.session.execute(first.on_conflict_do_nothing())
    row = uow.session.get_one(Backoff, key, with_for_update=True)
    if row.blocked_until is not None and row.blocked_until > uow.now:
        raise rules.WaitFirst(seconds=math.ceil((row.blocked_until - uow.now).total_seconds()))
    row.failures += 1
    row.last_at = uow.now
    wait = rules.wait_after(row.failures)
    row.blocked_until = uow.now + wait if wait else None


def _tell_failure(uow: UnitOfWork, ip: str) -> None:
    """For unknown names too: otherwise a known one would answer later by the time of this write."""
    # Without person_id: a stranger who guesses must not close the person's open sockets.
    told = {"name": uow.actor.name, "ip": ip}
    subject = ids.number(rules.PERSON, uow.actor.person_id) if uow.actor.person_id else ""
    uow.record(Event("account.sign_in_failed", uow.actor.division, subject, told, private=True))


def check_own_password(work: Work, person_id: int, password: str) -> None:
    """Raises WrongPassword unless this is the person's present one, WaitFirst after too many failures."""
    with work.read() as session:
        person = session.get_one(Person, person_id)
    actor, key = Actor(person.id, person.name, person.division_code, "web"), _key(f"p:{person_id}")
    with work.begin(actor) as uow:
        _count(uow, key)
    if not passwords.matches(person.password_hash, password[: rules.PASSWORD_LONGEST + 1]):
        raise rules.WrongPassword()
    with work.begin(actor) as uow:
        uow.session.execute(delete(Backoff).where(Backoff.key == key))
