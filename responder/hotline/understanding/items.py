"""Lists of goods in a Chinese request: 棉被60床、彩条布20卷, 300个沙袋, 帐篷、发电机各5台."""

import re
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon, numerals
from responder.hotline.understanding.model import Need
from responder.hotline.understanding.normalise import MASKS

_LONGEST_LIST = 200
_LONGEST_ITEM = 12
_SEPARATOR = re.compile(
    r"[、，,;]|(?<![短紧急最还])缺(?=[\u4e00-\u9fff])|(?:和|及|以及|还有|与|跟|另需|另外|加上)(?=[^平])"
)
_END = re.compile(r"[。!?！？\n:]|(?<!\d)\.(?!\d)")
_MOVING = re.compile("转移|疏散|撤离|安置|救助")
_SOMEBODY = re.compile(r"[^，,。、;]{0,4}(?:人|员|众|民)")
_NAME = re.compile(r"[\u4e00-\u9fff]{1,4}?(?=\d|[一二三四五六七八九十两百]+[\u4e00-\u9fff]|[，,。、;!和及 ]|\Z)")
_ABOUT = re.compile(r"(?:约|大约|大概|至少|各|共|再来|来|近|要|需)*")
_ENOUGH = re.compile(r"[左右上下就够了吧行啊呀可以即好来 ]+")
_EACH = re.compile(r"各(?:需|要)?[0-9一二三四五六七八九十百千两]+.{0,2}\Z")
_BRACKETS = re.compile(r"\([^()]*\)?")
_HELPERS = ("人来", "人去", "人帮", "人支")


@dataclass(frozen=True, slots=True)
class _Rules:
    act: re.Pattern[str]
    strong_act: re.Pattern[str]
    stop: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    purpose: re.Pattern[str]
    unit: re.Pattern[str]
    vague: re.Pattern[str]
    generic: frozenset[str]
    goods: tuple[str, ...]


@cache
def _rules() -> _Rules:
    data, any_of = lexicon.needs(), lexicon.alternation
    return _Rules(
        act=re.compile(any_of(data.after_not)),
        strong_act=re.compile(any_of(word for word in data.after_not if len(word) > 1)),
        stop=re.compile(rf"[{MASKS}]|{any_of(data.item_stop)}"),
        lead=re.compile(rf"(?:{any_of(data.lead)}| )+"),
        tail=re.compile(rf"(?:{any_of(data.tail)}| )+\Z"),
        purpose=re.compile(rf"(?<=.)(?:{any_of(data.purpose)}).*\Z"),
        unit=re.compile(any_of(data.units)),
        vague=re.compile(rf"(?:十?几|几十|数)(?:{any_of(data.units)})?"),
        generic=frozenset(data.generic + data.people),
        goods=tuple(data.goods),
    )


