"""The indicators of an English text; a house is counted like a room."""

import re
from functools import cache

from responder.hotline.understanding.english.numbers import NUMBER, QUANTITY, value
from responder.hotline.understanding.normalise import DONE, mask

Value = float | int

_PEOPLE = (
    r"(?:people|persons?|residents?|villagers?|men|man|women|woman|children|child|students?|workers?|pupils?"
    r"|elderly|passengers?|drivers?|fishermen|fisherman|farmers?|tourists?|inhabitants|boys?|girls?|kids?"
    r"|old (?:man|woman|people)|others|family members|locals|evacuees)"
)
_LINK = (
    r"(?:\s+(?:are|is|was|were|have|has|had|have been|has been|had been|being|got|reported|confirmed"
    r"|already|now|still|also|been|safely|seriously|slightly|badly|severely|feared|local|homes?)){0,4}\s*"
)
_RELATIVE = (
    r"(?:\s*(?:is|are|was|were|now|at|to|of|has|have|stands?|should|be|read|reported|count|number|remains?|been"
    r"|total|rose|risen|increased|households?|people|persons|only|a|the|figure|corrected)\b){0,5}\s*[:=]?\s*"
    r"(?:about\s+|around\s+|some\s+|over\s+|nearly\s+)?"
)
# (after the number, before the number) of each indicator of people.
_FORMS = {
    "deaths": (
        r"(?:dead|died|killed|deaths?|fatalit(?:y|ies)|drowned)",
        r"(?:death toll|deaths?|dead|killed|killing|fatalities)",
    ),
    "missing": (r"(?:missing|unaccounted for)", r"(?:missing|unaccounted for)"),
    "injured": (
        r"(?:injured|hurt|wounded|injur(?:y|ies)|burned(?! down)|burnt(?! down)|with burns)",
        r"(?:injured|injuring|injuries|wounded|hurt)",
    ),
    "relocated": (
        r"(?:relocated|evacuated|moved|resettled|sheltered|evacuees|transferred)",
        r"(?:relocated|evacuated|evacuating|relocating|evacuees|moved|evacuation of)",
    ),
    "affected": (r"(?:affected|impacted)", r"(?:affected|affecting|people affected|affected people|affects)"),
}  # fmt: skip
_HOUSEHOLDS = r"(?:households?|families|family|homes(?=\s+(?:affected|inundated|under|without))|HHs?)"
_STRUCK = r"(?:affected|flooded|hit|inundated|damaged|impacted|without power|under water|underwater|waterlogged)"
_ROOMS = r"(?:house rooms?|rooms?|houses?|homes?|dwellings?|buildings?)"
_DOWN = (
    r"(?:collapsed|destroyed|burned down|burnt down|washed away|flattened|burned|burnt|gutted|levell?ed"
    r"|swept away|have fallen|fell down)"
)
_HARMED = (
    r"(?:damaged|cracked|unroofed|partly damaged|partially damaged|with cracks|flooded|lost their roofs"
    r"|with roofs? (?:blown off|damaged))"
)
_NEXT = (
    r"(?:households?|families|rooms?|houses?|homes?|mu\b|hectares?|ha\b|others?|dead|injured|missing|relocated"
    r"|evacuated|killed)"
)
_NOT_ROOMS = r"(?:greenhouse|shed|barn|bridge|road|wall|tree|greenhouses|sheds|barns|bridges|trees)"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """In order: a number taken by one pattern is masked for those after it."""
    people = rf"(?:\s+(?:local\s+)?{_PEOPLE})?"
    rooms = rf"(?:\s+{_ROOMS})?"
    with_people = rf"\s*(?:\(|with|and|,|/)\s*(?:about )?\d+\s+{_PEOPLE}\)?"
    listed = [
        ("households_affected", rf"{QUANTITY}\s+{_HOUSEHOLDS}(?={with_people}{_LINK}{_STRUCK})"),
        ("households_affected", rf"(?:households?|families)\s+{_STRUCK}\s*[:=]\s*{QUANTITY}"),
        ("households_affected", rf"{QUANTITY}(?:\s+{_HOUSEHOLDS}|户){_LINK}\s*{_STRUCK}"),
        ("households_affected", rf"(?:affected|affecting|flooded)\s+(?:households?|families)\s*[:=]?\s*{QUANTITY}"),
        ("households_affected", rf"(?:affected|affecting|flooded|flooding|hit)\s*[:=]?\s*{QUANTITY}\s+{_HOUSEHOLDS}"),
        ("houses_collapsed", rf"{QUANTITY}\s+{_ROOMS}{_LINK}{_DOWN}"),
        ("houses_damaged", rf"{QUANTITY}\s+{_ROOMS}{_LINK}{_HARMED}"),
        (
            "houses_collapsed",
            rf"(?:houses? collapsed|rooms? collapsed|collapsed|destroyed|burned down|collapse of)"
            rf"\s*(?:houses?|rooms?|homes?)?{_RELATIVE}{QUANTITY}{rooms}"
            rf"(?!\s*(?:{_PEOPLE}|households|damaged|injured|dead|{_NOT_ROOMS}))",
        ),
        ("houses_collapsed", rf"{QUANTITY}\s+(?:more\s+)?{_DOWN}(?!\s+{_NOT_ROOMS})"),
        ("houses_damaged", rf"(?:damaged|cracked)\s*(?:houses?|rooms?|homes?){_RELATIVE}{QUANTITY}"),
        ("houses_damaged", rf"(?:flooded|inundated)\s+{QUANTITY}\s+(?:houses?|rooms?|dwellings?)"),
        ("houses_damaged", rf"(?:damaged|damaging|cracked)\s+{QUANTITY}\s+{_ROOMS}"),
        ("houses_damaged", rf"{QUANTITY}\s+(?:more\s+)?damaged(?!\s+{_NOT_ROOMS})"),
    ]
    for slug, (after, before) in _FORMS.items():
        listed.append((slug, rf"{QUANTITY}{people}\)?{_LINK}{after}\b"))
        listed.append((slug, rf"\b{before}{_RELATIVE}{QUANTITY}(?:\s+{_PEOPLE})?\b(?!\s*(?:{_PEOPLE}|{_NEXT}))"))
    return tuple((slug, re.compile(pattern, re.IGNORECASE)) for slug, pattern in listed)


