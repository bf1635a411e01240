"""Notices: a text that somebody must get, before anybody knows by which gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALERT = 0
"""A first alert: jumps every queue."""
ANSWER = 3
"""A receipt or an answer to a text just received."""
ROUTINE = 6
"""Can wait for others."""


@dataclass(frozen=True)
class Notice:
    """One text to one phone.

    Give ``person`` (id; their primary phone is used) or ``number`` (E.164). ``template`` names
    ``templates/messages/<template>/<lang>.txt``, filled with ``params``. ``dedup`` is unique: the second notice
    with the same key is dropped. ``subject`` is the number it is about. ``wanted`` is asked again just before
    sending (``"mission:M1001"``): an unwanted text is cancelled, with a trace.
    """

    template: str
    dedup: str
    person: int | None = None
    number: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    priority: int = ROUTINE
    subject: str = ""
    wanted: str = ""
    lang: str = ""
