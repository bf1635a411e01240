"""Who does a thing, by which road, in which world."""

from dataclasses import dataclass
from typing import Literal

Channel = Literal["web", "api", "sms", "voice", "job", "cli", "proxy"]

REAL = 0
"""The world that is no drill."""


@dataclass(frozen=True)
class Actor:
    """Whoever stands behind a change. ``person_id`` is None for the system itself and for unknown callers."""

    person_id: int | None
    name: str
    division: str
    channel: Channel
    world: int = REAL

    def within(self, world: int) -> "Actor":
        """The same actor, acting inside another world."""
        return Actor(self.person_id, self.name, self.division, self.channel, world)
