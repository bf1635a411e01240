"""Events: what happened, as one row of the log that everything else is read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """A fact to be recorded.

    ``kind`` is ``room.past_tense`` (``report.received``). ``division`` is the code that decides who sees it.
    ``subject`` is a number (``R1001``). ``data`` holds JSON values, never personal data of citizens: it is pushed
    to every board above the division. ``private`` events (accounts) are never pushed and only audited.
    """

    kind: str
    division: str
    subject: str
    data: Mapping[str, object] = field(default_factory=dict)
    private: bool = False
