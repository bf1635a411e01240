"""What a text says, in the fields that the reports room stores (DOMAIN §9)."""

from dataclasses import dataclass, field, fields
from typing import Any

Number = int | float


@dataclass(frozen=True, slots=True)
class Need:
    """One thing asked for, as written; no quantity where none was told."""

    item: str
    qty: Number | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """The meaning of one text. None is "not stated", 0 is "said to be none": they are never mixed up.

    People, rooms and households are counts; ``crop_area_ha`` is in hectares, ``loss_cny`` in yuan;
    ``place``, ``occurred``, ``ref`` and the items of ``needs`` are spans as written.
    """

    intent: str
    hazard: str | None = None
    place: str | None = None
    deaths: int | None = None
    missing: int | None = None
    injured: int | None = None
    affected: int | None = None
    relocated: int | None = None
    houses_collapsed: int | None = None
    houses_damaged: int | None = None
    households_affected: int | None = None
    crop_area_ha: float | None = None
    loss_cny: Number | None = None
    occurred: str | None = None
    needs: tuple[Need, ...] = ()
    ref: str | None = None
    drill: bool = field(default=False, metadata={"extra": True})

    def as_dict(self) -> dict[str, Any]:
        """The fields of the annotation conventions only, ready for JSON."""
        out = {f.name: getattr(self, f.name) for f in fields(self) if "extra" not in f.metadata}
        out["needs"] = [{"item": need.item, "qty": need.qty} for need in self.needs]
        return out


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the mended text, [start, end)."""

    start: int
    end: int
