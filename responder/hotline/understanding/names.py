"""Names of places cut out of a Chinese text: where each begins and ends (DOMAIN §9.8).

Names are found by their endings (镇, 村, 社区, 路, 小学 …) and, where the gazetteer knows them, exactly.
"""

import re
from functools import cache

from responder.hotline.understanding.gazetteer import Gazetteer
from responder.hotline.understanding.lexicon import Hit
from responder.hotline.understanding.name_rules import LONGEST_NAME, rules
from responder.hotline.understanding.normalise import CJK, MASKS

_BREAK = re.compile(rf"[^{CJK}A-Za-z0-9 ]")
_ONE_LETTER_NAMES = frozenset("一二三四五六七八九十东西南北")
_COUNTED_THING = re.compile(r"[0-9一二两三四五六七八九十几多数][间家户个座处栋条名人台辆只米]")
_NUMBERED_GROUP = re.compile(r"(?:第?[0-9一二三四五六七八九十]+(?:小组|组|队))+")
_COUNTED = re.compile(r"[0-9一二两三四五六七八九十几数百]+[名位个户组队社号楼]")
_MANY = re.compile(rf"(?:^|[^{CJK}])?(?:\d+|[一二两三四五六七八九十几多数]+)个$|\d$")
_JOINED_ROADS = re.compile(r"[与和]")
_VERBS = "进出围入到回离下上"
_NO_VERBS = ("前进", "跃进", "先进", "奋进", "新进")
_AFTER_MARKET = ("场", "民", "政", "面")  # 市场, 市民
_BRIEF = ("市", "县", "乡", "州", "盟", "旗", "省")  # names before these are short
_LARGER = ("镇", "乡", "街道")


