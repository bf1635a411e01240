"""Figures that contradict each other: the rules of ``config/checks.toml`` applied (DOMAIN §1.5). Pure but for
reading that file once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from responder.platform import config
from responder.platform.terms import quantity, term

Severity = Literal["block", "warn"]
Figures = Mapping[str, float | int | None]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: int
    severity: str


class AtMost(_Rule):
    """Each of ``less`` is not above ``than``."""

    less: list[str]
    than: str


class SumAtMost(_Rule):
    """``parts`` together are not above ``than``."""

    parts: list[str]
    than: str


class Sum(_Rule):
    """``parts`` add up to ``total``."""

    parts: list[str]
    total: str
    tolerance: float


class Ratio(_Rule):
    """``top`` ÷ ``bottom`` lies between two numbers."""

    top: str
    bottom: str
    min: float
    max: float


class Implies(_Rule):
    """Any of ``any`` above 0 asks for one of ``then`` above 0."""

    any: list[str]
    then: list[str]


class Limit(_Rule):
    """A small division reporting a very large figure is asked for the unit."""

    figure: str
    level: int
    above: float


class NeverFalls(_Rule):
    """Cumulative figures."""

    figures: list[str]


class Found(_Rule):
    """May fall, with a word about why: one of ``words`` in the text."""

    figure: str
    words: list[str]


class Jump(_Rule):
    """Growing ``times`` over and by more than ``above`` from one report to the next asks for a reason."""

    figures: list[str]
    times: float
    above: float


class Children(_Rule):
    """A tier's own total differs from what its children add up to."""


class Ledger(_Rule):
    """Lines of a list of names or houses, which are as many as the figure says."""

    figures: list[str]


class AtMostKnown(_Rule):
    """A figure is not above what the division has of ``than``, where that is known."""

    figure: str
    than: str


class Another(_Rule):
    """Somebody else told of the same place and disaster with another number."""


