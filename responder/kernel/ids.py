"""Human numbers: R1001, M1042. Derived from the row's id: none is issued twice and no counter is fought over."""

REPORT = "R"
INCIDENT = "S"
MISSION = "M"
TEAM = "T"
WAREHOUSE = "W"
DOCUMENT = "D"
DRILL = "Y"
BROADCAST = "B"

_BASE = 1000
_END = 2**31
"""Ids are 32-bit integers on PostgreSQL: no row has a number beyond."""


def number(prefix: str, row_id: int) -> str:
    """The number of a row as people read, type and say it: ``number("R", 1)`` is ``"R1001"``."""
    return f"{prefix}{_BASE + row_id}"


def row_id(prefix: str, text: str) -> int | None:
    """The id behind a number, or None where the text is not one of this prefix. Case and blanks don't matter."""
    text = text.strip().upper()
    digits = text[len(prefix) :].lstrip("-")
    if not text.startswith(prefix) or not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        return None
    found = int(digits) - _BASE
    return found if 0 < found < _END else None
