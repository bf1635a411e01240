"""The names of divisions, found fast in a text, and a written place turned into a division's code."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import lexicon

Row = tuple[str, str, int, Sequence[str]]

# Codes grow by these lengths on the way down: province, city, county, town, village.
_LENGTHS = (2, 4, 6, 9, 12)
_VILLAGE, _TOWN = 5, 4
_OFFICE = re.compile(r"(?:社区)?(?:村民委员会|居民委员会|村委会|居委会|家委会)\Z")
_SPECIAL = re.compile(r"[（(][^（）()]*[）)]")
_ENDINGS = (
    "自治州", "自治县", "自治区", "街道办事处", "街道", "社区", "地区", "省", "市", "县", "区", "旗", "盟", "州", "镇",
    "乡", "村", "屯",
)  # fmt: skip
_SKIPPED = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True, slots=True)
class Resolution:
    """The division a written place stands for. ``code`` is None where none or several fit; ``candidates``
    are then the several. ``matched`` is the part of the span that names divisions, ``rest`` what follows."""

    code: str | None
    candidates: tuple[str, ...]
    matched: str
    rest: str


@cache
def _nations() -> re.Pattern[str]:
    names = lexicon.alternation(lexicon.places().nations)
    return re.compile(rf"(?:(?:{names})族)+(?=自治|乡|镇|村)")


@cache
def _too_common() -> frozenset[str]:
    """Words of the language that are names of places as well: without their ending they name none."""
    return frozenset(lexicon.places().too_common)


def _forms(name: str, level: int) -> tuple[list[str], list[str]]:
    """Names that may be written for a division: with an ending, and bare."""
    name = _SPECIAL.sub("", name)
    office = _OFFICE.search(name)
    if office and office.start() >= 1:
        full, short = _village(name, office)
    elif level <= _TOWN:
        full, short = _town(name)
    else:
        full, short = [name], name
        if level == _VILLAGE and name.endswith("村"):
            full.append(name + "委会")
    ending = next((ending for ending in _ENDINGS if short.endswith(ending)), "")
    bare = short.removesuffix(ending)
    known = (ending or office) and len(bare) >= 2 and bare not in _too_common()
    return full, [bare] if known else []


def _village(name: str, office: re.Match[str]) -> tuple[list[str], str]:
    """海涯村村委会 is 海涯村, 东林居委会 is 东林社区, 三村居委会 is 三村."""
    short = name[: office.start()]
    kind = office.group()
    if "社区" in kind:
        return [name, short + "社区"], short
    if "居" in kind or "家" in kind:
        alone = [short] if short[-1] in "村区" else []
        return [name, *alone, short + "居委", short + "居委会", short + "社区"], short
    return [name, short if short[-1] == "村" else short + "村", short + "村委会"], short


def _town(name: str) -> tuple[list[str], str]:
    """三源浦朝鲜族镇 is 三源浦镇, 长白朝鲜族自治县 is 长白县."""
    short = _nations().sub("", name) if "族" in name else name
    full = [name] if short == name else [name, short]
    if "自治" in short:
        full.append(short.replace("自治", ""))
    return full, short


class Gazetteer:
    """Divisions by name. Built once per set of divisions from rows (code, name, level, aliases)."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._heads: dict[str, list[str]] = {}
        self.full: dict[str, list[str]] = {}
        self.bare: dict[str, list[str]] = {}
        self.levels: dict[str, int] = {}
        towns: dict[str, str] = {}
        full, bare = self.full, self.bare
        for code, registered, level, aliases in rows:
            self.levels[code] = level
            if registered in _SKIPPED:
                continue
            if level == _TOWN:
                towns[code] = registered
            long = level >= _TOWN and len(registered) > 8
            name = self._without_parents(registered, code, towns) if long else registered
            with_ending, short = _forms(name, level)
            for form in with_ending:
                full.setdefault(form, []).append(code)
            for form in short:
                bare.setdefault(form, []).append(code)
            for alias in aliases:
                (full if alias.endswith(_ENDINGS) else bare).setdefault(alias, []).append(code)
        heads = self._heads
        for names in (full, bare):
            for form in names:
                heads.setdefault(form[:2], []).append(form)
        for forms in heads.values():
            if len(forms) > 1:
                forms.sort(key=len, reverse=True)

    @staticmethod
    def _without_parents(name: str, code: str, towns: dict[str, str]) -> str:
        """四平市铁东区平东街道 is 平东街道; the register puts the parents into some names."""
        cut = re.match(r"^[^市]{2,4}市[^区]{2,3}区(?=.{3,})", name)
        name = name[cut.end() :] if cut else name
        town = towns.get(code[:9], "")
        for head in (town, town.removesuffix("道")):
            if head and len(code) == 12 and name.startswith(head) and len(name) >= len(head) + 3:
                return name[len(head) :]
        if len(code) < _LENGTHS[-1]:
            return name
        cut = re.match(r"[^街镇乡]{2,6}(?:街道?|镇|乡)(?=.{2,}(?:社区|村)(?:居民|村民)?委员会\Z)", name)
        return name[cut.end() :] if cut else name

    def names(self, text: str, position: int) -> list[tuple[str, bool]]:
        """All names that begin here, longest first."""
        forms = self._heads.get(text[position : position + 2], ())
        return [(form, form in self.full) for form in forms if text.startswith(form, position)]

    def codes(self, name: str) -> tuple[str, ...]:
        """The divisions of that name, with or without ending."""
        return tuple(dict.fromkeys(self.full.get(name, []) + self.bare.get(name, [])))

    def highest_level(self, name: str) -> int:
        """The highest tier that bears the name (1 is a province), 9 where none does."""
        return min((self.levels[code] for code in self.codes(name)), default=9)


