"""Whoever is signed in, by session, token or socket: one shape for all three."""

from dataclasses import dataclass

from responder.kernel.actors import REAL, Actor, Channel
from responder.platform.scope import Scope


@dataclass(frozen=True)
class Principal:
    """A signed-in person with their division, roles and what these permit."""

    person_id: int
    name: str
    username: str
    division: str
    roles: tuple[str, ...]
    permissions: frozenset[str]
    lang: str = "zh"
    world: int = REAL
    session_id: int | None = None
    division_name: str = ""
    must_change_password: bool = False

    def can(self, permission: str) -> bool:
        """Whether one of the roles permits this."""
        return permission in self.permissions

    def scope(self) -> Scope:
        """What this person may see, in the world they are in."""
        return Scope(self.division, self.world, self.permissions, self.person_id)

    def actor(self, channel: Channel) -> Actor:
        """This person as the one behind a change."""
        return Actor(self.person_id, self.name, self.division, channel, self.world)
