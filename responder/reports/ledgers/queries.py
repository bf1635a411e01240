"""Reads of the ledgers: only for those who may see them (``casualty.see``), in their own area; and bare counts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from responder.kernel.ids import INCIDENT, row_id
from responder.platform.scope import Scope, begins_with
from responder.reports.ledgers import rules
from responder.reports.ledgers.models import Casualty, DamagedHouse

SEE = "casualty.see"


@dataclass(frozen=True)
class CasualtyView:
    """A person of the ledger. Times aware UTC; ``struck_at`` set: the line doesn't count."""

    id: int
    division: str
    name: str
    sex: str
    age: int | None
    home: str
    state: str
    happened_at: datetime | None
    source: str
    note: str
    was_missing: bool
    turned_at: datetime | None
    turned_by: str
    turned_note: str
    noted_at: datetime
    noted_by: str
    struck_at: datetime | None
    struck_by: str
    struck_reason: str


@dataclass(frozen=True)
class HouseView:
    """A household's houses in the ledger; numbers are rooms."""

    id: int
    division: str
    household: str
    address: str
    collapsed: int
    severe: int
    minor: int
    dwelling: bool
    note: str
    noted_at: datetime
    noted_by: str
    struck_at: datetime | None
    struck_by: str
    struck_reason: str


def casualties(session: Session, scope: Scope, incident: str) -> list[CasualtyView]:
    """The dead and the missing of an incident, struck lines last; none for a reader without ``casualty.see``."""
    key = row_id(INCIDENT, incident)
    if key is None or not scope.can(SEE):
        return []
    statement = select(Casualty).where(
        Casualty.incident_id == key, Casualty.world == scope.world, scope.covers(Casualty.division_code)
    )
    return [
        CasualtyView(
            row.id, row.division_code, row.name, row.sex, row.age, row.home, row.state, row.happened_at, row.source,
            row.note, row.was_missing, row.turned_at, row.turned_by, row.turned_note, row.noted_at, row.noted_by,
            row.struck_at, row.struck_by, row.struck_reason,
        )
        for row in session.scalars(statement.order_by(Casualty.struck_at.is_not(None), Casualty.id))
    ]  # fmt: skip


def houses(session: Session, scope: Scope, incident: str) -> list[HouseView]:
    """The damaged houses of an incident, struck lines last; none for a reader without ``casualty.see``."""
    key = row_id(INCIDENT, incident)
    if key is None or not scope.can(SEE):
        return []
    statement = select(DamagedHouse).where(
        DamagedHouse.incident_id == key, DamagedHouse.world == scope.world, scope.covers(DamagedHouse.division_code)
    )
    return [
        HouseView(
            row.id, row.division_code, row.household, row.address, row.collapsed, row.severe, row.minor, row.dwelling,
            row.note, row.noted_at, row.noted_by, row.struck_at, row.struck_by, row.struck_reason,
        )
        for row in session.scalars(statement.order_by(DamagedHouse.struck_at.is_not(None), DamagedHouse.id))
    ]  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """Lines that count of one division and all below it. ``turned``: were missing, found since, alive or dead."""

    figures: dict[str, int]
    turned: int


def counts(session: Session, scope: Scope, incident_id: int, division: str) -> Counts:
    """How many lines an incident's ledgers have, as figures of a report: no names, so every report may be held
    against them."""
    people = (
        select(Casualty.state, Casualty.was_missing, func.count())
        .where(
            Casualty.incident_id == incident_id, Casualty.world == scope.world, Casualty.struck_at.is_(None),
            scope.covers(Casualty.division_code), begins_with(Casualty.division_code, division),
        )
        .group_by(Casualty.state, Casualty.was_missing)
    )  # fmt: skip
    found = [(state, was, n) for state, was, n in session.execute(people)]
    figures = {
        "deaths": sum(n for state, _was, n in found if state == rules.DEAD),
        "missing": sum(n for state, _was, n in found if state == rules.MISSING),
    }
    rooms = select(DamagedHouse.collapsed, DamagedHouse.severe, DamagedHouse.dwelling).where(
        DamagedHouse.incident_id == incident_id, DamagedHouse.world == scope.world, DamagedHouse.struck_at.is_(None),
        scope.covers(DamagedHouse.division_code), begins_with(DamagedHouse.division_code, division),
    )  # fmt: skip
    figures.update(rules.house_figures((row[0], row[1], row[2]) for row in session.execute(rooms)))
    return Counts(figures, sum(n for state, was, n in found if was and state != rules.MISSING))
