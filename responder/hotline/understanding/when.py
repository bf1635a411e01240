"""When it happened: the span as written, and all the times that are something else (DOMAIN §9.8)."""

import re

Span = tuple[int, int]

_CN = "零〇一二两三四五六七八九十"
_TENS = "一二三四五六七八九十"
_HOUR = rf"(?:\d{{1,2}}|[{_CN}]{{1,3}})"
_MINUTES = (
    rf"(?:(?<=[点时])[{_CN}]{{2}}(?=左右|许|多|前后|[，,。 ])|"
    rf"钟|整|半|一刻|三刻|来钟|多钟|\d{{1,2}}分?|[{_CN}]{{1,3}}分)?"
)
_NOT_HOUR = "(?!意|建|要|说|感|装|评|原|间|候|事|儿|水|钱|东)"
_COLON = r"\d{1,2}:\d{2}(?!\d)(?::\d{2})?"
_DAY = "|".join((
    r"(?:\d{4}年|今年|去年)?\d{1,2}月\d{1,2}[日号]", r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)",
    r"\d{1,2}月\d{1,2}(?=凌晨|上午|下午|中午|晚|早|夜|\D{0,2}\d{1,2}[时点:])",
    rf"[{_CN}]{{1,3}}月[{_CN}]{{1,3}}[日号]", r"(?:本月|上月|这个月)\d{1,2}[日号]",
    r"(?<![\d.])\d{1,2}[日号](?=凌晨|清晨|早|上午|中午|下午|傍晚|晚|夜|\d{1,2}[时点:])",
    r"(?<!\d)\d{1,2}[-/]\d{1,2} (?=\d{1,2}:\d\d)",
    "今天|今日|今早|今晨|今晚|今夜|今儿个?|昨天|昨日|昨夜|昨晚|昨儿个?|昨早|昨晨|昨|前天|前日|前晚|前夜",
    r"当天|当日|当晚|次日|今(?=凌晨|上午|下午|中午|早|晚|晨|夜|\d)|明天|明早|明日|明晚|明晨|后天",
    "(?:本|上|这)?(?:周|星期|礼拜)[一二三四五六日天]|大年(?:初[一二三四五六七]|三十)|除夕|国庆节?|春节",
))  # fmt: skip
_PART = "|".join((
    "凌晨|清晨|早晨|早上|清早|一大早|大清早|一早|上午|中午|正午|晌午|午后|下午|傍晚|傍黑|晚上|晚间|夜里|夜间",
    "半夜|深夜|后半夜|前半夜|下半夜|上半夜|午夜|天亮前|天没亮|天刚亮|天快亮|天黑",
    rf"[晚早](?=\d|[{_TENS}]{{1,2}}[点时])", r"[晨夜](?=\d)",
))  # fmt: skip
_CLOCK = rf"{_COLON}分?|{_HOUR}[时点]{_NOT_HOUR}{_MINUTES}|(?<!\d)[0-2]\d[0-5]\d[时分]"
_TAIL = "(?:多钟|来钟|许|左右|前后|上下|多|开始|以来|起(?![火来重码])|时分|前(?=[后，,。 ]|发生|起火|着火)|钟)?"
_SINCE = (
    rf"(?:\d{{1,2}}|[{_CN}]{{1,2}})月(?:份|初|中旬|底|上旬|下旬|以来|份以来)(?:以来)?"
    "|(?:入夏|入春|入秋|入冬|入汛|开春|立春|上月|本月|上周|春天|今春|今夏|今年)以来|连日来|近日|日前"
)
_AGO = (
    rf"(?:半|\d{{1,3}}|[{_CN}]{{1,3}})个?[多半]?(?:小时|钟头|分钟|天|刻钟)(?:左右|多)?[之以]?前"
    "|刚才|刚刚|方才|前几天|前两天"
)
# A clock without day or part of the day: plain digits, or Chinese numerals that can be nothing else.
_BARE_CLOCK = (
    rf"(?<![\dA-Za-z]){_HOUR}点(?:钟|整|半|多|左右|许|\d{{1,2}}分?|[{_CN}]{{2}}分?)"
    rf"|(?<![\dA-Za-z.:])(?:{_COLON}|\d{{1,2}}[时点](?!意|建|要|间|候|水|评)(?:\d{{1,2}}分?|半|整|一刻)?"
    rf"|(?<![{_CN}])[二三四五六七八九十]{{1,2}}时(?!间|候)(?:[{_CN}]{{1,3}}分|半)?)"
)
TIME = re.compile(
    rf"{_SINCE}|(?:{_DAY})的?[ ，]?(?:(?:{_PART}) ?){{0,2}}[晚夜早晨]?(?:{_CLOCK})?{_TAIL}"
    rf"|(?:{_PART}) ?(?:{_PART})?(?:{_CLOCK})?{_TAIL}|(?:{_BARE_CLOCK}){_TAIL}|{_AGO}"
)
_UNTIL = re.compile(r"(?:截至|截止|截止到|截至到|截止至|止于|到|至|预计|定于|直到|计划|拟于|将于)(?:目前|现在|今)?:?\Z")
_STILL_OPEN = re.compile(
    r"[报说发][的了过]|那[条次]|止|为止|前报|前上报|续报|核报|初报|补报|上报|报告[:，]|报[:，]|零报告|之前报|讯"
)
_LABEL = re.compile(
    r"(?:\A|[\n。;,，、 \])])(?:[一二三四五六\d]+[.、])?(?:发生时间|起火时间|发灾时间|受灾时间|灾害时间|事发时间"
    r"|灾害发生时间|时间|发生于|时间为|时间是|时间应为|发生时间应为|起火时间应为|事故时间):?\Z"
)
_OTHER_LABEL = re.compile(
    r"(?:上报|报告|填报|报送|统计|核报|截止|接报|到达|出发|转移|接警|发稿|编报)(?:日期)?时间[为是]?:?"
    r"[^，,。;\n]{0,4}\Z"
)
# What else a time may be the time of.
_OTHER = re.compile(
    "转移|撤离|疏散|安置|到达|抵达|出发|赶到|上报|报告|扑灭|控制|恢复|抢修|送医|送往|送到|接报|接到"
    "|接[^，,。]{0,6}(?:报|电)|雨停|停雨|退去|退水|水退|解除|救出|找到|发放|开会|停止|核实|完成|返回|报警|排除"
    "|抢通|通车|通电|熄灭|灭火|救起|获救|召开|收到|启动|集结|明火|搭建|查看|排查|统计|汇总|来电|打捞|处置|送来"
    "|送达|运到|派"
)
_CLAUSE_ENDS = re.compile(r"[，,。;!?\n]|\Z")
_FUTURE = re.compile("明|后天")
_BEFORE = 14  # letters before a time that can tell what it is the time of


