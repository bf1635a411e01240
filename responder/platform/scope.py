"""Scope: what a reader may see. Every public query takes one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.orm import InstrumentedAttribute

from responder.kernel.actors import REAL

PREFIXES = (2, 4, 6, 9, 12)
"""Lengths of the national codes from province to village (DOMAIN §5.1). A code's prefixes are its ancestors."""


def ancestors(code: str) -> list[str]:
    """A code's chain from the province down to itself: ``310116112`` → 31, 3101, 310116, 310116112."""
    return [code[:n] for n in PREFIXES if n <= len(code)]


def begins_with(column: Any, code: str) -> ColumnElement[bool]:
    """The subtree of a division as a condition. The lengths are literal so that the expression indexes match."""
    if len(code) >= PREFIXES[-1]:
        return column == code  # type: ignore[no-any-return]
    prefix = func.substr(column, literal_column("1"), literal_column(str(len(code))))
    return prefix == code


@dataclass(frozen=True)
class Scope:
    """A division subtree, a world, and what the reader may do there.

    The empty division is the whole store: only jobs and the public pages' own queries use it.
    """

    division: str
    world: int = REAL
    permissions: Collection[str] = field(default=frozenset())
    person_id: int | None = None

    def covers(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """The SQL condition that a row's division lies inside this scope."""
        if not self.division:
            return literal_column("1") == literal_column("1")
        return begins_with(column, self.division)

    def holds(self, code: str) -> bool:
        """Whether a division lies inside this scope."""
        return code.startswith(self.division)

    def can(self, permission: str) -> bool:
        """Whether the reader has a permission."""
        return permission in self.permissions


def everything(world: int = REAL) -> Scope:
    """The scope of the system itself: all divisions of one world. For jobs and wiring, never for a request."""
    return Scope("", world)
