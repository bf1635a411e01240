"""How much one number, and one road, may get: what was sent in the last hours against what a gateway allows. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from responder.messaging.gateways import Capabilities

DAY = timedelta(hours=24)
"""The window in which providers count (DOMAIN §7.1)."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Try:
    """A text that a road took, or may have taken. ``words`` names its exact wording."""

    road: str
    at: datetime
    words: str
    template: str = ""
    taken: bool = True


@dataclass
class Tally:
    """What one number got in the last 24 hours, by road. Grows while a batch is being given out."""

    words: dict[str, Counter[str]] = field(default_factory=dict)
    templates: dict[str, Counter[str]] = field(default_factory=dict)
    last_at: datetime | None = None

    @classmethod
    def of(cls, tries: Iterable[Try]) -> "Tally":
        """The tally of the tries that were taken."""
        made = cls()
        for one in tries:
            if one.taken:
                made.add(one.road, one.words, one.template, one.at)
        return made

    def add(self, road: str, words: str, template: str, at: datetime) -> None:
        """One more text by a road."""
        self.words.setdefault(road, Counter())[words] += 1
        self.templates.setdefault(road, Counter())[template] += 1
        self.last_at = max(self.last_at or at, at)

    def count(self, road: str) -> int:
        """How many by a road."""
        return self.words.get(road, Counter()).total()

    def refusal(self, road: str, can: Capabilities, words: str, template: str) -> str:
        """Why one more such text may not go to this number by this road, "" where it may: ``same_cap``,
        ``different_cap``, ``template_cap``. Stops before the provider rejects: its cap is what it still takes."""
        sent = self.words.get(road, Counter())
        if can.same_per_day is not None and sent[words] >= can.same_per_day:
            return "same_cap"
        # A repetition is no other text: it leaves the number of different ones as it is.
        if can.different_per_day is not None and words not in sent and len(sent) >= can.different_per_day:
            return "different_cap"
        used = self.templates.get(road, Counter())[template]
        if can.template_per_day is not None and used >= can.template_per_day:
            return "template_cap"
        return ""


@dataclass
class Budget:
    """What a road, or one line of it, sent in the last hour and the last 24 hours, against its budgets."""

    hour: int = 0
    day: int = 0
    per_hour: int | None = None
    per_day: int | None = None

    def left(self) -> int | None:
        """How many more texts it may carry now; None without a budget."""
        rest = [
            most - used for most, used in ((self.per_hour, self.hour), (self.per_day, self.day)) if most is not None
        ]
        return max(0, min(rest)) if rest else None

    def take(self) -> None:
        """One more."""
        self.hour += 1
        self.day += 1