def find(plain: str) -> list[Span]:
    """All times of the text, whatever they are times of. 昨夜至今晨 is one."""
    spans: list[Span] = []
    for found in TIME.finditer(plain):
        if spans and found.start() - spans[-1][1] == 1 and plain[spans[-1][1]] in "至到-~":
            spans[-1] = (spans[-1][0], found.end())
        elif found.end() > found.start():
            spans.append(found.span())
    return spans


def happened(plain: str, times: list[Span], event: re.Pattern[str]) -> Span | None:
    """The time of the event among ``times``: a labelled one, else the first that tells of it.

    ``event`` matches what an event looks like (hazard cues): a time whose clause tells of something else
    (转移, 扑灭, 报告), without the event, is left out.
    """
    best: Span | None = None
    for start, end in times:
        low = max(0, start - _BEFORE)
        before = plain[low:start]
        if _OTHER_LABEL.search(before) or _UNTIL.search(before) or _FUTURE.match(plain, start):
            continue
        if _LABEL.search(before) or (low > 0 and _LABEL.search("\n" + before)):
            return start, end
        if best is None and not _STILL_OPEN.match(plain, end) and _is_of_event(plain, start, end, event):
            best = start, end
    return best


def _is_of_event(plain: str, start: int, end: int, event: re.Pattern[str]) -> bool:
    """Whether the clause around a time tells of the event rather than of what was done about it."""
    ends = _CLAUSE_ENDS.search(plain, end)
    after = plain[end : ends.start() if ends else len(plain)]
    other = _OTHER.search(after)
    if other and not event.search(after, 0, other.start()):
        return False
    lead = plain[max(plain.rfind(mark, 0, start) for mark in "，,。;:!?\n") + 1 : start]
    return not _OTHER.search(lead) or event.search(lead) is not None or event.search(after) is not None
