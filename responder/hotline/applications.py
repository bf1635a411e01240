"""Texts that ask to be enrolled: 登记 张三 海涯村, 我是海涯村张三，登记联络员, enrol Zhang San 海涯村. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Named = Callable[[str], Sequence[str]]
"""The codes of the divisions that a name may mean."""

_LONGEST = 60
_ASKS = re.compile(
    r"\A\W*(?:您好|你好)?\W*(?:申请|我要|我想|请求|要)?(?:登记|报名|注册|报到)"
    r"|(?:登记|报名|注册|申请|新任|新来的).{0,12}(?:联络员|信息员|报灾员)|(?:联络员|信息员|报灾员).{0,4}(?:登记|报名|注册)"
    r"|\A\W*(?:please\s+)?(?:enrol|enroll|register)\b",
    re.IGNORECASE,
)
_ABOUT_OTHERS = re.compile(r"物资|受灾|灾情|灾民|群众|损失|名单|[?？吗]|多少")
_FILLERS = re.compile(
    r"您好|你好|谢谢|(?:申请|我要|我想|请求)(?:担任|登记|当|任|做)?|登记|报名|注册|报到|担任|新任|新来的"
    r"|救灾|灾害|联络员|信息员|报灾员|我是|我叫|本人|姓名|名字叫?|村名|地点|所在地|为(?=\s|$)|任(?=\s|$)|的(?=\s|$)"
    r"|\b(?:please|enroll?|register|as|liaison|officer|i am|i'm|my name is|name|from|of|village|in)\b"
    r"|[^\w\s·]|_",
    re.IGNORECASE,
)
_HAN = re.compile(r"[一-鿿]+")
_PLACE_END = re.compile(r"(?:村|社区|镇|乡|街道|居委会?|村委会?|屯|组|区|县|市)\Z")
_OFFICE = re.compile(r"(?:村民|居民)?委员会\Z|(?<=村)村?委会\Z")


@dataclass(frozen=True)
class Application:
    """What somebody said of themselves. ``codes`` are the places that it may mean: none, one, or several of one name;
    ``name`` is "" where none was given."""

    name: str
    codes: tuple[str, ...]


def asks(body: str) -> bool:
    """Whether a text asks to be enrolled."""
    return len(body) <= _LONGEST and _ASKS.search(body) is not None and _ABOUT_OTHERS.search(body) is None


def read(body: str, named: Named) -> Application:
    """Name and place of a text that asks to be enrolled, or that answers what was asked about it."""
    words = _FILLERS.sub(" ", body).split()
    for begin, end in _runs(len(words)):
        codes = _codes("".join(words[begin:end]), named)
        if codes:
            return Application(_name([*words[:begin], *words[end:]]), codes)
    for at, word in enumerate(words):
        split = _split(word, named)
        if split is not None:
            name, codes = split
            return Application(name, codes)
        if _PLACE_END.search(word):
            return Application(_name([*words[:at], *words[at + 1 :]]), ())
    return Application(_name(words), ())


def _runs(count: int) -> list[tuple[int, int]]:
    """Words side by side, the longest runs first: 漕泾镇 海涯村 before 海涯村."""
    return [(begin, begin + size) for size in range(min(count, 4), 0, -1) for begin in range(count - size + 1)]


def _codes(said: str, named: Named) -> tuple[str, ...]:
    said = _OFFICE.sub("", said)
    return tuple(named(said)) if len(said) > 1 else ()


def _split(word: str, named: Named) -> tuple[str, tuple[str, ...]] | None:
    """张三海涯村 and 海涯村张三: a place with a name right before or after it."""
    for size in (2, 3, 4):
        if len(word) - size < 2:
            break
        for name, place in ((word[:size], word[size:]), (word[-size:], word[:-size])):
            if _HAN.fullmatch(name) and not _PLACE_END.search(name) and (codes := _codes(place, named)):
                return name, codes
    return None


def _name(words: Sequence[str]) -> str:
    """What is left must be a name: two to four Chinese letters, or Latin words."""
    han = [word for word in words if _HAN.fullmatch(word) and 2 <= len(word) <= 4 and not _PLACE_END.search(word)]
    if han:
        return han[0]
    latin = [word for word in words if re.fullmatch(r"[A-Za-z][A-Za-z'·-]*", word)]
    return " ".join(latin[:2]).title() if latin else ""
