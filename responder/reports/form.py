"""The web form of a report: what was typed becomes a command, or a list of what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from responder.kernel import phones
from responder.kernel.refusals import Invalid
from responder.messaging.queries import TextView
from responder.platform import moments, terms
from responder.reports import indicators
from responder.reports.commands import FileReport, Said, StoredPhoto

NEED_ROWS = 6
LONGEST_WAIT = timedelta(days=30)
"""A phone that says more has lost its clock: its report counts as said when it came in."""


@dataclass
class Typed:
    """A form as typed, kept so that nothing has to be typed again. ``errors`` {field: problem}."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    needs: list[dict[str, Any]] = field(default_factory=list)
    occurred_at: datetime | None = None
    lat: float | None = None
    lng: float | None = None
    accuracy: float | None = None
    waited: timedelta | None = None
    """How long a phone kept the report before it could send it."""

    def get(self, name: str) -> str:
        """What was typed into a field."""
        return self.values.get(name, "").strip()


def read(form: MultiDict[str, str], zone: ZoneInfo) -> Typed:
    """Reads every field; whatever can't be read is named in ``errors``."""
    typed = Typed({name: form.get(name, "") for name in form})
    for slug, indicator in indicators.indicators().items():
        unit = typed.get(f"{slug}_unit") or {"ha": "mu", "yuan": "wan"}.get(indicator.unit, "")
        try:
            value = indicators.typed(slug, typed.get(slug), unit)
            typed.figures.update(indicators.cleaned({slug: value}))
        except Invalid as problem:
            typed.errors[slug] = str(problem.params["problem"])
    _needs(typed)
    if typed.get("hazard") and typed.get("hazard") not in terms.vocabulary("hazard"):
        typed.errors["hazard"] = "unknown"
    if not typed.get("division"):
        typed.errors["division"] = "required"
    if typed.get("kind") in {"", "initial"} and not typed.get("hazard"):
        typed.errors["hazard"] = "required"
    try:
        typed.occurred_at = moments.typed("occurred_at", typed.get("occurred_at"), zone)
    except Invalid as problem:
        typed.errors["occurred_at"] = str(problem.params["problem"])
    _point(typed)
    typed.waited = _waited(typed.get("waited"))
    if typed.get("kind") == "correction" and not (typed.get("reason") or typed.get("text")):
        typed.errors["reason"] = "required"
    if typed.get("said_phone") and phones.parse(typed.get("said_phone")) is None:
        typed.errors["said_phone"] = "phone"
    return typed


def _needs(typed: Typed) -> None:
    for row in range(NEED_ROWS):
        item, qty = typed.get(f"need_item_{row}"), typed.get(f"need_qty_{row}")
        if not item:
            if qty:
                typed.errors["needs"] = "required"
            continue
        try:
            typed.needs.append({"item": item[:60], "qty": indicators.typed("needs", qty, "")})
        except Invalid as problem:
            typed.errors["needs"] = str(problem.params["problem"])


def _point(typed: Typed) -> None:
    for name in ("lat", "lng", "accuracy"):
        if typed.get(name):
            try:
                setattr(typed, name, float(typed.get(name)))
            except ValueError:
                typed.errors["location"] = "number"


def _waited(seconds: str) -> timedelta | None:
    """From the phone's own clock, both ends: what it is set to doesn't matter."""
    try:
        waited = timedelta(seconds=float(seconds))
    except (ValueError, OverflowError):
        return None
    return waited if timedelta() < waited <= LONGEST_WAIT else None


def command(typed: Typed, photos: list[StoredPhoto], *, proxy: bool, now: datetime) -> FileReport:
    """The command, from a form without errors. By proxy, who said it is kept apart from who typed it."""
    said = None
    if proxy and (typed.get("said_name") or typed.get("said_phone")):
        said = Said(typed.get("said_name") or "—", phones.parse(typed.get("said_phone")) or "")
    return FileReport(
        kind=typed.get("kind") or "initial", hazard=typed.get("hazard") or None, division=typed.get("division"),
        place=typed.get("place")[:200], figures=typed.figures, needs=typed.needs, text=typed.get("text"),
        ref=typed.get("ref"), occurred_at=typed.occurred_at, channel="proxy" if proxy else "web", said=said,
        lat=typed.lat, lng=typed.lng, accuracy=typed.accuracy, form_key=typed.get("idempotency_key")[:80] or None,
        urgent=("在险",) if typed.get("in_danger") else (), photos=photos, source=typed.get("source") or "own",
        said_at=now - typed.waited if typed.waited else None, reason=typed.get("reason")[:300],
    )  # fmt: skip


def by_phone(command: FileReport, text: TextView) -> FileReport:
    """A report made from what came in by phone: bound to it, by voice where it was a call, said by the phone's owner
    where the officer left the name as it was."""
    said = command.said
    if said is not None and text.person_id is not None and said.name == text.name:
        said = replace(said, person_id=text.person_id)
    channel = "voice" if text.understood.get("call") else command.channel
    return replace(command, inbound=text.id, channel=channel, said=said)


def heard(text: TextView) -> dict[str, str]:
    """The fields that a text fills, as they would have been typed: areas in 公顷, money in 元."""
    what = text.understood
    filled = {slug: what.get(slug) for slug in indicators.indicators()}
    filled |= {"crop_affected": what.get("crop_area_ha"), "loss_total": what.get("loss_cny")}
    values = {slug: str(value) for slug, value in filled.items() if value is not None}
    values |= {"crop_affected_unit": "ha", "loss_total_unit": "yuan"}
    for row, need in enumerate((what.get("needs") or [])[:NEED_ROWS]):
        values[f"need_item_{row}"] = str(need["item"])
        values[f"need_qty_{row}"] = "" if need.get("qty") is None else str(need["qty"])
    return values | {
        "hazard": what.get("hazard") or "",
        "place": what.get("place") or "",
        "text": text.body,
        "said_name": text.name,
        "said_phone": phones.shown(text.number),
    }
