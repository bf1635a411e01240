"""Teams from a spreadsheet: its columns, and what only the store can tell about its rows."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.accounts.roster import called
from responder.places.queries import places
from responder.platform import cells
from responder.platform.scope import Scope
from responder.platform.sheets import Column, Parsed, Row, Sheet
from responder.teams import queries
from responder.teams.commands import TeamRow

SHEET = Sheet(
    "队伍",
    "Teams",
    (
        Column("name", "名称", "Name", cells.words(80), True, example="漕泾镇群众性救护队"),
        Column("type", "类型", "Type", cells.one_of("team_type"), True, example="群众性救护队"),
        Column(
            "division", "所在地", "Place", cells.words(80), True,
            "写地名或区划代码。村名不止一个时连街镇一起写",
            "A place's name or code; with its town where the name repeats", "漕泾镇",
        ),
        Column(
            "leader", "队长手机号", "Leader's phone", cells.phone, False,
            "队长要先在人员里登记。没有队长的队伍不能派出",
            "The leader must be among the people already. A team without one can't be sent",
            "199 0000 0006",
        ),
        Column("equipment", "装备", "Equipment", cells.words(500), False, example="急救包6个，担架2副，AED 1台"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What an import would do: all rows, how many of them are there already, and the problems."""

    rows: tuple[TeamRow, ...]
    known: int
    parsed: Parsed


def plan(session: Session, scope: Scope, parsed: Parsed) -> Plan:
    """Checks the rows against the store. A team of the same place and name is changed, not doubled."""
    there = {(team.division, team.name) for team in queries.teams(session, scope)}
    seen: set[tuple[str, str]] = set()
    rows: list[TeamRow] = []
    known = 0
    for row in parsed.rows:
        division = _division(session, scope, parsed, row)
        leader = _leader(session, scope, parsed, row)
        name, kind = row.values["name"], row.values["type"]
        if division is None or name is None or kind is None:
            continue
        if (division, name) in seen:
            parsed.found(row, "name", "twice", name)
        seen.add((division, name))
        known += (division, name) in there
        rows.append(TeamRow(name, kind, division, leader, row.values["equipment"] or ""))
    return Plan(tuple(rows), known, parsed)


def _division(session: Session, scope: Scope, parsed: Parsed, row: Row) -> str | None:
    text = row.values["division"]
    if text is None:
        return None
    found = called(places(session), text, scope.division)
    if len(found) != 1:
        parsed.found(row, "division", "division_ambiguous" if found else "division", text)
        return None
    return found[0].code


def _leader(session: Session, scope: Scope, parsed: Parsed, row: Row) -> int | None:
    number = row.values["leader"]
    if number is None:
        return None
    owner = accounts.owner_of(session, number)
    if owner is None or owner.disabled or not scope.holds(owner.division):
        parsed.found(row, "leader", "no_such_person", row.texts.get("leader", ""))
        return None
    return owner.person_id
