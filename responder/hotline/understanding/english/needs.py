"""What an English text asks for: need 50 blankets and 10 tents (DOMAIN §9.9)."""

import re

from responder.hotline.understanding.english.numbers import NUMBER, QUANTITY, value
from responder.hotline.understanding.model import Need
from responder.hotline.understanding.normalise import NEED, mask

_MOST_ASKS = 24  # in one text; what comes after is no message of a person
_ASK = re.compile(
    r"\b(?:urgently need(?:ed|s|ing)?|need(?:s|ed|ing)?(?: urgently)?|requir(?:e|es|ing)|requests?|requesting"
    r"|please (?:send|provide|dispatch|deliver|supply)|send(?: us)?|asking for|ask for|in need of|short of|lacking"
    r"|we lack|running out of|want)\b(?!\s+(?:to|not|help\b|support\b|assistance\b))[\s:]*(?:the\s+|for\s+|us\s+)?",
    re.IGNORECASE,
)
_NOT_ASK = re.compile(r"\b(?:no|not|don't|do not|doesn't|nothing|without|didn't)\s*\Z", re.IGNORECASE)
_MEASURE = (
    r"(?:boxes|box|cases?|sets?|pieces?|bottles?|bags?|rolls?|kg|tons?|tonnes?|packs?|packets?|pairs?|cartons?"
    r"|sacks?|lit(?:re|er)s?|units?)"
)
_ITEM_END = re.compile(
    r"[.;!?\n]|\b(?:because|as soon|asap|immediately|urgently|please|thanks|thank you|for the|for \d|at|in|to|by"
    r"|before|from|now|since|but|who|which|water level|no|we|road|they|is|are|were|was|have|has)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:,|\band\b|&|\bplus\b|\balso\b|/)\s*", re.IGNORECASE)
_COUNTED = re.compile(rf"{QUANTITY}\s*(?:{_MEASURE}\s+(?:of\s+)?)?(?P<item>[A-Za-z][A-Za-z \-']+)", re.IGNORECASE)
_COUNT_LAST = re.compile(
    rf"(?P<item>[A-Za-z][A-Za-z \-']+?)\s*[:x(]?\s*(?P<n>\d[\d,]*)\s*(?:{_MEASURE})?\)?", re.IGNORECASE
)
_LEAD = re.compile(r"(?:some|more|any|several|a few|additional|extra|enough|the|many)\s+", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z \-']{1,40}")
_NEEDED = re.compile(
    rf"(?:^|[.;,]\s*)(?P<items>(?:{QUANTITY}\s+)?[A-Za-z][A-Za-z \-']{{1,40}}?"
    rf"(?:\s+and\s+(?:{NUMBER}\s+)?[A-Za-z \-']{{2,30}}?)?)"
    r"\s+(?:is |are )?(?:urgently |also |badly )?(?:needed|required|requested)\b",
    re.IGNORECASE,
)
_NO_ITEM = re.compile(r"(?:no|not|nothing|is|are)\b", re.IGNORECASE)
_NOTHING = frozenset({
    "help", "assistance", "support", "rescue", "someone", "people", "urgent help", "your help", "immediate help",
    "backup", "us", "you", "it", "this", "instructions", "advice", "more", "immediate assistance",
    "urgent assistance", "anything", "someone else", "another team",
})  # fmt: skip


def find(text: str) -> tuple[tuple[Need, ...], str]:
    """The needs, and the text with them masked."""
    needs: list[Need] = []
    for ask in list(_ASK.finditer(text))[:_MOST_ASKS]:
        if _NOT_ASK.search(text, max(0, ask.start() - 16), ask.start()):
            continue
        stop = _ITEM_END.search(text, ask.end())
        limit = min(stop.start() if stop else len(text), ask.end() + 300)
        found = _listed(text[ask.end() : limit], needs)
        if found:
            needs += found
            text = mask(text, ask.start(), limit, NEED)
    for needed in list(_NEEDED.finditer(text)):
        found = [] if _NO_ITEM.match(needed.group("items")) else _listed(needed.group("items"), needs)
        if found:
            needs += found
            text = mask(text, *needed.span("items"), NEED)
    return tuple(needs), text


def _listed(items: str, known: list[Need]) -> list[Need]:
    found = [_item(piece.strip(" :\"'()")) for piece in _SPLIT.split(items)]
    return [need for need in found if need is not None and need not in known]


def _item(piece: str) -> Need | None:
    counted = _COUNTED.fullmatch(piece)
    if counted:
        return Need(counted.group("item").strip(), value(counted.group("n")))
    counted = _COUNT_LAST.fullmatch(piece)
    if counted:
        return Need(counted.group("item").strip(), value(counted.group("n")))
    piece = _LEAD.sub("", piece, count=1) if _LEAD.match(piece) else piece
    return Need(piece) if _NAME.fullmatch(piece) and piece.lower() not in _NOTHING else None
