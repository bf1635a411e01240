"""Reads of people, phones and roles. The hot ones take one statement each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from responder.accounts import roles as role_table
from responder.accounts import rules
from responder.accounts.models import Delegation, Person, Phone, RoleGrant
from responder.accounts.views import (
    Owner,
    PersonView,
    PhoneView,
    Reach,
)
from responder.kernel import clock
from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.places.rules import is_code
from responder.platform.scope import Scope

LONGEST_PAGE = 200

_OWNER = (Person.id, Person.name, Person.division_code, Person.lang, Person.disabled_at)


FIRST_POST = (case({"A": 0, "B": 1}, value=Person.post, else_=2), Person.name, Person.id)
"""The order in which the people of one division are asked: A, B, then by name (AB角, DOMAIN §3.3)."""


def held() -> ColumnElement[bool]:
    """The join condition of roles that hold now: lasting ones, and those of a delegation still in force."""
    return and_(
        RoleGrant.person_id == Person.id,
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > clock.now()),
    )


def owner_of(session: Session, e164: str) -> Owner | None:
    """Whose phone this is and what they may do now; None for an unknown number. The disabled own theirs still."""
    statement = (
        select(*_OWNER, Phone.state, RoleGrant.role)
        .join(Phone, Phone.person_id == Person.id)
        .outerjoin(RoleGrant, held())
        .where(Phone.e164 == e164)
    )
    rows = session.execute(statement).all()
    if not rows:
        return None
    person_id, name, code, lang, disabled_at, state, _role = rows[0]
    roles = ordered(row[-1] for row in rows)
    granted = frozenset[str]() if disabled_at else permissions_at(session, roles, code)
    return Owner(
        person_id,
        name,
        code,
        places(session).name(code),
        lang,
        roles,
        granted,
        state,
        disabled_at is not None,
    )


def reach(session: Session, person_id: int) -> Reach | None:
    """Where and in which language a person is texted; None for the disabled and those without usable number.

    The primary number comes first, one that was found bad last; who has opted out isn't texted.
    """
    return reach_all(session, [person_id]).get(person_id)


def reach_all(session: Session, people: Collection[int]) -> dict[int, Reach]:
    """``reach`` of several people by id, in one statement; who can't be texted is left out."""
    statement = (
        select(Person.id, Phone.e164, Person.lang, Person.division_code)
        .join(Phone, Phone.person_id == Person.id)
        .where(Person.id.in_(people), Person.disabled_at.is_(None), Phone.state != "opted_out")
        .order_by(Person.id, Phone.state != "bad", Phone.primary, Phone.id.desc())
    )
    # The best number comes last and stays.
    return {row.id: Reach(*row) for row in session.execute(statement)}


def phone_of(session: Session, person_id: int) -> str | None:
    """The number at which a person is texted (E.164), None where there is none."""
    found = reach(session, person_id)
    return found.number if found else None


def people_with(session: Session, permission: str, divisions: Sequence[str]) -> list[PersonView]:
    """The people sitting exactly at these divisions who may do this now: the A person, the B person, then by name."""
    if not divisions:
        return []
    named = role_table.may_grant(permission)
    holds = exists().where(held(), RoleGrant.role.in_(named)).correlate(Person)
    statement = _rows().where(Person.division_code.in_(divisions), Person.disabled_at.is_(None), holds)
    found = _people(session, statement)
    return [p for p in found if permission in permissions_at(session, p.roles, p.division)]


def stand_in(session: Session, person_id: int) -> Reach | None:
    """Who answers for somebody that can't be reached: for the A person of a division its B person, for B the A.

    Only one who holds a role in common with them and has a number that may be texted; None where there is nobody.
    """
    away, theirs = aliased(Person), aliased(RoleGrant)
    shared = exists().where(
        theirs.person_id == person_id, theirs.role == RoleGrant.role, RoleGrant.person_id == Person.id
    )
    statement = (
        select(Person.id, Phone.e164, Person.lang, Person.division_code)
        .join(away, away.division_code == Person.division_code)
        .join(Phone, Phone.person_id == Person.id)
        .where(
            away.id == person_id,
            Person.post == case({"A": "B", "B": "A"}, value=away.post, else_="-"),
            Person.disabled_at.is_(None),
            Phone.state != "opted_out",
            shared.correlate(Person),
        )
        .order_by(Phone.state == "bad", Person.name, Person.id, Phone.primary.desc(), Phone.id)
    )
    found = session.execute(statement.limit(1)).first()
    return Reach(*found) if found else None


