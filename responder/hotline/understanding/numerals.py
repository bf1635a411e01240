"""Numbers as people write them: 120, 1,205, 1.2万, 2千3, 三万五, 两百五, 廿三, 俩, 三十余 (DOMAIN §9.2, §9.3)."""

import re
from dataclasses import dataclass

Value = int | float

_DIGITS = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "廿": 20, "卅": 30,
}  # fmt: skip
_SCALES = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "w": 10_000, "W": 10_000,
    "亿": 100_000_000,
}  # fmt: skip
_ALONE = {"俩": 2, "仨": 3}
_MYRIAD = 10_000
_LONGEST = 40
_LOOSE = "余多来把好"
_ORDINARY = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_FIGURE = r"\d++(?:,\d{3})*+(?:\.\d++)?+"
# 一些, 一直, 一般损坏 hold no number, nor do 十分, 千万小心, 百姓, 户数.
_NOT_ONE = "些批共同直起定片带点样切般旦度并律步下刻时边面侧线再经向股"
_CHINESE = "|".join((
    f"一(?![{_NOT_ONE}])", "[零〇二两三四五六七八九壹贰叁肆伍陆柒捌玖廿卅拾佰仟亿]", "十(?!分|字)",
    "百(?!姓|货)", "千(?!万[小别要注不]|方)", "(?<![(（])万(?![一幸]|分)", "几(?!乎)",
    "(?<![人户间次总口少岁多])数(?=[十百千万])",
))  # fmt: skip
NUMBER = re.compile(
    rf"(?:{_FIGURE}(?:(?:[十百千万亿]|[wW](?![A-Za-z]))++(?:{_FIGURE}|[{_ORDINARY}])?+)*+|(?:{_CHINESE})++)"
    r"(?:好几|余|多|来|(?<=[百千万])把)?(?:[万亿](?:余|多)?|[千百](?=[余多]?[人户间亩元万])(?:余|多)?)?"
    r"|[俩仨]"
)
_PARTS = re.compile(rf"{_FIGURE}|.")
_RANGE = "-~至到"


@dataclass(frozen=True, slots=True)
class Number:
    """A number at [start, end) of the text; ``value`` None where it is too vague to be one (十几, 几十, 三五)."""

    start: int
    end: int
    value: Value | None


def read(run: str) -> Value | None:
    """The value of one written number, None where it is vague (几, 数, 百十, 三五) or no number at all."""
    if run in _ALONE:
        return _ALONE[run]
    if not run or "几" in run or "数" in run or len(run) > _LONGEST:
        return None
    bare = "".join([letter for letter in run if letter not in _LOOSE])
    if len(bare) > 1 and all(_DIGITS.get(letter, 10) < 10 for letter in bare):
        # 二〇二四 is read digit by digit, 三五 ("three to five") is no number.
        return int("".join([str(_DIGITS[letter]) for letter in bare])) if len(bare) > 2 else None
    return _compose(run)


def _compose(run: str) -> Value | None:
    """Digits and scales put together: 两万五千六, 2千3, 一百零五, 1亿2千万."""
    total: Value = 0
    section: Value = 0
    current: Value | None = None
    last = 0
    exact = False  # after 余, 零: the digit that follows is ones, not the next lower scale
    for index, part in enumerate(_PARTS.findall(run)):
        scale = _SCALES.get(part)
        if part in _LOOSE:
            exact = True
        elif scale is None:
            digit = _DIGITS[part] if part in _DIGITS else _figure(part)
            if current not in (None, 0, 20, 30):
                return None  # 七八十, 一两百: a range
            exact = exact or (digit == 0 and last > 0)
            current = digit if current is None else current + digit
        elif current is None and last and scale < _MYRIAD:
            return None  # 百十, 千百: about, not a number
        else:
            if scale >= _MYRIAD:
                amount = section + (current or 0)
                total = (amount if amount or index else 1) * scale + (total if total >= scale else 0)
                section = 0
            else:
                section += (1 if current is None else current) * scale
            current, last, exact = None, scale, False
    if current is not None:
        # 三万五 is 35,000, 两百五 is 250; 一百零五 is 105.
        short = last >= 100 and not exact and isinstance(current, int) and 0 < current < 10
        section += current * (last // 10 if short else 1)
    value = round(float(total + section), 6)
    return int(value) if value == int(value) else value


def _figure(written: str) -> Value:
    digits = written.replace(",", "")
    return float(digits) if "." in digits else int(digits)


def find(text: str) -> list[Number]:
    """All numbers of a text, left to right. A range (3至5) is one vague number, unless it tells a change."""
    numbers: list[Number] = []
    for found in NUMBER.finditer(text):
        start, end = found.span()
        value = read(found.group())
        if numbers and numbers[-1].end == start - 1 and text[start - 1] in _RANGE:
            low = numbers.pop().start
            changed = text[max(0, low - 1) : low] in ("由", "从")
            numbers.append(Number(low, end, value if changed else None))
        else:
            numbers.append(Number(start, end, value))
    return numbers
