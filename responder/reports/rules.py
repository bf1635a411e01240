"""Reports: kinds, chains, totals. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Any

from responder.kernel.ids import REPORT, number
from responder.kernel.refusals import Invalid, Refusal
from responder.reports.commands import Review
from responder.reports.standing import BASES, SOURCES, TOTAL, Chain, Figures, Given

KINDS = ("initial", "followup", "verification", "zero", "correction")
CHAINED = ("followup", "verification", "correction")
"""Kinds that continue an incident (DOMAIN §1.2)."""

MAX_TEXT = 5000
MAX_NEEDS = 50
MAX_PLACE = 200
EARLIEST_YEAR = 1900
WIDEST = 10**8
"""Metres: no accuracy of a point on this earth is worse."""
UPDATE_OR_CORRECTION = "update_or_correction"
"""The question of a report that says otherwise than somebody else's before it."""
REPEATED_WITHIN = timedelta(hours=24)
ZERO_REPEATED_WITHIN = timedelta(hours=1)
"""A zero report has no words of its own: the next round's is no repetition."""
CRIED_AGAIN_AFTER = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=10)
"""How far ahead of ours a phone's clock may run before a time counts as the future."""


class UnknownPlace(Refusal):
    """The report's division is not one that we know, or not one that the reporter may report for."""

    code = "reports.unknown_place"


class AlreadyReviewed(Refusal):
    """Somebody has accepted or returned it already."""

    code = "reports.already_reviewed"


class OwnReport(Refusal):
    """Nobody reviews a report of their own."""

    code = "reports.own_report"


class UnknownRef(Refusal):
    """The number that a report names can't be continued. Params: ``ref``."""

    code = "reports.unknown_ref"


class Contradiction(Refusal):
    """A complete report's figures contradict each other. Params: ``problems`` in words."""

    code = "reports.contradiction"


class NothingToContinue(Refusal):
    """A follow-up, verification or correction finds no open incident."""

    code = "reports.nothing_to_continue"


class OtherPerson(Refusal):
    """A report kept on a phone is sent only under the name of whoever wrote it."""

    code = "reports.other_person"


class Unreadable(Refusal):
    """Fields of a report that was kept on a phone can't be read. Params: ``problems`` in words."""

    code = "reports.unreadable"


class ChainClosed(Refusal):
    """The division's figures of this incident are verified: a change is a correction. Params: ``number``."""

    code = "reports.chain_closed"


class NothingToForward(Refusal):
    """Nothing was reported to this office of the incident, or it has nobody above."""

    code = "reports.nothing_to_forward"


class NothingAsked(Refusal):
    """No question about this report waits for an answer."""

    code = "reports.nothing_asked"


def shown(label: str, place: str) -> str:
    """The place as it is read: the division's label and what was said beyond it, nothing twice."""
    if not place or label.endswith(place):
        return label
    return place if place.startswith(label) else f"{label} {place}"


def is_urgent(figures: Mapping[str, Any], words: Sequence[str]) -> bool:
    """Red first: deaths, missing or a word of danger."""
    return bool(words) or any((figures.get(slug) or 0) > 0 for slug in ("deaths", "missing"))


def check(kind: str, text: str, place: str, needs: Sequence[Mapping[str, Any]]) -> None:
    """Raises Invalid for a kind, text, place or need that can't be kept."""
    if kind not in KINDS:
        raise Invalid(field="kind", problem="unknown")
    if len(text) > MAX_TEXT:
        raise Invalid(field="text", problem="too_long")
    if len(place) > MAX_PLACE:
        raise Invalid(field="place", problem="too_long")
    if len(needs) > MAX_NEEDS:
        raise Invalid(field="needs", problem="too_long")
    for need in needs:
        qty = need.get("qty")
        if not str(need.get("item") or "").strip() or len(str(need["item"])) > 60:
            raise Invalid(field="needs", problem="required")
        if qty is not None and (isinstance(qty, bool) or not isinstance(qty, int | float) or not 0 <= qty < 10**9):
            raise Invalid(field="needs", problem="number")