def posted(session: Session, divisions: Sequence[str]) -> dict[str, list[PersonView]]:
    """Whom to call at each of these divisions, in the order to call them: A, B, then its other liaisons by name.

    Every division asked for is a key; with nobody there its list is empty. One statement.
    """
    found: dict[str, list[PersonView]] = {code: [] for code in divisions}
    liaison = exists().where(held(), RoleGrant.role == rules.LIAISON).correlate(Person)
    here = Person.division_code.in_(list(found)), Person.disabled_at.is_(None), or_(Person.post != "", liaison)
    for one in _people(session, _rows().where(*here)) if found else ():
        found[one.division].append(one)
    return found


def permissions_of(session: Session, person_id: int, division: str) -> frozenset[str]:
    """What a person may do at this division by the roles they hold now."""
    statement = select(RoleGrant.role).join(Person, held()).where(Person.id == person_id)
    return permissions_at(session, session.scalars(statement), division)


def permissions_at(session: Session, roles: Iterable[str], division: str) -> frozenset[str]:
    """What these roles permit at this division."""
    return role_table.permissions(frozenset(roles), _tier(session, division))


def _tier(session: Session, division: str) -> int | None:
    return places(session).profile.tier(division) if is_code(division) else None


def ordered(names: Iterable[str | None]) -> tuple[str, ...]:
    """Roles in the order of the table, each once."""
    found = set(names)
    return tuple(name for name in role_table.every() if name in found)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(Person, Phone.e164, Phone.state, RoleGrant.role)
        .outerjoin(Phone, and_(Phone.person_id == Person.id, Phone.primary))
        .outerjoin(RoleGrant, held())
        .order_by(Person.division_code, *FIRST_POST)
    )


def _people(session: Session, statement: Select[*tuple[Any, ...]]) -> list[PersonView]:
    """Folds one row per role into one view per person."""
    seen: dict[int, tuple[Person, str | None, str | None]] = {}
    roles: dict[int, list[str]] = defaultdict(list)
    for found, number, state, role in session.execute(statement):
        seen.setdefault(found.id, (found, number, state))
        roles[found.id].append(role)
    tree = places(session)
    return [
        PersonView(
            found.id, found.name, found.username, found.division_code, tree.label(found.division_code), found.lang,
            ordered(roles[found.id]), number, state, found.password_hash is not None,
            found.disabled_at is not None, found.demo, found.post,
        )
        for found, number, state in seen.values()
    ]  # fmt: skip


def visible(scope: Scope) -> ColumnElement[bool]:
    """Whom the asker may see and edit.

    The administrator: everybody at their division and below. Keepers of their own villages' contacts
    (``people.local``): liaisons strictly below. Others: nobody.
    """
    if scope.can("people.manage"):
        return scope.covers(Person.division_code)
    if scope.can("people.local"):
        other = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role != rules.LIAISON).correlate(Person)
        return and_(scope.covers(Person.division_code), Person.division_code != scope.division, ~other)
    return false()


def person(session: Session, scope: Scope, person_id: int) -> PersonView | None:
    """One person that the asker may see."""
    found = _people(session, _rows().where(Person.id == person_id, visible(scope)))
    return found[0] if found else None


def own(session: Session, person_id: int) -> PersonView:
    """The asker themselves. Raises NotFound."""
    found = _people(session, _rows().where(Person.id == person_id))
    if not found:
        raise NotFound()
    return found[0]


