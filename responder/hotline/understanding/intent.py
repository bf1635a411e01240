"""What a text wants: to report, to correct, to answer, to ask, or nothing of ours (DOMAIN §9.11)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from responder.hotline.understanding import answers, lexicon
from responder.hotline.understanding.answers import cue
from responder.hotline.understanding.english import intents as english


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the other rules found: ``named`` a hazard by name and not only by a sign of it, ``figures`` counts
    or areas, ``losses`` money, ``harm`` words of harm without a number."""

    hazard: str | None
    named: bool
    figures: bool
    losses: bool
    casualties: bool
    harm: bool
    needs: bool
    place: bool
    ref: str | None

    @property
    def event(self) -> bool:
        """Whether anything happened at all."""
        return self.hazard is not None or self.harm or self.figures


@cache
def _drill() -> re.Pattern[str]:
    prefixes = lexicon.alternation(lexicon.intents().drill["prefixes"])
    return re.compile(rf"\s*(?:{prefixes})[\s:：,，、!！\-]*", re.IGNORECASE)


_SENDER = re.compile(
    r"【[^】]{0,10}(?:银行|保险|移动|联通|电信|快递|商城|科技|金融|证券|贷|物流|外卖|旅行|酒店|支付)[^】]{0,6}】"
)
_NOT_SO = re.compile(r"(?:无|没有|未|不)\Z")
_CORRECTING = re.compile(r"更正|订正|勘误|[报打写数说发算]错|错了|上一?条|correction", re.IGNORECASE)
_TOLD_BEFORE = re.compile(
    r"(?:\ue000+|上次|前面|刚才|刚刚|之前|先前|此前|上一?条|早上|昨天|前头)我?(?:报|发|说|写|那条)"
    r"[^。;]{0,24}(?:应该?是|应为|实际|错|不对|改)"
)
# 是68人，不是86人 and 不是86人是68人: a number denied beside the number that holds.
_COUNT = r"约?[\d一二两三四五六七八九十百千万]+(?:人|户|间|亩|公顷|元|万元|个|名)?"
_DENIED = re.compile(
    rf"(?:应为|应是|应该是|应该为|改为|是|为){_COUNT}[，,、 ]?而?(?:不是|非|并非){_COUNT}"
    rf"|{_COUNT}[，,、 ]+(?:不是|并非|而非){_COUNT}"
    rf"|(?:不是|并非|而非){_COUNT}[，,、 ]?(?:而是|应为|应该是|应该为|应是|是){_COUNT}"
)
_UNVERIFIED = re.compile(r"(?:待|正在|需|未|尚未|还没|请)(?:进一步)?(?:核实|核查|核定|经核实)")
_VERIFIED = re.compile(r"核报|核定|终报")
_SUPPLEMENTS = re.compile(r"补充(?:物资|食品|水|弹药|人员|力量|队)")
_HOME_AGAIN = re.compile(r"(?:全部|都|陆续|已经?|均)[^，,。;\n]{0,4}(?:回家|返家|返回家|回迁|回村)")
_STOP = re.compile(
    r"(?:不要|别|请勿|不用|停止)再?(?:给我)?(?:发|推送)[^，,。]{0,6}(?:短信|消息|信息|了)|(?:\A|[，,。 ])退订[。!]?\Z"
)
_LONGEST_STOP = 24
_RECEDED = re.compile(r"水退|火灭|已退|退去|消退|退了|恢复正常|已恢复|险情解除|险情排除|已排除")
_ZERO_REPORT = re.compile(r"零报告|零报|0报告|zero report|nothing to report", re.IGNORECASE)
# 没有发生险情, 啥事没有, 房屋人员均未受损.
NO_DISASTER = re.compile(
    "(?:没有?|没得|无|未)(?:再|有|发生|出现|接到|发现|造成|收到|见){0,3}(?:任何|新的|什么|啥|一点)?(?:灾情|险情|灾害|异常|灾)"
    "|(?:啥|什么|一点|半点)(?:事|情况|问题)儿?(?:都|也)?没有?"
    "|(?:均|都|全部|全都|一律|也)(?:没有?|未|无)(?:受灾|受损|受淹|损失|受影响|问题|损坏)"
)
_NO_SUCH_THING = re.compile(
    "(?:不是|并非|没有?|不算)(?:真的)?(?:着火|起火|失火|火灾|地震|洪水|山洪|爆炸|泄漏|塌方|滑坡)"
)
_BARE_ZERO = re.compile(
    r"[\ue000\ue001 ，:、]+(?:0|零|无|正常|没事)[。! ]*\Z|(?:0|零|无|正常|没事|平安)[，。、: ]+[\ue000\ue001 ，。]+\Z"
)
# 台风过去了，没有损失，人都好
_PASSED = re.compile(
    r"(?:台风|大风|暴雨|风雨|雨|风|洪峰|雪)[^，,。;\n]{0,3}(?:过去|过了|停了|走了|过境了|过后|停止)"
    r".{0,30}(?:没有?|无|未)(?:造成|什么|任何|啥){0,2}(?:损失|影响|事)",
    re.DOTALL,
)
# 受灾由31户增加到44户
_GREW = re.compile(r"[由从]\d+[人户间亩名]?[^，,。;\n]{0,5}(?:增|升|扩大|减|降|涨)[^，,。;\n]{0,3}[到至为]")
_PEACEFUL = re.compile(
    r"(?:[\ue000\ue001]|今日|今天|全村|我村|本村|全镇|一切|本周|昨夜|昨天|目前|都|均|很)[^。;]{0,6}平安[。!]?$|无事[。!]?$"
)
_FORMAT = re.compile(r"格式|模[板版]|范本|样本")
_HOW = re.compile(r"(?:报灾|短信|上报)[^，。]{0,5}(?:怎么|怎样|咋|如何|编|啥格式|什么)")
_CRY = re.compile(r"救命|求救|快来人|快来救|SOS|help us|trapped", re.IGNORECASE)
_TO_ALL = re.compile(r"\W*请?各(?:村|镇|街道|单位|位|居|社区)")
_ASKING = re.compile(r"[?吗]\s*$")


