"""The patterns and word sets by which names of places are told, made ready from places.toml."""

import re
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.normalise import CJK

LONGEST_NAME = 8
_NUMERALS = "0-9一二三四五六七八九十百零〇"
# Tags of the figures' words that end a name: nobody calls a village 转移 or 受灾.
_WORDS_OF_HARM = (
    "death", "missing", "injured", "affected", "affected_households", "relocated", "relocated_part", "collapse",
    "damage", "damage_part", "flooded", "loss", "ruin", "void", "outage", "sick", "whole", "shed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What an ending, a road, a building looks like, and what is no name. Words, not positions."""

    admin: re.Pattern[str]
    follow: re.Pattern[str]
    numbered: re.Pattern[str]
    facility: re.Pattern[str]
    road: re.Pattern[str]
    road_part: re.Pattern[str]
    facility_generic: re.Pattern[str]
    stops: lexicon.Scanner[str]
    generic: frozenset[str]
    nameless: frozenset[str]
    never: frozenset[str]
    facility_not: tuple[str, ...]
    never_proper: tuple[str, ...]
    not_before_ending: tuple[str, ...]
    not_before_district: tuple[str, ...]


def _stops() -> dict[str, str]:
    """Words that no name runs over, each with what it is."""
    stops: dict[str, str] = dict.fromkeys(lexicon.places().stops, "stop")
    words = lexicon.figures().words
    for tag in _WORDS_OF_HARM:
        stops.update((word, tag) for word in words[tag] if len(word) > 1)
    for hazard in lexicon.hazards().hazard.values():
        stops.update((word, "hazard") for word in hazard.names + hazard.signs if len(word) > 1)
    stops.update((word, "ask") for word in lexicon.needs().strong)
    stops.update((word, "ask") for word in ("需要", "请求", "需", "请派", "请送", "请调", "请速"))
    return stops


@cache
def rules() -> Rules:
    """The rules, made once."""
    data = lexicon.places()
    any_of = lexicon.alternation
    facility, parts = any_of(data.facilities), any_of(data.road_parts)
    return Rules(
        admin=re.compile(any_of(data.admin)),
        follow=re.compile(rf"([{CJK}A-Za-z]{{0,{LONGEST_NAME}}}?)({facility})(?![面基障灯况人牌口泉]|边坡|员)"),
        numbered=re.compile(rf"第?[{_NUMERALS}]{{1,4}}(?:{any_of(data.numbered)})(?![房人屋车])"),
        facility=re.compile(rf"(?:{facility})(?![面基障灯况人牌员泉]|段障)"),
        road=re.compile(
            r"(?:(?<![A-Za-z0-9])[GSXYgsxy]\d{1,4}(?!\d)|\d{3}(?=国道|省道|县道|乡道))"
            r"(?:高速公路|高速|国道|省道|县道|乡道|公路|线)?"
        ),
        road_part=re.compile(
            rf" ?(?P<name>[{CJK}]{{0,6}}?)(?:{parts})| ?[Kk]\d+(?:\+\d+)?(?:米?处)?"
            rf"| ?\d+(?:\.\d+)?公里(?:\+\d+米)?处?| ?[{CJK}]{{2,6}}?(?:高速公路|高速|公路|线)"
        ),
        facility_generic=re.compile(any_of(data.facility_generic)),
        stops=lexicon.Scanner(_stops()),
        generic=frozenset(data.generic),
        nameless=frozenset(data.nameless),
        never=frozenset(data.not_in_names),
        facility_not=tuple(data.facility_not),
        never_proper=tuple(data.never_proper),
        not_before_ending=tuple(data.not_before_ending),
        not_before_district=tuple(data.not_before_district),
    )
