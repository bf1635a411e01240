"""What may be asked of the ledgers. Incidents are named by number, lines by id."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class NoteCasualty:
    """Somebody died or is missing. ``happened_at`` aware."""

    incident: str
    division: str
    name: str
    state: str
    sex: str = ""
    age: int | None = None
    home: str = ""
    happened_at: datetime | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class TurnCasualty:
    """One who was missing was found: ``state`` found (alive) | dead, with how it is known."""

    line: int
    state: str
    note: str


@dataclass(frozen=True)
class NoteHouse:
    """A household's damaged rooms."""

    incident: str
    division: str
    household: str
    address: str = ""
    collapsed: int = 0
    severe: int = 0
    minor: int = 0
    dwelling: bool = True
    note: str = ""


@dataclass(frozen=True)
class Strike:
    """A line is wrong: struck with the reason, kept."""

    line: int
    reason: str
