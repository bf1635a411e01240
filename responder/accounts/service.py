"""Changes to people, their roles and phones: one function per command.

Who acts decides whom they reach (``queries.visible``): everybody else is not found. The system itself, as jobs and
the command line act, reaches everybody. All events are private: audited, never pushed to boards.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from responder.accounts import posts, queries, rules
from responder.accounts import roles as role_table
from responder.accounts.commands import (
    AddPerson,
    ChangePerson,
    DisablePerson,
    EnablePerson,
    GrantRoles,
    ImportPeople,
    SetPassword,
)
from responder.accounts.models import ApiToken, Person, Phone, RoleGrant, WebSession
from responder.kernel import ids, phones
from responder.kernel.events import Event
from responder.kernel.refusals import Invalid, NotAllowed, NotFound
from responder.places.queries import places
from responder.places.rules import is_within
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork

LANGUAGES = ("zh", "en")
_LONGEST_NAME = 60
_CHUNK = 500
"""Values asked for in one statement."""


def add_person(uow: UnitOfWork, command: AddPerson) -> int:
    """Adds a person and returns the id.

    Raises Invalid, NoSuchDivision, UsernameTaken, PhoneTaken, PostTaken, OnlyLiaisons, RolesExcludeEachOther,
    NotAllowed.
    """
    return import_people(uow, ImportPeople((command,)))[0]


def import_people(uow: UnitOfWork, command: ImportPeople) -> list[int]:
    """Adds all these people or none; returns their ids. A few statements, however many they are.

    Raises what ``add_person`` raises.
    """
    scope = reach_of(uow)
    for one in command.people:
        _check_roles(scope, one.roles)
        _check_division(uow, scope, one.division)
    logins = _free_usernames(uow, [one.username for one in command.people])
    numbers = free_numbers(uow, [one.phones for one in command.people])
    added = [
        Person(
            name=clean_name(one.name),
            username=login,
            division_code=one.division,
            password_hash=one.password_hash,
            must_change_password=one.must_change_password,
            lang=language(one.lang),
            post=posts.known(one.post),
            created_at=uow.now,
        )
        for one, login in zip(command.people, logins, strict=True)
    ]
    uow.session.add_all(added)
    uow.session.flush()
    tree = places(uow.session)
    for person, one, own in zip(added, command.people, numbers, strict=True):
        uow.session.add_all(RoleGrant(person_id=person.id, role=role) for role in sorted(one.roles))
        uow.session.add_all(Phone(person_id=person.id, e164=e164, primary=not n) for n, e164 in enumerate(own))
        tell(uow, "account.added", person, at=tree.label(one.division), **_words(one.roles))
    uow.session.flush()
    posts.keep_one(uow, {one.division for one in command.people if one.post == posts.A})
    return [person.id for person in added]


def change_person(uow: UnitOfWork, command: ChangePerson) -> None:
    """Changes name, login name, division, language and post.

    Raises NotFound, Invalid, NoSuchDivision, UsernameTaken, PostTaken, OwnRoles for one's own division, LastAdmin.
    """
    scope = reach_of(uow)
    person = target(uow, command.person_id)
    if command.division != person.division_code:
        if person.id == uow.actor.person_id:
            raise rules.OwnRoles()
        _check_division(uow, scope, command.division)
        _keep_an_admin(uow, person)
    person.name = clean_name(command.name)
    if person.username is None or rules.username(command.username) != person.username:
        [person.username] = _free_usernames(uow, [command.username])
    person.division_code = command.division
    person.lang = language(command.lang)
    person.post = person.post if command.post is None else posts.known(command.post)
    _keep_one_a(uow, person)
    post = {"post": person.post} if person.post else {}
    tell(uow, "account.changed", person, at=places(uow.session).label(command.division), **post)


def grant_roles(uow: UnitOfWork, command: GrantRoles) -> None:
    """Gives a person exactly these roles; nobody changes their own.

    Roles that exclude each other are held only under a delegation, and end with it.
    Raises NotFound, OwnRoles, OnlyLiaisons, RolesExcludeEachOther, LastAdmin, PostTaken, Invalid.
    """
    scope = reach_of(uow)
    person = target(uow, command.person_id)
    if person.id == uow.actor.person_id:
        raise rules.OwnRoles()
    held = uow.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).all()
    before = {grant.role for grant in held}
    if before == command.roles:
        return
    until = queries.joined_until(uow.session, person.id)
    _check_roles(scope, command.roles, delegated=until is not None)
    if rules.ADMIN in before - command.roles:
        _keep_an_admin(uow, person)
    for grant in held:
        uow.session.delete(grant)
    uow.session.flush()
    joined = rules.excluding(command.roles) is not None
    for role in sorted(command.roles):
        # What only the delegation allows beside the special role ends by itself when the delegation ends.
        ends = until if joined and role != special(command.roles) else None
        uow.session.add(RoleGrant(person_id=person.id, role=role, valid_until=ends))
    _keep_one_a(uow, person)
    tell(uow, "account.roles_granted", person, **_words(command.roles))


def special(roles: frozenset[str]) -> str:
    """The role of these that excludes the others."""
    return rules.ADMIN if rules.ADMIN in roles else rules.AUDITOR


def disable_person(uow: UnitOfWork, command: DisablePerson) -> None:
    """Ends everything of this person at once. Raises NotFound, OwnRoles for oneself, LastAdmin."""
    person = target(uow, command.person_id)
    if person.id == uow.actor.person_id:
        raise rules.OwnRoles()
    if person.disabled_at is not None:
        return
    _keep_an_admin(uow, person)
    person.disabled_at = uow.now
    end_sessions(uow, person.id)
    uow.session.execute(
        update(ApiToken)
        .where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=uow.now)
    )
    tell(uow, "account.disabled", person)


def enable_person(uow: UnitOfWork, command: EnablePerson) -> None:
    """Lets a disabled person act again; their tokens stay revoked. Raises NotFound, PostTaken."""
    person = target(uow, command.person_id)
    if person.disabled_at is None:
        return
    person.disabled_at = None
    _keep_one_a(uow, person)
    tell(uow, "account.enabled", person)


def set_password(uow: UnitOfWork, command: SetPassword) -> None:
    """Sets a one-time password for somebody else. Raises NotFound, OwnRoles for oneself."""
    person = target(uow, command.person_id)
    if person.id == uow.actor.person_id:
        raise rules.OwnRoles()
    person.password_hash = command.password_hash
    person.must_change_password = True
    end_sessions(uow, person.id)
    tell(uow, "account.password_reset", person)


def reach_of(uow: UnitOfWork) -> Scope:
    """What the actor may reach, by the roles they hold at this moment. Raises NotAllowed for the disabled."""
    if uow.actor.person_id is None:
        return Scope("", uow.world, frozenset({"people.manage"}))
    person = uow.session.get(Person, uow.actor.person_id)
    if person is None or person.disabled_at is not None:
        raise NotAllowed()
    granted = queries.permissions_of(uow.session, person.id, person.division_code)
    return Scope(person.division_code, uow.world, granted, person.id)


def target(uow: UnitOfWork, person_id: int) -> Person:
    """The person, locked, if the actor reaches them. Raises NotFound."""
    statement = select(Person).where(Person.id == person_id, queries.visible(reach_of(uow)))
    person = uow.session.scalars(statement.with_for_update()).first()
    if person is None:
        raise NotFound()
    return person


def tell(uow: UnitOfWork, kind: str, person: Person, **data: object) -> None:
    """Records a private event about a person. Live push closes the person's open sockets upon it."""
    told = {"person_id": person.id, "name": person.name, **data}
    uow.record(Event(kind, person.division_code, ids.number(rules.PERSON, person.id), told, private=True))


