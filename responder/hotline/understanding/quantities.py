"""A number with its unit: how many of what (people, households, rooms, hectares, yuan)."""

import re
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.numerals import Number, Value

PERSON, HOUSEHOLD, ROOM, AREA, MONEY = "person", "household", "room", "area", "money"
BARE, OTHER = "bare", "other"  # without any unit; of something that no indicator counts

# 受灾人口（人）：420 · 直接经济损失：120（万元): a form tells the unit in brackets.
_BRACKETS = {
    "万元": (MONEY, 10_000.0), "亿元": (MONEY, 100_000_000.0), "元": (MONEY, 1.0), "人": (PERSON, 1.0),
    "万人": (PERSON, 10_000.0), "间": (ROOM, 1.0), "户": (HOUSEHOLD, 1.0), "亩": (AREA, 1 / 15),
    "万亩": (AREA, 10_000 / 15), "公顷": (AREA, 1.0),
}  # fmt: skip
_UNIT = rf"\(({'|'.join(_BRACKETS)})\)"
_UNIT_BEFORE = re.compile(rf"{_UNIT} ?:? ?约?\Z")
_UNIT_AFTER = re.compile(rf" ?{_UNIT}")
# 人数也不是132是162
_NOUN_BEFORE = re.compile(r"(?<![\u4e00-\u9fff])(人|户|间)数(?:也|应|应该|该)?(?:不是\d+|是|为|:|改为|改成)*\Z")
_NOUNS = {"人": PERSON, "户": HOUSEHOLD, "间": ROOM}
_ENDS_BARE = re.compile(r" ?(?:$|[\ue000-\ue004，,。;:、!?\n()\]】\"'死伤失亡无不轻重受左吧呢哦啊][^\u0000]?|人员|损)")
_AGE = re.compile(r"\d{1,3}多?岁")
_ALONE = re.compile(r"个(?:$|[，,。;、!?\n了被轻重受死伤失没]|已经|救|还没|住在|送到|送去|送医|转到|安置)")
# 饭店进水17家 counts firms.
_FIRMS = re.compile(
    r"(?:店|铺|企业|厂|公司|商户|单位|餐馆|饭馆|宾馆|酒店|超市|市场|合作社|网吧|作坊|门面)[^，,。;、\n]{0,6}\Z"
)
_AS_HOME = re.compile(r"$|[，,。;、!?\n]|进水|被淹|受灾|淹|受损|房|都|的房|倒|塌|烧|屋")
_NOT_WHO = "(?!小组|小区|委|参|民币|次|份|工|家|均|造)"
# 王某 is one person.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤朴安"
    "关全玄"
)
_SOMEBODY = re.compile(rf"[{_SURNAMES}]某(?:某|(?![某个些地处企厂公工化村镇乡县市单家]))")
_FOLLOWING_TAGS = (
    "death", "missing", "injured", "injured_part", "relocated", "affected", "collapse", "damage", "damage_part",
    "loss",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` of ``kind`` (hectares for area, yuan for money) at [start, end), its number up to
    ``number_end``; None where it is vague."""

    start: int
    end: int
    number_end: int
    value: Value | None
    kind: str
    unit: str


@dataclass(frozen=True, slots=True)
class _Rules:
    unit: re.Pattern[str]
    never: re.Pattern[str]
    people: re.Pattern[str]
    one_of: re.Pattern[str]
    animals: re.Pattern[str]
    kinds: dict[str, str]
    areas: dict[str, float]
    words: lexicon.Scanner[bool]


@cache
def _rules() -> _Rules:
    data, any_of = lexicon.figures(), lexicon.alternation
    kinds = {unit: kind for kind in (PERSON, HOUSEHOLD, ROOM, AREA, MONEY) for unit in data.units[kind]}
    never = [word for kind in (PERSON, HOUSEHOLD, ROOM, MONEY) for word in data.units[f"not_{kind}"]]
    return _Rules(
        unit=re.compile(any_of(kinds)),
        never=re.compile(any_of(never)),
        one_of=re.compile(rf"有个(?:{any_of(data.nouns['people'])}){_NOT_WHO}"),
        people=re.compile(rf"个?(?:{any_of(data.nouns['people'])}){_NOT_WHO}"),
        animals=re.compile(rf"个?(?:{any_of(data.nouns['animals'])})"),
        kinds=kinds,
        areas=data.area_ha,
        words=lexicon.Scanner({word: True for tag in _FOLLOWING_TAGS for word in data.words[tag]}),
    )


def find(text: str, numbers: list[Number]) -> list[Quantity]:
    """The numbers of a text, each with what it counts, and the persons told as 王某."""
    out = [Quantity(found.start(), found.end(), found.end(), 1, PERSON, "") for found in _SOMEBODY.finditer(text)]
    out += [
        Quantity(found.start(), found.end(), found.end(), 1, PERSON, "") for found in _rules().one_of.finditer(text)
    ]
    out += [_quantity(text, number) for number in numbers]
    out.sort(key=lambda quantity: quantity.start)
    return out


def _quantity(text: str, number: Number) -> Quantity:
    start, end, value = number.start, number.end, number.value
    kind, unit = _kind(text, end, text[start:end])
    if kind in (BARE, OTHER):
        bracket = _UNIT_AFTER.match(text, end)
        if bracket is None and kind == BARE:
            bracket = _UNIT_BEFORE.search(text, max(0, start - 10), start)
        if bracket is not None:
            kind, factor = _BRACKETS[bracket.group(1)]
            value = None if value is None else round(value * factor, 6)
        elif kind == BARE:
            noun = _NOUN_BEFORE.search(text, max(0, start - 12), start)
            kind = _NOUNS[noun.group(1)] if noun else BARE
    elif kind == AREA and value is not None:
        value = value * _rules().areas[unit]
    if value is not None and unit and text.startswith("半", end + len(unit)):
        # 三亩半 is three and a half, but three and a half rooms are no count.
        value = value + 0.5 * _rules().areas[unit] if kind == AREA else None
    return Quantity(start, end + len(unit), end, value, kind, unit)


def _kind(text: str, end: int, run: str) -> tuple[str, str]:
    """Kind and unit of the number that ends at ``end``."""
    rules = _rules()
    if run[-1] in "俩仨":
        return (OTHER if rules.animals.match(text, end) else PERSON), ""
    if not rules.never.match(text, end):
        unit = rules.unit.match(text, end)
        if unit:
            word = unit.group()
            firms = word == "家" and _FIRMS.search(text, max(0, end - len(run) - 12), end - len(run))
            at_home = word != "家" or (_AS_HOME.match(text, unit.end()) and not firms)
            return (rules.kinds[word] if at_home else OTHER), word
        if _ALONE.match(text, end):
            return PERSON, "个"
        if rules.people.match(text, end) or _AGE.match(text, end):
            return PERSON, ""
    bare = _ENDS_BARE.match(text, end) or rules.words.at(text, end)
    return (BARE if bare else OTHER), ""
