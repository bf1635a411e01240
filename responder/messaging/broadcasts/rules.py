"""Broadcasts: what may be sent, who is meant, what an answer says, what a silent village comes to. Pure."""

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.kernel.refusals import Invalid, Refusal
from responder.messaging.broadcasts.commands import Area, Audience
from responder.messaging.broadcasts.measures import Callout, measures
from responder.messaging.commands import Option

OPEN, STOOD_DOWN, CLOSED = "open", "stood_down", "closed"
TEXT, CALLOUT = "text", "callout"

ASKING = (
    "broadcast", "broadcast_urgent", "broadcast_news", "broadcast_news_urgent", "callout", "callout_again",
)  # fmt: skip
"""Templates of the texts themselves; their answers and receipts are others."""

NOT_LEFT = ("queued", "held")
ON_ITS_WAY = (*NOT_LEFT, "sending")
"""States of a text that its recipient can't have yet."""

RECEIPT = (Option("1", "收到"),)
"""The one answer to a callout."""

_MAX_KM, _MAX_CORNERS, _MAX_CHOSEN = 1000, 200, 2000


class Nobody(Refusal):
    """Nobody fits what was chosen."""

    code = "broadcasts.nobody"


class TooMany(Refusal):
    """More people than one text may go to. Params: ``n``, ``most``."""

    code = "broadcasts.too_many"


class Ended(Refusal):
    """It was stood down or closed before. Params: ``by``."""

    code = "broadcasts.ended"


class NotAsked(Refusal):
    """Somebody answers a text that didn't go to them. Params: ``number``."""

    code = "broadcasts.not_asked"


class NoSuchOption(Refusal):
    """The digit is none of the answers. Params: ``digit``."""

    code = "broadcasts.no_such_option"


def template(urgent: bool, options: Sequence[Option]) -> str:
    """The template of a broadcast's text."""
    return ("broadcast" if options else "broadcast_news") + ("_urgent" if urgent else "")


def options_line(options: Sequence[Option], lang: str = "zh") -> str:
    """``1在岗 2不在``."""
    return " ".join(f"{one.digit}{'' if lang == 'zh' else ' '}{one.label}" for one in options)


def options_of(labels: Sequence[str]) -> tuple[Option, ...]:
    """Labels as numbered answers, blanks left out. Raises Invalid."""
    kept = [label.strip() for label in labels if label.strip()]
    limits = measures()
    if kept and len(kept) < 2:
        raise Invalid(field="options", problem="two_options")
    if len(kept) > limits.max_options or any(len(label) > limits.max_label for label in kept):
        raise Invalid(field="options", problem="too_long")
    if len(set(kept)) < len(kept):
        raise Invalid(field="options", problem="twice")
    return tuple(Option(str(n), label) for n, label in enumerate(kept, 1))


def check_words(body: str, longest: int | None = None) -> str:
    """The words to be sent, without blanks around them. Raises Invalid."""
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise Invalid(field="body", problem="required")
    if len(body) > (longest or measures().max_body):
        raise Invalid(field="body", problem="too_long")
    return body


def check_audience(audience: Audience) -> None:
    """Raises Invalid where nothing is chosen, or the area is none."""
    if audience == Audience():
        raise Invalid(field="audience", problem="required")
    chosen = (audience.tiers, audience.roles, audience.team_types, audience.divisions)
    if any(len(one) > _MAX_CHOSEN for one in chosen):
        raise Invalid(field="audience", problem="too_long")
    if audience.area is not None and not is_area(audience.area):
        raise Invalid(field="area", problem="unknown")


def is_area(area: Area) -> bool:
    """Whether it is a circle of some size or a polygon of three corners or more, on the globe."""
    points = [area.center] if area.center else list(area.corners)
    if not all(math.isfinite(lat) and math.isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180 for lat, lng in points):
        return False
    if area.center:
        return math.isfinite(area.km) and 0 < area.km <= _MAX_KM
    return 3 <= len(area.corners) <= _MAX_CORNERS


def inside(corners: Sequence[tuple[float, float]], lat: float, lng: float) -> bool:
    """Whether a point lies inside a polygon: a ray to the east crosses its sides an odd number of times."""
    odd = False
    for (lat_a, lng_a), (lat_b, lng_b) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (lat_a > lat) != (lat_b > lat) and lng < lng_a + (lat - lat_a) / (lat_b - lat_a) * (lng_b - lng_a):
            odd = not odd
    return odd


@dataclass(frozen=True)
class Someone:
    """A person as an audience is chosen by: ``tier`` of their division, None between the tiers."""

    person_id: int
    division: str
    tier: int | None
    roles: Collection[str]


