"""What the sheets must say, told once more from the field's own rules (DOMAIN §1.2, §1.5) with plain dictionaries.

Nothing of the product is imported: a slip there can't hide here.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

LENGTHS = (2, 4, 6, 9, 12)

Figures = dict[str, float]


@dataclass
class Word:
    """One report, as whoever sent it meant it. ``order`` breaks ties of the same moment."""

    division: str
    kind: str
    figures: Figures
    at: datetime
    order: int = 0
    addition: bool = False
    source: str = "own"
    returned: bool = False
    amended: bool = False


@dataclass
class Line:
    """What one division says itself. ``final``: the figures that stand whatever lies below; ``closed``: verified."""

    own: Figures = field(default_factory=dict)
    final: set[str] = field(default_factory=set)
    added: Figures = field(default_factory=dict)
    closed: bool = False


@dataclass
class Book:
    """All that was said of one disaster in one branch."""

    root: str
    words: list[Word] = field(default_factory=list)

    def lines(self, source: str = "own") -> dict[str, Line]:
        """Each division's own words: figures are cumulative, so a later number replaces the earlier and a blank
        leaves it; the one verification closes them, and only what sets right counts after it."""
        found: dict[str, Line] = defaultdict(Line)
        for word in sorted(self.words, key=lambda one: (one.at, one.order)):
            if word.returned or word.source != source:
                continue
            line = found[word.division]
            sets_right = word.kind == "correction" or word.amended
            if line.closed and not sets_right:
                continue
            if word.addition:
                line.added |= word.figures
            else:
                line.own |= word.figures
                line.final -= word.figures.keys()
                if sets_right or word.kind == "verification":
                    line.final |= word.figures.keys()
            line.closed = line.closed or word.kind == "verification"
        return dict(found)

    def totals(self, source: str = "own") -> dict[str, Figures]:
        """What counts for each division that has news or stands above one, up to the root."""
        lines = self.lines(source)
        codes = {code[:n] for code in lines for n in LENGTHS if len(self.root) <= n <= len(code)}
        counts: dict[str, Figures] = {}
        for code in sorted(codes, key=len, reverse=True):
            counts[code] = self._counted(code, lines.get(code, Line()), self.below(code, counts))
        return counts

    def below(self, code: str, counts: dict[str, Figures]) -> Figures:
        """What the children of a division add up to."""
        deeper = {n: LENGTHS[LENGTHS.index(n) + 1] for n in LENGTHS[:-1]}
        children = [c for c in counts if len(code) in deeper and len(c) == deeper[len(code)] and c.startswith(code)]
        return added_up([counts[child] for child in children])

    def _counted(self, code: str, line: Line, below: Figures) -> Figures:
        made = added_up([below, line.added])
        counts = dict(made)
        for slug, value in line.own.items():
            # A tier's own total and the sum of its children are the same people: never added. Until the tier has set
            # it right or verified it, the larger one is nearer to the truth of a night.
            counts[slug] = value if slug in line.final else max(value, made.get(slug, value))
        return counts

    def differences(self, code: str, counts: dict[str, Figures]) -> Figures:
        """A tier's own total less what its children and its additions make, where both are stated."""
        line = self.lines().get(code, Line())
        made = added_up([self.below(code, counts), line.added])
        return {slug: round(value - made[slug], 2) for slug, value in line.own.items() if slug in made}


def added_up(parts: list[Figures]) -> Figures:
    """The sum, figure by figure; one that nobody stated is absent, never 0."""
    sums: Figures = {}
    for part in parts:
        for slug, value in part.items():
            sums[slug] = round(sums.get(slug, 0) + value, 2)
    return sums
