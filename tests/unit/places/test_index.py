"""The tree in memory: labels, inherited points, search, what is hidden."""

import pytest

from responder.kernel.refusals import NotFound
from responder.places import rules, sources
from responder.places.coordinates import Point
from responder.places.index import Place, Places


def tree(profile: str) -> Places:
    command = sources.gather(profile)
    found = (
        Place(
            d.code, d.name, d.official_name, rules.level(d.code), d.kind, d.aliases, d.lat, d.lng,
            d.precision, d.crs, d.source, True,
        )
        for d in command.divisions
    )  # fmt: skip
    return Places("1", command.profile, dict(command.boundary), found)


@pytest.fixture(scope="module")
def jinshan() -> Places:
    return tree("jinshan")


@pytest.fixture(scope="module")
def jilin() -> Places:
    return tree("jilin")


def test_a_label_is_what_lies_below_the_root(jinshan: Places, jilin: Places) -> None:
    assert jinshan.label("310116112218") == "漕泾镇海涯村"
    assert jinshan.label("310116112") == "漕泾镇"
    assert jinshan.label("310116") == "金山区"
    assert jilin.label("220221101") == "吉林市永吉县" + jilin.name("220221101")


def test_elsewhere_the_label_says_all_but_what_nobody_says(jinshan: Places) -> None:
    assert jinshan.label("310117") == "上海市松江区"
    assert jinshan.label("330482") == "浙江省嘉兴市平湖市"
    assert jinshan.label("3101") == "上海市市辖区"
    assert jinshan.label("999999") == "999999"


def test_the_path_starts_at_the_province(jinshan: Places) -> None:
    path = jinshan.path("310116112218")
    assert [p.name for p in path] == ["上海市", "市辖区", "金山区", "漕泾镇", "海涯村"]
    with pytest.raises(NotFound):
        jinshan.path("310116112999")


def test_children_come_by_code_and_leaves_are_known(jinshan: Places) -> None:
    towns = jinshan.children("310116")
    assert [t.name for t in towns[:2]] == ["石化街道", "朱泾镇"]
    assert len(towns) == 11
    assert not jinshan.is_leaf("310116112")
    assert jinshan.is_leaf("310116112218")
    assert jinshan.is_leaf("310117")
    assert [p.code for p in jinshan.children("")] == ["31", "33"]


def test_statistical_zones_are_hidden_but_findable(jilin: Places) -> None:
    shown = {p.code for p in jilin.children("2202")}
    everything = {p.code for p in jilin.children("2202", zones=True)}
    assert everything - shown == {"220271", "220272", "220273"}
    assert jilin.division("220271").kind == "statistical_zone"


def test_a_subtree_is_whole(jinshan: Places) -> None:
    below = jinshan.below("310116")
    assert below[0].code == "310116"
    assert len(below) == 1 + 11 + 244
    assert [p.code for p in below] == sorted(p.code for p in below)


def test_a_village_without_a_point_is_shown_at_its_town(jinshan: Places) -> None:
    town = jinshan.point("310116112")
    village = jinshan.point("310116112218")
    assert town is not None
    assert village is not None
    assert (town.precision, village.precision) == ("approx", "inherited")
    assert village.point == town.point == Point(30.797, 121.405)
    assert jinshan.point("999999") is None


def test_unknown_codes(jinshan: Places) -> None:
    assert jinshan.find("999999") is None
    assert jinshan.name("999999") == "999999"
    with pytest.raises(NotFound):
        jinshan.division("999999")


@pytest.mark.parametrize("name", ["漕泾镇", "漕泾"])
def test_exact_names_with_and_without_ending(jinshan: Places, name: str) -> None:
    assert [p.code for p in jinshan.named(name)] == ["310116112"]


def test_old_names_lead_to_today_s_town(jinshan: Places) -> None:
    for old, town in {"金山工业区": "310116503", "干巷镇": "310116105", "钱圩镇": "310116109"}.items():
        assert town in [p.code for p in jinshan.named(old)]


def test_search_finds_the_searcher_s_own_village_first(jilin: Places) -> None:
    # 太平村 is the commonest village name of the province.
    everywhere = jilin.search("太平村", limit=100)
    assert len([p for p in everywhere if p.name == "太平村"]) > 30
    own = jilin.named("太平村")[-1].code
    assert jilin.search("太平村", within=own[:9])[0].code == own


def test_search_ranks_whole_names_and_higher_levels_first(jinshan: Places) -> None:
    assert jinshan.search("漕泾")[0].code == "310116112"
    assert jinshan.search("海涯")[0].code == "310116112218"
    assert jinshan.search("漕泾 海涯")[0].code == "310116112218"
    assert jinshan.search("漕泾镇海涯村")[0].code == "310116112218"
    assert jinshan.search("310116112")[0].code == "310116112"
    assert jinshan.search("金山")[0].code == "310116"
    assert len(jinshan.search("村", limit=7)) == 7
    assert jinshan.search("  ") == []
    assert jinshan.search("没有这个地方") == []


def test_the_gazetteer_names_every_valid_division(jinshan: Places) -> None:
    names = {n.code: n for n in jinshan.gazetteer()}
    assert len(names) == len(jinshan)
    assert names["310116112218"] == ("310116112218", "海涯村", 5, (), "海涯")
    assert "金山工业区" in names["310116503"].aliases


def test_a_retired_division_keeps_its_name_but_is_offered_no_more() -> None:
    command = sources.gather("jinshan")
    old = Place("310116999", "旧镇", "旧镇", 4, "normal", (), None, None, None, None, None, False)
    root = Place("310116", "金山区", "金山区", 3, "normal", (), 30.7, 121.3, "own", "wgs84", None, True)
    places = Places("1", command.profile, {}, [root, old])
    assert places.name("310116999") == "旧镇"
    assert places.children("310116") == ()
    assert places.named("旧镇") == ()
    assert places.search("旧镇") == []
    assert [n.code for n in places.gazetteer()] == ["310116"]
