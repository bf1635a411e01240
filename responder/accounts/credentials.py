"""Changes to phones, passwords, browsers, tokens and delegations: one function per command."""

import hashlib
import secrets

from sqlalchemy import delete, select

from responder.accounts import roles as role_table
from responder.accounts import rules
from responder.accounts.commands import (
    AddPhone,
    ChangeLanguage,
    ChangePassword,
    CreateToken,
    Delegate,
    MakePrimary,
    MarkPhone,
    RemovePhone,
    RevokeDelegation,
    RevokeToken,
    SignIn,
    SignOutEverywhere,
)
from responder.accounts.models import ApiToken, Delegation, Person, Phone, RoleGrant, WebSession
from responder.accounts.service import (
    end_sessions,
    free_numbers,
    language,
    reach_of,
    target,
    tell,
    unset_primary,
)
from responder.kernel import ids, phones
from responder.kernel.events import Event
from responder.kernel.refusals import Invalid, NotAllowed, NotFound
from responder.places.queries import places
from responder.platform.work import UnitOfWork

TOKEN_PREFIX = "rsp_"  # noqa: S105  (it is shown to everybody)
"""How a token begins, so that one left in a file is recognised as ours."""

_TOKEN_NAME = 60
_LABEL = 20


def fingerprint(token: str) -> str:
    """What is kept of a random token: its SHA-256. Enough for 256 random bits, and quick on every request."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_phone(uow: UnitOfWork, command: AddPhone) -> int:
    """Adds a number and returns its id. Raises NotFound, Invalid, PhoneTaken."""
    person = target(uow, command.person_id)
    [[e164]] = free_numbers(uow, [[command.number]])
    first = uow.session.scalar(select(Phone.id).where(Phone.person_id == person.id).limit(1)) is None
    if command.primary:
        unset_primary(uow, person.id)
    label = " ".join(command.label.split())[:_LABEL]
    row = Phone(person_id=person.id, e164=e164, label=label, primary=command.primary or first)
    uow.session.add(row)
    uow.session.flush()
    tell(uow, "account.phone_added", person, phone=phones.mask(row.e164))
    return row.id


def remove_phone(uow: UnitOfWork, command: RemovePhone) -> None:
    """Removes a number; the oldest of the others becomes primary where needed. Raises NotFound."""
    person = target(uow, command.person_id)
    row = _phone(uow, person, command.phone_id)
    number, primary = row.e164, row.primary
    uow.session.delete(row)
    uow.session.flush()
    if primary:
        following = select(Phone).where(Phone.person_id == person.id).order_by(Phone.id)
        if (heir := uow.session.scalars(following).first()) is not None:
            heir.primary = True
    tell(uow, "account.phone_removed", person, phone=phones.mask(number))


def make_primary(uow: UnitOfWork, command: MakePrimary) -> None:
    """Sends texts to this number from now on. Raises NotFound."""
    person = target(uow, command.person_id)
    row = _phone(uow, person, command.phone_id)
    unset_primary(uow, person.id)
    row.primary = True
    tell(uow, "account.phone_primary", person, phone=phones.mask(row.e164))


def mark_phone(uow: UnitOfWork, command: MarkPhone) -> None:
    """Keeps what the network says of a number; an unknown number is ignored. Raises Invalid."""
    if command.state not in rules.PHONE_STATES:
        raise Invalid(field="state", problem="unknown")
    row = uow.session.scalars(select(Phone).where(Phone.e164 == command.number)).first()
    if row is None or row.state == command.state:
        return
    row.state = command.state
    person = uow.session.get_one(Person, row.person_id)
    tell(uow, "account.phone_marked", person, phone=phones.mask(row.e164), state=command.state)


def _phone(uow: UnitOfWork, person: Person, phone_id: int) -> Phone:
    row = uow.session.get(Phone, phone_id)
    if row is None or row.person_id != person.id:
        raise NotFound()
    return row


def change_password(uow: UnitOfWork, command: ChangePassword) -> None:
    """Sets one's own password and signs out the other browsers. Raises NotFound for anybody else's."""
    person = _oneself(uow, command.person_id)
    person.password_hash = command.password_hash
    person.must_change_password = False
    end_sessions(uow, person.id, but=command.keep_session)
    tell(uow, "account.password_changed", person)


def change_language(uow: UnitOfWork, command: ChangeLanguage) -> None:
    """Sets one's own language. Raises NotFound, Invalid."""
    person = _oneself(uow, command.person_id)
    person.lang = language(command.lang)


def sign_in(uow: UnitOfWork, command: SignIn) -> int:
    """Opens a browser's session and returns its id. Raises SignInFailed where the person has changed meanwhile."""
    person = uow.session.get(Person, command.person_id)
    if person is None or person.disabled_at is not None or person.password_hash != command.verified_hash:
        raise rules.SignInFailed()
    if command.rehashed is not None:
        person.password_hash = command.rehashed
    _tidy(uow, person)
    row = WebSession(
        token_hash=command.token_hash,
        person_id=person.id,
        created_at=uow.now,
        last_seen_at=uow.now,
        expires_at=rules.expires(uow.now, uow.now),
        ip=command.ip[:45],
        user_agent=command.user_agent[:200],
    )
    uow.session.add(row)
    uow.session.flush()
    # Without person_id: that would close the sockets of the person's other browsers.
    told = {"name": person.name, "ip": command.ip}
    uow.record(
        Event("account.signed_in", person.division_code, ids.number(rules.PERSON, person.id), told, private=True)
    )
    return row.id