def people(
    session: Session,
    scope: Scope,
    *,
    search: str = "",
    division: str = "",
    role: str = "",
    disabled: bool = False,
    page: int = 1,
    limit: int = 50,
) -> tuple[list[PersonView], int]:
    """A page of the people that the asker may see, by division and name, and how many there are in all.

    ``search`` looks in names, login names and phone numbers. ``disabled`` lists only those who are.
    """
    conditions = [
        visible(scope),
        Person.disabled_at.is_not(None) if disabled else Person.disabled_at.is_(None),
    ]
    if division:
        conditions.append(Scope(division).covers(Person.division_code))
    if role:
        conditions.append(exists().where(held(), RoleGrant.role == role).correlate(Person))
    for word in search.split()[:5]:
        digits = "".join(c for c in word if c.isdigit())
        either = [
            Person.name.contains(word, autoescape=True),
            Person.username.contains(word.lower(), autoescape=True),
        ]
        if len(digits) >= 3:
            numbered = exists().where(Phone.person_id == Person.id, Phone.e164.contains(digits)).correlate(Person)
            either.append(numbered)
        conditions.append(or_(*either))
    total = session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    limit = max(1, min(limit, LONGEST_PAGE))
    ids = (
        select(Person.id)
        .where(*conditions)
        .order_by(Person.division_code, *FIRST_POST)
        .limit(limit)
        .offset((max(page, 1) - 1) * limit)
    )
    return _people(session, _rows().where(Person.id.in_(list(session.scalars(ids))))), total


def names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Names of people by id, for lists of other rooms that already decided what may be seen."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def phones(session: Session, scope: Scope, *, person_id: int | None = None) -> list[PhoneView]:
    """The phones of everybody inside the scope who isn't disabled, by division; of one person where given."""
    statement = (
        select(Phone, Person, RoleGrant.role)
        .join(Person, Person.id == Phone.person_id)
        .outerjoin(RoleGrant, held())
        .where(scope.covers(Person.division_code))
        .order_by(Person.division_code, Person.id, Phone.primary.desc(), Phone.id)
    )
    if person_id is None:
        statement = statement.where(Person.disabled_at.is_(None))
    else:
        statement = statement.where(Person.id == person_id)
    seen: dict[int, tuple[Phone, Person]] = {}
    roles: dict[int, list[str]] = defaultdict(list)
    for phone, owner, role in session.execute(statement):
        seen.setdefault(phone.id, (phone, owner))
        roles[phone.id].append(role)
    tree = places(session)
    return [
        PhoneView(
            phone.id, phone.e164, phone.primary, phone.label, phone.state, owner.id, owner.name,
            ordered(roles[phone.id]), owner.division_code, tree.label(owner.division_code),
        )
        for phone, owner in seen.values()
    ]  # fmt: skip


def live() -> ColumnElement[bool]:
    """Delegations that are in force now."""
    return and_(Delegation.revoked_at.is_(None), Delegation.valid_until > clock.now())


def may_approve_own(session: Session, person_id: int) -> bool:
    """Whether the branch has openly allowed this person, or their role here, to approve own documents."""
    mine = select(Person.division_code, RoleGrant.role).outerjoin(RoleGrant, held()).where(Person.id == person_id)
    rows = session.execute(mine).all()
    if not rows:
        return False
    code, roles = rows[0][0], {row[1] for row in rows if row[1]}
    found = session.scalars(select(Delegation).where(Delegation.kind == rules.OWN_DOCUMENTS, live()))
    return any(
        d.person_id == person_id or (d.role is not None and d.role in roles and code.startswith(d.division_code))
        for d in found
    )


def joined_until(session: Session, person_id: int) -> datetime | None:
    """Until when this person may hold roles that exclude each other; None without such a delegation."""
    statement = select(Delegation.valid_until).where(
        Delegation.kind == rules.JOINED_ROLES, Delegation.person_id == person_id, live()
    )
    return session.scalars(statement.order_by(Delegation.valid_until.desc())).first()


def anybody(session: Session) -> bool:
    """Whether there is any person in the store at all: without one, set-up is open."""
    return session.scalar(select(Person.id).limit(1)) is not None
