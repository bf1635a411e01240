"""All divisions in memory: every text and every page asks about places, so an answer costs no SQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from responder.kernel.refusals import NotFound
from responder.places import rules
from responder.places.coordinates import Point
from responder.places.profiles import Profile


@dataclass(frozen=True, slots=True)
class Place:
    """A division as read. ``lat`` and ``lng`` are its own point in WGS-84, None where it has none."""

    code: str
    name: str
    official_name: str
    level: int
    kind: str
    aliases: tuple[str, ...]
    lat: float | None
    lng: float | None
    precision: str | None
    crs_source: str | None
    point_source: str | None
    valid: bool

    @property
    def parent(self) -> str | None:
        """The code one level up."""
        return rules.parent(self.code)


class Located(NamedTuple):
    """Where to show a division, and how sure that is: own, approx, or inherited from the division above."""

    point: Point
    precision: str


class Named(NamedTuple):
    """One division's names, for finding it in a text. ``bare`` is the name without its ending, if usable."""

    code: str
    name: str
    level: int
    aliases: tuple[str, ...]
    bare: str | None


class Places:
    """The whole tree, read once. Immutable: a change to the divisions makes a new one."""

    def __init__(self, version: str, profile: Profile, boundary: dict[str, object], places: Iterable[Place]) -> None:
        self.version = version
        self.profile = profile
        self.boundary = boundary
        self._by_code = {place.code: place for place in places}
        self._children: dict[str, list[Place]] = defaultdict(list)
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in sorted(self._by_code.values(), key=lambda p: p.code):
            if not place.valid:
                continue
            self._children[place.parent or ""].append(place)
            for name in {
                place.name,
                place.official_name,
                *place.aliases,
                rules.bare_name(place.name) or place.name,
            }:
                self._by_name[name.casefold()].append(place)

    def __len__(self) -> int:
        return len(self._by_code)

    def find(self, code: str) -> Place | None:
        """The division of a code, also one no longer valid; None where there is none."""
        return self._by_code.get(code)

    def division(self, code: str) -> Place:
        """The division of a code, also one no longer valid. Raises NotFound."""
        found = self._by_code.get(code)
        if found is None:
            raise NotFound(what=code)
        return found

    def name(self, code: str) -> str:
        """A division's everyday name; the code itself where it is unknown."""
        found = self._by_code.get(code)
        return found.name if found else code

    def path(self, code: str) -> tuple[Place, ...]:
        """The chain from the province down to the division itself. Raises NotFound."""
        self.division(code)
        return tuple(self._by_code[a] for a in rules.ancestors(code) if a in self._by_code)

    def label(self, code: str) -> str:
        """The place as it is said here: below the branch's root (漕泾镇海涯村), from the province elsewhere.

        The code itself where it is unknown.
        """
        if code not in self._by_code:
            return code
        root = self.profile.root
        spoken = [p for p in self.path(code) if rules.is_spoken(p.name) or p.code == code]
        inside = [p for p in spoken if len(p.code) > len(root) and rules.is_within(code, root)]
        if code == root:
            return self._by_code[code].name
        return "".join(p.name for p in inside or spoken)

    def children(self, code: str, *, zones: bool = False) -> tuple[Place, ...]:
        """The divisions one level below, by code; "" gives the provinces. Statistical zones on request."""
        found = self._children.get(code, [])
        return tuple(p for p in found if zones or p.kind == rules.NORMAL)

    def below(self, code: str) -> tuple[Place, ...]:
        """All valid divisions of a subtree, the division itself first, depth first."""
        found: list[Place] = []
        waiting = [self.division(code)]
        while waiting:
            place = waiting.pop()
            found.append(place)
            waiting.extend(reversed(self._children.get(place.code, [])))
        return tuple(found)

    def tier(self, code: str) -> int | None:
        """The branch's operating tier of a division (1 top … 3); None for levels between the tiers."""
        return self.profile.tier(code)

    def is_leaf(self, code: str) -> bool:
        """Whether nothing lies below."""
        return not self.children(code)

    def point(self, code: str) -> Located | None:
        """Where to show a division; without a point of its own, at the nearest one above that has one.

        None where no one above has a point, or the code is unknown.
        """
        for above in reversed(rules.ancestors(code)):
            place = self._by_code.get(above)
            if place is not None and place.lat is not None and place.lng is not None:
                own = (place.precision or "approx") if above == code else "inherited"
                return Located(Point(place.lat, place.lng), own)
        return None

    def named(self, name: str) -> tuple[Place, ...]:
        """All valid divisions that are called exactly this, by name, alias or name without ending."""
        return tuple(self._by_name.get(name.casefold(), ()))

    def search(self, text: str, *, within: str = "", limit: int = 20) -> list[Place]:
        """Divisions whose names hold every word of the text, the likeliest first.

        ``within`` is the searcher's own division: its subtree comes before all others, because village names
        repeat (DOMAIN §5.3). Then whole names before beginnings, higher levels before lower ones.
        """
        words = text.casefold().split()
        if not words:
            return []
        found = [
            (self._rank(place, words, within), place.code, place)
            for haystack, place in self._searched
            if all(word in haystack for word in words)
        ]
        return [place for _rank, _code, place in sorted(found, key=lambda f: f[:2])[:limit]]

    def gazetteer(self) -> Iterator[Named]:
        """Every valid division's names, in the order of codes: the data that finds places in texts."""
        for code in sorted(self._by_code):
            place = self._by_code[code]
            if place.valid:
                yield Named(code, place.name, place.level, place.aliases, rules.bare_name(place.name))

    @cached_property
    def _searched(self) -> list[tuple[str, Place]]:
        """What search looks through, made by the first search."""
        return [(self._haystack(place), place) for place in self._by_code.values() if place.valid]

    def _haystack(self, place: Place) -> str:
        return "\n".join((place.code, self.label(place.code), place.official_name, *place.aliases)).casefold()

    def _rank(self, place: Place, words: list[str], within: str) -> tuple[int, int, int]:
        names = [n.casefold() for n in (place.name, rules.bare_name(place.name) or place.name, *place.aliases)]
        fit = min(_fit(word, names) for word in words)
        return (0 if rules.is_within(place.code, within) else 1, fit, place.level)


def _fit(word: str, names: list[str]) -> int:
    """How well a word fits one of the names: 0 whole, 1 its beginning, 2 part of it, 3 what lies above."""
    if word in names:
        return 0
    if any(name.startswith(word) for name in names):
        return 1
    return 2 if any(word in name for name in names) else 3