def _tidy(uow: UnitOfWork, person: Person) -> None:
    """Sessions that are over go when their person signs in again."""
    over = WebSession.person_id == person.id, WebSession.expires_at < uow.now
    uow.session.execute(delete(WebSession).where(*over))


def sign_out(uow: UnitOfWork, session_id: int) -> None:
    """Ends one of the actor's own browser sessions, open sockets included. Raises NotFound."""
    row = uow.session.get(WebSession, session_id)
    if row is None or row.person_id != uow.actor.person_id:
        raise NotFound()
    person = uow.session.get_one(Person, row.person_id)
    uow.session.delete(row)
    tell(uow, "account.signed_out", person)


def sign_out_everywhere(uow: UnitOfWork, command: SignOutEverywhere) -> None:
    """Ends all browser sessions of oneself, or of somebody one administers. Raises NotFound."""
    person = _own_or_target(uow, command.person_id)
    end_sessions(uow, person.id)
    tell(uow, "account.signed_out", person)


def create_token(uow: UnitOfWork, command: CreateToken) -> str:
    """Makes a key for oneself, or by the system for anybody, and returns it: the only time it can be seen.

    Raises NotFound, Invalid.
    """
    person = _oneself(uow, command.person_id)
    name = " ".join(command.name.split())
    if not name:
        raise Invalid(field="token_name", problem="required")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    uow.session.add(
        ApiToken(
            person_id=person.id,
            name=name[:_TOKEN_NAME],
            token_hash=fingerprint(token),
            prefix=token[: len(TOKEN_PREFIX) + 4],
            created_at=uow.now,
        )
    )
    tell(uow, "account.token_created", person, token=name[:_TOKEN_NAME])
    return token


def revoke_token(uow: UnitOfWork, command: RevokeToken) -> None:
    """A key of oneself, or of somebody one administers, stops working at once. Raises NotFound."""
    person = _own_or_target(uow, command.person_id)
    row = uow.session.get(ApiToken, command.token_id)
    if row is None or row.person_id != person.id or row.revoked_at is not None:
        raise NotFound()
    row.revoked_at = uow.now
    tell(uow, "account.token_revoked", person, token=row.name)


def _oneself(uow: UnitOfWork, person_id: int) -> Person:
    """The actor's own row; the system may stand for everybody. Raises NotFound."""
    person = uow.session.get(Person, person_id)
    if person is None or uow.actor.person_id not in (None, person_id) or person.disabled_at is not None:
        raise NotFound()
    return person


def _own_or_target(uow: UnitOfWork, person_id: int) -> Person:
    return _oneself(uow, person_id) if uow.actor.person_id == person_id else target(uow, person_id)


def delegate(uow: UnitOfWork, command: Delegate) -> int:
    """Allows an exception openly and returns its id; nobody allows one for themselves.

    Raises NotFound, NotAllowed, OwnRoles, Invalid, NoSuchDivision.
    """
    scope = reach_of(uow)
    if not scope.can("people.manage"):
        raise NotAllowed()
    if command.kind not in rules.DELEGATION_KINDS:
        raise Invalid(field="delegation_kind", problem="unknown")
    if not command.reason.strip():
        raise Invalid(field="reason", problem="required")
    if not uow.now < command.valid_until <= uow.now + rules.LONGEST_DELEGATION:
        raise Invalid(field="valid_until", problem="delegation_time")
    person = target(uow, command.person_id) if command.person_id is not None else None
    if person is not None and person.id == uow.actor.person_id:
        raise rules.OwnRoles()
    if person is None and (command.kind == rules.JOINED_ROLES or not role_table.known([command.role or ""])):
        raise Invalid(field="person" if command.kind == rules.JOINED_ROLES else "role", problem="required")
    division = person.division_code if person is not None else command.division
    if places(uow.session).find(division) is None or not scope.holds(division):
        raise rules.NoSuchDivision(division=division)
    mine = uow.actor.person_id
    if mine is None:
        raise NotAllowed()
    row = Delegation(
        kind=command.kind,
        person_id=person.id if person is not None else None,
        role=None if person is not None else command.role,
        division_code=division,
        granted_by=mine,
        reason=" ".join(command.reason.split())[:200],
        created_at=uow.now,
        valid_until=command.valid_until,
    )
    uow.session.add(row)
    uow.session.flush()
    _tell_delegation(uow, "account.delegated", row)
    return row.id


def revoke_delegation(uow: UnitOfWork, command: RevokeDelegation) -> None:
    """Ends an exception; roles that only it allowed end with it. Raises NotFound, NotAllowed."""
    scope = reach_of(uow)
    if not scope.can("people.manage"):
        raise NotAllowed()
    statement = select(Delegation).where(
        Delegation.id == command.delegation_id,
        scope.covers(Delegation.division_code),
        Delegation.revoked_at.is_(None),
    )
    row = uow.session.scalars(statement.with_for_update()).first()
    if row is None:
        raise NotFound()
    row.revoked_at = uow.now
    if row.kind == rules.JOINED_ROLES:
        only = RoleGrant.person_id == row.person_id, RoleGrant.valid_until.is_not(None)
        uow.session.execute(delete(RoleGrant).where(*only))
    _tell_delegation(uow, "account.delegation_revoked", row)


def _tell_delegation(uow: UnitOfWork, kind: str, row: Delegation) -> None:
    person = uow.session.get(Person, row.person_id) if row.person_id is not None else None
    told: dict[str, object] = {"kind": row.kind, "role": row.role, "reason": row.reason}
    if person is not None:
        told |= {"person_id": person.id, "name": person.name}
    subject = ids.number(rules.PERSON, person.id) if person is not None else ""
    uow.record(Event(kind, row.division_code, subject, told, private=True))
