"""The fixed cast: one officer per tier and one of each trade, a stranger from another branch, their phones.

Jinshan's profile with a handful of divisions. Everybody's password is ``demo``.
"""

from datetime import UTC, datetime

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from responder.accounts import credentials, entry, passwords, sessions
from responder.accounts.commands import CreateToken
from responder.accounts.models import Person, Phone, RoleGrant
from responder.app import House
from responder.kernel.actors import Actor
from responder.places import service as places
from responder.places import sources
from responder.places.commands import LoadProfile
from responder.platform.database import Database
from responder.platform.work import Work

PASSWORD = "demo"

DIVISIONS = (
    "31", "3101", "310116", "310116112", "310116112218", "310116102", "310116102201", "310117",
)  # fmt: skip

# username: division, name, roles, phone
PEOPLE: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "admin": ("310116", "沈志强", ("admin",), "+8619900000001"),
    "coordinator": ("310116", "周慧敏", ("coordinator",), "+8619900000002"),
    "town": ("310116112", "吴建国", ("liaison",), "+8619900000003"),
    "village": ("310116112218", "王秀兰", ("liaison",), "+8619900000004"),
    "keeper": ("310116", "朱国平", ("keeper",), "+8619900000005"),
    "leader": ("310116112", "陆海峰", ("leader",), "+8619900000006"),
    "director": ("310116", "徐静", ("director",), "+8619900000007"),
    "supervisor": ("310116", "高卫东", ("supervisor",), "+8619900000008"),
    "auditor": ("310116", "钱文华", ("auditor",), "+8619900000009"),
    "stranger": ("310117", "何伟", ("coordinator",), "+8619900000010"),
}

# One cheap hash serves everybody: signing in is as fast as the rest of a test.
passwords.use(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
_HASH = passwords.hashed(PASSWORD)

SYSTEM = Actor(None, "system", "", "job")


def _no_post(uow: object, notices: object) -> None:
    pass


def furnish(database: Database) -> None:
    """Fills an empty database with the divisions and the people."""
    whole = sources.gather("jinshan")
    few = tuple(d for d in whole.divisions if d.code in DIVISIONS)
    with Work(database, _no_post).begin(SYSTEM) as uow:
        places.load_profile(uow, LoadProfile(whole.profile, few, whole.boundary))
        for username, (division, name, roles, number) in PEOPLE.items():
            person = Person(
                username=username, name=name, division_code=division, password_hash=_HASH, demo=True,
                created_at=datetime(2026, 1, 5, 1, tzinfo=UTC),
            )  # fmt: skip
            uow.session.add(person)
            uow.session.flush()
            uow.session.add(Phone(person_id=person.id, e164=number, primary=True))
            uow.session.add_all(RoleGrant(person_id=person.id, role=role) for role in roles)


def phone(username: str) -> str:
    """A person's number, E.164."""
    return PEOPLE[username][3]


def person_id(house: House, username: str) -> int:
    """A person's id."""
    with house.work.read() as session:
        found = session.query(Person).filter_by(username=username).one()
        return found.id


def token_for(house: House, username: str) -> str:
    """An API token of this person."""
    with house.work.begin(SYSTEM) as uow:
        return credentials.create_token(uow, CreateToken(person_id(house, username), "test"))


def client_for(house: House, username: str) -> FlaskClient:
    """A browser in which this person is signed in."""
    from responder.app import build

    client = build(house).test_client()
    client.set_cookie(sessions.COOKIE, session_for(house, username))
    return client


def session_for(house: House, username: str) -> str:
    """The token of a signed-in browser of this person, as it stands in the cookie."""
    return entry.sign_in(house.work, house.settings, username, PASSWORD, ip="127.0.0.1", user_agent="test")
