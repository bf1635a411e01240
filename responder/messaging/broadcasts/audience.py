"""Who is meant by what was chosen, and where each of them can be texted. Reads people, writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.accounts.models import Person, Phone, RoleGrant
from responder.messaging.broadcasts import rules
from responder.messaging.broadcasts.commands import Area, Audience
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.rules import Someone
from responder.places import distance
from responder.places.coordinates import Point
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.scope import Scope


class Musters(Protocol):
    """Who belongs to teams of some types. Wired to ``teams``."""

    def __call__(self, session: Session, scope: Scope, types: Collection[str], /) -> set[int]:
        """Leaders, deputies and named members of the teams that are in service."""
        ...


@dataclass(frozen=True)
class Reachable:
    """A person who is meant. ``number`` is E.164, "" where they can't be texted: ``problem`` then is a term of
    ``call_reason``."""

    person_id: int
    name: str
    division: str
    lang: str
    post: str
    number: str
    problem: str
    roles: frozenset[str] = field(default=frozenset())


def chosen(session: Session, scope: Scope, audience: Audience, musters: Musters) -> list[Reachable]:
    """The people inside the scope who fit what was chosen, each once, by division and name. Raises Invalid."""
    rules.check_audience(audience)
    tree = places(session)
    teams = musters(session, scope, audience.team_types) if audience.team_types else set()
    area = within(tree, scope, audience.area) if audience.area is not None else set()
    return [
        one
        for one in _people(session, scope.covers(Person.division_code))
        if rules.fits(Someone(one.person_id, one.division, tree.tier(one.division), one.roles), audience, teams, area)
    ]


def within(tree: Places, scope: Scope, area: Area) -> set[str]:
    """Codes of the scope's divisions whose point lies inside an area; a division without a point of its own has that
    of the one above (DOMAIN §5.2)."""
    found = set()
    for place in tree.below(scope.division):
        located = tree.point(place.code)
        if located is None:
            continue
        lat, lng = located.point
        if area.center is not None:
            if distance.km(Point(*area.center), located.point) <= area.km:
                found.add(place.code)
        elif rules.inside(area.corners, lat, lng):
            found.add(place.code)
    return found


def posted(session: Session, villages: Sequence[str]) -> dict[str, list[Reachable]]:
    """Whom a callout rings at each village: A and B, else the first of its liaisons. Every village asked for is a
    key."""
    found = accounts.posted(session, villages)
    most = measures().callout.people
    meant = {code: [one.id for one in people if one.post] or [one.id for one in people[:most]]
             for code, people in found.items()}  # fmt: skip
    wanted = [person for people in meant.values() for person in people]
    known = {one.person_id: one for one in _people(session, Person.id.in_(wanted))} if wanted else {}
    return {code: [known[person] for person in people if person in known] for code, people in meant.items()}


def _people(session: Session, where: ColumnElement[bool]) -> list[Reachable]:
    """Two statements, however many there are. The number is chosen as ``accounts.reach`` does: the primary one first,
    a bad one last, none that has opted out."""
    here = (where, Person.disabled_at.is_(None))
    roles: dict[int, set[str]] = defaultdict(set)
    for person_id, role in session.execute(
        select(Person.id, RoleGrant.role).join(RoleGrant, accounts.held()).where(*here)
    ):
        roles[person_id].add(role)
    statement = (
        select(Person.id, Person.name, Person.division_code, Person.lang, Person.post, Phone.e164, Phone.state)
        .outerjoin(Phone, Phone.person_id == Person.id)
        .where(*here)
        .order_by(
            Person.division_code, Person.post == "", Person.post, Person.name, Person.id, Phone.state == "bad",
            Phone.primary.desc(), Phone.id,
        )
    )  # fmt: skip
    seen: dict[int, list[Any]] = {}
    for row in session.execute(statement):
        seen.setdefault(row.id, []).append(row)
    return [_reachable(rows, frozenset(roles[person_id])) for person_id, rows in seen.items()]


def _reachable(rows: Iterable[Any], roles: frozenset[str]) -> Reachable:
    rows = list(rows)
    one = rows[0]
    number = next((row.e164 for row in rows if row.e164 and row.state != "opted_out"), "")
    problem = "" if number else "opted_out" if one.e164 else "no_number"
    return Reachable(one.id, one.name, one.division_code, one.lang, one.post, number, problem, roles)