def fits(one: Someone, audience: Audience, teams: Collection[int], area: Collection[str]) -> bool:
    """Whether somebody fits every kind that was chosen. ``teams`` are the people of the chosen types of team, ``area``
    the codes of divisions inside the chosen area."""
    return (
        (not audience.tiers or one.tier in audience.tiers)
        and (not audience.roles or any(role in one.roles for role in audience.roles))
        and (not audience.team_types or one.person_id in teams)
        and (not audience.divisions or one.division.startswith(audience.divisions))
        and (audience.area is None or one.division in area)
    )


# --- answers ---------------------------------------------------------------------------------------------------------

_DRILL = re.compile(r"^[\s【\[（(]*演练[】\])）]*[\s,:，：。]*")
_CODE = re.compile(r"(?<![A-Za-z0-9])[Bb][- ]?(\d{4,9})(?![A-Za-z0-9])")
_LEADING = re.compile(r"[\W_]*(?:选|回|第)?(?:(\d)(?!\d)|([一二三四五六七八九])(?=[\W_]*$))(?:个|号|项)?")
_EDGE = " \t\n,.;:!，。；：、！…·-—()（）[]【】“”\"'"
_CHINESE = {letter: str(n) for n, letter in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True)
class Said:
    """A text as an answer: the code it names ("B1012"), the digit it begins with, the words besides. ``bare`` says
    that nothing stands beside code and digit, ``apart`` that words stand clearly apart from the digit."""

    code: str
    digit: str
    words: str
    apart: bool = True

    @property
    def bare(self) -> bool:
        """Nothing but a code or a digit."""
        return not self.words


def read(body: str) -> Said:
    """What a text says as an answer: ``B1012 1 晚到`` is code, digit and words."""
    text = _DRILL.sub("", unicodedata.normalize("NFKC", body).strip())
    found = _CODE.search(text)
    code = f"B{found.group(1)}" if found else ""
    if found:
        text = f"{text[: found.start()].rstrip(_EDGE)} {text[found.end() :].lstrip(_EDGE)}"
    text = text.strip(_EDGE)
    pressed = _LEADING.match(text)
    if pressed is None:
        return Said(code, "", text)
    rest = text[pressed.end() :]
    digit = pressed.group(1) or _CHINESE[pressed.group(2)]
    return Said(code, digit, rest.strip(_EDGE), not rest or rest[0] in _EDGE)


def pick(said: Said, options: Sequence[Option]) -> str | None:
    """The digit of the answer that was meant; None where none was. A label in words counts as its digit, 收到 as the
    first answer where that is a receipt; words right after a digit only with a code, or where they are its label."""
    by_digit = {one.digit: one for one in options}
    if said.digit in by_digit and (said.apart or said.code or said.words.startswith(by_digit[said.digit].label)):
        return said.digit
    if said.digit:
        return None
    words = said.words.casefold()
    for one in options:
        if words == one.label.casefold():
            return one.digit
    if options and is_receipt(options[0].label) and is_receipt(words):
        return options[0].digit
    return None


def is_receipt(words: str) -> bool:
    """Whether words say nothing but that a text arrived."""
    return words.strip(_EDGE).casefold() in measures().receipt_words


def remark(said: Said, options: Sequence[Option]) -> str:
    """The words of an answer besides its digit and the label of that digit."""
    label = next((one.label for one in options if one.digit == said.digit), "")
    if said.digit:
        return said.words.removeprefix(label).strip(_EDGE)[:200]
    return "" if any(said.words.casefold() == one.label.casefold() for one in options) else said.words[:200]


# --- callouts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Called:
    """One person of a village: how often and when last texted, whether answered or on the list of calls."""

    number: str
    told: int
    told_at: datetime | None
    answered: bool
    listed: bool


def village_state(people: Sequence[Called]) -> str:
    """answered (A or B did), unmanned (nobody has a number), listed (on the list of calls), waiting."""
    if any(one.answered for one in people):
        return "answered"
    if not any(one.number for one in people):
        return "unmanned"
    return "listed" if any(one.listed for one in people) else "waiting"


def village_step(people: Sequence[Called], began: datetime, now: datetime, steps: Callout) -> str:
    """What is due for a village: again, hand, or "" for nothing."""
    if village_state(people) != "waiting":
        return ""
    if now - began >= timedelta(minutes=steps.hand_minutes):
        return "hand"
    told = max(one.told for one in people)
    return "again" if told == 1 and now - began >= timedelta(minutes=steps.again_minutes) else ""


def essence(warning: str, longest: int) -> str:
    """The beginning of a warning as the text that is proposed: up to the last end of a clause that fits."""
    text = " ".join(warning.split())
    if len(text) <= longest:
        return text
    cut = text[:longest]
    end = max(cut.rfind(mark) for mark in "。；！;!")
    return cut[: end + 1] if end >= longest // 2 else cut
