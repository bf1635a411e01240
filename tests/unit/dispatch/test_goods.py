"""Which goods a plan proposes, and from where."""

from hypothesis import given
from hypothesis import strategies as st

from responder.dispatch.commands import Need
from responder.dispatch.goods import Holding, propose_goods, tier
from responder.stock.rules import Need as Estimate

SCENE = "310116112218"
HERE = (SCENE, "310116")


def test_where_a_store_stands_in_a_district() -> None:
    stores = ["310116112", "310116", "310116102", "31"]
    branch = "310116"
    assert [tier(s, SCENE, branch, stores) for s in stores] == ["own", "parent", "sibling", "higher"]
    # The town has nothing of it: the district's is taken as own, before the other towns.
    assert tier("310116", SCENE, branch, ["310116", "310116102"]) == "own"
    assert tier("310116102", SCENE, branch, ["310116", "310116102"]) == "sibling"
    assert tier("310116102", SCENE, branch, ["310116102"]) == "sibling"
    assert tier("310116112218", "310116112", branch, stores) == "own"


def test_where_a_store_stands_in_a_province() -> None:
    county, stores = "220122", ["220122", "2201", "220112", "22", "2207"]
    found = [tier(s, county, "22", stores) for s in stores]
    assert found == ["own", "parent", "sibling", "higher", "higher"]


def test_the_city_gives_before_the_province_however_near_that_lies() -> None:
    held = [holding("W1", "22", 99, 60.0), holding("W2", "2201", 20, 69.0), holding("W3", "2207", 99, 10.0)]
    (line,) = propose_goods([Need("quilt", 50)], [], {}, held, ("220122", "22"))
    assert [(s.holding.warehouse, s.proposed) for s in line.sources] == [("W2", 20), ("W1", 30), ("W3", 0)]


def holding(warehouse: str, division: str, available: int, km: float, item: str = "quilt") -> Holding:
    return Holding(warehouse, warehouse, division, item, available, km)


def test_goods_come_from_the_own_store_first_then_above_then_beside() -> None:
    holdings = [
        holding("W1", "310116", 1000, 12.0), holding("W2", "310116112", 40, 3.0),
        holding("W3", "310116102", 99, 1.0),
    ]  # fmt: skip
    (line,) = propose_goods([Need("quilt", 60)], [], {}, holdings, HERE)
    assert [(s.holding.warehouse, s.tier, s.proposed) for s in line.sources] == [
        ("W2", "own", 40), ("W1", "parent", 20), ("W3", "sibling", 0),
    ]  # fmt: skip
    assert line.short == 0


def test_what_no_store_has_is_short() -> None:
    (line,) = propose_goods([Need("tent", 100)], [], {}, [holding("W1", "310116", 74, 9.0, "tent")], HERE)
    assert (line.sources[0].proposed, line.short) == (74, 26)


def test_what_is_on_the_way_is_not_sent_twice() -> None:
    holdings = [holding("W1", "310116", 500, 9.0)]
    (line,) = propose_goods([Need("quilt", 60)], [], {"quilt": 45}, holdings, HERE)
    assert (line.under_way, line.sources[0].proposed, line.short) == (45, 15, 0)


NORM = Estimate("tent", 22, "relocated_camp", 87.0, "person", 87.0, 0.25, 1)


def test_norms_fill_a_need_without_number_and_are_only_shown_otherwise() -> None:
    holdings = [holding("W1", "310116", 30, 9.0, "tent")]
    (asked,) = propose_goods([Need("tent", None)], [NORM], {}, holdings, HERE)
    assert (asked.basis, asked.wanted, asked.sources[0].proposed) == ("asked", 22, 22)
    (shown,) = propose_goods([], [NORM], {}, holdings, HERE)
    assert (shown.basis, shown.wanted, shown.sources[0].proposed, shown.short) == ("norm", 22, 0, 0)


def test_two_reports_asking_for_the_same_make_one_line() -> None:
    lines = propose_goods([Need("quilt", 60), Need("quilt", 20), Need("quilt", None)], [], {}, [], HERE)
    assert [(line.item, line.wanted, line.short) for line in lines] == [("quilt", 80, 80)]


@given(
    st.integers(0, 500),
    st.integers(0, 500),
    st.lists(st.tuples(st.sampled_from(["310116", "310116112", "310116102", "31", SCENE]), st.integers(0, 300))),
)
def test_never_more_than_wanted_never_more_than_there(wanted: int, going: int, held: list[tuple[str, int]]) -> None:
    holdings = [holding(f"W{n}", code, qty, float(n)) for n, (code, qty) in enumerate(held)]
    (line,) = propose_goods([Need("quilt", wanted)], [], {"quilt": going}, holdings, HERE)
    assert sum(s.proposed for s in line.sources) + line.short + line.under_way == wanted
    assert all(0 <= s.proposed <= s.holding.available for s in line.sources)