def end_sessions(uow: UnitOfWork, person_id: int, *, but: int | None = None) -> None:
    """Signs out all browsers of a person, except one where given."""
    statement = delete(WebSession).where(WebSession.person_id == person_id)
    uow.session.execute(statement.where(WebSession.id != but) if but is not None else statement)


def free_numbers(uow: UnitOfWork, wanted: Sequence[Sequence[str]]) -> list[list[str]]:
    """E.164 for the numbers of several people, as written. Raises Invalid, PhoneTaken."""
    found: list[list[str]] = []
    seen: set[str] = set()
    for own in wanted:
        found.append([])
        for text in own:
            e164 = phones.parse(text)
            if e164 is None:
                raise Invalid(field="phone", problem="phone")
            if e164 in seen:
                raise rules.PhoneTaken(phone=phones.mask(e164))
            seen.add(e164)
            found[-1].append(e164)
    if taken := _kept(uow, Phone.e164, seen):
        raise rules.PhoneTaken(phone=phones.mask(min(taken)))
    return found


def _free_usernames(uow: UnitOfWork, wanted: Sequence[str]) -> list[str | None]:
    """Login names in their one spelling, None for an empty one. Raises Invalid, UsernameTaken."""
    found: list[str | None] = []
    seen: set[str] = set()
    for text in wanted:
        name = rules.username(text) if text.strip() else None
        if name is None and text.strip():
            raise Invalid(field="username", problem="username")
        if name is not None and name in seen:
            raise rules.UsernameTaken(username=name)
        seen.add(name or "")
        found.append(name)
    if taken := _kept(uow, Person.username, seen):
        raise rules.UsernameTaken(username=min(taken))
    return found


