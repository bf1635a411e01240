"""A mission's line as it is drawn: five steps with their times, and what may be answered now."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from responder.dispatch import rules
from responder.dispatch.queries import MissionView
from responder.platform import pages, terms

STEPS = ("alerted", "acknowledged", "en_route", "arrived", "done")


@dataclass(frozen=True)
class Step:
    """One step: ``state`` is done, now, failed or empty, as the macro ``steps`` draws it."""

    label: str
    state: str
    at: str


def steps(view: MissionView, zone: ZoneInfo, lang: str) -> list[Step]:
    """The line of a mission. A mission that failed says so at the step that it didn't reach."""
    reached = [step for step in STEPS if step in view.times]
    last = reached[-1] if reached else ""
    failed = view.needs_hand or view.status == "cancelled"
    drawn: list[Step] = []
    for step in STEPS:
        label, state = terms.term("mission_step", step, lang), ""
        if step in reached:
            state = "now" if step == last and view.open and not failed else "done"
        elif failed and (not drawn or drawn[-1].state == "done"):
            label, state = terms.term("mission_status", view.status, lang), "failed"
        at = view.times.get(view.status if state == "failed" else step)
        drawn.append(Step(label, state, pages.local(at, zone, short=True) if at else ""))
    return drawn


def answers(view: MissionView) -> tuple[str, ...]:
    """What the team may answer now, the next step first: at most one step ahead, and that it can't go."""
    possible = rules.choices(view.status)
    forward = [status for status in possible if status not in ("declined", "working")]
    return (*forward[:1], *(["declined"] if "declined" in possible else []))
