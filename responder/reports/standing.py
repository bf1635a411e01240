"""What a chain of reports says now, and what divisions add up to: the pure fold behind the consolidated sheets (归并).

Everything is a function of the set of reports: a chain is folded in the order of (said at, report id), each figure's
latest word counts, and a tier holds the sum of its children beside its own word. So any order of arrival gives the
same sheets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

OWN = "own"
SOURCES = (OWN, "government", "media")
"""Whose figure it is. Only the first counts in totals; the others are shown beside."""

TOTAL, ADDITION = "total", "addition"
BASES = (TOTAL, ADDITION)
"""A division's whole figure, or what a tier adds itself beside what its children report."""

DECIDES = ("correction", "verification")
"""Kinds after which a division's own word stands, whatever its children add up to."""

Figures = dict[str, float | int]
Given = Mapping[str, float | int]


class Entry(NamedTuple):
    """One figure's latest word: the value, when it was said (ISO, UTC), by which report and person."""

    value: float | int
    said_at: str
    report: int
    decides: bool
    person: int


class Told(NamedTuple):
    """A report as the fold needs it. ``red`` tells of people in danger."""

    id: int
    said_at: datetime
    kind: str
    basis: str
    figures: Given
    person: int | None
    amended: bool = False
    red: bool = False


Said = dict[str, Entry]


@dataclass(frozen=True)
class Chain:
    """What one division has said of one incident, for one source."""

    own: Said = field(default_factory=dict)
    added: Said = field(default_factory=dict)
    reports: int = 0
    last_at: datetime | None = None
    last_id: int | None = None
    closed_at: datetime | None = None
    closed_id: int | None = None

    def precedes(self, told: Told) -> bool:
        """Whether the report comes after all that the chain holds: it may be added without folding anew."""
        return self.last_at is None or self.last_id is None or (self.last_at, self.last_id) < (told.said_at, told.id)

    def says(self) -> Figures:
        """The division's own latest figures."""
        return {slug: entry.value for slug, entry in self.own.items()}


def step(chain: Chain, told: Told) -> Chain:
    """The chain with its next report. A verification closes the figures: after it only corrections and amendments
    count, and what tells of people in danger, which is never refused. Of two verifications the one that was said first
    closes, whichever came in first."""
    decides = told.kind in DECIDES or told.amended
    counted = replace(chain, reports=chain.reports + 1, last_at=told.said_at, last_id=told.id)
    if chain.closed_at is not None and not (told.kind == "correction" or told.amended or told.red):
        return counted
    entries = {
        slug: Entry(value, told.said_at.isoformat(), told.id, decides, told.person or 0)
        for slug, value in told.figures.items()
        if value is not None
    }
    if told.basis == ADDITION:
        counted = replace(counted, added={**chain.added, **entries})
    else:
        counted = replace(counted, own={**chain.own, **entries})
    if told.kind == "verification" and chain.closed_at is None:
        counted = replace(counted, closed_at=told.said_at, closed_id=told.id)
    return counted


def fold(reports: Iterable[Told]) -> Chain:
    """A chain from all its reports that count, in whatever order they are given."""
    chain = Chain()
    for told in sorted(reports, key=lambda one: (one.said_at, one.id)):
        chain = step(chain, told)
    return chain


def effective(own: Said, added: Said, below: Given) -> Figures:
    """What counts for a division: its own word where that decides; else the larger of its own total and of what its
    children and its own additions make together. A figure that nobody gave is absent, never 0."""
    counts: Figures = {}
    for slug in own.keys() | added.keys() | below.keys():
        word, addition, under = own.get(slug), added.get(slug), below.get(slug)
        if word is not None and word.decides:
            counts[slug] = word.value
            continue
        parts = [part for part in (under, addition.value if addition else None) if part is not None]
        known = [tidy(sum(parts))] if parts else []
        counts[slug] = max([*known, word.value] if word is not None else known)
    return counts


def moved(below: Given, before: Given, after: Given) -> Figures:
    """A parent's sum of children after one child's figures changed. A child's figure that vanished takes its value
    with it; whether any other child still states it only a fold of all children can tell (``standings``)."""
    sums = dict(below)
    for slug in before.keys() | after.keys():
        if before.get(slug) != after.get(slug):
            sums[slug] = tidy(sums.get(slug, 0) + after.get(slug, 0) - before.get(slug, 0))
    return sums


def summed(children: Iterable[Given]) -> Figures:
    """The sum of several divisions' figures; absent where none of them gave one."""
    sums: Figures = {}
    for figures in children:
        for slug, value in figures.items():
            sums[slug] = sums.get(slug, 0) + value
    return {slug: tidy(value) for slug, value in sums.items()}


def differences(own: Given, summed_up: Given) -> Figures:
    """A tier's own total less what its children and additions make, for the figures that both have (rule 15)."""
    return {slug: tidy(value - summed_up[slug]) for slug, value in own.items() if slug in summed_up}


def tidy(value: float | int) -> float | int:
    """Two places for areas and money, no trailing ``.0``."""
    value = round(value, 2)
    return int(value) if value == int(value) else value


def unpacked(kept: Mapping[str, Any]) -> Said:
    """What the database keeps as lists."""
    return {slug: Entry(*entry) for slug, entry in kept.items()}
