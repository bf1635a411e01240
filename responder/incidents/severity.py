"""How grave an incident or a report is: the colour on the board, and the response level that its figures reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from responder.incidents import levels, rules
from responder.platform import terms


@dataclass(frozen=True)
class Severity:
    """``colour`` is one of rules.SEVERITIES; ``level`` I to IV as the figures stand, empty where none is reached;
    ``running`` the highest level that was started."""

    colour: str
    level: str
    urgent: bool
    running: str = ""

    def word(self, lang: str) -> str:
        """What stands beside the colour: nothing is said by colour alone."""
        runs = self.running and not (self.level and levels.higher(self.level, self.running))
        slug = "urgent" if self.urgent else "running" if runs else "level" if self.level else "below"
        level = self.running if runs else self.level
        return terms.fill(terms.term("severity_word", slug, lang), {"level": level}, lang)


def severity(figures: Mapping[str, Any], urgent: bool, root_level: int) -> Severity:
    """Weighs figures by the thresholds of a branch whose root division is of this level (DOMAIN §3.1)."""
    counted = levels.measured(figures)
    table = levels.thresholds(root_level)
    reached = (
        name
        for name in ("I", "II", "III", "IV")
        if any(counted.get(measure, 0) >= n for measure, n in table.get(name, {}).items())
    )
    return Severity(rules.severity(counted, urgent, table), next(reached, ""), urgent)
