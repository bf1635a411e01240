"""Numbers given their meaning: which count belongs to which indicator (DOMAIN §1.4, §9.3-9.7).

转移18户52人 puts the word first, 132人受灾 puts it last: a quantity takes the word before it unless that one is
spent, else the word after it, else it leans on a neighbouring clause.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from responder.hotline.understanding import clauses, lexicon, meanings, terse
from responder.hotline.understanding.clauses import Clause, Word
from responder.hotline.understanding.lexicon import Hit
from responder.hotline.understanding.meanings import (
    COMPATIBLE,
    PARTS,
    PEOPLE,
    bare_kind,
    crop,
    harm_over_crop,
    reach,
    taken_to_hospital,
)  # fmt: skip
from responder.hotline.understanding.normalise import PLACE
from responder.hotline.understanding.numerals import Value
from responder.hotline.understanding.quantities import AREA, BARE, HOUSEHOLD, MONEY, OTHER, PERSON, Quantity
from responder.hotline.understanding.sums import (
    MIDDLE,
    NARROW,
    PART,
    PLAIN,
    TOTAL,
    WEAK,
    WIDE,
    Figure,
    settle,
)

_CARRIED_ON = re.compile(r" ?(?:应为|应是|应该|改为|实际|是|更正为|共|合计|总计|其中|均|约)")
_FORMER = re.compile(r"原(?:来|先)?(?:是|为|报)?约?\Z")
_FROM = re.compile(r"[由从](?:原来的|原先的|之前的|原报的|原|前报的)?约?\Z")
_CHANGED = re.compile(r"[^\d，,。]{0,6}?(?:增|升|上升|改|变|调|更正|减|降|修正|订正|扩大|涨|到|至)")
_UNIT_IN_BRACKETS = re.compile(r"\((?:万元|亿元|元|人|间|户|亩|公顷|万亩|万人)\)")
_FILLING = re.compile(r"[约莫共计合总数人户间现在目前应为该是不也实际增至到达了近有改成均左右一\d ::\ue000-\ue004]")
_DENIED_FATE = re.compile(r"[未没]|无(?!效)")
_ALREADY = re.compile(r"已|全部|均|都|安全|被")
_NOT_YET = re.compile(r"[未待需无没]")


# What a unit by itself can only count; 人 and 间 may be hurt or moved, fallen or damaged.
_BY_UNIT = {HOUSEHOLD: "households_affected", MONEY: "loss_cny"}


@dataclass(frozen=True, slots=True)
class _Rules:
    total: re.Pattern[str]
    part: re.Pattern[str]
    denied: re.Pattern[str]
    old: re.Pattern[str]
    wrong: re.Pattern[str]
    renewed: re.Pattern[str]
    kinds: re.Pattern[str]
    care: frozenset[str]
    found: frozenset[str]
    buried: frozenset[str]
    endangered: frozenset[str]


@cache
def _rules() -> _Rules:
    data = lexicon.figures()
    any_of, marks = lexicon.alternation, data.marks
    return _Rules(
        total=re.compile(any_of(marks["total"])),
        part=re.compile(any_of(marks["part"])),
        denied=re.compile(rf"(?:{any_of(marks['denied'])})(?:约|的)?\Z|(?<!并)(?<!是)非\Z"),
        old=re.compile(rf"(?<!更正)(?<!订正)(?:{any_of(marks['old'])})(?!:)"),
        wrong=re.compile(any_of(marks["wrong"])),
        renewed=re.compile(rf"(?:{any_of(marks['renewed'])})[^，,。]*\Z"),
        kinds=re.compile(rf"(?:{any_of(data.nouns['kinds'])})(?:等|共|约|合计)?"),
        care=frozenset(marks["care"]),
        found=frozenset(marks["found"]),
        buried=frozenset(marks["buried"]),
        endangered=frozenset(marks["endangered"]),
    )


def read(text: str, epidemic: bool = False) -> dict[str, Value]:
    """The indicators of a text whose places, times, codes, needs and zeros are masked already.

    In an ``epidemic`` people taken to hospital are ill, not injured.
    """
    labelled, text = terse.labelled(text)
    return {**_Reader(text, epidemic).read(), **labelled}


def lone(text: str) -> dict[str, Value]:
    """The one count of a correction that doesn't say what it counts, where its unit does: 是18户，不是81户."""
    reader = _Reader(text, epidemic=False)
    told = [
        (count, clause)
        for sentence in clauses.split(text)
        for clause in sentence
        for count in clause.counts
        if not reader.is_void(clause, count)
    ]
    if len(told) != 1 or told[0][0].value is None or told[0][0].kind not in _BY_UNIT:
        return {}
    return settle([Figure(_BY_UNIT[told[0][0].kind], told[0][0].value, PLAIN, "", 0)], [])