class Cutter:
    """One text being cut. Walks it letter by letter, once."""

    def __init__(self, text: str, gazetteer: Gazetteer | None, home: str | None) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.home = home
        self._rules = rules()
        self._endings = {found.start(): found.end() for found in self._rules.admin.finditer(text)}
        self._stops = {hit.start: hit for hit in self._rules.stops.scan(text)}

    def chains(self) -> list[tuple[int, int]]:
        """Runs of administrative names, each from the highest unit to the lowest: 安图县二道白河镇宝马村."""
        text, size = self.text, len(self.text)
        found: list[tuple[int, int]] = []
        last_end = -1
        name_start = at = 0
        boundary = True
        while at < size:
            letter = text[at]
            if letter == " " and last_end == at:
                found[-1] = (found[-1][0], at + 1)
                last_end = name_start = at = at + 1
                continue
            if _BREAK.match(letter):
                name_start = at = at + 1
                boundary = True
                continue
            start = at
            end = self._known(at, last_end == at, boundary or at == name_start)
            if end is None:
                stop = self._stops.get(at)
                if stop is not None and at not in self._endings:
                    name_start = at = stop.end
                    boundary = True
                    continue
                end = self._by_ending(name_start, at, last_end == name_start)
                start = max(name_start, at - LONGEST_NAME)
            boundary = False
            if end is None:
                at += 1
                continue
            if last_end == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
            last_end = name_start = at = end
        return [(start, end - (text[end - 1] == " ")) for start, end in found]

    def _known(self, position: int, chained: bool, boundary: bool) -> int | None:
        """The end of a name of the gazetteer that begins here and may stand here."""
        if self.gazetteer is None:
            return None
        for name, with_ending in self.gazetteer.names(self.text, position):
            end = position + len(name)
            if not with_ending:
                if self._bare_fits(name, end, chained, boundary):
                    return end
            elif len(name) > 2 or boundary or chained:
                more = self._endings.get(end)
                if more and self.text[end:more] in _LARGER and name[-1] not in "村镇乡市县区":
                    return more  # 靠山屯镇, where only the village 靠山屯 is known
                return end
        return None

    def _bare_fits(self, name: str, end: int, chained: bool, boundary: bool) -> bool:
        """A name without its ending counts after another name; alone, only for a town or above, or near home."""
        below_village = chained and self.text[end - len(name) - 1] in "村屯会组"
        if (
            below_village
            or self.gazetteer is None
            or self._rules.facility.match(self.text, end)
            or end in self._endings
        ):
            return False
        following = self.text[end : end + 1]
        clean = not following or following in " 0123456789" or following in MASKS or end in self._stops
        clean = clean or bool(_BREAK.match(following))
        level = self.gazetteer.highest_level(name)
        if chained:
            return clean or self._begins_name(end)
        if not boundary:
            return False
        if level <= 3:
            return clean or self._begins_name(end)
        near = self.home is not None and any(code.startswith(self.home[:6]) for code in self.gazetteer.codes(name))
        if near and clean:
            return True
        stop = self._stops.get(end)
        struck = stop is not None and stop.tag in ("hazard", "flooded", "collapse")
        return level == 4 and (struck or self._begins_name(end + (following == " ")))

    def _begins_name(self, position: int) -> bool:
        if self.gazetteer is not None and self.gazetteer.names(self.text, position):
            return True
        for length in range(1, 7):
            if position + length in self._endings:
                return True
            if position + length in self._stops:
                return False
        numbered = self._rules.numbered.match(self.text, position)
        return bool(numbered or self._rules.follow.match(self.text, position))

    def _by_ending(self, name_start: int, at: int, chained: bool) -> int | None:
        """The end of a name whose administrative ending begins at ``at``."""
        end = self._endings.get(at)
        if end is None or at <= name_start or not self._is_name(name_start, at, end, chained):
            return None
        while self.text[end : self._endings.get(end, end)] in _LARGER:
            end = self._endings[end]  # 靠山屯镇
        return end

    def _is_name(self, start: int, ending: int, end: int, chained: bool) -> bool:
        """Whether text[start:ending] can be the name before an administrative ending."""
        name = self.text[max(start, ending - LONGEST_NAME) : ending].strip()
        suffix = self.text[ending:end]
        if not name or name in self._rules.generic or _MANY.search(name) or _COUNTED.match(name):
            return False
        common = (
            (len(name) == 1 and name not in _ONE_LETTER_NAMES and not chained)
            or (suffix in ("村", "镇", "屯") and name[-1] in _VERBS and not name.endswith(_NO_VERBS))
            or (len(name) <= 2 and name[-1] in "镇乡县区" and suffix in ("村", "镇", "乡", "区"))
            or (suffix == "区" and name.endswith(self._rules.not_before_district))
            or (suffix == "市" and len(name) > 3 and self.text[end : end + 1] in _AFTER_MARKET)
            or (suffix in _BRIEF and len(name) > 4 and "自治" not in name)
        )
        return not common and not name.endswith(self._rules.not_before_ending)

    def extend(self, end: int) -> int:
        """Over groups, roads and buildings that follow a name: 8组, 隆安路化工厂."""
        while True:
            at = end + 1 if self.text[end : end + 1] == " " else end
            numbered = self._rules.numbered.match(self.text, at)
            step = numbered.end() if numbered else self._facility(at)
            if step is None:
                return end
            end = step

    def _facility(self, start: int) -> int | None:
        """The end of a road or building whose name begins at ``start``."""
        found = self._rules.follow.match(self.text, start)
        if found is None or not self._may_be_called(start, found.start(2), found.group(2)):
            return None
        return found.end()

    def _may_be_called(self, start: int, ending: int, suffix: str) -> bool:
        """Whether text[start:ending] can name a road, building or group that ends in ``suffix``."""
        name, given = self.text[start:ending].lstrip(), self._rules
        whole = name + suffix
        if not name and suffix not in given.nameless:
            return False
        if any(position in self._stops for position in range(start, ending)):
            return False
        if _COUNTED_THING.search(name) or (_NUMBERED_GROUP.fullmatch(whole) and not self._follows_name(start)):
            return False
        if whole.endswith(_no_names(len(suffix))):
            return False
        if given.facility_generic.match(name) and (len(name) < 2 or name.startswith(given.never_proper)):
            return False
        return given.never.isdisjoint(name)

    def _follows_name(self, start: int) -> bool:
        return start in self._endings.values()

    def alone(self, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Roads, schools, factories that stand without an administrative name."""
        found: list[tuple[int, int]] = []
        free = 0
        for road in self._rules.road.finditer(self.text):
            if road.start() < free or inside(road.start(), taken):
                continue
            free = road.end()
            part = self._rules.road_part.match(self.text, free)
            while part is not None and not self._crossed(part):
                free = part.end()
                part = self._rules.road_part.match(self.text, free)
            if free > road.end() or len(road.group()) >= 3:
                found.append((road.start(), free))
        taken = taken + found
        free = 0
        for ending in self._rules.facility.finditer(self.text):
            if ending.start() < free or inside(ending.start(), taken):
                continue
            start = self._name_begins(ending.start())
            if inside(start, taken):
                continue
            if ending.end() - start >= 3 and self._may_be_called(start, ending.start(), ending.group()):
                free = self._along_road(ending.end())
                found.append((start, free))
        return found

    def _crossed(self, part: re.Match[str]) -> bool:
        """Whether the name of a road's part runs over a word that no name holds."""
        name = part.span("name") if part.group("name") else (0, 0)
        return any(position in self._stops for position in range(*name))

    def _along_road(self, end: int) -> int:
        """Over the parts of a road that follow it, and a crossing road: 亭枫公路金山段, 松卫路与亭枫公路路口."""
        while True:
            part = self._rules.road_part.match(self.text, end)
            step = end
            if part and part.end() - end <= 8 and not self._crossed(part):
                step = part.end()
            elif joined := _JOINED_ROADS.match(self.text, end):
                step = self._facility(joined.end()) or end
            if step == end:
                step = self.extend(end)
            if step == end:
                return end
            end = step

    def _name_begins(self, ending: int) -> int:
        """Back from an ending to where its name can begin."""
        start = ending
        low = max(0, ending - LONGEST_NAME)
        while start > low and not _BREAK.match(self.text[start - 1]) and self.text[start - 1] != " ":
            start -= 1
            stop = self._stop_over(start)
            if stop is not None and stop.end <= ending:
                return stop.end
        return start

    def _stop_over(self, position: int) -> Hit[str] | None:
        """The stop word that covers a position, if one does."""
        for begin in range(position, max(-1, position - 4), -1):
            stop = self._stops.get(begin)
            if stop is not None and stop.end > position:
                return stop
        return None


@cache
def _no_names(longer: int) -> tuple[str, ...]:
    """Words that are no names, of more letters than that: 一路 where the ending is 路."""
    return tuple(word for word in rules().facility_not if len(word) > longer)


def inside(position: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a position lies in one of the spans."""
    return any(start <= position < end for start, end in spans)
