"""From what was understood to what is asked for. Pure."""

import re
from datetime import timedelta

from responder.hotline.understanding import Understood, understand

ANSWERS = {
    "ack": "acknowledged",
    "enroute": "en_route",
    "arrived": "arrived",
    "done": "done",
    "decline": "declined",
}
"""Intents that answer a mission, and the status that they ask for."""

KINDS = {
    "report": "initial",
    "followup": "followup",
    "verify": "verification",
    "zero": "zero",
    "correction": "correction",
}
"""Intents that are reports, and their kind."""

_BARE = re.compile(r"(?:M\d+)?\W*\d?\W*", re.IGNORECASE)

UNKNOWN_AGAIN = timedelta(hours=24)
PUZZLED_AGAIN = timedelta(minutes=10)
"""An unknown number, and whoever writes what can't be understood, is answered once in this time: no loops."""

_FIGURES = {
    "deaths": "deaths",
    "missing": "missing",
    "injured": "injured",
    "affected": "affected",
    "relocated": "relocated",
    "houses_collapsed": "houses_collapsed",
    "houses_damaged": "houses_damaged",
    "households_affected": "households_affected",
    "crop_area_ha": "crop_affected",
    "loss_cny": "loss_total",
}


def figures(heard: Understood) -> dict[str, float | int]:
    """The figures of a text under their report slugs, without those not stated."""
    values = ((slug, getattr(heard, field)) for field, slug in _FIGURES.items())
    return {slug: value for slug, value in values if value is not None}


def remark(body: str) -> str:
    """What an answer says beside its code and digit, as written; "" for ``M1005 9``."""
    said = body.strip()
    return "" if _BARE.fullmatch(said) else said


CONTINUES = ("followup", "verify", "correction")
"""Intents that change what was said before."""

_SIGNS = frozenset({"t", "td"})
"""Latin words that Chinese texts use as signs."""


def language(body: str, own: str) -> str:
    """The language to answer in: the text's own where it has a word of one, else the person's. Numbers of reports
    and missions (M1042) are no words."""
    if any("一" <= letter <= "鿿" for letter in body):
        return "zh"
    return "en" if any(word.lower() not in _SIGNS for word in re.findall(r"\b[A-Za-z]{2,}\b", body)) else own


def is_meant(name: str, code: str, town: str, place: str, own: str) -> bool:
    """Whether a division found in a place's words is really meant.

    Its whole name always is. The bare stem of a village's name (东 for 东村, 蔬菜 for 蔬菜村) is an ordinary word
    elsewhere: it counts beside its town's name, or inside the sender's own town (DOMAIN §5.3).
    """
    return name in place or len(code) < 12 or town in place or (len(own) >= 9 and code.startswith(own[:9]))


def is_empty(what: Understood) -> bool:
    """Whether a text announces a correction or follow-up and then says nothing."""
    return not (figures(what) or what.needs or what.hazard or what.occurred or what.place)


def is_fragment(what: Understood) -> bool:
    """Whether a text tells of harm or goods without saying where or what happened: 还有2人受伤."""
    told = bool(figures(what) or what.needs)
    return what.intent == "report" and told and what.place is None and what.hazard is None


def in_context(what: Understood, body: str, reported: bool, home: str) -> Understood:
    """A text that means nothing alone, read once more as a follow-up where its sender has reported before:
    没有伤亡, 累计35人受伤."""
    if what.intent != "unknown" or not reported or len(body) > 60:
        return what
    told = understand("续报：" + body, None, home)
    return told if told.intent == "followup" and (figures(told) or told.needs) else what
