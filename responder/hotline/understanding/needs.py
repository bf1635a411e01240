"""What a Chinese text asks for: goods, people, vehicles, with quantities as told (DOMAIN §9.9)."""

import re
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.items import Reader
from responder.hotline.understanding.model import Need
from responder.hotline.understanding.normalise import NEED, mask

_LONGEST_TURNED = 8
_MOST_ASKS = 24  # in one text; what comes after is no message of a person
_AFTERWARDS = re.compile(r"!?(?:$|[，。;\n])")  # 帐篷、棉被急需
_NOT_ASKED = re.compile(r"(?:不|无|没有|暂不|不再|勿|别|未)\Z")
_NOT_LACKING = re.compile(r"[不无没残空短紧稀]\Z")
# 沙袋不够，要两百个
_RUN_SHORT = re.compile(
    r"(?P<item>[\u4e00-\u9fff]{1,6}?)(?:不够|不足|短缺|快没了|用完了|没有了)用?了?[，, ]{1,2}(?:还|再)?\Z"
)
# 水泵要2台: the thing first.
_BEFORE_THE_ASK = re.compile(r"[，,。;、 \n\ue000-\ue004]")
_NAMES_THEM = re.compile(r"的(?:物资|东西|主要|有|是|:)")
_NONE = re.compile(r" ?(?:无|暂无|没有|无需求)(?:$|[，,。;、\n])")
# (12平米), (床): what the goods are like, not another number of them.
_ASIDE = re.compile(
    r"\((?:[\u4e00-\u9fff]{1,2}"
    r"|[\d.×xX*]+ ?(?:平方米|平米|米|升|公斤|斤|千瓦|kw|kg|cm|寸|人|码|mm|毫升)[^()]{0,4})\)"
)


@dataclass(frozen=True, slots=True)
class _Rules:
    ask: re.Pattern[str]
    before_not: re.Pattern[str]


@cache
def _rules() -> _Rules:
    data, any_of = lexicon.needs(), lexicon.alternation
    please = f"(?:{any_of(data.please)})(?:{any_of(data.please_adverbs)}){{0,4}}(?:{any_of(data.please_verbs)})"
    return _Rules(
        ask=re.compile(f"(?P<please>{please})|(?P<strong>{any_of(data.strong)})|(?P<weak>{any_of(data.weak)})"),
        before_not=re.compile(rf"(?:{any_of(data.before_not)})\Z"),
    )


def find(text: str) -> tuple[tuple[Need, ...], str]:
    """The needs, and the text with all of them masked (so that 2名医生 is no count of people)."""
    work = _ASIDE.sub(lambda aside: " " * len(aside.group()), text)
    items = Reader(work)
    needs: list[Need] = []
    at = 0
    for _ in range(_MOST_ASKS):
        ask = _rules().ask.search(work, at)
        if ask is None:
            break
        at = ask.end()
        if not _asks(work, ask, items) or _NONE.match(work, at):
            continue
        turned = _turned(work, ask, items)
        if turned is not None:
            needs += [turned[0]] if turned[0] not in needs else []
            work = items.text = mask(work, turned[1], turned[2], NEED)
            at = turned[2]
            continue
        if ask.group("strong") and _AFTERWARDS.match(work, at):
            begin = max(work.rfind(mark, 0, ask.start()) for mark in "，,。;!?\n") + 1
            found, end = items.listed(begin, ask.start(), strong=False)
            end = at if found else end
        else:
            begin = ask.start()
            found, end = items.listed(at, len(work), strong=ask.group("weak") is None)
        if found:
            needs += [need for need in found if need not in needs]
            work = items.text = mask(work, begin, end, NEED)
            at = max(at, end)
    if not needs:
        return (), text
    return tuple(needs), "".join([new if new == NEED else old for old, new in zip(text, work, strict=True)])


def _turned(text: str, ask: re.Match[str], items: Reader) -> tuple[Need, int, int] | None:
    """水泵要2台, 沙袋需500个: the thing stands before the asking, its number after it. With where that stands."""
    if not ask.group("weak") or not ask.group("weak").endswith(("要", "需", "缺")):
        return None
    short = _RUN_SHORT.search(text, max(0, ask.start() - 16), ask.start())
    if short is not None:
        return items.turned(short.start("item"), short.end("item"), ask.end())
    low = max(0, ask.start() - _LONGEST_TURNED)
    begin = max([low, *(found.end() for found in _BEFORE_THE_ASK.finditer(text, low, ask.start()))])
    return items.turned(begin, ask.start(), ask.end())


def _asks(text: str, ask: re.Match[str], items: Reader) -> bool:
    """Whether these words ask for something: not 不需要, 主要, 需转移50人, 急需的棉被已到."""
    before = text[max(0, ask.start() - 3) : ask.start()]
    if _NOT_ASKED.search(before):
        return False
    if ask.group("please"):
        return True
    weak = ask.group("weak") is not None
    if weak and ask.group() != "缺" and _rules().before_not.search(before):
        return False
    if ask.group() == "缺" and _NOT_LACKING.search(before):
        return False
    if text.startswith("的", ask.end()) and not _NAMES_THEM.match(text, ask.end()):
        return False
    return not items.is_act(ask.end(), weak)
