"""The drill form as typed, and figures as spelled out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from responder.drills.queries import DrillView
from responder.kernel.refusals import Invalid
from responder.platform import moments


@dataclass(frozen=True)
class Form:
    """What a person typed; kept as typed, so that a refusal loses nothing. ``planned_at`` is local time."""

    division: str
    drill_name: str = ""
    drill_kind: str = ""
    planned_at: str = ""
    participants: tuple[str, ...] = ()
    script: str = ""
    day: str = ""

    def moment(self, zone: ZoneInfo) -> datetime:
        """The planned time, aware. Raises Invalid."""
        found = moments.typed("planned_at", self.planned_at, zone)
        if found is None:
            raise Invalid(field="planned_at", problem="required")
        return found


def read(values: MultiDict[str, str]) -> Form:
    """The form as posted."""
    return Form(
        division=values.get("division", ""),
        drill_name=values.get("drill_name", ""),
        drill_kind=values.get("drill_kind", ""),
        planned_at=values.get("planned_at", ""),
        participants=tuple(values.getlist("participants")),
        script=values.get("script", ""),
        day=values.get("day", ""),
    )


def blank(division: str, **known: str) -> Form:
    """The form of a new drill, with what is already known."""
    return replace(Form(division), **known)  # type: ignore[arg-type]


def filled(drill: DrillView, zone: ZoneInfo) -> Form:
    """The form of an existing drill."""
    return Form(
        division=drill.division_code,
        drill_name=drill.name,
        drill_kind=drill.kind,
        planned_at=drill.planned_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        participants=drill.participants,
        script=drill.script,
        day=drill.day,
    )


def spelled(delay: timedelta | None) -> str:
    """A delay in words: ``45 秒``, ``3 分 20 秒``, ``1 小时 5 分``; a dash where there is none."""
    if delay is None:
        return "—"
    seconds = int(delay.total_seconds())
    if seconds < 60:
        return str(_("%(s)s 秒", s=seconds))
    if seconds < 3600:
        return str(_("%(m)s 分 %(s)s 秒", m=seconds // 60, s=seconds % 60))
    return str(_("%(h)s 小时 %(m)s 分", h=seconds // 3600, m=seconds % 3600 // 60))
