"""The teams of a demonstration: one in every town or city, the branch's own, groups in some villages.

Leaders are those whom ``accounts.demo`` made; where it made none, one is added here. Members' names are made up.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from responder.accounts import queries as accounts
from responder.accounts import service as people
from responder.accounts.commands import AddPerson
from responder.accounts.views import PersonView
from responder.places.index import Places
from responder.places.queries import places
from responder.platform.work import UnitOfWork
from responder.teams import service
from responder.teams.commands import AddTeam, MemberLine, SetMembers

# Profile: the branch's own teams (name, type, members), the type of the teams one tier below and their name.
_OWN = {
    "jinshan": (
        ("金山区红十字医疗救护队", "first_aid_medical", 14),
        ("金山区红十字赈济队", "relief", 10),
        ("金山区红十字水上救援队", "water_rescue", 8),
    ),
    "jilin": (
        ("吉林省红十字赈济救援队", "relief", 12),
        ("中国红十字（吉林）医疗救援队", "medical", 18),
        ("吉林省红十字心理救援队", "psychosocial", 8),
        ("吉林省红十字蓝天救援队", "blue_sky", 15),
        ("中国红十字（吉林）救护转运队", "transfer", 9),
    ),
}
_BELOW = {
    "jinshan": (("{place}群众性救护队", "first_aid"),),
    "jilin": (("{place}红十字赈济队", "relief"), ("{place}红十字救护队", "first_aid_medical")),
}
_GROUPS = ("jinshan",)
"""Profiles in which villages have first-aid groups of three to five."""
_GROUPS_PER_TOWN = 1

_EQUIPMENT = {
    "relief": "指挥帐篷1顶，发电机1台，对讲机4台，登记平板2台",
    "first_aid": "急救包6个，担架2副，AED 1台，扩音器1个",
    "first_aid_medical": "急救箱4个，担架4副，AED 2台，救护车1辆",
    "medical": "帐篷医院1套，急救箱8个，救护车2辆",
    "psychosocial": "心理沙盘2套，宣传册500份",
    "blue_sky": "冲锋舟2艘，破拆工具1套，绳索装备6套，无人机1架",
    "transfer": "负压救护车2辆，普通救护车1辆",
    "water_rescue": "冲锋舟2艘，救生衣20件，救援绳10卷",
    "first_aid_group": "急救包2个",
}
_SURNAMES = "沈陆顾张朱徐王周吴夏倪钟卢俞"
_GIVEN = ("晓峰", "丽娟", "建华", "文斌", "秋萍", "志远", "雅琴", "国平", "小燕", "明辉", "凤英", "俊杰", "玉珍")
_ROLES = ("副队长", "评估", "救护", "救护", "后勤", "后勤", "通讯", "宣传")
_FIRST_NUMBER = 9001


def furnish(uow: UnitOfWork, profile: str = "jinshan") -> None:
    """Adds the teams with leaders, deputies and members."""
    tree = places(uow.session)
    root = tree.profile.root
    names, numbers = _names(), count(_FIRST_NUMBER)
    taken: set[int] = set()
    serial = count()
    for name, kind, size in _OWN.get(profile, _OWN["jinshan"]):
        leader, deputy = _people(uow, root, taken, next(names), numbers)
        _add(uow, _team(name, kind, root, leader, deputy), size, next(serial))
    for place in tree.children(root):
        for pattern, kind in _BELOW.get(profile, _BELOW["jinshan"]):
            leader, deputy = _people(uow, place.code, taken, next(names), numbers)
            turn = next(serial)
            below = _team(pattern.format(place=place.name), kind, place.code, leader, deputy)
            _add(uow, below, 9 + turn * 5 % 6, turn)
    for town in tree.children(root) if profile in _GROUPS else ():
        for code, leader in _village_leaders(uow, tree, town.code, taken):
            group = f"{tree.name(code)}救护小组"
            turn = next(serial)
            _add(uow, _team(group, "first_aid_group", code, leader, None), 3 + turn % 3, turn)


def _people(
    uow: UnitOfWork, division: str, taken: set[int], name: str, numbers: Iterator[int]
) -> tuple[int, int | None]:
    """A leader who leads no other team, the demonstration's own first, and a deputy."""
    here = accounts.people_with(uow.session, "mission.answer", [division])
    free = sorted((p for p in here if "leader" in p.roles and p.id not in taken), key=_demonstration_first)
    if free:
        leader = free[0].id
    else:
        phone = f"+861990000{next(numbers)}"
        leader = people.add_person(uow, AddPerson(name, division, frozenset({"leader"}), phones=(phone,)))
    taken.add(leader)
    others = [p.id for p in here if p.id not in taken and "liaison" in p.roles]
    return leader, others[0] if others else None


def _demonstration_first(person: PersonView) -> tuple[bool, int]:
    return (person.username != "leader", person.id)


def _team(name: str, kind: str, division: str, leader: int, deputy: int | None) -> AddTeam:
    return AddTeam(name, kind, division, leader, deputy, equipment=_EQUIPMENT.get(kind, ""))


def _add(uow: UnitOfWork, team: AddTeam, size: int, turn: int) -> None:
    number = service.add(uow, team)
    leader = team.leader or 0
    known = accounts.names(uow.session, [leader]).get(leader, "")
    lines = [_member(uow, known, "队长", leader, turn + 101)]
    lines += [
        _member(uow, _SURNAMES[(turn + n) % 14] + _GIVEN[(turn * 5 + n * 3) % 13], _ROLES[n % 8], None, turn + n)
        for n in range(size - 1)
    ]
    service.set_members(uow, SetMembers(number, tuple(lines)))


def _member(uow: UnitOfWork, name: str, role: str, person: int | None, turn: int) -> MemberLine:
    """A member with a certificate of three years, issued at some time: a few run out soon, one in nine has."""
    today = uow.now.date()
    issued = today - timedelta(days=1120 if turn % 9 == 8 else (turn * 97) % 1040)
    certificate = f"SH{issued:%Y}{(turn * 7919) % 100000:05d}"
    return MemberLine(name, role, person, certificate, issued, issued + timedelta(days=3 * 365))


def _village_leaders(uow: UnitOfWork, tree: Places, town: str, taken: set[int]) -> Iterator[tuple[str, int]]:
    """The first villages of a town that have somebody to lead a group; accounts that sign in stay free."""
    found = 0
    for village in tree.children(town):
        here = accounts.people_with(uow.session, "mission.answer", [village.code])
        free = [p.id for p in here if p.id not in taken and p.username is None]
        if free and found < _GROUPS_PER_TOWN:
            found += 1
            yield village.code, free[0]


def _names() -> Iterator[str]:
    for turn in count():
        yield _SURNAMES[turn % 14] + _GIVEN[(turn * 3 + turn // 14) % 13]
