"""The order in which a text is understood: codes, times, places and needs are cut out, then numbers are read."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from responder.hotline.understanding import (
    answers,
    figures,
    hazards,
    intent,
    lexicon,
    needs,
    places,
    refs,
    when,
    zeros,
)  # fmt: skip
from responder.hotline.understanding.english import figures as english_figures
from responder.hotline.understanding.english import needs as english_needs
from responder.hotline.understanding.english import spans
from responder.hotline.understanding.gazetteer import Gazetteer
from responder.hotline.understanding.model import Need, Understood
from responder.hotline.understanding.normalise import CODE, PLACE, TIME, mask, normalise

# A text is read this far; nobody types more, and the whole of it is stored anyway.
_LONGEST = 5000
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]{2,}")
_CASUALTIES = ("deaths", "missing", "injured")
_MISSION = ("ack", "decline", "enroute", "arrived", "done")
# What a team's answer can tell of the event; the rest of its numbers are its own people, cars and goods.
_FROM_THE_SCENE = ("deaths", "missing", "injured", "relocated")
_HARM_TAGS = (
    "death", "missing", "injured", "injured_part", "affected_households", "relocated", "collapse", "damage",
    "damage_part", "flooded", "ruin", "ruin_narrow",
)  # fmt: skip
_TIME_CORRECTED = re.compile(r"时间(?:应为|为|是|应该)")
_ABOUT_HARM = re.compile("伤亡|死|伤")


@dataclass(slots=True)
class _Found:
    """What was found in one text, before the intent decides what of it counts. Spans are of the mended text."""

    text: str
    raw: str = ""
    hazard: str | None = None
    named: str | None = None
    place: tuple[int, int] | None = None
    going_to: tuple[int, int] | None = None
    happened: tuple[int, int] | None = None
    needs: tuple[Need, ...] = ()
    none: dict[str, int] | None = None
    figures: dict[str, Any] | None = None
    harm: bool = False
    any_place: bool = False


def understand(text: str, gazetteer: Gazetteer | None = None, home: str | None = None) -> Understood:
    """What a text says. Never raises; what isn't said stays None (DOMAIN §9).

    ``gazetteer`` makes place names exact, ``home`` is the code of the sender's own division, whose names count
    even without their endings. A beginning 演练 is taken off and told in ``drill``.
    """
    body, drill = intent.strip_drill(text[:_LONGEST])
    ready = normalise(body)
    # Some letters stand for many: a ligature can be a whole sentence.
    plain = ready.plain[:_LONGEST]
    told: dict[str, Any] = {"drill": drill}
    ref_span = refs.find(plain)
    ref = ready.written(*ref_span) if ref_span else None
    work = mask(plain, *ref_span, CODE) if ref_span else plain
    key = answers.key_word(work)
    if key is not None:
        return Understood(key, ref=None if key in ("stop", "help") else ref, **told)
    for start, end in refs.codes(work):
        work = mask(work, start, end, CODE)
    han = len(_HAN.findall(work))
    latin = sum(len(word) for word in _LATIN.findall(work))
    if latin > 4 * han:
        found = _both(_english(work), _chinese(work, gazetteer, home)) if han else _english(work)
    else:
        found = _chinese(work, gazetteer, home)
    kind = intent.decide(found.text, _evidence(found, ref))
    if kind in ("unknown", "help", "stop"):
        return Understood(kind, **told)
    where = _place(found, kind)
    happened = found.happened if kind in ("report", "followup", "verify") or _corrects_time(kind, plain) else None
    return Understood(
        intent=kind,
        hazard=_hazard(found, kind),
        place=ready.written(*where).strip() if where else None,
        occurred=ready.written(*happened).strip() if happened else None,
        needs=() if kind in ("decline", "zero", "ack") else found.needs,
        ref=ref,
        **_values(found, kind),
        **told,
    )


def _chinese(work: str, gazetteer: Gazetteer | None, home: str | None) -> _Found:
    coded = work
    times = when.find(work)
    for start, end in times:
        work = mask(work, start, end, TIME)
    named_places = places.find(work, gazetteer, home)
    for place in named_places:
        work = mask(work, place.start, place.end, PLACE)
    asked, unasked = needs.find(work)
    none = zeros.find(unasked)
    hazard, named = hazards.find(work)
    return _Found(
        text=none.text if none.fields else work,
        raw=work,
        hazard=hazard,
        named=named,
        place=places.choose(work, named_places),
        going_to=places.going_to(work, named_places),
        happened=when.happened(coded, times, hazards.event_words()),
        needs=asked,
        none=none.fields,
        figures=figures.read(none.text, epidemic=hazard in ("epidemic", "heat")),
        harm=_harmed(intent.NO_DISASTER.sub("", none.text)),
        any_place=bool(named_places),
    )


def _english(work: str) -> _Found:
    work = work.replace("，", ",")
    happened, times = spans.times(work)
    for start, end in times:
        work = mask(work, start, end, TIME)
    where = spans.place(work)
    work = mask(work, *where, PLACE) if where else work
    asked, unasked = english_needs.find(work)
    hazard = hazards.find_english(unasked)
    counted = english_figures.read(unasked)
    return _Found(
        text=unasked,
        hazard=hazard,
        named=hazard,
        place=where,
        going_to=where,
        happened=happened,
        needs=asked,
        none={slug: 0 for slug, value in counted.items() if not value},
        figures={slug: value for slug, value in counted.items() if value},
        harm=any(counted.values()),
        any_place=where is not None,
    )


def _both(english: _Found, chinese: _Found) -> _Found:
    """An English text with Chinese words in it: what the one reading doesn't tell, the other may."""
    return replace(
        english,
        hazard=english.hazard or chinese.hazard,
        named=english.named or chinese.named,
        place=english.place or chinese.place,
        going_to=english.going_to or chinese.going_to,
        happened=english.happened or chinese.happened,
        needs=english.needs + tuple(need for need in chinese.needs if need not in english.needs),
        none={**(chinese.none or {}), **(english.none or {})},
        figures={**(chinese.figures or {}), **(english.figures or {})},
        any_place=english.any_place or chinese.any_place,
    )


