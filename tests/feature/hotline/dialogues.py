"""Short conversations: what is written in order, what the answer must say, what is on file at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HAIYA, CAOJING, JINSHAN = "310116112218", "310116112", "310116"


@dataclass(frozen=True)
class Filed:
    """A report as it stands at the end; ``figures`` are those that count."""

    kind: str
    division: str
    hazard: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dialogue:
    """Lines are (who, text, what the answer holds: parts joined by |); "" is no answer of a new kind. ``wait`` in
    place of who lets minutes pass, ``send`` sends the leader a mission, ``return`` returns a report, ``drill`` begins a
    drill."""

    name: str
    lines: tuple[tuple[str, str, str], ...]
    filed: tuple[Filed, ...] = ()
    incidents: int = 1
    totals: Mapping[str, Any] | None = None


def initial(division: str = HAIYA, hazard: str | None = "flood", **figures: Any) -> Filed:
    """A first report."""
    return Filed("initial", division, hazard, figures)


def followup(division: str = HAIYA, hazard: str | None = None, **figures: Any) -> Filed:
    """A follow-up."""
    return Filed("followup", division, hazard, figures)


def correction(division: str = HAIYA, hazard: str | None = None, **figures: Any) -> Filed:
    """A correction."""
    return Filed("correction", division, hazard, figures)


FIRST = ("village", "海涯村内涝，转移20人", "海涯村洪涝|转移安置20人|有误回“更正…”")
TOWNS = ("town", "内涝，转移30人", "漕泾镇洪涝|在哪个村")

JINSHAN_TALKS = (
    Dialogue("a report", (FIRST,), (initial(relocated=20),), totals={"relocated": 20}),
    Dialogue(
        "more of the same without place and hazard",
        (FIRST, ("village", "还有2人受伤", "海涯村洪涝续报|受伤2人")),
        (initial(relocated=20), followup(injured=2)),
        totals={"relocated": 20, "injured": 2},
    ),
    Dialogue(
        "only what changed",
        (FIRST, ("village", "续报 转移增至210人", "续报|210人")),
        (initial(relocated=20), followup(relocated=210)),
        totals={"relocated": 210},
    ),
    Dialogue(
        "nobody hurt, said afterwards",
        (FIRST, ("village", "没有伤亡", "死亡0人、受伤0人")),
        (initial(relocated=20), followup(deaths=0, injured=0)),
    ),
    Dialogue(
        "goods asked for afterwards",
        (FIRST, ("village", "还需要帐篷5顶", "续报|帐篷5顶")),
        (initial(relocated=20), followup()),
    ),
    Dialogue(
        "the same text twice",
        (FIRST, FIRST),
        (initial(relocated=20),),
        totals={"relocated": 20},
    ),
    Dialogue(
        "the same text twice with a follow-up between",
        (FIRST, ("village", "续报 转移增至25人", "25人"), FIRST),
        (initial(relocated=20), followup(relocated=25)),
        totals={"relocated": 25},
    ),
    Dialogue(
        "a correction in one text",
        (FIRST, ("village", "更正：转移18人，不是20人", "更正|18人")),
        (initial(relocated=20), correction(relocated=18)),
        totals={"relocated": 18},
    ),
    Dialogue(
        "a bare correction is asked what",
        (FIRST, ("village", "更正", "请写更正的内容"), ("village", "转移18人", "更正|18人")),
        (initial(relocated=20), correction(relocated=18)),
        totals={"relocated": 18},
    ),
    Dialogue(
        "a bare follow-up is asked what",
        (FIRST, ("village", "续报", "请写续报的内容"), ("village", "转移28人", "续报|28人")),
        (initial(relocated=20), followup(relocated=28)),
        totals={"relocated": 28},
    ),
    Dialogue("a town names no village", (TOWNS,), (initial(CAOJING, relocated=30),)),
    Dialogue(
        "the village by name",
        (TOWNS, ("town", "海涯村", "已补|海涯村洪涝|转移安置30人")),
        (initial(relocated=30),),
        totals={"relocated": 30},
    ),
    Dialogue(
        "the village without its ending",
        (TOWNS, ("town", "海涯", "已补|海涯村")),
        (initial(relocated=30),),
    ),
    Dialogue(
        "a late answer still counts",
        (TOWNS, ("wait", "600", ""), ("town", "海涯村", "已补|海涯村")),
        (initial(relocated=30),),
    ),
    Dialogue(
        "too late an answer goes to a person",
        (TOWNS, ("wait", "1500", ""), ("town", "海涯村", "已转值班员")),
        (initial(CAOJING, relocated=30),),
    ),
    Dialogue(
        "the answer comes after another report",
        (TOWNS, ("town", "海涯村仓库火灾，烧毁房屋3间", "火灾|3间"), ("town", "海涯村", "已补|海涯村洪涝|30人")),
        (initial(relocated=30), initial(hazard="fire", houses_collapsed=3)),
        incidents=2,
    ),
    Dialogue(
        "the whole town is a place",
        (("town", "全镇内涝，转移300人", "漕泾镇洪涝|300人|有误回"),),
        (initial(CAOJING, relocated=300),),
    ),
    Dialogue(
        "the town by its name is a place",
        (("town", "漕泾镇内涝，转移300人", "漕泾镇洪涝|300人|有误回"),),
        (initial(CAOJING, relocated=300),),
    ),
    Dialogue(
        "the hazard by digit",
        (("village", "海涯村转移20人", "什么灾？1洪涝"), ("village", "1", "已补|海涯村洪涝|20人")),
        (initial(relocated=20),),
    ),
    Dialogue(
        "the hazard by word",
        (("village", "海涯村转移20人", "什么灾"), ("village", "台风", "已补|台风")),
        (initial(hazard="typhoon", relocated=20),),
    ),
    Dialogue(
        "the hazard in a full-width digit",
        (("village", "海涯村转移20人", "什么灾"), ("village", "３", "已补|火灾")),
        (initial(hazard="fire", relocated=20),),
    ),
    Dialogue(
        "first the place, then the hazard",
        (("town", "转移30人", "在哪个村"), ("town", "海涯村", "什么灾"), ("town", "2", "已补|海涯村台风|30人")),
        (initial(hazard="typhoon", relocated=30),),
    ),
    Dialogue(
        "place and hazard in one answer",
        (("town", "转移30人", "在哪个村"), ("town", "海涯村，洪水", "已补|海涯村洪涝|30人")),
        (initial(relocated=30),),
    ),
    Dialogue(
        "an unanswered question stops nothing",
        (("village", "海涯村转移20人", "什么灾"), ("village", "海涯村内涝，转移26人", "洪涝|26人")),
        (initial(hazard=None, relocated=20), followup(hazard="flood", relocated=26)),
        totals={"relocated": 26},
    ),
    Dialogue(
        "no such choice",
        (
            ("village", "海涯村转移20人", "什么灾"),
            ("village", "8", "没有这个选项|什么灾"),
            ("village", "1", "已补|洪涝"),
        ),
        (initial(relocated=20),),
    ),
    Dialogue(
        "a number in vague words",
        (("village", "海涯村内涝，转移好几十人", "“好几十人”请补数字"), ("village", "35人", "已补|转移安置35人")),
        (initial(relocated=35),),
        totals={"relocated": 35},
    ),
    Dialogue(
        "none is no number of several people",
        (("village", "海涯村内涝，好几个人受伤", "请补数字"), ("village", "无", "零报告")),
        (initial(), Filed("zero", HAIYA)),
    ),
    Dialogue("zero", (("village", "0", "零报告"),), (Filed("zero", HAIYA),), incidents=0),
    Dialogue("zero in a word", (("village", "无", "零报告"),), (Filed("zero", HAIYA),), incidents=0),
    Dialogue(
        "zero twice",
        (("village", "0", "零报告"), ("village", "0", "零报告")),
        (Filed("zero", HAIYA),),
        incidents=0,
    ),
    Dialogue(
        "parts with marks",
        (
            ("village", "（1/2）海涯村内涝，转移20人，倒", "海涯村洪涝|20人"),
            ("village", "（2/2）塌房屋3间，需棉被60床", "R1001已补|20人|倒塌房屋3间|棉被60床"),
        ),
        (initial(relocated=20, houses_collapsed=3), followup()),
        totals={"relocated": 20, "houses_collapsed": 3},
    ),
    Dialogue(
        "the second part first",
        (
            ("village", "（2/2）塌房屋3间", "收到一部分"),
            ("village", "（1/2）海涯村内涝，转移20人，倒", "20人|倒塌房屋3间"),
        ),
        (initial(relocated=20, houses_collapsed=3),),
    ),
    Dialogue(
        "two villagers of one village",
        (FIRST, ("town", "漕泾镇海涯村内涝，倒塌房屋3间", "海涯村洪涝|3间")),
        (initial(relocated=20), followup(hazard="flood", houses_collapsed=3)),
        totals={"relocated": 20, "houses_collapsed": 3},
    ),
    Dialogue(
        "the town goes on with the village that it reported for",
        (("town", "海涯村内涝，转移20人", "海涯村"), ("town", "续报 转移增至31人", "海涯村洪涝续报|31人")),
        (initial(relocated=20), followup(relocated=31)),
        totals={"relocated": 31},
    ),
    Dialogue(
        "a new disaster is no follow-up",
        (FIRST, ("village", "海涯村仓库火灾，烧毁房屋3间", "火灾")),
        (initial(relocated=20), initial(hazard="fire", houses_collapsed=3)),
        incidents=2,
    ),
    Dialogue(
        "half an hour later a fragment of that village",
        (FIRST, ("wait", "40", ""), ("village", "有2人受伤", "受伤2人")),
        (initial(relocated=20), followup(injured=2)),
    ),
    Dialogue("a digit that answers nothing", (("village", "2", "没有任务"),), incidents=0),
    Dialogue("small talk goes to a person", (("village", "明天开会吗", "已转值班员"),), incidents=0),
    Dialogue(
        "a digit answers the mission when that is newest",
        (
            ("leader", "海涯村转移20人", "什么灾"),
            ("send", "", ""),
            ("leader", "1", "M1|已确认"),
            ("leader", "洪水", "已补|洪涝"),
        ),
        (initial(relocated=20),),
    ),
    Dialogue(
        "a digit answers the question when that is newest",
        (("send", "", ""), ("leader", "海涯村转移20人", "什么灾"), ("leader", "1", "已补|洪涝"), ("leader", "1", "M1")),
        (initial(relocated=20),),
    ),
    Dialogue(
        "words of a mission always answer the mission",
        (
            ("send", "", ""),
            ("leader", "海涯村转移20人", "什么灾"),
            ("leader", "收到", "M1"),
            ("leader", "2", "M1|出发"),
            ("leader", "火灾", "已补|火灾"),
        ),
        (initial(hazard="fire", relocated=20),),
    ),
    Dialogue(
        "two more hurt are asked to be added up",
        (
            ("village", "海涯村内涝，受伤3人", "受伤3人"),
            ("village", "又有2人受伤", "前报受伤3人|累计多少"),
            ("village", "5", "已补|受伤5人"),
        ),
        (initial(injured=3), followup(injured=5)),
        totals={"injured": 5},
    ),
    Dialogue(
        "a fall is asked for its reason",
        (FIRST, ("village", "续报 转移12人", "转移安置20人变12，请回原因"), ("village", "有8人重复统计", "原因记下了")),
        (initial(relocated=20), followup(relocated=12)),
    ),
    Dialogue(
        "a jump is asked for its reason",
        (FIRST, ("village", "续报 转移增至900人", "变900，请回原因"), ("village", "全村撤离", "原因记下了")),
        (initial(relocated=20), followup(relocated=900)),
    ),
    Dialogue(
        "two people's figures differ: a correction",
        (FIRST, ("town", "海涯村内涝，转移15人", "另有人报转移安置20人"), ("town", "1", "已补|更正|15人")),
        (initial(relocated=20), correction(hazard="flood", relocated=15)),
        totals={"relocated": 15},
    ),
    Dialogue(
        "two people's figures differ: an update",
        (FIRST, ("town", "海涯村内涝，转移25人", "另有人报转移安置20人"), ("town", "续报", "已补|续报|25人")),
        (initial(relocated=20), followup(hazard="flood", relocated=25)),
        totals={"relocated": 25},
    ),
    Dialogue(
        "returned and put right in bare words",
        (
            FIRST,
            ("return", "R1001", ""),
            ("village", "转移18人", "海涯村洪涝更正|18人"),
            ("village", "还有1人受伤", "续报|受伤1人"),
        ),
        (initial(relocated=20), correction(relocated=18), followup(injured=1)),
        totals={"injured": 1, "relocated": 18},
    ),
    Dialogue(
        "returned, but the next text is about something else",
        (FIRST, ("return", "R1001", ""), ("village", "海涯村仓库火灾，烧毁房屋3间", "海涯村火灾|3间")),
        (initial(relocated=20), initial(hazard="fire", houses_collapsed=3)),
        incidents=2,
    ),
    Dialogue(
        "a drill's conversation stays in the drill",
        (
            ("drill", "", ""),
            ("village", "演练 海涯村转移20人", "【演练】|什么灾"),
            ("village", "1", "【演练】|已补|海涯村洪涝|20人"),
        ),
        (),
        incidents=0,
    ),
    Dialogue(
        "English",
        (
            ("village", "Haiya Village, 20 relocated", "What happened? 1 "),
            ("village", "flood", "completed|20"),
        ),
        (initial(relocated=20),),
    ),
)
