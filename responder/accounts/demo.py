"""The people of a demonstration: the accounts to sign in with, liaisons of every town, leaders, keepers.

Names are made up; numbers lie in +86 199 0000, a block that no subscriber has. The same people come out every time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from responder.accounts import passwords
from responder.accounts.models import Person, Phone, RoleGrant
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.work import UnitOfWork

PASSWORD = "demo"  # noqa: S105  (it is printed for everybody)

# Where the accounts of the two middle and lower tiers sit, and the stranger; all others sit at the profile's root.
_SEATS = {
    "jinshan": {"town": "310116112", "village": "310116112218", "stranger": "310117"},
    "jilin": {"town": "2201", "village": "220122", "stranger": "23"},
}

# login name: name, role
_ACCOUNTS = {
    "admin": ("沈志强", "admin"),
    "coordinator": ("周慧敏", "coordinator"),
    "town": ("吴建国", "liaison"),
    "village": ("王秀兰", "liaison"),
    "keeper": ("朱国平", "keeper"),
    "leader": ("陆海峰", "leader"),
    "director": ("徐静", "director"),
    "stranger": ("何伟", "coordinator"),
    "supervisor": ("高卫东", "supervisor"),
    "auditor": ("钱文华", "auditor"),
}

_SURNAMES = "张陈李黄杨赵曹金陶顾蒋汤潘戴褚姚盛唐俞干"
_GIVEN = (
    "建平", "秀珍", "国华", "丽芳", "永明", "惠英", "志刚", "雪琴", "海燕", "伟民", "金妹", "卫国", "美华", "小红",
    "桂芳", "军", "文娟", "林生", "佩玉", "引娣", "勇", "春花", "德明", "红梅", "一鸣", "玉兰", "火根", "翠英",
    "晓东", "慧",
)  # fmt: skip
_VILLAGES = 44
"""Lowest-tier divisions with liaisons, at least, spread over all of the tier above."""
_FIRST_NUMBER = 101


@dataclass(frozen=True)
class _Seat:
    division: str
    role: str
    phones: int = 1
    post: str = ""


def furnish(uow: UnitOfWork, profile: str = "jinshan") -> None:
    """Adds everybody; all with a login name have the password ``demo`` and sign in only in a demonstration."""
    tree = places(uow.session)
    hashed = passwords.hashed(PASSWORD)
    seats = _SEATS.get(profile, {})
    for serial, (username, (name, role)) in enumerate(_ACCOUNTS.items(), start=1):
        division = seats.get(username, tree.profile.root)
        if username == "leader":
            division = seats.get("town", division)
        post = "A" if username in ("town", "village") else ""
        _add(uow, name, _Seat(division, role, post=post), serial, username, hashed)
    people = _names()
    serial = _FIRST_NUMBER
    for seat in _seats(tree, set(seats.values())):
        _add(uow, next(people), seat, serial)
        serial += seat.phones


def _seats(tree: Places, taken: set[str]) -> Iterator[_Seat]:
    """Everybody but the accounts: leaders and keepers, a liaison for each town, one or two for its villages."""
    root = tree.profile.root
    towns = tree.children(root)
    most = -(-_VILLAGES // max(1, len(towns)))
    yield from (_Seat(root, "leader") for _ in range(3))
    for index, town in enumerate(towns):
        if town.code not in taken:
            yield _Seat(town.code, "liaison", 2 if index % 3 == 0 else 1, "A")
            yield _Seat(town.code, "leader")
        if index % 3 == 0:
            yield _Seat(town.code, "keeper")
        below = tree.children(town.code)
        step = max(1, len(below) // (most + 1))
        for place, village in enumerate(below[::step][: most + 1]):
            if village.code not in taken:
                yield _Seat(village.code, "liaison", post="A")
            if place % 3 == 0:
                # Who answers when A is away.
                yield _Seat(village.code, "liaison", post="B")


def _names() -> Iterator[str]:
    """Family and given names, paired anew in every round so that none comes twice."""
    for turn in range(len(_GIVEN)):
        for index, surname in enumerate(_SURNAMES):
            yield surname + _GIVEN[(index * 7 + turn) % len(_GIVEN)]


def _add(
    uow: UnitOfWork,
    name: str,
    seat: _Seat,
    serial: int,
    username: str | None = None,
    hashed: str | None = None,
) -> None:
    person = Person(
        name=name,
        username=username,
        division_code=seat.division,
        password_hash=hashed,
        demo=True,
        post=seat.post,
        created_at=uow.now,
    )
    uow.session.add(person)
    uow.session.flush()
    uow.session.add(RoleGrant(person_id=person.id, role=seat.role))
    for extra in range(seat.phones):
        number = f"+861990000{serial + extra:04d}"
        label = "备用" if extra else ""
        uow.session.add(Phone(person_id=person.id, e164=number, primary=not extra, label=label))
