"""What a drill showed, computed from the events of its world (DOMAIN §10). Pure.

Delays are counted per mission, from that mission's own first alert, so that they mean the same for a muster
(one alert to all) and for a drill whose missions go out over an afternoon.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Protocol

ANSWERS = ("mission.acknowledged", "mission.en_route", "mission.arrived", "mission.working", "mission.done")
"""Any of these shows that the alert arrived: a leader who answers 出发 at once has acknowledged too."""
REFUSALS = ("mission.declined",)
KINDS = (
    "mission.created", "mission.alerted", *ANSWERS, *REFUSALS,
    "report.received", "stock.issued", "incident.opened",
)  # fmt: skip
"""The kinds of event that an evaluation reads."""


class Happened(Protocol):
    """As much of an event as is needed here."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Evaluation:
    """Figures of one drill. Delays are None where the thing never happened.

    Of the ``alerted`` missions ``reached`` were answered at all, ``declined`` with a no, and ``unreached``
    stayed silent. ``first_ack``, ``half_ack`` and ``most_ack`` are the delays until one, half and 90 % of the
    alerted missions were acknowledged. ``report_to_scene`` and ``report_to_goods`` start at the first report.
    """

    reports: int
    incidents: int
    alerted: int
    reached: int
    declined: int
    first_ack: timedelta | None
    half_ack: timedelta | None
    most_ack: timedelta | None
    first_out: timedelta | None
    first_arrival: timedelta | None
    report_to_scene: timedelta | None
    report_to_goods: timedelta | None

    @property
    def unreached(self) -> int:
        """Missions whose alert nobody answered."""
        return self.alerted - self.reached

    @property
    def unreached_share(self) -> float | None:
        """Part of the alerted missions that nobody answered, 0 to 1; None where none was alerted."""
        return self.unreached / self.alerted if self.alerted else None


def evaluate(events: Iterable[Happened]) -> Evaluation:
    """The figures of a drill from its events, oldest first."""
    first: dict[tuple[str, str], datetime] = {}
    for event in events:
        first.setdefault((event.kind, event.subject), event.at)

    # A team that leaves without an alert on record was told by voice: its mission's creation is the alert.
    alerts = {subject: at for (kind, subject), at in first.items() if kind == "mission.created"}
    alerts |= {subject: at for (kind, subject), at in first.items() if kind == "mission.alerted"}
    acknowledged = _delays(first, alerts, ANSWERS)
    declined = _delays(first, alerts, REFUSALS)
    reported = [at for (kind, _), at in first.items() if kind == "report.received"]
    scene = [at for (kind, _), at in first.items() if kind == "mission.arrived"]
    goods = [at for (kind, _), at in first.items() if kind == "stock.issued"]

    return Evaluation(
        reports=len(reported),
        incidents=sum(kind == "incident.opened" for kind, _ in first),
        alerted=len(alerts),
        reached=len(acknowledged.keys() | declined.keys()),
        declined=len(declined.keys() - acknowledged.keys()),
        first_ack=_until(acknowledged, 1),
        half_ack=_until(acknowledged, ceil(len(alerts) * 0.5)),
        most_ack=_until(acknowledged, ceil(len(alerts) * 0.9)),
        first_out=_until(_delays(first, alerts, ("mission.en_route",)), 1),
        first_arrival=_until(_delays(first, alerts, ("mission.arrived",)), 1),
        report_to_scene=_between(reported, scene),
        report_to_goods=_between(reported, goods),
    )


def _delays(
    first: dict[tuple[str, str], datetime], alerts: dict[str, datetime], kinds: tuple[str, ...]
) -> dict[str, timedelta]:
    """Per mission, how long after its alert the earliest of these kinds came."""
    delays: dict[str, timedelta] = {}
    for subject, alerted in alerts.items():
        times = [first[kind, subject] for kind in kinds if (kind, subject) in first]
        if times:
            delays[subject] = min(times) - alerted
    return delays


def _until(delays: dict[str, timedelta], enough: int) -> timedelta | None:
    """The delay after which that many had answered, None where fewer did."""
    return sorted(delays.values())[enough - 1] if 0 < enough <= len(delays) else None


def _between(starts: list[datetime], ends: list[datetime]) -> timedelta | None:
    later = [end for end in ends if starts and end >= min(starts)]
    return min(later) - min(starts) if later else None