_CROP = re.compile(rf"{QUANTITY}\s+(?P<unit>mu|hectares?|ha|acres?)\b", re.IGNORECASE)
_HECTARES = {"mu": 1 / 15, "ha": 1.0, "hectare": 1.0, "hectares": 1.0, "acre": 0.404686, "acres": 0.404686}
_NOT_CROP = re.compile(r"forest|woodland|burned area|grassland|fish ?pond", re.IGNORECASE)
_PART_OF = re.compile(r"\b(?:of which|including|among)\b", re.IGNORECASE)
_LOSS = re.compile(
    r"\b(?:economic losses|economic loss|loss(?:es)?|damages? (?:of|worth|estimated)|damage (?:is|estimated))\b"
    rf"[^.;\d]{{0,40}}?(?:(?:RMB|CNY|¥|yuan)\s*)?{QUANTITY}\s*(?:(?:RMB|CNY|yuan)\b)?"
    rf"|(?:RMB|CNY|¥)\s*(?P<n2>{NUMBER})\s+(?:in|of)?\s*loss"
    rf"|(?P<n3>{NUMBER})\s*(?:yuan|RMB|CNY)\s+(?:in|of)?\s*(?:economic\s+|direct\s+)?loss",
    re.IGNORECASE,
)
_HARM = r"(?:casualt\w+|dea(?:d|ths?)|died|killed|fatalit\w+|injur\w+|hurt|wounded|missing)"
_NONE = re.compile(
    r"\bno(?:body|\s+one|\s+person|\s+people|\s+reports? of|\s+reported|\s+further|\s+human)?"
    r"(?:\s+(?:was|is|were|are|has been|have been|reported|any))*\s+"
    rf"(?P<w>{_HARM}(?:(?:\s*,\s*|\s+(?:and|or|nor)\s+)(?:no\s+|is\s+|was\s+)?{_HARM})*)",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:every(?:one|body)|all (?:residents|people|villagers|persons|students|families)?|people)\s*"
    r"(?:is|are|were|was)?\s*(?:all\s+)?(?:safe|fine|ok|okay|well|unharmed|unhurt|accounted for)\b"
    r"(?! ?(?:ly|place|area))",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|instead of|rather than|previously|earlier|from|originally)\s*\Z", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:trapped|stranded|rescued|rescuers?|firefighters?|volunteers?|team members?|vehicles?|trucks?|police)\b",
    re.IGNORECASE,
)


def read(text: str) -> dict[str, Value]:
    """The indicators of a text whose places, times, codes and needs are masked already."""
    out: dict[str, Value] = {}
    text = _none(text, out)
    loss = _LOSS.search(text)
    if loss:
        amount = value(loss.group("n") or loss.group("n2") or loss.group("n3"))
        if amount is not None:
            out["loss_cny"] = amount
        text = mask(text, loss.start(), loss.end(), DONE)
    text = _crops(text, out)
    for slug, pattern in _patterns():
        for found in pattern.finditer(text):
            begin, end = found.span("n")
            if _DENIED.search(text, max(0, begin - 20), begin) or DONE in found.group():
                continue
            amount = value(found.group("n"))
            if amount is None or (slug in ("affected", "relocated") and _OTHERS.search(found.group())):
                continue
            text = mask(text, begin, end, DONE)
            if not out.get(slug):
                out[slug] = int(amount)
    return out


def _none(text: str, out: dict[str, Value]) -> str:
    """Notes what is said to be none: no casualties, nobody hurt, everyone is safe."""
    for none in _NONE.finditer(text):
        words = none.group("w").lower()
        if re.search(r"casualt|dea|died|killed|fatal", words):
            out["deaths"] = 0
        if re.search(r"casualt|injur|hurt|wounded", words):
            out["injured"] = 0
        if "missing" in words:
            out["missing"] = 0
    text = _NONE.sub(lambda found: DONE * len(found.group()), text)
    for well in _WELL.finditer(text):
        out.setdefault("deaths", 0)
        out.setdefault("injured", 0)
        text = mask(text, well.start(), well.end(), DONE)
    return text


def _crops(text: str, out: dict[str, Value]) -> str:
    for found in _CROP.finditer(text):
        amount = value(found.group("n"))
        woods = _NOT_CROP.search(text, max(0, found.start() - 25), found.end() + 25)
        part = _PART_OF.search(text, max(0, found.start() - 20), found.start())
        if amount is not None and not woods and not part:
            out.setdefault("crop_area_ha", round(amount * _HECTARES[found.group("unit").lower()], 2))
    return _CROP.sub(lambda found: DONE * len(found.group()), text)
