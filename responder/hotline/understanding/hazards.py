"""Which hazard a text names (slugs of DOMAIN §2.3): the named cause wins over what it did (DOMAIN §9.10)."""

import re
from functools import cache
from itertools import product
from typing import NamedTuple

from responder.hotline.understanding import lexicon

_SIGN_COSTS = 20  # a sign of a hazard weighs so much less than its name
_CAUSE_ADDS = 200  # 受台风影响, 雷击引发: named as the cause
_LABEL_ADDS = 500  # 灾种：洪涝
_RAIN_AS_CAUSE = 60  # outweighs the wall it brings down (59), not the landslide it brings (74)
_LABEL = re.compile(r"(?:灾种|灾害种类|灾害类型|事件类型|灾害类别|灾害名称|类型|事故类型|险种|灾情类型) ?:? ?\Z")
_NO = re.compile(r"\b(?:no|not|without|anti)[- ]\Z", re.IGNORECASE)
# What an event looks like beside the hazards' own cue words.
_EVENTS = (
    "发生", "受灾", "被困", "失踪", "失联", "倒塌", "遭", "突降", "突发", "受", "塌", "淹", "晃", "砸", "压塌", "掉",
    "开始下", "下的", "下了", "出现", "来的", "爆管", "断电", "停电", "震", "不见", "走失",
)  # fmt: skip
_COUNTED_WEIGHT = 25
# 倒房5间, 塌了三间: what something else did, unless nothing else is told.
_COUNTED = re.compile(
    r"(?:了|房屋|民房|住房|平房|房子|的房子)?[:约近共]{0,2}[0-9一二两三四五六七八九十百几][0-9一二两三四五六七八九十百几余多.]*(?:间|户|栋|处|座|个)"
)
_COUNTED_BEFORE = re.compile(r"[0-9一二两三四五六七八九十百几余多](?:间|户|栋)[^，,。;\n]{0,5}\Z")
_STATISTICS = re.compile("严重损坏|一般损坏|转移|安置|疏散|受灾")
_DEEDS = ("扑灭", "排水")  # cue words that tell what was done about it


class Cue(NamedTuple):
    """A cue word's hazard; ``named`` where the word names it rather than pointing to it."""

    hazard: str
    weight: int
    named: bool


@cache
def _scanner() -> lexicon.Scanner[Cue]:
    words: dict[str, Cue] = {}
    for slug, hazard in lexicon.hazards().hazard.items():
        words.update((word, Cue(slug, hazard.weight - _SIGN_COSTS, False)) for word in hazard.signs)
        if hazard.built:
            words.update(("".join(parts), Cue(slug, hazard.weight, True)) for parts in product(*hazard.built))
        words.update((word, Cue(slug, hazard.weight, True)) for word in hazard.names)
    return lexicon.Scanner(words)


@cache
def _english() -> tuple[re.Pattern[str], dict[str, tuple[int, str]]]:
    words: dict[str, tuple[int, str]] = {}
    for slug, hazard in lexicon.hazards().hazard.items():
        words.update((word, (hazard.weight, slug)) for word in hazard.english)
    return re.compile(rf"\b({lexicon.alternation(words)})(?:s|ed|ing)?\b", re.IGNORECASE), words


@cache
def _context() -> tuple[re.Pattern[str], re.Pattern[str]]:
    context, any_of = lexicon.hazards().context, lexicon.alternation
    return (
        re.compile(rf"(?:{any_of(context['prevention'])})\Z"),
        re.compile(rf"[^，,。;\n]{{0,4}}?(?:{any_of(context['causes'])})"),
    )


def find(text: str) -> tuple[str | None, str | None]:
    """The hazard of a text, and the one that it names and doesn't only show signs of; None where there is none."""
    best: tuple[int, str] | None = None
    best_named: tuple[int, str] | None = None
    readiness = tuple(lexicon.hazards().context["not_event"])
    for hit in _scanner().scan(text):
        if text.startswith(readiness, hit.end) or _is_readiness(text, hit):
            continue
        found = _weight(text, hit), hit.tag.hazard
        if best is None or found[0] > best[0]:
            best = found
        if hit.tag.named and (best_named is None or found[0] > best_named[0]):
            best_named = found
    if best is not None and best == (_COUNTED_WEIGHT, "collapse") and _STATISTICS.search(text):
        return None, None
    if best is None:
        english = find_english(text)
        return english, english
    return best[1], best_named[1] if best_named else None


def _is_readiness(text: str, hit: lexicon.Hit[Cue]) -> bool:
    """防台风, 无山洪: no event. 抗旱 is one all the same, and so is whatever is counted."""
    before = text[max(0, hit.start - 4) : hit.start]
    if before.endswith("抗") and hit.tag.hazard == "drought":
        return False
    return _context()[0].search(before) is not None and not text[hit.end : hit.end + 1].isdigit()


def _weight(text: str, hit: lexicon.Hit[Cue]) -> int:
    """How much a cue counts: more after the label of a form, and where it is named as the cause."""
    cue = hit.tag
    if _LABEL.search(text, max(0, hit.start - 9), hit.start):
        return cue.weight + _LABEL_ADDS
    if cue.hazard == "collapse" and (
        _COUNTED.match(text, hit.end) or _COUNTED_BEFORE.search(text, max(0, hit.start - 12), hit.start)
    ):
        return _COUNTED_WEIGHT
    if not _context()[1].match(text, hit.end):
        return cue.weight
    if cue.hazard in lexicon.hazards().context["no_cause"]:
        return max(cue.weight, _RAIN_AS_CAUSE)
    return cue.weight + (_CAUSE_ADDS if cue.named else 0)


def find_english(text: str) -> str | None:
    """The hazard that an English text names."""
    pattern, words = _english()
    best: tuple[int, str] | None = None
    for found in pattern.finditer(text):
        cue = words[found.group(1).lower()]
        denied = _NO.search(text, max(0, found.start() - 8), found.start())
        if not denied and (best is None or cue[0] > best[0]):
            best = cue
    return best[1] if best else None


@cache
def event_words() -> re.Pattern[str]:
    """What an event looks like: tells the time of the event from other times."""
    heads: dict[str, list[str]] = {}
    listed = [word for hazard in lexicon.hazards().hazard.values() for word in hazard.names + hazard.signs]
    for word in listed + list(_EVENTS):
        if not word.startswith(_DEEDS):
            heads.setdefault(word[0], []).append(word[1:])
    # Grouped by first letter: a pattern of eight hundred words side by side is slow.
    return re.compile("|".join(
        re.escape(head) + ("" if "" in tails else f"(?:{lexicon.alternation(tails)})")
        for head, tails in heads.items()
    ))  # fmt: skip
