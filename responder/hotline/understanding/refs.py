"""Numbers of ours in a text (R1032, M2024-017, JS20240916-03), and the codes that are nobody's count."""

import re

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# One to three letters and digits, perhaps in groups; not a road (G1503, S32), a number plate or part of a word.
_REF = re.compile(
    rf"(?<![A-Za-z0-9.\-{_PROVINCES}])(?!K\d|PM\d|AED)"
    r"(?:[A-Z]{1,3}[- ]?\d{3,}(?:-\d{1,8})*|[rsmydtwRSMYDTW]\d{4,}(?:-\d{1,8})*"
    r"|(?:js|jl|JS|JL)[- ]?\d{4,}(?:-\d{1,8})*)(?![A-Za-z0-9]|[.]\d)"
)
_LABELLED = re.compile(
    r"(?:编号|报告号|任务号|事件号|单号|任务编号|报告编号|事件编号|流水号|report|mission|incident|ref\.?|no\.?|#)"
    r"(?: ?(?:no\.?|number|#))?:? ?#?第?((?=[A-Za-z\-]*\d)[A-Za-z0-9][A-Za-z0-9\-]{2,24})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ROAD = re.compile(
    r" ?(?:高速|国道|省道|县道|乡道|公路|线|沿线|[\u4e00-\u9fff]{1,4}(?:段|高速|出口|入口|收费站|服务区)|[Kk]\d"
    r"|expressway|highway|near|exit)",
    re.IGNORECASE,
)
_HIGHWAY = re.compile(r"[Gg]\d{1,4}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_CODES = re.compile(
    "|".join((
        r"https?://[!-~]+",
        r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}+@[A-Za-z0-9_.-]{1,64}",
        r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)",
        r"(?<![\d.])0\d{2,3}[- ]?\d{7,8}(?!\d)",
        r"(?<!\d)[48]00[- ]?\d{3}[- ]?\d{4}(?!\d)",
        r"(?<!\d)\d{17}[\dXx](?!\d)",
        r"(?:电话|手机|联系|热线|传真|tel|phone|call)[^\d\n]{0,6}\d[\d\- ]{5,}\d",
        r"(?:尾号|验证码|取件码|身份证|卡号|账号|密码|邮编|QQ|微信|车牌)[^\d\n，。]{0,4}[\dA-Za-z\-]+",
        rf"[{_PROVINCES}][A-Z][.· ]?[A-Z0-9]{{5,6}}",
        r"(?<!\d)\d{10,}(?!\d)",
    )),
    re.IGNORECASE,
)  # fmt: skip

# Most texts hold none of these, and the long pattern is slow.
_PERHAPS = re.compile(
    r"\d[\d\- ]{5}|@|://|[A-Za-z][.· ]?[A-Za-z0-9]{5}|尾号|验证码|取件码|身份证|卡号|账号|密码|邮编|QQ|微信|车牌"
)


def find(plain: str) -> tuple[int, int] | None:
    """The first number of ours in the text, as [start, end), or None."""
    for found in _REF.finditer(plain):
        letter = found.group()[0].upper()
        road = letter in "GSXY" and _ROAD.match(plain, found.end())
        if not road and not _HIGHWAY.fullmatch(found.group()):
            return found.span()
    labelled = _LABELLED.search(plain)
    return labelled.span(1) if labelled and not _MOBILE.fullmatch(labelled.group(1)) else None


def codes(plain: str) -> list[tuple[int, int]]:
    """Telephone numbers, identity numbers, plates, addresses of the web: digits that count nothing."""
    return [found.span() for found in _CODES.finditer(plain)] if _PERHAPS.search(plain) else []
