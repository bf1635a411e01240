"""What a word makes of a quantity beside it: 倒塌 with 间 is houses_collapsed, with 户 households_affected."""

import re
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.clauses import Clause, Word
from responder.hotline.understanding.lexicon import Hit
from responder.hotline.understanding.quantities import (
    AREA,
    BARE,
    HOUSEHOLD,
    MONEY,
    OTHER,
    PERSON,
    ROOM,
    Quantity,
)

PEOPLE = {
    "death": "deaths", "missing": "missing", "injured": "injured", "injured_part": "injured", "hospital": "injured",
    "affected": "affected", "affected_households": "affected", "flooded": "affected",
    "relocated": "relocated", "relocated_part": "relocated",
}  # fmt: skip
_ROOMS = {
    "collapse": "houses_collapsed", "damage": "houses_damaged", "damage_part": "houses_damaged",
    "affected": "houses_damaged", "flooded": "houses_damaged",
}  # fmt: skip
_HOMES = ("affected", "affected_households", "flooded", "collapse", "damage", "damage_part", "outage")
FIELDS = (
    "affected", "flooded", "damage", "damage_part", "collapse", "loss", "ruin", "ruin_mid", "ruin_narrow", "death",
    "injured", "crop",
)  # fmt: skip
COMPATIBLE = {
    MONEY: ("loss",), ROOM: tuple(_ROOMS), HOUSEHOLD: (*_HOMES, "void", "relocated", "whole"),
    PERSON: (*PEOPLE, "void", "sick"), AREA: FIELDS, BARE: (*PEOPLE, *_ROOMS, "loss"), OTHER: (),
}  # fmt: skip
PARTS = ("damage_part", "injured_part", "relocated_part")


@cache
def _between() -> re.Pattern[str]:
    words = lexicon.alternation(lexicon.figures().marks["between"])
    return re.compile(rf"(?:[ :=]|\([^()]{{1,3}}\)|{words})*")


@cache
def _rescuers() -> re.Pattern[str]:
    heads = lexicon.alternation(lexicon.figures().nouns["rescuers"])
    return re.compile(rf"的?[\u4e00-\u9fff]{{0,2}}?(?:{heads})")


@cache
def _people() -> re.Pattern[str]:
    """Whom 个 counts, told before it: 老人转移出去十七个."""
    heads = [word for word in lexicon.figures().nouns["people"] if len(word) > 1]
    return re.compile(rf"(?:{lexicon.alternation(heads)})[^，,。;、\n0-9]*\Z")


_NEAR = 12


def bare_kind(text: str, word: Word, count: Quantity) -> str:
    """A number without unit means something only right beside its word: 死亡：0, 2死5伤, 损失三万五."""
    if word.start >= count.number_end:
        close = not text[count.number_end : word.start].strip()
        return PERSON if close and word.tag in ("death", "injured", "injured_part", "missing") else OTHER
    gap = text[word.end : count.start]
    if word.tag == "loss":
        return MONEY if len(gap) <= 10 and not re.search(r"\d", gap) else OTHER
    if not _between().fullmatch(gap):
        return OTHER
    if word.tag == "affected_households" or ("户" in gap and word.tag in _HOMES):
        return HOUSEHOLD
    if word.tag in ("collapse", "damage", "damage_part"):
        return ROOM
    return PERSON if word.tag in PEOPLE else OTHER


def slug(text: str, word: Word, kind: str, clause: Clause, index: int, epidemic: bool) -> str | None:
    """The indicator that a word makes of the clause's quantity ``index``, taken as of this kind."""
    if kind == MONEY:
        return "loss_cny" if word.tag == "loss" else None
    if kind == AREA:
        sheds = word.tag in ("damage", "damage_part", "collapse") and _is_of(clause, index, "shed")
        void = sheds or word.tag not in FIELDS or _is_of(clause, index, "not_crop")
        return None if void else "crop_area_ha"
    if kind == ROOM:
        return None if _is_of(clause, index, "shed") else _ROOMS.get(word.tag)
    if kind == HOUSEHOLD:
        return "households_affected" if word.tag in _HOMES else None
    return _of_people(text, word, clause.counts[index], epidemic) if kind == PERSON else None


def _of_people(text: str, word: Word, count: Quantity, epidemic: bool) -> str | None:
    found = PEOPLE.get(word.tag)
    # 受淹村屯4个 counts villages, 30名民警 counts rescuers.
    things = count.unit == "个" and not _people().search(text, max(0, count.start - _NEAR), count.start)
    others = things or _rescuers().match(text, count.end)
    if (word.tag == "hospital" and epidemic) or (found in ("affected", "relocated") and others):
        return None
    return found


def reach(clause: Clause, index: int) -> int:
    """How far the words after a quantity are its own: to the next one, or over it in 320户980人受灾."""
    counts = clause.counts
    while index + 1 < len(counts) and counts[index + 1].start - counts[index].end <= 1 and counts[index].unit:
        index += 1
    return counts[index + 1].start if index + 1 < len(counts) else clause.end


def harm_over_crop(before: list[Word], after: list[Word], spent: dict[int, set[str]]) -> tuple[list[Word], list[Word]]:
    """For an area the word of harm decides, the crop only where no such word stands."""
    if before and before[-1].tag == "crop":
        harm = [word for word in before if word.tag != "crop" and word.tag in FIELDS]
        if harm and AREA not in spent.get(harm[-1].start, ()):
            before = harm
        elif after and after[0].tag != "crop":
            before = []
    if len(after) > 1 and after[0].tag == "crop":
        after = after[1:]
    return before, after


def taken_to_hospital(clause: Clause, chosen: Word) -> Word:
    """1人头晕送医, 吸入浓烟送医2人: hurt enough to be taken to hospital counts as injured."""
    hurt = [word for word in clause.words if word.tag in ("injured", "hospital", "sick")]
    if len(hurt) > 1 and any(word.tag == "hospital" for word in hurt):
        return Hit(chosen.start, chosen.end, hurt[0].word, "injured")
    return chosen


def _is_of(clause: Clause, index: int, tag: str) -> bool:
    """Whether the quantity is one of sheds, woods and the like: 倒塌猪圈3间, 3间猪圈倒塌."""
    count = clause.counts[index]
    low = clause.counts[index - 1].end if index else clause.start
    nouns = [w for w in clause.words if low <= w.start and w.end <= count.start and w.tag in ("house", "crop", tag)]
    if nouns:
        return nouns[-1].tag == tag or (tag == "not_crop" and any(word.tag == tag for word in nouns))
    limit = clause.counts[index + 1].start if index + 1 < len(clause.counts) else clause.end
    return any(w.tag == tag and count.end <= w.start < limit and w.start - count.end <= 4 for w in clause.words)


def crop(clause: Clause, count: Quantity) -> str:
    """The crop that an area is of, "" where none is named."""
    crops = [word for word in clause.words if word.tag == "crop"]
    before = [word for word in crops if word.end <= count.start]
    return (before[-1] if before else crops[0]).word if crops else ""
