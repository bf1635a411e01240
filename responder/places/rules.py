"""Divisions as codes and names: the prefix tree, the names people use, what a branch may change."""

import re
from collections.abc import Sequence

from responder.kernel.refusals import Refusal

LENGTHS = (2, 4, 6, 9, 12)
"""Length of a code at levels 1 to 5: province, city, county, town, village (DOMAIN §5.1)."""

NORMAL = "normal"
STATISTICAL_ZONE = "statistical_zone"

# Rows of the statistical table that group counties but that nobody names in an address.
_UNSPOKEN = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})

_ENDINGS = ("居委会", "街道", "社区", "村", "镇", "乡", "县", "区", "市", "省")
_NUMERALS = frozenset("零〇一二三四五六七八九十百千万两几第")


class PointTooFar(Refusal):
    """A point too far from the division above: something was mixed up. Params: ``km``."""

    code = "places.point_too_far"


def is_code(code: str) -> bool:
    """Whether this can be a division's code: digits of a length that a level has."""
    return code.isascii() and code.isdigit() and len(code) in LENGTHS


def level(code: str) -> int:
    """1 province … 5 village. Raises ValueError for what is no code."""
    return LENGTHS.index(len(code)) + 1


def parent(code: str) -> str | None:
    """The code one level up; None for a province."""
    return ancestors(code)[-2] if len(code) > LENGTHS[0] else None


def ancestors(code: str) -> list[str]:
    """The chain from the province down to the code itself: 310116112 → 31, 3101, 310116, 310116112."""
    return [code[:n] for n in LENGTHS if n <= len(code)]


def is_within(code: str, root: str) -> bool:
    """Whether the division is `root` or lies below it."""
    return code.startswith(root)


def tier(code: str, tiers: Sequence[int]) -> int | None:
    """A division's operating tier, 1 the top, from the levels of the branch's tiers; None between them."""
    found = level(code)
    return tiers.index(found) + 1 if found in tiers else None


def office_above(code: str, tiers: Sequence[int]) -> str | None:
    """Where this division reports to: its nearest ancestor that is an operating tier. None at the top.

    Levels without an office are skipped (DOMAIN §0): with Jilin's tiers a town reports to its county.
    """
    above = [a for a in ancestors(code)[:-1] if level(a) in tiers]
    return above[-1] if above else None


def is_statistical_zone(code: str) -> bool:
    """Whether a county row is a development zone that the statisticians add, no county (DOMAIN §5.1)."""
    return level(code) == 3 and 71 <= int(code[4:]) <= 79


def is_spoken(name: str) -> bool:
    """Whether a division's name is said in an address: 上海市金山区 leaves out the 市辖区 between them."""
    return name not in _UNSPOKEN


def everyday_name(official: str, above: Sequence[str] = ()) -> str:
    """The name as people say it, from the table's official one; `above` are the names of the divisions above.

    海涯村村委会 → 海涯村, 四平市铁东区山门镇头道村民委员会 → 头道村, 永春社区居民委员会 → 永春社区,
    合隆居委会（合隆经济开发区）（省级） → 合隆居委会. A name that would vanish stays as it is.
    """
    name = re.sub(r"（[^）]*）", "", official) or official
    for higher in above:
        # 街 is often written for 街道.
        for written in (higher, higher.removesuffix("道") if higher.endswith("街道") else higher):
            if name.startswith(written) and len(name) > len(written) + 1:
                name = name.removeprefix(written)
                break
    for ending, said in (
        ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("居民委员会", "居委会"),
        ("村民委员会", "村"), ("村委会", "村"), ("村委", "村"),
    ):  # fmt: skip
        stem = name.removesuffix(ending)
        if stem and stem != name:
            return stem if said == "村" and stem.endswith("村") and len(stem) > 1 else stem + said
    return name


def bare_name(name: str) -> str | None:
    """The name without its ending, as people shorten it: 海涯村 → 海涯.

    None where that would leave one character, or a number that any figure could be (五一村, 三村居委会).
    """
    for ending in _ENDINGS:
        stem = name.removesuffix(ending)
        if stem != name:
            numeral = all(c in _NUMERALS for c in stem.removesuffix("村"))
            return stem if len(stem) >= 2 and not numeral else None
    return None


def check_distance(km: float, at_level: int) -> None:
    """A new point must lie in reach of the division above it. Raises PointTooFar.

    Reaches in km, by the level of the division moved: generous for China's largest units, small enough to
    catch a latitude typed into the wrong box or the wrong city.
    """
    reach = {1: 3000.0, 2: 1500.0, 3: 500.0, 4: 200.0, 5: 100.0}[at_level]
    if km > reach:
        raise PointTooFar(km=round(km))