def _under(codes: Iterable[str], above: Sequence[str]) -> list[str]:
    """Codes below one of ``above``. A city's county may be written without the city's district row."""
    return [code for code in codes if any(code.startswith(head) and len(code) > len(head) for head in above)]


def _nearest(codes: Sequence[str], home: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The one division meant, seen from the sender's own: his own, below it, then in ever wider circles."""
    if home is not None and home in codes:
        return home, ()
    widths = [length for length in reversed(_LENGTHS) if length <= len(home)] if home is not None else []
    for width in [*widths, 0]:
        near = [code for code in codes if width == 0 or code.startswith(str(home)[:width])]
        if near:
            # 金山 is the district rather than one of the villages called so.
            highest = min(len(code) for code in near)
            top = [code for code in near if len(code) == highest]
            return (top[0], ()) if len(top) == 1 else (None, tuple(top))
    return None, ()


def _walk(span: str, position: int, above: tuple[str, ...] | None, gazetteer: Gazetteer) -> tuple[int, tuple[str, ...]]:
    """The longest chain of names from ``position`` on that fits under ``above``: where it ends, and what it is."""
    best: tuple[int, tuple[str, ...]] = (position, above or ())
    start = position
    while start < len(span) and span[start] in " ,，、":
        start += 1
    for name, _ in gazetteer.names(span, start):
        codes: Sequence[str] = gazetteer.codes(name)
        if above is not None:
            codes = _under(codes, above)
        if not codes:
            continue
        end, found = _walk(span, start + len(name), tuple(codes), gazetteer)
        if end > best[0]:
            best = end, found
    return best


def resolve(place_span: str, gazetteer: Gazetteer, home: str | None = None) -> Resolution:
    """The division of a place as written, the sender's own surroundings first.

    Endings may be left out (海涯 for 海涯村村委会); what follows the last division (8组, a road, a factory) is
    ``rest``. A chain that names a parent (漕泾镇海涯村) counts only below that parent; where the named parent
    has no such village, the parent itself is the answer and the village stays in ``rest``.
    """
    span = place_span.strip()
    for begin in range(len(span)):
        end, codes = _walk(span, begin, None, gazetteer)
        if end > begin and codes:
            code, candidates = _nearest(sorted(codes), home)
            return Resolution(code, candidates, span[begin:end], span[end:].strip(" ,，、"))
        if begin >= 8:
            break
    return Resolution(None, (), "", span)
