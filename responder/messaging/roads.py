"""By which road a text goes, why not by the others, and what is next when none is left. Pure.

A road is a gateway's texts (``twilio``) or its calls (``twilio/call``). Roads are tried in their order, each once in a
round; between rounds it is waited for. A road that can't carry a text is named with its reason (terms of
``road_reason``), which a person reads who has to call instead.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from responder.kernel.notices import ALERT
from responder.messaging.breaker import Breaker
from responder.messaging.caps import Tally
from responder.messaging.gateways import Capabilities
from responder.messaging.manners import Course, Retries

CALL = "/call"
"""Ends the name of a road that rings."""

Approved = Callable[[str, str, str], bool]
"""Whether a gateway (name) may send the short form of a template in a language."""

_LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:cn|com|net|org|gov|io)\b", re.IGNORECASE)
_FOR_NOW = ("breaker", "unwell", "budget")


@dataclass(frozen=True)
class Text:
    """What is to be known of a text to choose its road. ``words`` names its exact wording; ``form`` says whether it has
    a short form; ``since`` is when it could first be sent."""

    number: str
    kind: str
    body: str
    words: str
    template: str
    lang: str
    form: bool
    priority: int
    since: datetime
    drill: bool = False

    @property
    def urgent(self) -> bool:
        """Whether it jumps every queue."""
        return self.priority <= ALERT


@dataclass(frozen=True)
class Way:
    """One road as it stands: ``left`` of its budgets (None without any), ``queue`` in seconds before such a text would
    leave, ``backlog`` the same with all that has no road yet, ``well`` as it said of itself, ``most`` how many in a day
    to one number."""

    name: str
    gateway: str
    can: Capabilities
    breaker: Breaker = field(default_factory=Breaker)
    well: bool = True
    left: int | None = None
    queue: float = 0.0
    backlog: float = 0.0
    most: int | None = None

    @property
    def rings(self) -> bool:
        """Whether it calls."""
        return self.name.endswith(CALL)


@dataclass(frozen=True)
class Failure:
    """A try of this text that came to nothing, at one of its person's numbers."""

    road: str
    words: str
    category: str
    at: datetime
    code: str = ""
    number: str = ""


@dataclass(frozen=True)
class Choice:
    """``road`` is empty where none is left; ``reasons`` say why not by each other. ``rounds`` of all roads are over;
    0 where one hasn't been tried in this round. ``until`` is when a road that is refused for now may carry again."""

    road: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    rounds: int = 0
    until: datetime | None = None


def choose(
    text: Text,
    ways: Sequence[Way],
    tally: Tally,
    failures: Sequence[Failure],
    approved: Approved,
    now: datetime,
    course: Course,
) -> Choice:
    """The first road in order that can carry a text now, and is not too busy while another is free."""
    reasons = {way.name: refusal(text, way, tally, failures, approved, now) for way in ways}
    open_ways = [way for way in ways if not reasons[way.name]]
    reasons = {name: why for name, why in reasons.items() if why}
    if not open_ways:
        blocked = [way for way in ways if reasons[way.name] in _FOR_NOW]
        return Choice("", reasons, 0, min((_free(way, now) for way in blocked), default=None))
    tried = {way.name: sum(one.road == way.name for one in failures) for way in open_ways}
    fewest = min(tried.values())
    rounds = fewest if fewest == max(tried.values()) else 0
    next_ways = [way for way in open_ways if tried[way.name] == fewest]
    # The text that tries a broken road is one that can wait, while there is another road.
    sure = [way for way in next_ways if way.breaker.stand(now) == "closed"] if text.urgent else []
    candidates = sure or next_ways
    free = next((way for way in candidates if max(way.queue, way.backlog) <= course.queue_seconds), None)
    return Choice((free or min(candidates, key=lambda way: way.queue)).name, reasons, rounds)


def refusal(text: Text, way: Way, tally: Tally, failures: Sequence[Failure], approved: Approved, now: datetime) -> str:
    """Why a road can't carry a text, "" where it can."""
    return (
        _incapable(text, way, approved)
        or _said_before(text, way, failures)
        or ("call_cap" if way.most is not None and tally.count(way.name) >= way.most else "")
        or tally.refusal(way.name, way.can, text.words, text.template)
        or ("unwell" if not way.well else "")
        or ("breaker" if way.breaker.stand(now) == "open" else "")
        or ("budget" if way.left is not None and way.left <= 0 else "")
    )


def _incapable(text: Text, way: Way, approved: Approved) -> str:
    can = way.can
    if not text.number.startswith(can.serves):
        return "elsewhere"
    if way.rings:
        return ""
    if not can.text_out:
        return "no_text"
    if not can.freeform:
        # The approved words don't begin with the mark of a drill: it would be taken for the real thing.
        return "" if text.form and not text.drill and approved(way.gateway, text.template, text.lang) else "form"
    if not can.links and _LINK.search(text.body):
        return "link"
    return "too_long" if len(can.signature) + len(text.body) > can.max_chars else ""


def _said_before(text: Text, way: Way, failures: Sequence[Failure]) -> str:
    for one in failures:
        alike = one.road.endswith(CALL) == way.rings
        if alike and one.category == "permanent_number":
            return "bad_number"
        if alike and one.category == "opted_out":
            return "opted_out"
        if one.road == way.name and one.category == "content" and one.words == text.words:
            return "content"
    return ""


def _free(way: Way, now: datetime) -> datetime:
    return way.breaker.probe_at or now + timedelta(minutes=1)


@dataclass(frozen=True)
class Step:
    """What is done with a text now: ``go`` by a road, ``wait`` until a moment, or take its ``last`` road."""

    do: Literal["go", "wait", "last"]
    road: str = ""
    until: datetime | None = None


def step(
    text: Text, choice: Choice, failures: Sequence[Failure], now: datetime, course: Course, retries: Retries
) -> Step:
    """What follows from a choice: a road not yet tried in this round at once, a new round after its wait, the last road
    when patience or rounds are over or no road will ever carry it."""
    end = text.since + timedelta(minutes=course.patience_minutes) if course.patience_minutes else None
    if choice.road and not choice.rounds:
        return Step("go", choice.road)
    if not choice.road and choice.until is None:
        return Step("last")
    if end is not None and now >= end:
        return Step("last")
    due = choice.until or now
    if failures:
        last = max(failures, key=lambda one: one.at)
        rounds = max(Counter(one.road for one in failures).values())
        wait = retries.wait(last.category, rounds)
        if wait is None:
            return Step("last")
        due = max(due, last.at + wait) if choice.road else due
    if due <= now and choice.road:
        return Step("go", choice.road)
    due = max(due, now + timedelta(seconds=1))
    return Step("wait", until=min(due, end) if end is not None else due)


def why(choice: Choice, failures: Sequence[Failure]) -> str:
    """The reason in one word (a term of ``call_reason``): what the last try said, else what forbade all roads."""
    if failures:
        return max(failures, key=lambda one: one.at).category or "unknown"
    reasons = set(choice.reasons.values())
    if reasons & {"same_cap", "different_cap", "template_cap", "call_cap"}:
        return "cap"
    return "budget" if "budget" in reasons else "no_road"
