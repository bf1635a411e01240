"""Ordinary words are no villages of other towns."""

import pytest

from responder.hotline.rules import is_meant


@pytest.mark.parametrize(
    ("name", "code", "town", "place", "own"),
    [
        ("海涯村", "310116112218", "漕泾镇", "海涯村", "310116"),
        ("海涯村", "310116112218", "漕泾镇", "漕泾镇海涯", "310116"),
        ("海涯村", "310116112218", "漕泾镇", "海涯", "310116112218"),
        ("漕泾镇", "310116112", "漕泾镇", "漕泾", "310116"),
    ],
)
def test_a_whole_name_a_named_town_or_one_s_own_town_is_meant(
    name: str, code: str, town: str, place: str, own: str
) -> None:
    assert is_meant(name, code, town, place, own)


@pytest.mark.parametrize(
    ("name", "code", "town", "place", "own"),
    [
        ("东村居委会", "310116001022", "石化街道", "村东村", "310116101202"),
        ("三村居委会", "310116001002", "石化街道", "学校三村民小组", "310116101202"),
        ("镇中居委会", "220183101003", "郭家镇", "镇中心小学", "220122"),
        ("蔬菜村", "220122101200", "伏龙泉镇", "蔬菜", "220122"),
        ("红旗村", "220122102216", "哈拉海镇", "红旗小学", "220122"),
    ],
)
def test_an_ordinary_word_is_no_village_elsewhere(name: str, code: str, town: str, place: str, own: str) -> None:
    assert not is_meant(name, code, town, place, own)