def check_times(occurred: datetime | None, now: datetime) -> None:
    """Occurred before now (DOMAIN §1.5, rule 17), and in our time: a slip of the finger writes the year 26. Raises
    Invalid."""
    if occurred is not None and occurred.year < EARLIEST_YEAR:
        raise Invalid(field="occurred_at", problem="time")
    if occurred is not None and occurred > now + CLOCK_SKEW:
        raise Invalid(field="occurred_at", problem="future")


def check_origin(source: str, basis: str, said: datetime | None) -> None:
    """Whose figures, the whole or an addition, said in our time. Raises Invalid."""
    if source not in SOURCES:
        raise Invalid(field="source", problem="unknown")
    if basis not in BASES:
        raise Invalid(field="basis", problem="unknown")
    if said is not None and said.year < EARLIEST_YEAR:
        raise Invalid(field="said_at", problem="time")


def fingerprint(text: str) -> str | None:
    """Of a text's words, whatever its blanks: the same person's same text twice is one report."""
    words = "".join(text.split())
    return blake2b(words.encode(), digest_size=8).hexdigest() if words else None


def repeated_since(kind: str, now: datetime, zone: tzinfo) -> datetime:
    """From when on the same words of the same person are the same report. "Nothing today" is said of a local day."""
    if kind != "zero":
        return now - REPEATED_WITHIN
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(now - ZERO_REPEATED_WITHIN, midnight.astimezone(now.tzinfo))


def kind_in_chain(kind: str, chain: Chain) -> str:
    """One chain per incident and division: a second first report continues it, whoever sends it."""
    return "followup" if kind == "initial" and chain.reports else kind


def disputed(kind: str, basis: str, chain: Chain, figures: Given, person: int | None) -> Figures:
    """Figures of which somebody else said another number last, and whoever reports now may not know of it: a first
    report of the same thing, or a count that falls. Such numbers are never added; the latest counts, and it is asked
    whether it is an update or a correction. {slug: what the other said}"""
    if kind not in ("initial", "followup") or basis != TOTAL:
        return {}
    found: Figures = {}
    for slug, value in figures.items():
        word = chain.own.get(slug)
        if word is None or word.value == value or (person is not None and word.person == person):
            continue
        if kind == "initial" or value < word.value:
            found[slug] = word.value
    return found


def check_open(kind: str, chain: Chain, said: datetime, figures: Given) -> None:
    """After the verification only a correction changes figures; what was said before it may still come in. Raises
    ChainClosed."""
    if chain.closed_at is None or chain.closed_id is None or said < chain.closed_at:
        return
    if figures and kind in ("initial", "followup", "verification"):
        raise ChainClosed(number=number(REPORT, chain.closed_id))


def check_point(lat: float | None, lng: float | None, accuracy: float | None = None) -> None:
    """Both or neither, on this earth; the accuracy in metres. Raises Invalid."""
    if accuracy is not None and not 0 <= accuracy < WIDEST:
        raise Invalid(field="location", problem="number")
    if (lat is None) != (lng is None):
        raise Invalid(field="location", problem="required")
    if lat is not None and lng is not None and not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise Invalid(field="location", problem="number")


def merged_needs(reports: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> list[dict[str, Any]]:
    """What is asked for now: the latest list of each division, quantities of one item added up."""
    latest_lists: dict[str, Sequence[Mapping[str, Any]]] = {}
    for division, needs in reports:
        if needs:
            latest_lists[division] = needs
    merged: dict[str, float | int | None] = {}
    for needs in latest_lists.values():
        for need in needs:
            item, qty = str(need["item"]), need.get("qty")
            had = merged.get(item)
            merged[item] = had if qty is None else (had or 0) + qty
    return [{"item": item, "qty": qty} for item, qty in merged.items()]


def check_review(status: str, person: int | None, authors: set[int | None], command: Review) -> None:
    """Raises AlreadyReviewed, OwnReport, or Invalid for a return without a reason."""
    if status != "received":
        raise AlreadyReviewed()
    if person in authors:
        raise OwnReport()
    if not command.accept and not command.reason.strip():
        raise Invalid(field="reason", problem="required")
    if len(command.reason) > 300:
        raise Invalid(field="reason", problem="too_long")
