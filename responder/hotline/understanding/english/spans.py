"""Where and when in English texts: Zhujing Town Daijing Village, 4am (DOMAIN §9.8)."""

import re
from functools import cache

from responder.hotline.understanding import lexicon

Span = tuple[int, int]

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_CLOCK = r"\d{1,2}(?::\d{2})?\s*[ap]\.?m\b\.?"
_PART = r"(?:today|yesterday|this morning|last night|tonight)"
_AT_CLOCK = rf"(?:,?\s+(?:at\s+)?(?:{_CLOCK}|\d{{1,2}}:\d{{2}}))?"
_TIME = re.compile(
    rf"(?:on\s+)?\b{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}})?{_AT_CLOCK}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\b(?:,?\s+\d{{4}})?{_AT_CLOCK}"
    rf"|{_CLOCK}(?:\s+(?:{_PART}|on \w+day))?|\d{{1,2}}:\d{{2}}(?:\s*(?:hrs?|hours))?(?:\s+{_PART})?"
    r"|\b\d{4}\s*(?:hrs|hours)\b|\b(?:early |late )?(?:this|yesterday|last) (?:morning|afternoon|evening|night)"
    r"|\byesterday(?: (?:morning|afternoon|evening|night))?|\btonight|\bthis noon|\b(?:noon|midnight|dawn|dusk)\b"
    r"|\b(?:one|two|three|four|five|six|half an|an|\d+) (?:hours?|minutes?|mins?|days?) ago"
    r"|\bjust now\b|\bovernight\b|\btoday\b"
    r"|\b(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"(?:\bas of|\buntil|\btill|\bby|\bETA|\bup to|\bbefore|\bto)\s*(?:the\s+)?\Z", re.IGNORECASE)
_OTHER_ACTION = re.compile(
    r"\b(?:evacuated|relocated|moved|extinguished|put out|under control|arrived|reported|restored|reopened"
    r"|receded|stopped|rescued)\s*(?:at|by|around|since|on)?\s*\Z",
    re.IGNORECASE,
)


def times(text: str) -> tuple[Span | None, list[Span]]:
    """The time of the event, and all times."""
    spans = [found.span() for found in _TIME.finditer(text)]
    for start, end in spans:
        low = max(0, start - 24)
        if not _UNTIL.search(text, low, start) and not _OTHER_ACTION.search(text, low, start):
            return (start, end), spans
    return None, spans


@cache
def _places() -> re.Pattern[str]:
    data = lexicon.places().english
    ends = lexicon.alternation(data["admin"] + data["facilities"])
    word = (
        r"(?<![A-Za-z])[A-Z][A-Za-z'\-]*+|No\.? ?\d+"
        r"|\d{1,3}(?=(?:st|nd|rd|th)?\s+(?:Road|Street|Village|Group|Community))"
    )
    number = r"(?:\s+\d{1,3}(?!\d|:|\s*(?:[ap]\.?m|people|households|rooms|injured)))?"
    unit = rf"(?:(?:{word})\s+){{1,4}}?(?:{ends}){number}"
    road = (
        r"[GSXY]\d{1,4}(?:\s+(?:Expressway|Highway))?"
        r"(?:\s+near(?:\s+[A-Z][a-z]+)+(?:\s+(?:exit|toll station|interchange))?)?"
    )
    building = (
        r"(?:\s+(?:[a-z]+\s+)?"
        r"(?:plant|factory|school|kindergarten|hospital|bridge|station|market|warehouse|mine|exit)\b)?"
    )
    return re.compile(rf"(?:{unit}|{road})(?:(?:,\s*|\s+(?:of|in)\s+|\s+)(?:{unit}))*{building}")


_LEAD = re.compile(
    r"(?:(?:Flood|Floods|Flooding|Fire|Typhoon|Earthquake|Landslide|Hail|Snow|Drought|Heavy|Severe|Big|Report|From"
    r"|At|In|Near|On|The|Zero|Help|Urgent|Update|Correction|Strong|Explosion|Leak|Traffic|Accident|Mudslide"
    r"|Tornado|Wind|Storm|Lightning|We|This|Our|There|A|Please|Mission|Team|Arrived|Verification|Follow-up"
    r"|Chemical|Flash|Rainstorm|Forest|Reporting|Gas|Location|Place|Today|Yesterday|Hazard|Event|All)\s+)+"
)
_AT = re.compile(r"\b(?:at|in|near|from|on|outside|around|along)\s+(?:the\s+)?([A-Z][a-z]+(?:\s+[A-Z][a-z]+){0,3})")
_NO_PLACE = re.compile(rf"(?:{_MONTH}|\w+day|I|We|Red|ETA|Need|Please|Mission|Report|Help)\b")
_BROUGHT = re.compile(
    r"(?:evacuated|relocated|moved|sent|taken|transferred|sheltered)(?: \w+)? (?:(?:to|in|at|into) (?:the )?)?\Z"
    r"|\bto (?:the )?\Z",
    re.IGNORECASE,
)


def place(text: str) -> Span | None:
    """The first place that isn't where people were brought to."""
    for found in _places().finditer(text):
        lead = _LEAD.match(found.group())
        start = found.start() + (lead.end() if lead else 0)
        if found.end() > start and not _BROUGHT.search(text, max(0, start - 22), start):
            return start, found.end()
    for found in _AT.finditer(text):
        brought = _BROUGHT.search(text, max(0, found.start() - 16), found.start())
        if not brought and not _NO_PLACE.match(found.group(1)):
            return found.span(1)
    return None
