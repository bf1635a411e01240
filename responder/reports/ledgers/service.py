"""One function per command on the ledgers. Names stay in the ledger: events carry counts alone."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select, update

from responder.incidents.models import Incident
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number, row_id
from responder.kernel.refusals import NotFound
from responder.messaging.rules import keepable
from responder.places.queries import places
from responder.platform.scope import Scope, everything
from responder.platform.work import UnitOfWork
from responder.reports.ledgers import queries, rules
from responder.reports.ledgers.commands import NoteCasualty, NoteHouse, Strike, TurnCasualty
from responder.reports.ledgers.models import Casualty, DamagedHouse
from responder.reports.rules import UnknownPlace

L = TypeVar("L", Casualty, DamagedHouse)


def note_casualty(uow: UnitOfWork, command: NoteCasualty) -> int:
    """Adds a person to the ledger and returns the line's id.

    Raises NotFound, UnknownPlace, Invalid, AlreadyListed.
    """
    rules.check_casualty(command, uow.now)
    incident = _incident(uow, command.incident)
    _check_place(uow, command.division)
    name = keepable(command.name).strip()
    same = select(Casualty.id).where(
        Casualty.incident_id == incident.id, Casualty.world == uow.world, Casualty.struck_at.is_(None),
        Casualty.division_code == command.division, Casualty.name == name, Casualty.age == command.age,
    )  # fmt: skip
    if uow.session.scalar(same.limit(1)) is not None:
        raise rules.AlreadyListed()
    line = Casualty(
        incident_id=incident.id, division_code=command.division, name=name, sex=command.sex, age=command.age,
        home=keepable(command.home).strip(), state=command.state, happened_at=command.happened_at,
        source=keepable(command.source).strip(), note=keepable(command.note).strip(), noted_at=uow.now,
        noted_by_id=uow.actor.person_id, noted_by=uow.actor.name,
    )  # fmt: skip
    return _added(uow, line)


def turn_casualty(uow: UnitOfWork, command: TurnCasualty) -> None:
    """Somebody missing was found: this is what lets the missing fall (DOMAIN §1.5, rule 14).

    Raises NotFound, NotMissing, Invalid.
    """
    line = _held(uow, Casualty, command.line)
    rules.check_turn(line.state, line.struck_at is not None, command)
    line.state, line.was_missing = command.state, True
    line.turned_at, line.turned_by, line.turned_note = uow.now, uow.actor.name, keepable(command.note).strip()
    _tell(uow, line)


def note_house(uow: UnitOfWork, command: NoteHouse) -> int:
    """Adds a household's houses and returns the line's id. Raises NotFound, UnknownPlace, Invalid, AlreadyListed."""
    rules.check_house(command)
    incident = _incident(uow, command.incident)
    _check_place(uow, command.division)
    household, address = keepable(command.household).strip(), keepable(command.address).strip()
    same = select(DamagedHouse.id).where(
        DamagedHouse.incident_id == incident.id, DamagedHouse.world == uow.world, DamagedHouse.struck_at.is_(None),
        DamagedHouse.division_code == command.division, DamagedHouse.household == household,
        DamagedHouse.address == address,
    )  # fmt: skip
    if uow.session.scalar(same.limit(1)) is not None:
        raise rules.AlreadyListed()
    line = DamagedHouse(
        incident_id=incident.id, division_code=command.division, household=household, address=address,
        collapsed=command.collapsed, severe=command.severe, minor=command.minor, dwelling=command.dwelling,
        note=keepable(command.note).strip(), noted_at=uow.now, noted_by_id=uow.actor.person_id,
        noted_by=uow.actor.name,
    )  # fmt: skip
    return _added(uow, line)


def strike_casualty(uow: UnitOfWork, command: Strike) -> None:
    """Takes a person's line out of the count. Raises NotFound, AlreadyStruck, Invalid."""
    _strike(uow, _held(uow, Casualty, command.line), command)


def strike_house(uow: UnitOfWork, command: Strike) -> None:
    """Takes a household's line out of the count. Raises NotFound, AlreadyStruck, Invalid."""
    _strike(uow, _held(uow, DamagedHouse, command.line), command)


def move(uow: UnitOfWork, gone: int, kept: int, divisions: Sequence[str] | None = None) -> None:
    """Lines of one incident now stand in another's ledgers: all, or those of some divisions alone."""
    for table in (Casualty, DamagedHouse):
        statement = update(table).where(table.incident_id == gone, table.world == uow.world)
        if divisions is not None:
            statement = statement.where(table.division_code.in_(divisions))
        uow.session.execute(statement.values(incident_id=kept))


def _strike(uow: UnitOfWork, line: Casualty | DamagedHouse, command: Strike) -> None:
    rules.check_strike(line.struck_at is not None, command)
    line.struck_at, line.struck_by, line.struck_reason = (
        uow.now, uow.actor.name, keepable(command.reason).strip()
    )  # fmt: skip
    _tell(uow, line)


def _incident(uow: UnitOfWork, name: str) -> Incident:
    """The incident's row, held, so that a name added twice at once is found; of one that was joined, where it lives
    on. Raises NotFound."""
    key = row_id(INCIDENT, name)
    row = uow.session.get(Incident, key, with_for_update=True) if key else None
    if row is not None and row.merged_into:
        row = uow.session.get(Incident, row.merged_into, with_for_update=True)
    near = row is not None and (
        row.division_code.startswith(uow.actor.division) or uow.actor.division.startswith(row.division_code)
    )
    if row is None or not near:
        raise NotFound(what=name)
    return row


def _check_place(uow: UnitOfWork, division: str) -> None:
    known = places(uow.session).find(division)
    if known is None or not known.valid or not division.startswith(uow.actor.division):
        raise UnknownPlace()


def _held(uow: UnitOfWork, table: type[L], key: int) -> L:
    row = uow.session.get(table, key, with_for_update=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    return row


def _added(uow: UnitOfWork, line: Casualty | DamagedHouse) -> int:
    uow.session.add(line)
    _tell(uow, line)
    return line.id


def _tell(uow: UnitOfWork, line: Casualty | DamagedHouse) -> None:
    """Boards hear of the counts: no name, no household, no reason that might hold one."""
    uow.session.flush()
    name, place = number(INCIDENT, line.incident_id), places(uow.session).label(line.division_code)
    scope: Scope = everything(uow.world)
    found = queries.counts(uow.session, scope, line.incident_id, line.division_code).figures
    if isinstance(line, Casualty):
        data = {"place": place, "dead": found["deaths"], "missing": found["missing"]}
        uow.record(Event("ledger.casualties", line.division_code, name, data))
        return
    data = {"place": place, "collapsed": found["houses_collapsed_households"]}
    data["severe"] = found["houses_severe_households"]
    uow.record(Event("ledger.houses", line.division_code, name, data))
