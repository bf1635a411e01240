"""Who authorised an act, as a command carries it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

How = Literal["system", "written", "phone", "oral"]
HOWS: tuple[How, ...] = ("system", "phone", "oral", "written")


@dataclass(frozen=True)
class Authorised:
    """Who authorised. ``how`` system: the actor, here and now; else somebody named, with post, at ``at`` (aware,
    by default now), by word of mouth, phone or in writing."""

    how: How = "system"
    name: str = ""
    post: str = ""
    person_id: int | None = None
    at: datetime | None = None
    note: str = ""
