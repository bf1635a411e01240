"""One thing that waits for somebody."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Call:
    """Somebody to be called by hand. ``number`` is E.164, empty where the reader may not see it."""

    name: str
    number: str


@dataclass(frozen=True)
class Need:
    """One thing that waits. ``kind``: danger, call, answer, returned, review, pick, text, failed, verify, close,
    publish, approve, hand_off, ordered, level, join or sign; ``ref`` is the number it is about."""

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
