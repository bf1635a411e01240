"""The drill calendar as a file that calendar programs subscribe to (RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from responder.drills.queries import DrillView
from responder.platform import terms

_USUAL_LENGTH = timedelta(hours=2)
"""How long a drill is drawn that has not ended yet."""

_STATES = {"cancelled": "CANCELLED"}


def calendar(
    drills: Iterable[DrillView],
    *,
    title: str,
    namespace: str,
    zone: ZoneInfo,
    lang: str,
    place: Callable[[str], str],
    page: Callable[[str], str],
) -> bytes:
    """The file itself. ``namespace`` keeps the events' ids apart from other branches' and must stay the same;
    ``place`` names a division, ``page`` gives a drill's address by its number."""
    found = Calendar()
    found.add("prodid", "-//Responder//drills//ZH" if lang == "zh" else "-//Responder//drills//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", title)
    found.add("x-wr-timezone", zone.key)
    found.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for drill in drills:
        event = _event(drill, zone, lang)
        event.add("uid", f"{drill.number}@{namespace}")
        event.add("location", "、".join(place(code) for code in drill.participants or (drill.division_code,)))
        event.add("url", page(drill.number))
        found.add_component(event)
    found.add_missing_timezones()
    return bytes(found.to_ical())


def _event(drill: DrillView, zone: ZoneInfo, lang: str) -> Event:
    start = drill.started_at or drill.planned_at
    end = drill.ended_at or start + _USUAL_LENGTH
    # Calendar programs refuse an event that ends when it begins.
    end = max(end, start + timedelta(minutes=1))
    event = Event()
    event.add("dtstamp", drill.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", drill.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", drill.sequence)
    event.add("dtstart", start.astimezone(zone).replace(microsecond=0))
    event.add("dtend", end.astimezone(zone).replace(microsecond=0))
    event.add("summary", ("【演练】" if lang == "zh" else "[Drill] ") + drill.name)
    event.add("categories", [terms.term("drill_kind", drill.kind, lang)])
    event.add("status", _STATES.get(drill.status, "CONFIRMED"))
    return event
