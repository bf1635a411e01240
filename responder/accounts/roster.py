"""People from a spreadsheet: its columns, and what only the store can tell about its rows."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts import rules
from responder.accounts.commands import AddPerson
from responder.accounts.models import Person, Phone, RoleGrant
from responder.accounts.queries import held
from responder.places.index import Place, Places
from responder.places.queries import places
from responder.places.rules import is_within
from responder.platform import cells
from responder.platform.cells import BadCell
from responder.platform.scope import Scope
from responder.platform.sheets import Column, Parsed, Row, Sheet


def _username(text: str) -> str:
    name = rules.username(text)
    if name is None:
        raise BadCell("username", text)
    return name


def _post(text: str) -> str:
    """A, A角, a person: the post of an A or B person."""
    letter = text[:1].upper()
    if letter not in rules.POSTS or text[1:].strip().casefold() not in ("", "角", "岗", "person"):
        raise BadCell("unknown", text)
    return letter


SHEET = Sheet(
    "人员",
    "People",
    (
        Column("name", "姓名", "Name", cells.words(60), True, example="王秀兰"),
        Column(
            "division", "所在地", "Place", cells.words(80), True,
            "写地名或区划代码。村名不止一个时连街镇一起写",
            "A place's name or code; with its town where the name repeats",
            "漕泾镇海涯村",
        ),
        Column(
            "phone", "手机号", "Phone", cells.phone, False,
            "没有手机号就收不到短信，也不能用短信报灾",
            "Without one, the person can't get or send texts", "199 0000 0012",
        ),
        Column("phone2", "备用手机号", "Second phone", cells.phone, False),
        Column(
            "roles", "角色", "Roles", cells.many_of("role"), False,
            "不填就是救灾联络员；多个角色用顿号隔开",
            "Liaison officer when empty; several parted by commas", "救灾联络员",
        ),
        Column(
            "username", "登录名", "Login name", _username, False,
            "只发短信的人不用填。密码由管理员另发", "Not needed for people who only text", "wangxl",
        ),
        Column(
            "lang", "语言", "Language", cells.one_of("language"), False, "不填就是中文", "Chinese when empty", "中文"
        ),
        Column(
            "post", "岗位", "Post", _post, False,
            "填 A 或 B：有事先找A角，找不到再找B角。不是就不填",
            "A or B: A is asked first, B when A can't be found. Empty for others", "A",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What an import would do: the people to add, how many rows are in the store already, and the problems."""

    people: tuple[AddPerson, ...]
    known: int
    parsed: Parsed


def plan(session: Session, scope: Scope, parsed: Parsed) -> Plan:
    """Checks the rows against the store. A row whose phone, name and place are in it already is passed over."""
    tree = places(session)
    owners = _owners(session, parsed)
    taken = _usernames(session, parsed)
    firsts = _firsts(session, scope)
    numbers = Counter(n for row in parsed.rows for n in _numbers(row))
    seen: set[str] = set()
    people: list[AddPerson] = []
    known = 0
    for row in parsed.rows:
        code = _division(tree, scope, parsed, row)
        roles = frozenset(row.values["roles"] or (rules.LIAISON,))
        if roles != {rules.LIAISON} and not scope.can("people.manage"):
            parsed.found(row, "roles", "only_liaisons")
        elif rules.excluding(roles):
            parsed.found(row, "roles", "roles_exclude")
        if code is not None and owners.get(row.values["phone"] or "") == (row.values["name"], code):
            known += 1
            continue
        for key in ("phone", "phone2"):
            number = row.values[key]
            if number in owners:
                parsed.found(row, key, "taken")
            elif number and numbers[number] > 1 and number in seen:
                parsed.found(row, key, "twice")
            seen.add(number or "")
        login = row.values["username"]
        if login and login in taken:
            parsed.found(row, "username", "taken", login)
        taken.add(login or "")
        post = row.values["post"] or ""
        if code is not None and post == rules.POSTS[0]:
            if any((code, role) in firsts for role in roles):
                parsed.found(row, "post", "post_taken")
            firsts |= {(code, role) for role in roles}
        if code is not None and row.values["name"]:
            lang, phones = row.values["lang"] or "zh", tuple(_numbers(row))
            people.append(AddPerson(row.values["name"], code, roles, login or "", lang, phones, post=post))
    return Plan(tuple(people), known, parsed)


def _numbers(row: Row) -> list[str]:
    return [number for number in (row.values["phone"], row.values["phone2"]) if number]


def _owners(session: Session, parsed: Parsed) -> dict[str, tuple[str, str]]:
    """Name and division of whoever has one of the numbers."""
    wanted = [number for row in parsed.rows for number in _numbers(row)]
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(wanted), 500):
        statement = select(Phone.e164, Person.name, Person.division_code).join(Person, Person.id == Phone.person_id)
        for number, name, code in session.execute(statement.where(Phone.e164.in_(wanted[start : start + 500]))):
            found[number] = (name, code)
    return found


def _firsts(session: Session, scope: Scope) -> set[tuple[str, str]]:
    """Division and role of every A person there is."""
    statement = select(Person.division_code, RoleGrant.role).join(RoleGrant, held())
    here = scope.covers(Person.division_code), Person.post == rules.POSTS[0], Person.disabled_at.is_(None)
    return {(code, role) for code, role in session.execute(statement.where(*here))}


def _usernames(session: Session, parsed: Parsed) -> set[str]:
    wanted = [row.values["username"] for row in parsed.rows if row.values["username"]]
    found: set[str] = set()
    for start in range(0, len(wanted), 500):
        statement = select(Person.username).where(Person.username.in_(wanted[start : start + 500]))
        found.update(name for name in session.scalars(statement) if name)
    return found


def _division(tree: Places, scope: Scope, parsed: Parsed, row: Row) -> str | None:
    """The code of the row's place inside the asker's own; notes the problem where there is none or several."""
    text = row.values["division"]
    if text is None:
        return None
    found = called(tree, text, scope.division)
    if not scope.can("people.manage"):
        found = [p for p in found if p.code != scope.division]
    if len(found) != 1:
        parsed.found(row, "division", "division_ambiguous" if found else "division", text)
        return None
    return found[0].code


def called(tree: Places, text: str, root: str) -> list[Place]:
    """The divisions at or below ``root`` that a text names: by code, by name, by names one after another."""
    return [place for place in _called(tree, text) if is_within(place.code, root)]


def _called(tree: Places, text: str) -> list[Place]:
    plain = "".join(text.split())
    place = tree.find(plain)
    if place is not None:
        return [place] if place.valid else []
    named = list(tree.named(plain))
    if named:
        # The name itself, before the many that are only shortened to it.
        exact = [p for p in named if p.name == plain]
        return exact or named
    # 漕泾镇海涯村, 金山区漕泾镇海涯村: the names one after another, from any level down.
    found: list[Place] = []
    for cut in range(2, len(plain) - 1):
        above, below = plain[:cut], plain[cut:]
        for place in tree.named(below):
            if _ends_with(tree, place, above):
                found.append(place)
    return list({p.code: p for p in found}.values())


def _ends_with(tree: Places, place: Place, above: str) -> bool:
    """Whether the names above a place, one after another, end with this text."""
    chain = "".join(p.name for p in tree.path(place.code)[:-1])
    return chain.endswith(above)
