"""Red first: words of danger in what people write, and their denials. Words are data: ``config/red.toml``."""

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from responder.platform import config


class _Red(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    words: list[str]
    deniable: list[str]
    deniable_en: list[str]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is red, and what is a denial of it."""
    red = config.load("red.toml", _Red)
    danger, harm = "|".join(red.deniable), "|".join(red.deniable_en)
    # Between the denial and what it denies only words of its own may stand: in “没电没水3人被困” nobody is denied.
    between = f"有|人员?|群众|村民|居民|任何|因灾|发生|出现|造成|发现|接到|收到|接报|报告|受伤|{danger}|和|及|或|与|、"
    between_en = "one|people|persons?|villagers|residents|reports?|of|any|anyone|is|are|was|were|been|known|or|and"
    between_en += f"|{harm}"
    denied = re.compile(
        rf"(?:{danger})(?:人口|人数|人员)?[：:为是\s]*(?:0|０|零|无)(?![\d０-９.．点])\s*[人名]?"
        rf"|(?:无|没有?|未|零|(?<![\d０-９.．])[0０][人名])(?:{between})*(?:{danger})"
        rf"|\b(?:no|nobody|none|without|not|zero|0)\b(?:\s+(?:{between_en}))*\s+(?:{harm})\b",
        re.IGNORECASE,
    )
    return re.compile("|".join(map(re.escape, red.words)), re.IGNORECASE), denied


def red_words(text: str) -> tuple[str, ...]:
    """Words of danger in a text, in order, without those that are denied (无人员被困) and without repeats."""
    red, denied = _patterns()
    clean = denied.sub(" ", text)
    return tuple(dict.fromkeys(found.group(0).lower() for found in red.finditer(clean)))