def _kept(uow: UnitOfWork, column: InstrumentedAttribute[Any], values: set[str]) -> set[str]:
    """Which of these values the column holds already."""
    wanted, found = sorted(values), set[str]()
    for start in range(0, len(wanted), _CHUNK):
        found.update(uow.session.scalars(select(column).where(column.in_(wanted[start : start + _CHUNK]))))
    return found


def unset_primary(uow: UnitOfWork, person_id: int) -> None:
    """None of a person's numbers is primary any more."""
    uow.session.execute(update(Phone).where(Phone.person_id == person_id).values({Phone.primary: False}))


def clean_name(name: str) -> str:
    """A person's name without needless blanks. Raises Invalid."""
    name = " ".join(name.split())
    if not name:
        raise Invalid(field="name", problem="required")
    if len(name) > _LONGEST_NAME:
        raise Invalid(field="name", problem="too_long")
    return name


def language(lang: str) -> str:
    """A language that texts exist in. Raises Invalid."""
    if lang not in LANGUAGES:
        raise Invalid(field="lang", problem="unknown")
    return lang


def _check_roles(scope: Scope, roles: frozenset[str], *, delegated: bool = False) -> None:
    if not role_table.known(roles):
        raise Invalid(field="roles", problem="unknown")
    if not scope.can("people.manage") and roles != {rules.LIAISON}:
        raise rules.OnlyLiaisons()
    rules.check_roles(roles, delegated=delegated)


def _check_division(uow: UnitOfWork, scope: Scope, code: str) -> None:
    place = places(uow.session).find(code)
    below = is_within(code, scope.division) and (scope.can("people.manage") or code != scope.division)
    if place is None or not place.valid or not below:
        raise rules.NoSuchDivision(division=code)


def _keep_one_a(uow: UnitOfWork, person: Person) -> None:
    posts.keep_one(uow, {person.division_code} if person.post == posts.A else ())


def _keep_an_admin(uow: UnitOfWork, person: Person) -> None:
    """Somebody else must remain who manages this person's division. Raises LastAdmin."""
    # Locked, so that two administrators removing each other at once leave one.
    locked = select(RoleGrant.person_id).where(RoleGrant.role == rules.ADMIN).order_by(RoleGrant.person_id)
    admins = set(uow.session.scalars(locked.with_for_update()))
    if person.id not in admins or person.disabled_at is not None:
        return
    others = select(Person.division_code).where(
        Person.id.in_(admins - {person.id}), Person.disabled_at.is_(None), Person.password_hash.is_not(None)
    )
    if not any(is_within(person.division_code, code) for code in uow.session.scalars(others)):
        raise rules.LastAdmin(name=person.name)


def _words(roles: Iterable[str]) -> dict[str, str]:
    """Roles as the log's sentences take them: role, role2, role3 …"""
    return {f"role{n if n > 1 else ''}": role for n, role in enumerate(queries.ordered(roles), start=1)}
