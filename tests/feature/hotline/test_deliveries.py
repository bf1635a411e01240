"""No text is lost or counted twice, however often and in whatever order a provider delivers."""

import random
from itertools import permutations

import pytest

from tests.feature.hotline.conftest import Hotline

HAIYA = "310116112218"
SENT = (
    ("village", "海涯村内涝，转移20人"),
    ("village", "续报 转移增至26人"),
    ("village", "还有2人受伤"),
    ("town", "漕泾镇内涝，倒塌房屋3间"),
    ("town", "海涯村内涝，受灾132人"),
    ("town", "转移30人"),
    ("town", "海涯村"),
    ("village", "没有伤亡"),
    ("village", "0"),
    ("leader", "海涯村3人被困"),
    ("leader", "1"),
    ("village", "明天开会吗"),
    ("+8613900000001", "这里进水了快来救人"),
    ("village", "更正：转移25人，不是26人"),
)


@pytest.mark.parametrize("seed", range(4))
def test_repeated_and_shuffled_deliveries(hotline: Hotline, seed: int) -> None:
    chance = random.Random(seed)
    deliveries = [(f"P{n}", who, body) for n, (who, body) in enumerate(SENT)]
    deliveries += chance.choices(deliveries, k=20)
    if seed:
        chance.shuffle(deliveries)
    for name, who, body in deliveries:
        hotline.text(who, body, id=name)
    came = hotline.inbox()
    assert sorted(row["provider_id"] for row in came) == sorted(f"P{n}" for n in range(len(SENT)))
    on_file = {one.number: one for one in hotline.reports()}
    for row in came:
        assert row["outcome"] in ("report", "partly", "repeat", "reply", "answer", "waiting"), row["body"]
        if row["outcome"] in ("report", "partly"):
            assert on_file[row["subject"]].text, "what says that it became a report did"
    replies = [row["dedup"] for row in hotline.outbox() if ":reply:" in row["dedup"]]
    assert len(replies) == len(set(replies))
    assert set(replies) <= {f"0:reply:{row['id']}" for row in came} | {
        f"{row['world']}:reply:{row['id']}" for row in came
    }
    assert len(on_file) <= len(SENT)
    for incident in hotline.incidents():
        told = [one for one in on_file.values() if one.incident == incident.number]
        for slug, value in incident.figures.items():
            said = [one.figures[slug] for one in told if slug in one.figures]
            assert value <= sum(said), "nothing is counted twice"
            assert said, "nothing is invented"


PARTS = ("（1/3）海涯村内涝，转移2", "（2/3）0人，倒塌房", "（3/3）屋3间，需棉被60床")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_parts_in_any_order_are_one_text(hotline: Hotline, order: tuple[int, ...]) -> None:
    for at in order:
        hotline.text("village", PARTS[at], id=f"P{at}")
        hotline.text("village", PARTS[at], id=f"P{at}")
    (incident,) = hotline.incidents()
    assert incident.figures == {"relocated": 20, "houses_collapsed": 3}
    assert [row["outcome"] for row in hotline.inbox()] == ["report"] * 3
    assert any(one.needs == [{"item": "棉被", "qty": 60}] for one in hotline.reports())


def test_a_text_cut_by_the_carrier_is_joined(hotline: Hotline) -> None:
    whole = (
        "海涯村内涝，转移20人到村文化活动室，其中老人十一人，道路中断两处，水深约半米，"
        "电力已经恢复，村干部正在逐户排查，目前群众情绪稳定，另有房屋倒塌3间"
    )
    assert len(whole) > 67
    hotline.text("village", whole[:67])
    hotline.text("village", whole[67:])
    (incident,) = hotline.incidents()
    assert incident.figures["relocated"] == 20
    assert incident.figures["houses_collapsed"] == 3
    assert len(hotline.reports()) == 1
