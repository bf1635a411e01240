"""Reports: words of danger, totals, what is asked for now, who may review. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.kernel.refusals import Invalid
from responder.reports import rules
from responder.reports.commands import Review
from responder.reports.red import red_words

NOW = datetime(2026, 9, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("海涯村3人被困", ("被困",)),
        ("救命！我们困在屋顶", ("救命", "困在")),
        ("一名老人失踪，两人落水", ("失踪", "落水")),
        ("房屋倒塌，有人被埋", ("被埋",)),
        ("Two people TRAPPED, one missing", ("trapped", "missing")),
        ("被困3人，又有2人被困", ("被困",)),
        ("断水没电有人被困", ("被困",)),
        ("没电没水3人被困", ("被困",)),
        ("没有船，5人被困", ("被困",)),
        ("路断，未转移的村民被困", ("被困",)),
        ("no power, 3 trapped", ("trapped",)),
        ("no power 3 people trapped", ("trapped",)),
        ("死亡：0 失踪：1", ("失踪",)),
        ("死亡：无，失踪：1人", ("失踪",)),
        ("死亡0人，失踪10人", ("失踪",)),
        ("死亡10人", ("死亡",)),
        ("救人啊水到屋顶了", ("救人啊", "到屋顶")),
        ("三村房子压住人了", ("压住",)),
        ("快来 出人命了", ("出人命",)),
        ("三村孩子不见了", ("孩子不见",)),
        ("水淹到脖子了", ("到脖子",)),
        ("三村老人走失", ("走失",)),
        ("有人掉水里了，张堰镇", ("掉水",)),
        ("有人晕倒没呼吸", ("晕倒", "没呼吸")),
        ("三村有人触电", ("触电",)),
        ("没电了，老人昏迷", ("昏迷",)),
        ("stuck on the roof, cannot get out", ("stuck", "on the roof", "cannot get out")),
    ],
)
def test_words_of_danger_are_found(text: str, words: tuple[str, ...]) -> None:
    assert red_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "无人员被困",
        "没有死人",
        "没有人员死亡",
        "无人员伤亡失踪",
        "无人员伤亡、失踪",
        "未发现人员被困",
        "暂无人员被困",
        "暂未接到人员失踪报告",
        "没有村民被困",
        "死亡0人，失踪0人",
        "死亡：0 失踪：0",
        "死亡人口：0，失踪人口：0",
        "死亡：无 失踪：无",
        "0人死亡，0人失踪",
        "no one missing",
        "no people trapped",
        "nobody trapped",
        "without dead",
        "0 dead, 0 missing",
        "no deaths",
        "转移18人，无伤亡",
        "伤者无生命危险",
        "没有人死",
        "没人死没人伤",
        "无人中毒，暂无人员走失",
        "扑救人员220名",
        "树倒在屋顶上，掀翻3间",
        "nobody stuck",
        "",
        "房屋进水，转移87人",
    ],
)
def test_words_that_are_denied_are_no_danger(text: str) -> None:
    assert red_words(text) == ()


@given(st.text(max_size=200))
def test_any_text_may_be_searched(text: str) -> None:
    assert len(set(red_words(text))) == len(red_words(text))


@pytest.mark.parametrize(
    ("figures", "words", "urgent"),
    [
        ({}, (), False),
        ({"deaths": 0, "missing": 0}, (), False),
        ({"deaths": 1}, (), True),
        ({"missing": 2}, (), True),
        ({"relocated": 500}, (), False),
        ({}, ("被困",), True),
        ({"deaths": None}, (), False),
    ],
)
def test_people_in_danger_come_first(figures: Mapping[str, Any], words: Sequence[str], urgent: bool) -> None:
    assert rules.is_urgent(figures, words) is urgent


def test_needs_are_each_place_s_latest_list_added_up() -> None:
    told: list[tuple[str, list[dict[str, Any]]]] = [
        ("a", [{"item": "棉被", "qty": 60}]),
        ("b", [{"item": "棉被", "qty": 20}, {"item": "帐篷", "qty": None}]),
        ("a", [{"item": "棉被", "qty": 80}]),
        ("a", []),
    ]
    assert rules.merged_needs(told) == [{"item": "棉被", "qty": 100}, {"item": "帐篷", "qty": None}]


def test_a_need_without_a_number_doesn_t_lose_another_s_number() -> None:
    told: list[tuple[str, list[dict[str, Any]]]] = [
        ("a", [{"item": "棉被", "qty": 60}]),
        ("b", [{"item": "棉被", "qty": None}]),
    ]
    assert rules.merged_needs(told) == [{"item": "棉被", "qty": 60}]


@pytest.mark.parametrize(
    ("kind", "text", "place", "needs", "field"),
    [
        ("gossip", "", "", [], "kind"),
        ("initial", "x" * 5001, "", [], "text"),
        ("initial", "", "x" * 201, [], "place"),
        ("initial", "", "", [{"item": "棉被", "qty": 1}] * 51, "needs"),
        ("initial", "", "", [{"item": " ", "qty": 1}], "needs"),
        ("initial", "", "", [{"item": "x" * 61, "qty": 1}], "needs"),
        ("initial", "", "", [{"item": "棉被", "qty": -1}], "needs"),
        ("initial", "", "", [{"item": "棉被", "qty": float("nan")}], "needs"),
        ("initial", "", "", [{"item": "棉被", "qty": float("inf")}], "needs"),
        ("initial", "", "", [{"item": "棉被", "qty": True}], "needs"),
        ("initial", "", "", [{"item": "棉被", "qty": "60"}], "needs"),
    ],
)
def test_what_can_t_be_kept_is_named(kind: str, text: str, place: str, needs: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check(kind, text, place, needs)
    assert caught.value.params["field"] == field


def test_the_longest_text_and_a_need_without_number_are_kept() -> None:
    rules.check("initial", "x" * 5000, "x" * 200, [{"item": "棉被", "qty": None}, {"item": "水", "qty": 0}])


def test_a_time_may_run_ahead_a_little_and_not_more() -> None:
    rules.check_times(None, NOW)
    rules.check_times(NOW + timedelta(minutes=9), NOW)
    for impossible in (NOW + timedelta(minutes=11), datetime(1, 1, 1, tzinfo=UTC), datetime(26, 9, 12, tzinfo=UTC)):
        with pytest.raises(Invalid):
            rules.check_times(impossible, NOW)


@pytest.mark.parametrize(
    ("lat", "lng"), [(30.8, None), (None, 121.4), (91, 121), (30, 181), (float("nan"), 121), (float("inf"), 1)]
)
def test_a_point_is_whole_and_on_this_earth(lat: float | None, lng: float | None) -> None:
    with pytest.raises(Invalid):
        rules.check_point(lat, lng)


@pytest.mark.parametrize("accuracy", [-1.0, float("nan"), float("inf")])
def test_an_accuracy_is_a_distance(accuracy: float) -> None:
    with pytest.raises(Invalid):
        rules.check_point(30.8, 121.4, accuracy)


def test_a_sound_point_is_taken() -> None:
    rules.check_point(30.8, 121.4, 12.5)
    rules.check_point(30.8, 121.4)
    rules.check_point(None, None)


def test_who_may_review() -> None:
    rules.check_review("received", 2, {1, None}, Review("R1001", True))
    rules.check_review("received", 2, {1}, Review("R1001", False, "户数不符"))
    with pytest.raises(rules.AlreadyReviewed):
        rules.check_review("accepted", 2, {1}, Review("R1001", True))
    with pytest.raises(rules.OwnReport):
        rules.check_review("received", 1, {1, 5}, Review("R1001", True))
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(Invalid):
            rules.check_review("received", 2, {1}, Review("R1001", False, reason))
