"""Teams' commands: add, change, list members, import."""

from sqlalchemy import delete, select

from responder.accounts import queries as accounts
from responder.kernel import ids
from responder.kernel.events import Event
from responder.kernel.refusals import Invalid, NotFound
from responder.places.queries import places
from responder.platform import terms
from responder.platform.work import UnitOfWork
from responder.teams.commands import AddTeam, ChangeTeam, ImportTeams, MemberLine, SetMembers, TeamRow
from responder.teams.models import Member, Team
from responder.teams.rules import LeaderUnreachable, NameTaken, expiry
from responder.teams.standard import standard


def add(uow: UnitOfWork, command: AddTeam) -> str:
    """Adds a team; returns its number. Raises Invalid, NameTaken, LeaderUnreachable."""
    _check_place(uow, command.division)
    _check(uow, command.name, command.type, command.lat, command.lng)
    _check_name(uow, command.division, command.name, None)
    for person in (command.leader, command.deputy):
        _check_leader(uow, person)
    row = Team(
        name=command.name.strip(),
        type=command.type,
        division_code=command.division,
        lat=command.lat,
        lng=command.lng,
        leader_id=command.leader,
        deputy_id=command.deputy,
        equipment=command.equipment.strip(),
        added_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    _tell(uow, "team.added", row)
    return ids.number(ids.TEAM, row.id)


def change(uow: UnitOfWork, command: ChangeTeam) -> None:
    """Changes a team's own fields. Raises NotFound, Invalid, NameTaken, LeaderUnreachable."""
    row = _mine(uow, command.number)
    _check(uow, command.name, command.type, command.lat, command.lng)
    _check_name(uow, row.division_code, command.name, row.id)
    if not command.active and not command.stood_down.strip():
        raise Invalid(field="stood_down", problem="required")
    for old, new in ((row.leader_id, command.leader), (row.deputy_id, command.deputy)):
        if new != old:
            _check_leader(uow, new)
    row.name, row.type = command.name.strip(), command.type
    row.leader_id, row.deputy_id = command.leader, command.deputy
    row.lat, row.lng = command.lat, command.lng
    row.equipment = command.equipment.strip()
    row.active = command.active
    row.stood_down = "" if command.active else command.stood_down.strip()[:200]
    _tell(uow, "team.changed" if row.active else "team.stood_down", row)


def set_members(uow: UnitOfWork, command: SetMembers) -> None:
    """Replaces a team's members. A certificate with its day of issue alone holds its usual time.

    Raises NotFound, Invalid.
    """
    row = _mine(uow, command.number)
    for line in command.members:
        _check_member(line)
    uow.session.execute(delete(Member).where(Member.team_id == row.id))
    uow.session.add_all(
        Member(
            team_id=row.id,
            person_id=line.person,
            name=line.name.strip(),
            role=line.role.strip(),
            certificate_no=line.certificate_no.strip(),
            issued=line.issued,
            expires=line.expires or (expiry(line.issued, standard().years) if line.issued else None),
        )
        for line in command.members
    )
    _tell(uow, "team.changed", row)


def import_teams(uow: UnitOfWork, command: ImportTeams) -> tuple[int, int]:
    """Takes in a sheet, all rows or none; returns how many were added and how many changed.

    Raises what ``add`` and ``change`` raise; the sheet was checked row by row before (``teams.sheet``).
    """
    added = changed = 0
    for line in command.rows:
        row = uow.session.scalar(
            select(Team).where(Team.division_code == line.division, Team.name == line.name.strip())
        )
        if row is None:
            add(uow, AddTeam(line.name, line.type, line.division, line.leader, equipment=line.equipment))
            added += 1
        else:
            change(uow, _changed(row, line))
            changed += 1
    return added, changed


def _changed(row: Team, line: TeamRow) -> ChangeTeam:
    """What a sheet's row makes of a team: what the row leaves blank stays."""
    return ChangeTeam(
        ids.number(ids.TEAM, row.id),
        line.name,
        line.type,
        line.leader if line.leader is not None else row.leader_id,
        row.deputy_id,
        row.lat,
        row.lng,
        line.equipment or row.equipment,
        row.active,
        row.stood_down,
    )


def _mine(uow: UnitOfWork, number: str) -> Team:
    """The team's row where it lies inside the actor's division. Raises NotFound."""
    row_id = ids.row_id(ids.TEAM, number)
    row = uow.session.get(Team, row_id) if row_id is not None else None
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound(what=number)
    return row


def _check_place(uow: UnitOfWork, division: str) -> None:
    if places(uow.session).find(division) is None or not division.startswith(uow.actor.division):
        raise Invalid(field="division", problem="unknown")


def _check(uow: UnitOfWork, name: str, team_type: str, lat: float | None, lng: float | None) -> None:
    if not name.strip():
        raise Invalid(field="team_name", problem="required")
    if len(name.strip()) > 80:
        raise Invalid(field="team_name", problem="too_long")
    if team_type not in terms.vocabulary("team_type"):
        raise Invalid(field="team_type", problem="unknown")
    if (lat is None) != (lng is None):
        raise Invalid(field="location", problem="required")
    if lat is not None and lng is not None and not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise Invalid(field="location", problem="number")


def _check_name(uow: UnitOfWork, division: str, name: str, own: int | None) -> None:
    taken = uow.session.scalar(select(Team.id).where(Team.division_code == division, Team.name == name.strip()))
    if taken is not None and taken != own:
        raise NameTaken(name=name.strip())


def _check_leader(uow: UnitOfWork, person: int | None) -> None:
    """A team's leader must be somebody who can be told: a person with a phone that isn't disabled."""
    if person is None:
        return
    if accounts.phone_of(uow.session, person) is None:
        raise LeaderUnreachable(name=accounts.names(uow.session, [person]).get(person, ""))


def _check_member(line: MemberLine) -> None:
    if not line.name.strip():
        raise Invalid(field="team_member", problem="required")
    for text, most in ((line.name, 80), (line.role, 40), (line.certificate_no, 60)):
        if len(text.strip()) > most:
            raise Invalid(field="team_member", problem="too_long")


def _tell(uow: UnitOfWork, kind: str, row: Team) -> None:
    data = {"name": row.name, "type": row.type, "why": row.stood_down}
    uow.record(Event(kind, row.division_code, ids.number(ids.TEAM, row.id), data))
