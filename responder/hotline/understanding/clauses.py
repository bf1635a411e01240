"""A text as clauses, each a row of indicator words and quantities: the ground on which numbers are bound."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from responder.hotline.understanding import lexicon, numerals, quantities
from responder.hotline.understanding.lexicon import Hit
from responder.hotline.understanding.quantities import Quantity

Word = Hit[str]

# No one writes a clause this long: without a bound, a flood of digits would cost the square of its length.
_LONGEST = 120
_SENTENCE = re.compile(r"[。;!?\n]")
_CLAUSE = re.compile(r"[，,、 ]|(?<=[^\d])\.(?=[^\d])")
_CAUSE = re.compile(r"受(?!灾)[^，,。;\n]{0,12}\Z")
_APART = re.compile(r"[，,。;、:\d]")


@dataclass(slots=True)
class Clause:
    """A stretch between separators. ``mark`` is the separator that ends it."""

    start: int
    end: int
    mark: str
    words: list[Word] = field(default_factory=list)
    counts: list[Quantity] = field(default_factory=list)

    def telling(self, *more: str) -> list[Word]:
        """The words that can give a number its meaning: not the nouns beside them, nor the tags in ``more``."""
        return [word for word in self.words if word.tag not in ("house", "shed", "not_crop", *more)]


@dataclass(frozen=True, slots=True)
class _Rules:
    words: lexicon.Scanner[str]
    planned: re.Pattern[str]
    care: frozenset[str]


@cache
def _rules() -> _Rules:
    data = lexicon.figures()
    planned = lexicon.alternation(data.marks["planned"])
    return _Rules(
        words=lexicon.Scanner({word: tag for tag, listed in data.words.items() for word in listed}),
        planned=re.compile(rf"(?:{planned})(?:紧急|尽快|立即|马上)?\Z"),
        care=frozenset(data.marks["care"]),
    )


def split(text: str) -> list[list[Clause]]:
    """The sentences of a text, each a list of clauses with their words and quantities."""
    words, counts = _words(text), quantities.find(text, numerals.find(text))
    sentences: list[list[Clause]] = []
    current: list[Clause] = []
    start = w = c = 0
    for end, mark, final in _bounds(text):
        clause = Clause(start, end, mark)
        while w < len(words) and words[w].start < end:
            clause.words.append(words[w])
            w += 1
        while c < len(counts) and counts[c].start < end:
            clause.counts.append(counts[c])
            c += 1
        if end > start:
            current.append(clause)
        start = end + len(mark)
        if final and current:
            sentences.append(current)
            current = []
    return sentences


def _bounds(text: str) -> list[tuple[int, str, bool]]:
    """Where clauses end: position, separator, whether the sentence ends too."""
    bounds = [(found.start(), found.group(), True) for found in _SENTENCE.finditer(text)]
    bounds += [(found.start(), found.group(), False) for found in _CLAUSE.finditer(text)]
    bounds.append((len(text), "", True))
    bounds.sort()
    bounds += [(at, "", False) for at in _cuts([0, *(end for end, _, _ in bounds)])]
    bounds.sort()
    return bounds


def _cuts(ends: list[int]) -> Iterator[int]:
    for low, high in pairwise(ends):
        if high - low > _LONGEST:
            yield from range(low + _LONGEST, high, _LONGEST)


def _words(text: str) -> list[Word]:
    """The indicator words of a text, without those that only look the part."""
    rules = _rules()
    kept: list[Word] = []
    for hit in rules.words.scan(text):
        word = hit
        if word.tag == "neutral" or (word.word == "影响" and _CAUSE.search(text, max(0, word.start - 14), word.start)):
            continue
        moving = word.tag in ("relocated", "relocated_part")
        if moving and rules.planned.search(text, max(0, word.start - 6), word.start):
            word = Hit(word.start, word.end, word.word, "void")
        if not kept or not _attribute(text, kept[-1], word, rules):
            kept.append(word)
    return kept


def _attribute(text: str, before: Word, word: Word, rules: _Rules) -> bool:
    """Whether a word only tells more of the one before it: 转移被困群众12人 counts the moved, and 救治伤员6人 is
    what a team did."""
    gap = word.start - before.end
    if before.tag == "relocated":
        if word.tag == "relocated":
            return gap == 0
        if word.tag in ("affected", "void", "whole") and gap <= 4 and word.word not in ("威胁", "安置点"):
            return not _APART.search(text, before.end, word.start)
    return before.word in rules.care and word.tag == "injured" and gap <= 2
