"""Things asked for, as a line that a person reads and changes: 棉被60、彩条布20. Pure."""

import re
from collections.abc import Iterable

from responder.hotline.understanding import Need, numerals

_APART = re.compile(r"[、，,;；\n]+")
_MOST = 30
_LONGEST = 60
_UNIT = 2  # letters that may follow the number: 床, 公斤


def shown(needs: Iterable[Need]) -> str:
    """The needs in one line."""
    return "、".join(need.item if need.qty is None else f"{need.item}{need.qty}" for need in needs)


def read(line: str) -> list[Need]:
    """The needs of such a line; an item without a number has none."""
    found: list[Need] = []
    for part in _APART.split(line)[:_MOST]:
        words = part.strip()
        told = next((n for n in reversed(numerals.find(words)) if n.start and len(words) - n.end <= _UNIT), None)
        item = words[: told.start].strip() if told else words
        if item:
            found.append(Need(item[:_LONGEST], told.value if told else None))
    return found
