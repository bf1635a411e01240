"""Reporting clocks: what is owed by which division to which, when it is due, what is done about it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from responder.kernel.refusals import Refusal
from responder.places.rules import LENGTHS, ancestors, level

Kind = Literal["initial", "zero", "verification", "followup"]
Clock = Literal["occurred", "received", "stable"]
Act = Literal["prompt", "remind", "overdue", "nag"]

OPEN, MET, LATE, WAIVED = "open", "met", "late", "waived"

LEAP, RED_CROSS = "leap", "red_cross"
"""Kinds of their own in the due list: 越级 reports, and the Red Cross's own first report to the higher Red Cross."""

STALE = timedelta(days=2)
"""News older than this starts no clock any more: after a long stand-still nobody is texted about last week."""


class NotOwed(Refusal):
    """This isn't owed any more: it was met or waived meanwhile, or was never asked of this person."""

    code = "deadlines.not_owed"


class AskedJustNow(Refusal):
    """The office was texted about it a moment ago: phones must not be flooded."""

    code = "deadlines.asked_just_now"


@dataclass(frozen=True)
class Rule:
    """One step of ``config/reporting.toml``: levels 1 province … 5 village; exactly one of limit, at, every is set.

    ``figures``/``at_least``: only where the sum of these figures reaches it. ``hazard``: only for this hazard.
    """

    kind: Kind
    sender: int
    to: tuple[int, ...]
    limit: timedelta | None = None
    clock: Clock = "occurred"
    at: time | None = None
    every: timedelta | None = None
    hazard: str = ""
    figures: tuple[str, ...] = ()
    at_least: float = 0

    @property
    def name(self) -> str:
        """Tells the steps of one kind apart in the keys of dues."""
        return f"{self.kind}{'!' if self.figures else ''}{self.sender}-{''.join(map(str, self.to))}"

    def is_triggered(self, figures: Mapping[str, float | int | None]) -> bool:
        """Whether the figures ask for this step; without a trigger they always do."""
        return not self.figures or sum(figures.get(slug) or 0 for slug in self.figures) >= self.at_least


def steps(rules: Iterable[Rule], tiers: Sequence[int]) -> tuple[Rule, ...]:
    """The rules of a branch with these tiers. A step whose levels are no tiers never applies; of several receivers
    those that are tiers remain."""
    kept = []
    for rule in rules:
        receivers = tuple(one for one in rule.to if one in tiers)
        if rule.sender in tiers and receivers:
            kept.append(Rule(**{**vars(rule), "to": receivers}))
    return tuple(kept)


def at_level(code: str, wanted: int) -> str | None:
    """The division of this level above (or at) a code; None where the code lies higher."""
    return code[: LENGTHS[wanted - 1]] if level(code) >= wanted else None


def receivers(rule: Rule, sender: str) -> tuple[str, ...]:
    """The divisions that a sender's report goes to, the nearest first."""
    return tuple(sender[: LENGTHS[one - 1]] for one in sorted(rule.to, reverse=True))


def told_by(division: str, by: str, tiers: Sequence[int]) -> tuple[str, ...]:
    """The offices whose duty a report or act fulfils, the lowest first.

    A report fulfils that of the division it tells of. Where an office above types, accepts or forwards it, every
    office between has nothing left to tell, and that office itself has passed it on.
    """
    above = [code for code in ancestors(division) if level(code) in tiers]
    return tuple(code for code in reversed(above) if code == division or (by and code.startswith(by)))


def start(rule: Rule, occurred: datetime | None, received: datetime, crossed: datetime | None = None) -> datetime:
    """From when a limit counts. Occurred falls back to the first receipt; a clock of later receipt or of calm is
    started by that moment itself, given as ``received``.

    ``crossed``: when the figures first reached the rule's trigger. Nobody could owe a leap-frog report before.
    """
    base = min(occurred, received) if rule.clock == "occurred" and occurred is not None else received
    return max(base, crossed) if crossed is not None and crossed > received else base


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The local beginning of a day."""
    return datetime.combine(day, time(), zone)


def cut_off(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a local time of the day."""
    return datetime.combine(day, at, zone)


@dataclass(frozen=True)
class Round:
    """One day's zero reports of one step: news since ``since`` counts, all must be in by ``due_at``."""

    day: date
    since: datetime
    due_at: datetime


def round_of(now: datetime, at: time, started: datetime, zone: ZoneInfo) -> Round | None:
    """The zero round that is on now for a response running since ``started``; None where none is.

    It is on from local midnight to the cut-off. Its data reach to that midnight: a response that began after it owes
    the first one on the next day.
    """
    today = now.astimezone(zone).date()
    due_at = cut_off(today, at, zone)
    if now >= due_at or started >= midnight(today, zone):
        return None
    return Round(today, cut_off(today - timedelta(days=1), at, zone), due_at)


@dataclass(frozen=True)
class Slot:
    """The n-th interval of something owed again and again, from 1."""

    n: int
    begins: datetime
    due_at: datetime


def slot(started: datetime, every: timedelta, now: datetime) -> Slot:
    """The interval that is running now: the n-th report is due at ``started`` + n × ``every``."""
    n = max((now - started) // every, 0) + 1
    return Slot(n, started + (n - 1) * every, started + n * every)


def area(response: str, reported: Iterable[str], tiers: Sequence[int]) -> frozenset[str]:
    """Where a response's rule is active: the offices one tier above the lowest that have news of the incident.

    A response of such an office itself covers the office; news of the whole branch or of a tier above covers all of it.
    """
    middle = tiers[-2]
    if level(response) >= middle:
        return frozenset({response})
    covered = {at_level(code, middle) or code for code in reported if code.startswith(response)}
    return frozenset(code for code in covered if not any(code != up and code.startswith(up) for up in covered))


def status_of(at: datetime, due_at: datetime) -> str:
    """Met in time, or late."""
    return MET if at <= due_at else LATE


@dataclass(frozen=True)
class Patience:
    """How offices are reminded (``config/reporting.toml``, [texts])."""

    remind: timedelta
    grace: timedelta
    nag: timedelta
    nags: int
    prompt: timedelta


@dataclass(frozen=True)
class Waiting:
    """A due as the rules of reminding see it. ``asks``: a zero report of the lowest tier, which is asked once."""

    opened_at: datetime
    due_at: datetime
    asks: bool = False
    reminded: bool = False
    escalated: bool = False
    nags: int = 0
    nagged_at: datetime | None = None


def next_act(waiting: Waiting, patience: Patience) -> tuple[Act, datetime] | None:
    """What is done next about an open due, and when; None once everything was done.

    Reminder before, then the parent is told and the office asked again, then a few more nags. Who learned of it late
    has ``grace`` before anybody is told. A village that was asked for its zero report is never nagged: its town calls.
    """
    late = max(waiting.due_at, waiting.opened_at + patience.grace)
    if waiting.asks and not waiting.reminded:
        return "prompt", waiting.due_at - patience.prompt
    if not waiting.reminded and waiting.opened_at < waiting.due_at:
        return "remind", max(waiting.due_at - patience.remind, waiting.opened_at)
    if not waiting.escalated:
        return "overdue", waiting.due_at if waiting.asks else late
    if waiting.asks or waiting.nags >= patience.nags:
        return None
    return "nag", late if waiting.nagged_at is None else waiting.nagged_at + patience.nag
