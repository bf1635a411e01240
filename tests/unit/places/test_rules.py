"""Codes, everyday names, tiers, reach."""

import pytest

from responder.places import rules

JINSHAN, JILIN = [3, 4, 5], [1, 2, 3]


def test_a_code_s_prefixes_are_its_ancestors() -> None:
    assert rules.ancestors("310116112218") == ["31", "3101", "310116", "310116112", "310116112218"]
    assert rules.parent("310116112218") == "310116112"
    assert rules.parent("31") is None
    assert [rules.level(c) for c in rules.ancestors("310116112218")] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("text", ["", "3", "310", "31011", "3101161122189", "31011a", "３１"])
def test_what_is_no_code(text: str) -> None:
    assert not rules.is_code(text)


def test_tiers_differ_between_the_two_branches() -> None:
    assert [rules.tier(c, JINSHAN) for c in ("31", "310116", "310116112", "310116112218")] == [None, 1, 2, 3]
    assert [rules.tier(c, JILIN) for c in ("22", "2202", "220221", "220221101")] == [1, 2, 3, None]


def test_reports_go_to_the_nearest_office_above() -> None:
    assert rules.office_above("310116112218", JINSHAN) == "310116112"
    assert rules.office_above("310116", JINSHAN) is None
    assert rules.office_above("220221101201", JILIN) == "220221"
    assert rules.office_above("220221", JILIN) == "2202"


@pytest.mark.parametrize("code", ["220171", "220273", "220771", "220871"])
def test_statistical_zones(code: str) -> None:
    assert rules.is_statistical_zone(code)


@pytest.mark.parametrize("code", ["220102", "220184", "222401", "310116", "220171001", "2271", "71"])
def test_no_statistical_zones(code: str) -> None:
    assert not rules.is_statistical_zone(code)


@pytest.mark.parametrize(
    ("official", "above", "said"),
    [
        ("海涯村村委会", (), "海涯村"),
        ("草庙子村委会", (), "草庙子村"),
        ("东林居委会", (), "东林居委会"),
        ("三村居委会", (), "三村居委会"),
        ("新村村委会", (), "新村"),
        ("驿马村委", (), "驿马村"),
        ("永春社区居民委员会", (), "永春社区"),
        ("紫卫社区居委会", (), "紫卫社区"),
        ("四平市铁东区山门镇头道村民委员会", ("吉林省", "四平市", "铁东区", "山门镇"), "头道村"),
        ("四平市铁东区平东街辉煌社区居民委员会", ("吉林省", "四平市", "铁东区", "平东街道"), "辉煌社区"),
        ("合隆居委会（合隆经济开发区）（省级）", (), "合隆居委会"),
        ("（工业园区）城南街道", (), "城南街道"),
        ("（特殊）", (), "（特殊）"),
        ("吉林市", ("吉林省",), "吉林市"),
        ("漕泾镇", ("上海市", "市辖区", "金山区"), "漕泾镇"),
        ("村委会", (), "村委会"),
    ],
)
def test_everyday_names(official: str, above: tuple[str, ...], said: str) -> None:
    assert rules.everyday_name(official, above) == said


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("海涯村", "海涯"), ("东林居委会", "东林"), ("漕泾镇", "漕泾"), ("石化街道", "石化"),
        ("农安县", "农安"),
        ("五一村", None), ("三村居委会", None), ("十二村居委会", None), ("新村", None), ("长白山", None),
        ("三道湖镇", "三道湖"), ("百家村", "百家"),
    ],
)  # fmt: skip
def test_names_without_their_ending_unless_a_number_remains(name: str, bare: str | None) -> None:
    assert rules.bare_name(name) == bare


def test_a_point_out_of_reach_is_refused() -> None:
    rules.check_distance(100.0, 5)
    with pytest.raises(rules.PointTooFar) as refused:
        rules.check_distance(100.6, 5)
    assert refused.value.params == {"km": 101}
    rules.check_distance(150.0, 4)