class Checks(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    severity: dict[str, dict[str, Severity]]
    at_most: list[AtMost]
    sum_at_most: list[SumAtMost]
    sum: list[Sum]
    ratio: list[Ratio]
    implies: list[Implies]
    limit: list[Limit]
    never_falls: list[NeverFalls]
    found: list[Found]
    jump: list[Jump]
    children: Children
    ledger: list[Ledger]
    at_most_known: list[AtMostKnown]
    another: Another
    words: dict[str, dict[str, str]]


@cache
def checks() -> Checks:
    """Read once."""
    return config.load("checks.toml", Checks)


@dataclass(frozen=True)
class Problem:
    """Two figures that disagree: which rule (number of DOMAIN §1.5), whether it blocks, and in words."""

    rule: int
    severity: Severity
    name: str
    values: Mapping[str, Any]

    def words(self, lang: str) -> str:
        """What is said to the reader: it names the two numbers."""
        spoken: dict[str, str] = {}
        for key, value in self.values.items():
            if isinstance(value, str):
                spoken[key] = term("indicator", value, lang)
            elif isinstance(value, list):
                spoken[key] = ("、" if lang == "zh" else ", ").join(term("indicator", slug, lang) for slug in value)
            else:
                spoken[key] = quantity(value, lang)
        return checks().words[self.name][lang].format(**spoken)


@dataclass(frozen=True)
class Beside:
    """What is known beside a report's own figures; what isn't known is absent, and its rules are silent.

    ``before`` is the division's last word, ``children`` what its children add up to, ``ledger`` how many lines its
    lists have and ``turned`` how many of the missing were found by them, ``known`` what there is of people and land
    ("population", "farmland" in ha), ``others`` the figures that somebody else said last, where this report says
    otherwise.
    """

    before: Figures = field(default_factory=dict)
    children: Figures = field(default_factory=dict)
    ledger: Figures = field(default_factory=dict)
    turned: int = 0
    known: Figures = field(default_factory=dict)
    others: Figures = field(default_factory=dict)


def problems(
    figures: Figures, kind: str, level: int, beside: Beside | None = None, *, reason: str = "", text: str = ""
) -> list[Problem]:
    """All contradictions in one report's figures. ``level`` is the division's (1 province … 5 village). A correction
    may lower what was said before; others give a ``reason`` for a fall or a jump, or are asked for it."""
    found: list[Problem] = []
    beside = beside or Beside()

    def note(rule: _Rule, name: str, **values: Any) -> None:
        found.append(Problem(rule.rule, checks().severity[rule.severity][kind], name, values))

    _parts_and_wholes(figures, note)
    _sizes(figures, kind, level, note)
    if kind != "correction" and not reason:
        _compare(figures, beside, text, note)
    _weigh(figures, beside, note)
    return found


def _parts_and_wholes(figures: Figures, note: Any) -> None:
    for one in checks().at_most:
        whole = figures.get(one.than)
        for less in one.less:
            part = figures.get(less)
            if part is not None and whole is not None and part > whole:
                note(one, "at_most", less=less, than=one.than, a=part, b=whole)
    for several in checks().sum_at_most:
        known, whole = _known(figures, several.parts), figures.get(several.than)
        if len(known) > 1 and whole is not None and sum(known) > whole:
            note(several, "sum_at_most", names=several.parts, than=several.than, a=sum(known), b=whole)
    for total in checks().sum:
        known, whole = _known(figures, total.parts), figures.get(total.total)
        if len(known) == len(total.parts) and whole is not None and abs(sum(known) - whole) > total.tolerance:
            note(total, "sum", names=total.parts, total=total.total, a=sum(known), b=whole)


def _known(figures: Figures, slugs: list[str]) -> list[float]:
    return [value for slug in slugs if (value := figures.get(slug)) is not None]


def _sizes(figures: Figures, kind: str, level: int, note: Any) -> None:
    for ratio in checks().ratio:
        top, bottom = figures.get(ratio.top), figures.get(ratio.bottom)
        if top and bottom and not ratio.min <= top / bottom <= ratio.max:
            note(ratio, "ratio", top=ratio.top, bottom=ratio.bottom, a=top, b=bottom)
    for limit in checks().limit:
        reported = figures.get(limit.figure)
        if reported is not None and level >= limit.level and reported > limit.above:
            note(limit, "limit", figure=limit.figure, a=reported)
    if kind != "verification":
        # A quick report leaves most figures open: only a complete one can have left something out.
        return
    for implied in checks().implies:
        given = next((slug for slug in implied.any if figures.get(slug)), None)
        if given and not any(figures.get(slug) for slug in implied.then):
            note(implied, "implies", any=given, names=implied.then, a=figures.get(given))


def _compare(figures: Figures, beside: Beside, text: str, note: Any) -> None:
    before = beside.before
    for cumulative in checks().never_falls:
        for slug, now, then in _both(cumulative.figures, figures, before):
            if now < then:
                note(cumulative, "never_falls", figure=slug, a=now, b=then)
    for found in checks().found:
        for slug, now, then in _both([found.figure], figures, before):
            told = then - now <= beside.turned or any(word in text.lower() for word in found.words)
            if now < then and not told:
                note(found, "found", figure=slug, a=now, b=then)
    for jump in checks().jump:
        for slug, now, then in _both(jump.figures, figures, before):
            if now - then > jump.above and now > then * jump.times:
                note(jump, "jump", figure=slug, a=now, b=then)


def _weigh(figures: Figures, beside: Beside, note: Any) -> None:
    """Against what others say: the division's children, its lists, its people and land, another reporter."""
    for slug, told, summed in _both(list(figures), figures, beside.children):
        if told != summed:
            note(checks().children, "children", figure=slug, a=told, b=summed, c=round(told - summed, 2))
    for ledger in checks().ledger:
        for slug, told, counted in _both(ledger.figures, figures, beside.ledger):
            if told != counted:
                note(ledger, "ledger", figure=slug, a=told, b=counted)
    for limit in checks().at_most_known:
        told_of, there = figures.get(limit.figure), beside.known.get(limit.than)
        if told_of is not None and there is not None and told_of > there:
            note(limit, f"at_most_{limit.than}", figure=limit.figure, a=told_of, b=there)
    for slug, told, other in _both(list(figures), figures, beside.others):
        note(checks().another, "another", figure=slug, a=told, b=other)


def _both(slugs: list[str], one: Figures, other: Figures) -> Iterator[tuple[str, float, float]]:
    """The figures that both state."""
    for slug in slugs:
        mine, theirs = one.get(slug), other.get(slug)
        if mine is not None and theirs is not None:
            yield slug, mine, theirs