def _evidence(found: _Found, ref: str | None) -> intent.Evidence:
    counted = found.figures or {}
    return intent.Evidence(
        hazard=found.hazard,
        named=found.named is not None,
        figures=any(slug != "loss_cny" for slug in counted),
        losses="loss_cny" in counted,
        casualties=any(counted.get(slug) for slug in _CASUALTIES),
        harm=found.harm,
        needs=bool(found.needs),
        place=found.any_place,
        ref=ref,
    )


def _hazard(found: _Found, kind: str) -> str | None:
    """Reports tell their hazard; follow-ups and verifications only one that they name (DOMAIN §9.10)."""
    if kind == "report":
        return found.hazard
    return found.named if kind in ("followup", "verify") else None


def _place(found: _Found, kind: str) -> tuple[int, int] | None:
    if kind in ("arrived", "enroute"):
        return found.going_to
    return None if kind in ("ack", "decline") else found.place


def _values(found: _Found, kind: str) -> dict[str, Any]:
    """The figures that count for this intent; a number told outweighs a general "none"."""
    if kind in ("zero", "ack", "decline"):
        return {}
    none, counted = found.none or {}, found.figures or {}
    if kind in _MISSION:
        none = none if _ABOUT_HARM.search(found.raw) else {}
        both = {**none, **counted}
        return {slug: value for slug, value in both.items() if slug in _FROM_THE_SCENE}
    if kind == "correction" and not counted and not none:
        return dict(figures.lone(found.text))
    return {**none, **counted}


def _corrects_time(kind: str, plain: str) -> bool:
    return kind == "correction" and _TIME_CORRECTED.search(plain) is not None


@cache
def _harm_scanner() -> lexicon.Scanner[str]:
    words = lexicon.figures().words
    harmless = frozenset(lexicon.intents().harmless)
    harm = {word: tag for tag in _HARM_TAGS for word in words[tag] if len(word) > 1 and word not in harmless}
    # 转移准备 is no move: the longer word wins.
    return lexicon.Scanner({**harm, **dict.fromkeys(words["neutral"], "")})


def _harmed(text: str) -> bool:
    """Whether words of harm stand in a text, with or without numbers."""
    return any(hit.tag for hit in _harm_scanner().scan(text))
