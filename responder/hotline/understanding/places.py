"""Where the event is, among all the places that a Chinese text names (DOMAIN §9.8).

A place that people are brought to, or that the writer signs with, isn't where the event is.
"""

import re
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.gazetteer import Gazetteer
from responder.hotline.understanding.names import Cutter

EVENT, MOVED, WRITER, DESTINATION = 0, 1, 2, 9


@dataclass(frozen=True, slots=True)
class Place:
    """A place at [start, end). ``role``: what it is to the event; ``admin``: it begins with an administrative
    name; ``labelled``: a form's label says that this is the place; ``low``: it comes down to a village."""

    start: int
    end: int
    role: int
    admin: bool
    labelled: bool
    low: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    writers: re.Pattern[str]
    destinations: re.Pattern[str]
    labels: re.Pattern[str]
    joiner: re.Pattern[str]
    low: tuple[str, ...]


@cache
def _rules() -> _Rules:
    data = lexicon.places()
    any_of = lexicon.alternation
    return _Rules(
        writers=re.compile(rf"的?(?:{any_of(data.writers)})(?!零|无)"),
        destinations=re.compile(rf"(?:{any_of(data.destinations)})\Z"),
        labels=re.compile(rf"(?:{any_of(data.labels)}) ?[:是为]?\Z"),
        joiner=re.compile(any_of(data.joiners)),
        low=tuple(data.low),
    )


_BEFORE = 14  # letters before a name that can tell its role
_WRITER_LABEL = re.compile(r"(?:报灾|填报|报告|上报|报送)(?:单位|人|部门) ?:?\Z")
_MOVED = re.compile(r"(?:转移|疏散|撤离|安置)了?\Z")
_DENIED = re.compile(r"(?:不是|并非|而非)\Z")
_NUMBERED_ROAD = re.compile(r"[GSXY]\d{1,4}|\d{3}国道")
_OFFICE = re.compile(r"(?<=村)(?:村委会|村民委员会)\Z")
_BELOW = re.compile(r"[ ，:、]{1,2}(?:我镇|我县|辖区|下辖|所属)?")


def find(text: str, gazetteer: Gazetteer | None, home: str | None) -> list[Place]:
    """All places of a text, in order, each with its role. ``text`` has its times and codes masked."""
    cutter = Cutter(text, gazetteer, home)
    spans: list[tuple[int, int, bool]] = []
    for start, end in cutter.chains():
        if spans and start < spans[-1][1]:
            continue
        office = _OFFICE.search(text[start:end])
        spans.append((start, end - len(office.group()) if office else cutter.extend(end), True))
    spans += [(start, end, False) for start, end in cutter.alone([(start, end) for start, end, _ in spans])]
    spans.sort()
    out: list[Place] = []
    for start, end, admin in spans:
        role, labelled = _role(text, start, end)
        joined = bool(out) and out[-1].end == start and role == EVENT
        if joined and (out[-1].admin or (admin and _NUMBERED_ROAD.match(text, out[-1].start))):
            out[-1] = Place(out[-1].start, end, out[-1].role, True, out[-1].labelled, True)
        else:
            out.append(Place(start, end, role, admin, labelled, text[start:end].endswith(_rules().low)))
    return out


def _role(text: str, start: int, end: int) -> tuple[int, bool]:
    """What the place is to the event, by the words around it, and whether a label settles it."""
    rules = _rules()
    before = text[max(0, start - _BEFORE) : start]
    if rules.labels.search(before):
        return EVENT, True
    if rules.writers.match(text, end) or _WRITER_LABEL.search(before):
        return WRITER, False
    if rules.destinations.search(before) or _DENIED.search(before):
        return DESTINATION, False
    return (MOVED if _MOVED.search(before) else EVENT), False


def choose(text: str, places: list[Place]) -> tuple[int, int] | None:
    """The one place where the event is: [start, end), or None."""
    for place in places:
        if place.labelled:
            return _joined(text, places, place)
    for role in (EVENT, MOVED, WRITER):
        fitting = [place for place in places if place.role == role]
        chosen = next((place for place in fitting if place.admin), fitting[0] if fitting else None)
        if chosen is not None:
            return _joined(text, places, chosen)
    return None


def _joined(text: str, places: list[Place], chosen: Place) -> tuple[int, int]:
    """With the village named right after its town, over a comma, and with siblings (中洪村、新元村)."""
    start, end, low = chosen.start, chosen.end, chosen.low
    for place in places:
        if place.start < end or place.role not in (EVENT, MOVED):
            continue
        gap = text[end : place.start]
        if not low and place.low and _BELOW.fullmatch(gap):
            end, low = place.end, True
        elif low and place.low and _rules().joiner.fullmatch(gap):
            end = place.end
        else:
            break
    return start, end


def going_to(text: str, places: list[Place]) -> tuple[int, int] | None:
    """Where a team is or goes: the first place that it doesn't come from."""
    for place in places:
        if place.role in (EVENT, DESTINATION) and text[max(0, place.start - 1) : place.start] not in ("从", "由"):
            return place.start, place.end
    return None
