"""Who authorised an act, as a command carries it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from responder.kernel.refusals import Invalid
from responder.platform import moments

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


def read(form: Mapping[str, str], zone: ZoneInfo) -> Authorised:
    """Who authorised, from a form's ``how``, ``authorised_by``, ``post`` and ``authorised_at`` (local). Raises
    Invalid."""
    how = form.get("how", "system")
    if how not in HOWS:
        raise Invalid(field="how", problem="unknown")
    at = moments.typed("authorised_at", form.get("authorised_at", ""), zone)
    return Authorised(how, form.get("authorised_by", ""), form.get("post", ""), None, at)
