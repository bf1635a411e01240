"""Whether a text answers a question, from its words alone. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from responder.hotline.manners import manners
from responder.hotline.understanding import Understood
from responder.platform import terms

_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
_DIGIT = re.compile(r"[\W_]*(?:选|第|回)?([0-9一二两三四五六七八])(?:个|号|项|那个|楼上)?[\W_]*")
_YES = re.compile(r"[\W_]*(?:是|是的|对|对的|嗯|没错|正确|yes|y|right)[\W_]*", re.IGNORECASE)
_NO = re.compile(r"[\W_]*(?:不是|都不是|不对|没有|哪个都不是|否|no|n|none)[\W_]*", re.IGNORECASE)
_CORRECTS = re.compile(r"更正|改|纠正|错|重复|多报|少报|漏报|误报|correct", re.IGNORECASE)
_UPDATES = re.compile(r"续报|新增|又|增加|最新|更新|后来|update|new", re.IGNORECASE)
_FIGURE = re.compile(
    r"[\W_]*(?:大概|大约|约|共|一共|总共|累计|是|有)?\s*(\d{1,7})\s*"
    r"(?:多|余)?(?:人|户|间|亩|个|名|people)?[\W_]*"
)


def plain(body: str) -> str:
    """A text with full-width and circled digits made plain: ② is 2."""
    return unicodedata.normalize("NFKC", body).strip()


def digit(body: str) -> int | None:
    """The digit that a text consists of (2, 第2个, ②, 二), None for any other."""
    found = _DIGIT.fullmatch(plain(body))
    if found is None:
        return None
    said = found.group(1)
    return int(said) if said.isascii() else _DIGITS[said]


def is_yes(body: str) -> bool:
    """是, 对, yes."""
    return bool(_YES.fullmatch(plain(body)))


def is_no(body: str) -> bool:
    """不是, 都不是, no."""
    return bool(_NO.fullmatch(plain(body)))


def says_event(what: Understood) -> bool:
    """Whether a text tells more than a place or a hazard: then it is no bare answer."""
    return bool(what.needs) or any(getattr(what, slug) is not None for slug in _COUNTED)


_COUNTED = (
    "deaths", "missing", "injured", "affected", "relocated", "houses_collapsed", "houses_damaged",
    "households_affected", "crop_area_ha", "loss_cny",
)  # fmt: skip


def hazard(body: str, what: Understood, offered: Sequence[str]) -> str | None:
    """The hazard that a bare answer names, by digit or word; None where it names none."""
    pressed = digit(body)
    if pressed is not None:
        return offered[pressed - 1] if 1 <= pressed <= len(offered) else None
    said = plain(body).strip(" ，,。.！!")
    for slug, word in terms.vocabulary("hazard").items():
        if said.casefold() in (word["zh"], word["en"].casefold()):
            return slug
    if said in ("其它", "别的", "都不是"):
        return "other"
    return what.hazard if what.hazard and len(said) <= 16 and not says_event(what) else None


def change(body: str) -> str | None:
    """correction or update, as answer to "update or correction?"; None for any other text."""
    pressed = digit(body)
    if pressed is not None:
        return {1: "correction", 2: "update"}.get(pressed)
    if len(body) > 20:
        return None
    if _CORRECTS.search(body):
        return "correction"
    return "update" if _UPDATES.search(body) else None


def figure(body: str) -> int | None:
    """The bare number that a text consists of, such as 约35人; 无 and 没有 are 0. None for any other."""
    said = plain(body)
    if said.strip(" 。.") in ("无", "没有", "零", "none"):
        return 0
    found = _FIGURE.fullmatch(said)
    return int(found.group(1)) if found else None


def gives_reason(what: Understood, body: str) -> bool:
    """Whether a text may be the reason asked for: words without figures, goods or a new event."""
    if re.match(r"\W*(?:因|由于|原因|核实|because)", body, re.IGNORECASE):
        return True
    words = len(body.strip()) >= 2 and digit(body) is None
    return words and what.intent in ("unknown", "report") and not says_event(what) and what.hazard is None


_MORE = re.compile(r"还有|又有|又|另有|另外|新增|再有|增加了|another|more", re.IGNORECASE)
_SURELY_MORE = re.compile(
    r"(?:又|再|还|另)有?(?:死|伤|失踪|失联|转移|疏散|发现|救出|倒|塌|\d|[一二两三四五六七八九十])|新增|增加了|\bmore\b|\banother\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"累计|共|总|增至|达到|上升到|total", re.IGNORECASE)


def tells_more(body: str) -> bool:
    """Whether a text tells what came on top (又有2人受伤) and not how many there are by now."""
    return bool(_MORE.search(body)) and not _TOTAL.search(body)


def surely_tells_more(body: str) -> bool:
    """Whether even a text with a place or hazard of its own tells what came on top: 又有 right before a number."""
    return bool(_SURELY_MORE.search(plain(body))) and not _TOTAL.search(body)


# Words beside a vague number, and the figure that it would have been.
_OF = (
    (re.compile(r"转移|疏散|撤离|安置"), "relocated", "转移"),
    (re.compile(r"伤"), "injured", "受伤"),
    (re.compile(r"失踪|失联"), "missing", "失踪"),
    (re.compile(r"死|遇难"), "deaths", "死亡"),
    (re.compile(r"受灾|受困|被困|影响"), "affected", "受灾"),
)
_PEOPLE = "人名口"


def vague(body: str) -> tuple[str, str] | None:
    """A number told in words that are none, with its unit, and the slug of the figure: ("好几十人", "relocated").

    The slug is "" where the words beside it don't say which figure. None where all numbers are numbers.
    """
    for word in manners().vague:
        found = re.search(rf"{word}[个]?(?P<unit>[人户间亩名口])", body)
        if found is None:
            continue
        beside = body[max(0, found.start() - 6) : found.end() + 6]
        slug = ""
        if found["unit"] in _PEOPLE:
            slug = next((one for pattern, one, _word in _OF if pattern.search(beside)), "")
        return found.group(), slug
    return None
