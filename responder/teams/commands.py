"""What may be asked of the teams room."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class AddTeam:
    """A new team. Without a point it stands at its division's. ``leader`` and ``deputy`` are person ids."""

    name: str
    type: str
    division: str
    leader: int | None = None
    deputy: int | None = None
    lat: float | None = None
    lng: float | None = None
    equipment: str = ""


@dataclass(frozen=True)
class ChangeTeam:
    """All of a team's own fields as they shall be. ``stood_down`` says why an inactive team rests."""

    number: str
    name: str
    type: str
    leader: int | None
    deputy: int | None
    lat: float | None
    lng: float | None
    equipment: str
    active: bool
    stood_down: str = ""


@dataclass(frozen=True)
class MemberLine:
    """One member. ``person`` where they have an account. Dates are days of the local calendar."""

    name: str
    role: str = ""
    person: int | None = None
    certificate_no: str = ""
    issued: date | None = None
    expires: date | None = None


@dataclass(frozen=True)
class SetMembers:
    """The whole list of a team's members, replacing what was there."""

    number: str
    members: tuple[MemberLine, ...]


@dataclass(frozen=True)
class TeamRow:
    """One row of an imported sheet, already understood; ``leader`` is a person id."""

    name: str
    type: str
    division: str
    leader: int | None = None
    equipment: str = ""


@dataclass(frozen=True)
class ImportTeams:
    """Teams from a sheet: new ones are added, those with the same division and name are changed."""

    rows: tuple[TeamRow, ...]