class _Reader:
    """One text being read, clause by clause."""

    def __init__(self, text: str, epidemic: bool) -> None:
        self.text = text
        self.rules = _rules()
        self.epidemic = epidemic
        self.figures: list[Figure] = []
        self.areas: list[Figure] = []
        self.place = 0
        # What the clause before was about, for one that has no word of its own.
        self.last_word: Word | None = None
        self.last_counted = False
        self.last_slug: str | None = None
        # The indicator whose parts are being told (after 其中 or in brackets), "-" where it has no number.
        self.sub: str | None = None
        self.in_brackets = False

    def read(self) -> dict[str, Value]:
        for sentence in clauses.split(self.text):
            if not _CARRIED_ON.match(self.text, sentence[0].start):
                self.last_word = None
            self.sub = None
            for index, clause in enumerate(sentence):
                self._clause(clause, sentence[index + 1 :])
        return settle(self.figures, self.areas)

    def _clause(self, clause: Clause, later: list[Clause]) -> None:
        body = self.text[clause.start : clause.end]
        self.place += len(re.findall(f"{PLACE}+", body))
        if "(" in body and not _UNIT_IN_BRACKETS.search(body):
            self.in_brackets = True
            self.sub = self.sub or self.last_slug
        part = self.rules.part.search(body)
        part_from = clause.start + part.start() if part else clause.end
        if part:
            self.sub = self.last_slug or "-"
        spent: dict[int, set[str]] = {}
        for index, count in enumerate(clause.counts):
            if self.is_void(clause, count):
                continue
            if part and count.start >= part_from and self.sub != "-":
                self.sub = self.last_slug or self.sub
            word = self._word_for(clause, index, spent, later)
            if word is not None:
                self._bind(count, word, clause, index, None if part and count.start < part_from else self.sub)
        self._then_moved(clause)
        if clause.words:
            self.last_counted = bool(clause.counts)
            telling = clause.telling("crop", "whole")
            self.last_word = telling[-1] if telling else self.last_word
        if part and clause.mark in ("，", ";") and any(count.end <= part_from for count in clause.counts):
            self.sub = None  # 严重损坏26间其中住房20间，一般损坏73间: the part is over
        if ")" in body and self.in_brackets:
            self.in_brackets = False
            self.sub = None

    def is_void(self, clause: Clause, count: Quantity) -> bool:
        """A number that doesn't hold: 不是86人, 由87人增至, 原报15间, 15间有误."""
        rules, body = self.rules, self.text[clause.start : clause.end]
        before = self.text[max(clause.start, count.start - 16) : count.start]
        if rules.denied.search(before) or _FORMER.search(before):
            return True
        if _FROM.search(before) and _CHANGED.match(self.text, count.end, clause.end):
            return True
        old, wrong = rules.old.search(body), rules.wrong.search(body)
        former = old is not None and count.start >= clause.start + old.start()
        mistaken = wrong is not None and count.end <= clause.start + wrong.start()
        return (former or mistaken) and not rules.renewed.search(
            self.text, max(clause.start, count.start - 40), count.start
        )

    def _word_for(self, clause: Clause, index: int, spent: dict[int, set[str]], later: list[Clause]) -> Word | None:
        """The word that says what this quantity counts."""
        count = clause.counts[index]
        kind, key = count.kind, PERSON if count.kind == BARE else count.kind
        words = clause.telling() if kind == AREA else clause.telling("crop")
        if kind == AREA:
            words = [word for word in words if word.word not in self.rules.buried]
        before = [word for word in words if word.end <= count.start]
        if index == 0 and not before and _words_come_first(clause, words):
            return None
        limit = reach(clause, index)
        after = [word for word in words if count.number_end <= word.start < limit]
        # 全村320户980人受灾: what befell them outweighs that they are everybody.
        if after and after[0].tag == "whole":
            after = after[1:]
        if before and after and before[-1].tag == "whole":
            before = []
        if kind == AREA:
            before, after = harm_over_crop(before, after, spent)
        if len(after) > 1 and after[1].tag in ("death", "missing", "injured"):
            # 1人已找到遗体, 3人被困失联: what became of them outweighs how.
            saved = after[0].word in self.rules.found and after[1].tag != "missing"
            lost = after[0].word in self.rules.endangered and after[1].start == after[0].end
            after = after[1:] if saved or lost else after
        previous = before[-1] if before else None
        following = after[0] if after else None
        if (
            previous is not None
            and following is not None
            and (
                key in spent.get(previous.start, ())
                or (self._told_by_fate(previous, following, count) and index + 1 == len(clause.counts))
                or (previous.tag not in COMPATIBLE[kind] and following.tag in COMPATIBLE[kind])
            )
        ):
            previous = None
        chosen = previous or following
        if kind == PERSON and (chosen is None or chosen.tag not in PEOPLE):
            chosen = self._befell(clause, index, later) or chosen
        if chosen is None and kind not in (BARE, OTHER):
            chosen = self._borrowed(clause, index, later)
        if chosen is None:
            return None
        if chosen.tag in ("sick", "hospital") and not self.epidemic:
            chosen = taken_to_hospital(clause, chosen)
        spent.setdefault(chosen.start, set()).add(key)
        return chosen

    def _told_by_fate(self, previous: Word, following: Word, count: Quantity) -> bool:
        """中暑1人死亡, 被埋1人失联: what became of them outweighs how they got there."""
        if previous.tag == "sick":
            return following.tag in PEOPLE
        fate = following.tag in ("death", "missing", "injured") and following.start - count.end <= 1
        return fate and previous.word in self.rules.buried | self.rules.endangered

    def _befell(self, clause: Clause, index: int, later: list[Clause]) -> Word | None:
        """1人落水，下落不明: what became of them is told in the next clause, without a count of its own."""
        if later and not later[0].words and all(other.kind == OTHER for other in later[0].counts):
            later = later[1:]  # 五十多岁
        if index + 1 < len(clause.counts) or not later or later[0].counts or not later[0].words:
            return None
        start = later[0].start
        first = next((word for word in later[0].words if word.word not in self.rules.care), later[0].words[0])
        hurt = first.tag == "hospital" and not self.epidemic and not any(w.tag == "sick" for w in clause.words)
        if hurt and first.start - start <= 3:
            return Hit(first.start, first.end, first.word, "injured")
        fate = first.tag in ("death", "missing", "injured") and first.start - start <= 5
        return first if fate and not _DENIED_FATE.search(self.text, start, first.start) else None

    def _borrowed(self, clause: Clause, index: int, later: list[Clause]) -> Word | None:
        """A clause without a word of its own leans on its neighbour: 转移18户，52人; 12户、8户受灾."""
        count = clause.counts[index]
        own = clause.telling("crop")
        if own:
            last = index + 1 == len(clause.counts)
            return None if last else next((word for word in own if word.start > count.end), None)
        listed = clause.mark == "、"
        for neighbour in later[:2] if listed or self.last_word is None else ():
            telling = neighbour.telling("crop", "whole")
            if not telling:
                if listed and neighbour.counts:
                    continue
                break
            alike = not neighbour.counts or (
                (listed or self._is_bare(clause, count))
                and neighbour.counts[0].start < telling[0].start
                and neighbour.counts[0].kind == count.kind
            )
            if alike and telling[0].tag in COMPATIBLE[count.kind]:
                return telling[0]
            break
        if self.last_word is None or self.last_word.tag not in COMPATIBLE[count.kind]:
            return None
        if self.text[clause.start - 1 : clause.start] == "、" and (
            not self.last_counted or self.rules.kinds.fullmatch(self.text, clause.start, count.start)
        ):
            return self.last_word  # 转移老人、儿童等121人; 转移学生121人、教师9人
        rest = _FILLING.sub("", self.text[clause.start : count.start])
        return self.last_word if len(rest) <= 2 else None

    def _is_bare(self, clause: Clause, count: Quantity) -> bool:
        """男2人，女3人失踪: nothing but the count and whom it counts; 两个小孩掉河里了，1人失踪 says more."""
        before = _FILLING.sub("", self.text[clause.start : count.start])
        return len(before) <= 2 and len(_FILLING.sub("", self.text[count.end : clause.end])) <= 2

    def _bind(self, count: Quantity, word: Word, clause: Clause, index: int, sub: str | None) -> None:
        """Records the figure, unless the word gives this quantity no meaning or it is a part of one told."""
        text, rules = self.text, self.rules
        kind = bare_kind(text, word, count) if count.kind == BARE else count.kind
        slug = meanings.slug(text, word, kind, clause, index, self.epidemic)
        if slug is None or count.value is None:
            return
        if slug == "missing" and any(w.word in rules.found for w in clause.words if w.start > count.start):
            return
        if sub is not None and (sub == slug or (sub == "-" and any(f.slug == slug for f in self.figures))):
            return
        self.last_slug = slug
        if slug == "crop_area_ha":
            degree = {"ruin_mid": MIDDLE, "ruin_narrow": NARROW}.get(word.tag, WIDE)
            self.areas.append(Figure(slug, count.value, degree, crop(clause, count), self.place))
            return
        low = clause.counts[index - 1].end if index else clause.start
        rank = PLAIN
        if rules.total.search(text, low, count.start):
            rank = TOTAL
        elif word.tag == "hospital" or (slug == "houses_damaged" and word.tag in ("flooded", "affected")):
            rank = WEAK
        elif word.tag in PARTS or (slug == "households_affected" and not word.tag.startswith("affected")):
            rank = PART
        outside = not clause.start <= word.start < clause.end
        self.figures.append(Figure(
            slug, count.value, rank, word.word, self.place, word.start,
            shared=outside or word.start >= count.end,
            listed=word.start < clause.start and bool(rules.kinds.fullmatch(text, clause.start, count.start)),
            kind=kind == PERSON and bool(rules.kinds.fullmatch(text, word.end, count.start)),
        ))  # fmt: skip

    def _then_moved(self, clause: Clause) -> None:
        """受灾群众132人已全部转移: the same people a second time."""
        people = [count for count in clause.counts if count.kind == PERSON]
        if len(people) != 1 or people[0].value is None:
            return
        before = [word for word in clause.words if word.end <= people[0].start]
        after = [word for word in clause.words if word.start >= people[0].end]
        if not before or not after or after[-1].tag != "relocated":
            return
        who = before[-1]
        if who.tag not in ("affected", "flooded", "affected_households") and who.word not in self.rules.endangered:
            return
        between = self.text[people[0].end : after[-1].start]
        if _ALREADY.search(between) and not _NOT_YET.search(between):
            self.figures.append(Figure("relocated", people[0].value, PLAIN, after[-1].word, self.place))


def _words_come_first(clause: Clause, words: list[Word]) -> bool:
    """落水4人获救3人失踪1人: one word before each person count but the first, which counts something untold."""
    counts = clause.counts
    if len(counts) < 3 or any(count.kind != PERSON for count in counts):
        return False
    return all(
        sum(low.end <= word.start < high.start for word in words) == 1 for low, high in pairwise(counts)
    ) and not any(word.start >= counts[-1].end for word in words)
