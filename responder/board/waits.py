"""One thing that waits for somebody."""

from dataclasses import dataclass, field
from datetime import datetime

from responder.messaging.commands import Option


@dataclass(frozen=True)
class Call:
    """Somebody to be called by hand. ``number`` is E.164, empty where the reader may not see it."""

    name: str
    number: str


@dataclass(frozen=True)
class Need:
    """One thing that waits. ``kind``: danger, asked, call, answer, returned, review, pick, text, by_hand, failed,
    enrol, verify, close, publish, approve, hand_off, ordered, level, join or sign; ``ref`` is the number it is about,
    ``options`` what may be answered to it by a press."""

    kind: str
    ref: str
    at: datetime | None = None
    place: str = ""
    name: str = ""
    words: str = ""
    status: str = ""
    count: int = 0
    calls: tuple[Call, ...] = ()
    goods: list[dict[str, object]] = field(default_factory=list)
    lines: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
