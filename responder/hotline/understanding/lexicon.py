"""The word lists of ``config/understanding/``, read once, validated, and made ready for fast search."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from responder.platform import config

T = TypeVar("T")
Word = Annotated[str, StringConstraints(min_length=1)]


class Hit(NamedTuple, Generic[T]):
    """A word of a list, found in a text at [start, end)."""

    start: int
    end: int
    word: str
    tag: T


class Scanner(Generic[T]):
    """Finds words of a list in a text: longest first, never overlapping, in one pass over the characters."""

    def __init__(self, words: Mapping[str, T]) -> None:
        heads: dict[str, list[tuple[str, T]]] = {}
        for word, tag in words.items():
            heads.setdefault(word[0], []).append((word, tag))
        self._heads = {
            head: tuple((word, len(word), tag) for word, tag in sorted(found, key=lambda w: -len(w[0])))
            for head, found in heads.items()
        }

    def at(self, text: str, position: int) -> Hit[T] | None:
        """The longest word that begins right here."""
        for word, length, tag in self._heads.get(text[position : position + 1], ()):
            if text.startswith(word, position):
                return Hit(position, position + length, word, tag)
        return None

    def scan(self, text: str) -> list[Hit[T]]:
        """All words, left to right."""
        hits: list[Hit[T]] = []
        heads, free = self._heads, 0
        for position, letter in enumerate(text):
            if position < free or letter not in heads:
                continue
            for word, length, tag in heads[letter]:
                if length == 1 or text.startswith(word, position):
                    free = position + length
                    hits.append(Hit(position, free, word, tag))
                    break
        return hits


def alternation(words: Iterable[str]) -> str:
    """A pattern that matches any of the words, longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mending(_Strict):
    """normalise.toml: pairs of equal length, so that positions stay what they were."""

    traditional: str
    typos: dict[Word, Word]

    @model_validator(mode="after")
    def _same_length(self) -> "Mending":
        if len(self.traditional) % 2:
            raise ValueError("traditional: an odd number of characters, so a pair is broken")
        for wrong, right in self.typos.items():
            if len(wrong) != len(right):
                raise ValueError(f"typos: {wrong} and {right} differ in length")
        return self


class Zero(_Strict):
    none: list[Word]
    fillers: list[Word]
    blockers: list[Word]
    joiners: list[Word]
    what: dict[Word, list[Word]]
    labels: dict[Word, list[Word]]


class Figures(_Strict):
    words: dict[str, list[Word]]
    nouns: dict[str, list[Word]]
    marks: dict[str, list[Word]]
    units: dict[str, list[Word]]
    area_ha: dict[Word, float]
    zero: Zero
    well: dict[str, list[Word]]


class Hazard(_Strict):
    """``built``: parts of which names are put together, one of each list: 冲 + 进 + 河."""

    weight: int
    names: list[Word]
    signs: list[Word] = []
    built: list[list[Word]] = []
    english: list[Word] = []


class Hazards(_Strict):
    hazard: dict[str, Hazard]
    context: dict[str, list[Word]]


class Intents(_Strict):
    exact: dict[str, list[Word]]
    cues: dict[str, list[Word]]
    harmless: list[Word]
    drill: dict[str, list[Word]]


class Needs(_Strict):
    strong: list[Word]
    weak: list[Word]
    please: list[Word]
    please_adverbs: list[Word]
    please_verbs: list[Word]
    before_not: list[Word]
    after_not: list[Word]
    item_stop: list[Word]
    lead: list[Word]
    tail: list[Word]
    purpose: list[Word]
    people: list[Word]
    generic: list[Word]
    goods: list[Word]
    units: list[Word]


class Places(_Strict):
    admin: list[Word]
    facilities: list[Word]
    road_parts: list[Word]
    numbered: list[Word]
    generic: list[Word]
    not_before_ending: list[Word]
    not_before_district: list[Word]
    not_in_names: str
    stops: list[Word]
    writers: list[Word]
    destinations: list[Word]
    labels: list[Word]
    joiners: list[Word]
    low: list[Word]
    nameless: list[Word]
    never_proper: list[Word]
    nations: list[Word]
    too_common: list[Word]
    facility_generic: list[Word]
    facility_not: list[Word]
    english: dict[str, list[Word]]


class Chats(_Strict):
    """chats.toml: ``notices`` are patterns of whole lines."""

    no_names: list[Word]
    surnames: list[Word]
    pictures: list[Word]
    picture_lines: list[Word]
    marks: list[Word]
    notices: list[Word]


def _load(name: str, model: Any) -> Any:
    return config.load(f"understanding/{name}.toml", model)


@cache
def mending() -> Mending:
    """normalise.toml. Raises ConfigError where the file is missing or wrong, as all readers here do."""
    loaded: Mending = _load("normalise", Mending)
    return loaded


@cache
def figures() -> Figures:
    """figures.toml."""
    loaded: Figures = _load("figures", Figures)
    return loaded


@cache
def hazards() -> Hazards:
    """hazards.toml."""
    loaded: Hazards = _load("hazards", Hazards)
    return loaded


@cache
def intents() -> Intents:
    """intents.toml."""
    loaded: Intents = _load("intents", Intents)
    return loaded


@cache
def needs() -> Needs:
    """needs.toml."""
    loaded: Needs = _load("needs", Needs)
    return loaded


@cache
def places() -> Places:
    """places.toml."""
    loaded: Places = _load("places", Places)
    return loaded


@cache
def chats() -> Chats:
    """chats.toml."""
    loaded: Chats = _load("chats", Chats)
    return loaded
