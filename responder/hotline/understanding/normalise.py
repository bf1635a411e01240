"""From a text as a phone sent it to a text that rules can read, without losing where each letter stood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon

# What a span that has been understood is overwritten with, so that no later rule reads it again.
TIME, PLACE, CODE, NEED, DONE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
MASKS = TIME + PLACE + CODE + NEED + DONE

CJK = "\u3400-\u9fff〇"

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_GROUPING = re.compile(r"(?<![\d:.\-])[1-9]\d{0,2}(?:[,，]\d{3})++(?!\d)")
# Letters that need no folding; the Chinese comma stays, for an ASCII one may group digits.
_ODD = re.compile(r"[^\x00-\x7f\u3400-\u9fff，。、…\ue000-\ue004]")
_PUNCTUATION = {
    "，": "，",
    "﹐": "，",
    "､": "、",
    "﹑": "、",
    "：": ":",
    "﹕": ":",
    "︰": ":",
    "∶": ":",
    "；": ";",
    "﹔": ";",
    "。": "。",
    "｡": "。",
    "．": ".",
    "—": "-",
    "–": "-",
    "−": "-",
    "―": "-",
    "～": "~",
    "〜": "~",
    "·": ".",
    "•": ".",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x85": "\n",
}
_FEW = re.compile(r"(?:死亡?|失踪|失联|伤)[:为]?$")
# Letters that begin a unit: only before them is a blank after a number no boundary (18 人, but 失踪 0 农田).
_UNITS = (
    "人名户间亩公顷元块万千百十亿年月日号时点分秒个余多来位口岁级米台辆床箱顶件套卷条袋包吨斤瓶桶艘张盒份副支只双把"
    "方平处栋座组队村镇楼室弄周天小度毫厘里头匹垧晌几至到家死伤类期次"
)
_SPACES = re.compile(
    rf"(?<=[{CJK}:：,，、。;；()（）】]) +(?=\d)|(?<=\d) +(?=[{_UNITS}])|(?<=[^0-9A-Za-z]\d) (?=\d [\d{CJK}])"
    rf"|(?<=[\n。；;】][{CJK}]) +(?=[{CJK}][:：])|(?<=^[{CJK}]) +(?=[{CJK}][:：])|^ +| +$"
)

# 210改为201: the bare number that no longer counts.
_SUPERSEDED = re.compile(r"(?<![\d.])(?: ?[从由] ?)?\d+ ?(?=(?:改为|改成|更正为|订正为|调整为) ?\d)")

# 户45 人132 转18: label first, so the blank parts two counts.
_TERSE = re.compile(r"[户人转伤亡死]\d+$")
_TERSE_NEXT = frozenset("户人转伤亡死失倒")


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready for reading: ``plain`` is what rules see, ``written`` gives a span back as it was sent."""

    original: str
    plain: str
    offsets: tuple[int, ...] | None

    def written(self, start: int, end: int) -> str:
        """The original letters of plain[start:end]."""
        if self.offsets is None:
            return self.original[start:end]
        if start >= end:
            return ""
        return self.original[self.offsets[start] : self.offsets[end - 1] + 1]


@cache
def _letters() -> dict[int, str]:
    """One letter for one letter: full-width forms, punctuation, blanks, traditional characters."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {ord(mask): " " for mask in MASKS}
    table |= dict.fromkeys([*range(0x0A), *range(0x0B, 0x20), 0x7F, 0xA0, 0x3000], " ")
    table |= dict.fromkeys(range(0x2000, 0x200B), " ")
    table |= {ord(old): new for old, new in _PUNCTUATION.items()}
    pairs = lexicon.mending().traditional
    table |= {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
    return table


@cache
def _typos() -> re.Pattern[str]:
    return re.compile(lexicon.alternation(lexicon.mending().typos))


def _fold(text: str) -> tuple[str, tuple[int, ...] | None]:
    """Compatibility forms made plain (① to 1, ㎡ to m2), invisible letters dropped, origins kept."""
    if not _ODD.search(text):
        return text, None
    letters: list[str] = []
    origins: list[int] = []
    for position, letter in enumerate(text):
        if _INVISIBLE.match(letter):
            continue
        folded = letter if letter in "，…" else unicodedata.normalize("NFKC", letter)
        letters.append(folded)
        origins.extend([position] * len(folded))
    return "".join(letters), tuple(origins)


def _commas(text: str) -> str:
    """1,205 becomes one number, every other comma a Chinese one; the length stays."""

    def group(found: re.Match[str]) -> str:
        digits = found.group()
        if "，" in digits and _FEW.search(text, max(0, found.start() - 4), found.start()):
            return digits
        return digits.replace("，", ",")

    if "," not in text and "，" not in text:
        return text
    text = _GROUPING.sub(group, text)
    return re.sub(r"(?<!\d),|,(?!\d{3}(?!\d))", "，", text)


def normalise(original: str) -> Text:
    """Any text, mended. Never raises, whatever the letters."""
    folded, origins = _fold(original.translate(_letters()))
    folded = folded.translate(_letters()) if origins is not None else folded
    folded = _commas(folded)
    if " " in folded:
        folded, origins = _drop(folded, origins, _SPACES)
    if "改" in folded or "为" in folded:
        folded, origins = _drop(folded, origins, _SUPERSEDED)
    mended = _typos().sub(lambda found: lexicon.mending().typos[found.group()], folded)
    return Text(original, mended, origins)


def _drop(text: str, origins: tuple[int, ...] | None, what: re.Pattern[str]) -> tuple[str, tuple[int, ...] | None]:
    """The text without what matches, and where its letters stood."""
    kept: list[int] = []
    last = 0
    for blank in what.finditer(text):
        terse = _TERSE.search(text, max(0, blank.start() - 6), blank.start())
        if terse and text[blank.end() : blank.end() + 1] in _TERSE_NEXT:
            continue
        kept.extend(range(last, blank.start()))
        last = blank.end()
    if not last:
        return text, origins
    kept.extend(range(last, len(text)))
    return "".join([text[i] for i in kept]), tuple(kept) if origins is None else tuple([origins[i] for i in kept])


def mask(text: str, start: int, end: int, filler: str) -> str:
    """The text with one span overwritten; the length stays."""
    return text[:start] + filler * (end - start) + text[end:]
