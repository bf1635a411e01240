"""Where a text says that there is none: 无人员伤亡, 没有死人, 失踪：无, 人都没事 (DOMAIN §9.1)."""

import re
from dataclasses import dataclass, field
from functools import cache

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.normalise import DONE, mask


@dataclass(slots=True)
class Zeros:
    """Indicators said to be none, and the text with those sayings masked."""

    text: str
    fields: dict[str, int] = field(default_factory=dict)

    def note(self, slugs: list[str], start: int, end: int) -> None:
        """text[start:end] says that all of ``slugs`` are none."""
        self.fields.update(dict.fromkeys(slugs, 0))
        self.text = mask(self.text, start, end, DONE)


@dataclass(frozen=True, slots=True)
class _Rules:
    none: re.Pattern[str]
    filler: re.Pattern[str]
    blocker: re.Pattern[str]
    joiner: re.Pattern[str]
    what: re.Pattern[str]
    label: re.Pattern[str]
    well: re.Pattern[str]
    after_loss: re.Pattern[str]
    fields: dict[str, list[str]]
    labels: dict[str, list[str]]


@cache
def _rules() -> _Rules:
    data, any_of = lexicon.figures(), lexicon.alternation
    zero, well = data.zero, data.well
    # 没有人冻伤, 无人溺亡: every way of being hurt or killed can be said to be none.
    fields = {word: ["injured"] for word in data.words["injured"] if len(word) > 1 and word.endswith("伤")}
    fields |= {word: ["deaths"] for word in data.words["death"] if len(word) > 1 and word.endswith(("亡", "死"))}
    fields |= zero.what
    who, link, state = any_of(well["who"]), any_of(well["link"]), any_of(well["state"])
    # 群众都安全转移了 tells of a move, not that they are well.
    unmoved = f"(?!{any_of(well['moved'])})"
    fillers = any_of(zero.fillers)
    return _Rules(
        none=re.compile(f"(?:{any_of(zero.none)})(?:{fillers}){{0,4}}"),
        filler=re.compile(f"(?:{fillers}){{0,3}}"),
        blocker=re.compile(any_of(zero.blockers)),
        joiner=re.compile(any_of(zero.joiners)),
        what=re.compile(any_of(fields)),
        label=re.compile(
            rf"(?<![无没有未零])({any_of(zero.labels)})(?:人员|人口|人数|情况|数)? ?:?"
            r"(?:均|都|暂|为|目前|是|目前暂|及失踪)?(?:无|没有|零|0(?![\d.]))"
            r"(?=$|[，,。;、 \n)]|人(?![员口])|间|损坏|倒塌|伤亡|失踪|受伤|死亡|员伤亡|灾)"
        ),
        well=re.compile(
            f"(?<![0-9一二两三四五六七八九十几名个位])(?:{who})(?:{link}){{0,3}}(?:{state}){unmoved}"
            rf"|(?<![^，,。;、!\n ])(?:都|均|全都|全部|也都|全)(?:{state}){unmoved}"
            f"|(?:没|没有|无)人(?:出事|有事){unmoved}"
            f"|(?:{who})(?:{link}){{0,3}}没啥(?=$|[，,。;!\\n ])"
        ),
        after_loss=re.compile(
            rf"损失[^，,。;、\n]{{0,8}}?[0-9一二两三四五六七八九十百千万亿.]+(?P<well>(?:{who})(?:{link}){{0,3}}(?:{state}){unmoved})"
        ),
        fields=fields,
        labels=zero.labels,
    )


_TRIGGER = re.compile("[无没未零暂尚不并均都0]")
_ASKED = re.compile(r"有没有|是否有|有无")
_PART_OF_A_WORD = re.compile(r"[有是毫]\Z")
_COUNT = re.compile(r" ?[:为约]{0,2}(?:\d|[一二两三四五六七八九十]+[人名个])")
_HARM = "倒塌|垮塌|损坏|受损|破损|损毁|开裂"
_HOUSES = re.compile(
    "(?:房屋|民房|住房|房子)(?:均|都|暂|也|目前)?(?:无|没有|没|未)(?:发现|出现|发生|见)?(?:明显|任何)?"
    f"(?P<a>{_HARM})(?:[、和及或与]?(?P<b>{_HARM}))?(?![0-9])"
)


def find(text: str) -> Zeros:
    """The zeros of a text. ``fields`` holds the indicator slugs, each 0."""
    zeros = Zeros(text)
    rules = _rules()
    for well in rules.well.finditer(text):
        zeros.note(["deaths", "injured"], well.start(), well.end())
    for told in rules.after_loss.finditer(zeros.text):
        # 损失三万五人都没事, as it is dictated: the number is money.
        zeros.note(["deaths", "injured"], *told.span("well"))
    if _TRIGGER.search(text) and not _ASKED.search(text):
        _houses(zeros)
        for label in rules.label.finditer(zeros.text):
            zeros.note(rules.labels[label.group(1)], label.start(), label.end())
        _said(zeros, rules)
    return zeros


def _houses(zeros: Zeros) -> None:
    for found in _HOUSES.finditer(zeros.text):
        harms = [harm for harm in found.group("a", "b") if harm]
        slugs = ["houses_collapsed" if harm in ("倒塌", "垮塌") else "houses_damaged" for harm in harms]
        zeros.note(slugs, found.start(), found.end())


def _said(zeros: Zeros, rules: _Rules) -> None:
    """无人员伤亡、失踪 and the like: a word for none, fillers, then one or several things."""
    at = 0
    while (none := rules.none.search(zeros.text, at)) is not None:
        at = none.end()
        text = zeros.text
        what = None if rules.blocker.match(text, at) else _first(text, none, rules)
        if what is None or _PART_OF_A_WORD.search(text, max(0, none.start() - 1), none.start()):
            continue
        if not _COUNT.match(text, what.end()):
            slugs, at = _listed(text, what, rules)
            zeros.note(slugs, none.start(), at)


def _first(text: str, none: re.Match[str], rules: _Rules) -> re.Match[str] | None:
    """What there is none of. Fillers eat greedily: 没有人伤 needs its 人 back."""
    for back in (0, 1, 2):
        what = rules.what.match(text, max(none.start() + 1, none.end() - back))
        if what is not None:
            return what
    return None


def _listed(text: str, what: re.Match[str], rules: _Rules) -> tuple[list[str], int]:
    """Over the joined things: 无人员伤亡和财产损失. Over a comma only where the list then ends."""
    slugs, end = list(rules.fields[what.group()]), what.end()
    while True:
        joiner = rules.joiner.match(text, end)
        begin = joiner.end() if joiner else end
        filler = rules.filler.match(text, begin)
        following = rules.what.match(text, filler.end() if filler else begin) or rules.what.match(text, begin)
        if following is None or _COUNT.match(text, following.end()):
            return slugs, end
        last = text[following.end() : following.end() + 1]
        if joiner and joiner.group() in ("，", " ") and last and last not in "，。;、\n":
            return slugs, end
        slugs += rules.fields[following.group()]
        end = following.end()