def strip_drill(text: str) -> tuple[str, bool]:
    """The text without the beginning that makes it a drill's (演练, 【演练】), and whether it had one."""
    found = _drill().match(text)
    return (text[found.end() :], True) if found else (text, False)


def decide(text: str, evidence: Evidence) -> str:
    """The intent of a text longer than a key word. ``text`` has its places, times and codes masked."""
    return next(_wants(text, evidence))


def _wants(text: str, evidence: Evidence) -> Iterator[str]:
    """What the text may want, the surest first."""
    if _SENDER.search(text) or (cue("commercial").search(text) and not _told_of_harm(text, evidence)):
        yield "unknown"
    if english.says("stop", text) or (len(text) <= _LONGEST_STOP and _STOP.search(text) and "【" not in text):
        yield "stop"
    told = (
        evidence.figures
        or evidence.losses
        or evidence.ref
        or evidence.place
        or evidence.harm
        or _CORRECTING.search(text)
    )
    if told and _corrects(text):
        yield "correction"
    answer = answers.stage(text)
    if answer and _answers(text, evidence):
        yield answer
    kind = _kind(text)
    if kind is not None and (evidence.event or evidence.ref or evidence.place or len(text) < 60):
        yield kind
    if _zero(text, evidence):
        yield "zero"
    if _helps(text) and not evidence.casualties and not evidence.figures:
        yield "help"
    quiet = not evidence.named and not evidence.casualties and not evidence.needs and not evidence.place
    if answer and quiet:
        yield answer
    if _follows(text, evidence):
        yield "followup"
    yield "report" if _reports(text, evidence) else "unknown"


def _told_of_harm(text: str, evidence: Evidence) -> bool:
    """Whether harm at a place is told, though a word of trade stands in it: 外卖小哥被砸伤, 居民生活受影响."""
    harm = evidence.casualties or evidence.harm or (evidence.figures and evidence.hazard is not None)
    return evidence.place and harm and "【" not in text and "您" not in text


def _corrects(text: str) -> bool:
    """Whether an earlier figure is put right."""
    found = cue("correction").search(text)
    if found and not _NOT_SO.search(text, max(0, found.start() - 2), found.start()):
        return True
    return english.says("correction", text) or bool(_TOLD_BEFORE.search(text) or _DENIED.search(text))


def _answers(text: str, evidence: Evidence) -> bool:
    """Whether a stage of a mission is meant, not an event that a rescue team also came to."""
    if evidence.ref is not None and evidence.ref[0] in "MmTt":
        return True
    told_from_scene = evidence.hazard is None and not evidence.place and answers.begins_with_answer(text)
    return not evidence.event or told_from_scene


def _kind(text: str) -> str | None:
    """verify, followup or None, by the words that announce them."""
    if (cue("verify").search(text) or english.says("verify", text)) and (
        not _UNVERIFIED.search(text) or _VERIFIED.search(text)
    ):
        return "verify"
    if cue("followup").search(text) and not _SUPPLEMENTS.search(text):
        return "followup"
    return "followup" if english.says("followup", text) else None


def _zero(text: str, evidence: Evidence) -> bool:
    if _ZERO_REPORT.search(text):
        return not evidence.casualties
    if _PASSED.search(text) and not evidence.figures and not evidence.harm and not evidence.needs:
        return True
    calm = cue("zero").search(text) or _PEACEFUL.search(text) or NO_DISASTER.search(text) or _BARE_ZERO.match(text)
    denied = not evidence.named and _NO_SUCH_THING.search(text)
    if not calm and not denied and not english.says("zero", text):
        return False
    return not evidence.figures and not evidence.harm and not evidence.needs


def _helps(text: str) -> bool:
    if (len(text) <= 14 and _FORMAT.search(text)) or (len(text) <= 20 and _HOW.search(text)):
        return True
    return bool(cue("help").search(text)) or english.says("help", text)


def _follows(text: str, evidence: Evidence) -> bool:
    """Figures for a number of ours, figures that grew, or the news that it is over: all follow a report."""
    if evidence.ref is not None and evidence.event and evidence.ref[0] in "RrSsJj":
        return True
    if evidence.figures and _GREW.search(text):
        return True
    over = not evidence.figures and not evidence.needs and not evidence.named and _RECEDED.search(text)
    if over and (evidence.place or evidence.hazard is not None):
        return True
    if evidence.figures and not evidence.named and not evidence.casualties and _HOME_AGAIN.search(text):
        return True
    whole = evidence.hazard is not None and evidence.place
    return evidence.figures and not whole and bool(cue("followup_weak").search(text))


def _reports(text: str, evidence: Evidence) -> bool:
    """A report tells of an event; chat about weather, forecasts and private losses don't."""
    private = cue("private").search(text) is not None
    if evidence.casualties or _CRY.search(text):
        return not private or evidence.hazard is not None or evidence.place
    hurt = evidence.figures or evidence.harm
    if not evidence.figures and _TO_ALL.match(text):
        return False
    if not hurt and (cue("forecast").search(text) or _ASKING.search(text)):
        return False
    if private:
        return evidence.place and (hurt or evidence.hazard is not None)
    if cue("distress").search(text) or evidence.harm or evidence.needs or (evidence.place and evidence.losses):
        return True
    return evidence.hazard is not None and (evidence.named or evidence.place or evidence.figures)