class Reader:
    """Reads lists of items out of one text; ``text`` may be masked further between reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._rules = _rules()

    def is_act(self, start: int, weak: bool) -> bool:
        """Whether what is needed is something to be done (需转移, 需要尽快抢修), not something to be had."""
        verb = (self._rules.act if weak else self._rules.strong_act).match(self.text, start)
        return verb is not None and not self._is_tool(self.text, start, verb.end())

    def listed(self, start: int, limit: int, strong: bool) -> tuple[list[Need], int]:
        """The items of the list that begins at ``start`` and where it ends.

        It runs on over commas while goods with numbers follow. ``strong``: any name will do, because the words
        before it can only ask; else only what plainly is goods.
        """
        stop = _END.search(self.text, start, limit)
        if stop and stop.group() == ":" and stop.start() - start <= 4:
            start = stop.end()
            stop = _END.search(self.text, start, limit)
        limit = min(stop.start() if stop else limit, start + _LONGEST_LIST)
        needs: list[Need] = []
        end = at = start
        after_comma = False
        while at < limit:
            cut = _SEPARATOR.search(self.text, at, limit)
            piece_end = cut.start() if cut else limit
            alone = self._number_alone(at, piece_end) if needs and needs[-1].qty is None else None
            if alone is not None:
                needs[-1] = Need(needs[-1].item, alone)  # 棉被，40床左右就够了
                end = piece_end
                if cut is None:
                    break
                at = cut.end()
                continue
            found, used = self._piece(at, piece_end, (strong or bool(needs)) and not after_comma)
            if not found and (needs or self.text[at:piece_end].strip()):
                break
            needs += found
            end = used if found else end
            if cut is None or (found and used < piece_end):
                break
            after_comma = cut.group() in "，,;"
            at = cut.end()
        if len(needs) > 1 and _EACH.search(self.text, start, end):
            needs = [need if need.qty is not None else Need(need.item, needs[-1].qty) for need in needs]
        return needs, end

    def _number_alone(self, start: int, end: int) -> numerals.Value | None:
        """The number of a piece that names no thing."""
        count = next(iter(numerals.find(self.text[start:end])), None)
        if count is None or count.value is None or not _ABOUT.fullmatch(self.text[start : start + count.start]):
            return None
        unit = self._rules.unit.match(self.text, start + count.end, end)
        rest = self.text[unit.end() : end] if unit else ""
        return count.value if unit and not _ENOUGH.sub("", rest) else None

    def turned(self, start: int, end: int, after: int) -> tuple[Need, int, int] | None:
        """Goods at [start, end) whose number stands at ``after``: 水泵要2台. With where all of that stands."""
        count = next(iter(numerals.find(self.text[after : after + 12])), None)
        item = self._clean(self.text[start:end])
        if count is None or count.start > 1 or count.value is None or not self._accepts(item, False):
            return None
        unit = self._rules.unit.match(self.text, after + count.end)
        return (Need(item, count.value), start, unit.end()) if unit else None

    def _piece(self, start: int, end: int, strong: bool) -> tuple[list[Need], int]:
        """One or several items between separators: 棉大衣100件方便面50箱, 300个沙袋, 口罩."""
        text, rules = self.text, self._rules
        stop = rules.stop.search(text, start, end)
        if stop and stop.start() == start and self._is_tool(text, start, stop.end()):
            stop = rules.stop.search(text, stop.end(), end)
        numbers = [
            (start + n.start, start + n.end, n.value) for n in numerals.find(text[start:end])
            if self._counts_goods(start + n.end, end)
        ]  # fmt: skip
        if stop and not (numbers and numbers[0][0] < stop.start()):
            end, numbers = stop.start(), []
        if end <= start:
            return [], start
        if not numbers:
            item = self._clean(rules.vague.sub("", text[start:end]))
            return ([Need(item)] if self._accepts(item, strong) else []), end
        needs: list[Need] = []
        at = used = start
        bounds = [number[0] for number in numbers[1:]] + [end]
        for (n_start, n_end, qty), limit in zip(numbers, bounds, strict=True):
            unit = rules.unit.match(text, n_end, end)
            unit_end = unit.end() if unit else n_end
            item = self._clean(text[at:n_start])
            at = unit_end
            if not item or _ABOUT.fullmatch(item):
                follow = rules.stop.search(text, unit_end, limit)
                at = follow.start() if follow else limit
                item = self._clean(text[unit_end:at])
            if not self._accepts(item, True):
                break
            needs.append(Need(item, qty))
            used = at
        rest_is_filler = needs and not text[used:end].strip(" )吧了啊呀等左右")
        return needs, end if rest_is_filler else used

    def _counts_goods(self, end: int, limit: int) -> bool:
        """The number that ends here has a unit of goods, or ends the piece: 帐篷10."""
        return end >= limit or self.text[end] in " )(" or self._rules.unit.match(self.text, end) is not None

    def _is_tool(self, text: str, start: int, verb_end: int) -> bool:
        """安置帐篷, 排水泵, 救援队: a verb that is part of the name of goods or a team."""
        if _MOVING.match(text, start) and _SOMEBODY.match(text, verb_end, verb_end + 6):
            return False
        name = _NAME.match(text, verb_end, verb_end + 6)
        return name is not None and text[start : name.end()].endswith(self._rules.goods)

    def _clean(self, item: str) -> str:
        """The item alone: without 一批, 支援, 若干, 等物资, what it is for, and brackets."""
        rules = self._rules
        item = rules.purpose.sub("", _BRACKETS.sub("", item.strip(" :\"'")))
        for _ in range(2):
            lead = rules.lead.match(item)
            item = item[lead.end() :] if lead else item
            item = rules.tail.sub("", item) or item
        return item.strip(" :\"'()、，,")

    def _accepts(self, item: str, strong: bool) -> bool:
        rules = self._rules
        if not item or item in rules.generic or len(item) > _LONGEST_ITEM or item.startswith(_HELPERS):
            return False
        verb = rules.strong_act.match(item) or rules.stop.match(item)
        if verb:
            return self._is_tool(item, 0, verb.end())
        named = item.removeprefix("84")  # 84消毒液
        foreign = any(letter in "，,。" or letter.isdigit() for letter in named) and item.isascii() is False
        if rules.stop.search(item) or foreign:
            return False
        return strong or item.endswith(rules.goods)
