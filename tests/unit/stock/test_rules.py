"""Picking, matching, levels, decisions: pure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.stock import rules
from responder.stock.rules import LotStock, Take, pick

TODAY = date(2026, 9, 16)


def test_the_first_to_expire_leaves_first() -> None:
    lots = [
        LotStock(1, 50, expires=date(2030, 1, 1), produced=date(2020, 1, 1)),
        LotStock(2, 50, expires=date(2027, 1, 1), produced=date(2025, 1, 1)),
    ]

    assert pick(lots, 60, TODAY) == (Take(2, 50), Take(1, 10))


def test_among_equals_the_first_in_leaves_first() -> None:
    lots = [
        LotStock(1, 5, expires=date(2027, 1, 1), produced=date(2026, 2, 1)),
        LotStock(2, 5, expires=date(2027, 1, 1), produced=date(2026, 1, 1)),
        LotStock(3, 5),
    ]

    assert pick(lots, 12, TODAY) == (Take(2, 5), Take(1, 5), Take(3, 2))


def test_a_lot_is_good_through_its_last_day_and_not_after() -> None:
    assert pick([LotStock(1, 5, expires=TODAY)], 5, TODAY) == (Take(1, 5),)
    assert pick([LotStock(1, 5, expires=date(2026, 9, 15))], 5, TODAY) == ()


@given(
    st.lists(st.tuples(st.integers(0, 30), st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1))), max_size=8),
    st.integers(1, 120),
)
def test_picking_takes_no_more_than_is_there_and_never_the_worse_lot_first(
    shelf: list[tuple[int, date | None]], qty: int
) -> None:
    lots = [LotStock(n, free, expires) for n, (free, expires) in enumerate(shelf)]

    takes = pick(lots, qty, TODAY)

    usable = sum(lot.free for lot in lots if rules.usable(lot, TODAY))
    assert sum(take.qty for take in takes) == min(qty, usable)
    by_id = {lot.lot_id: lot for lot in lots}
    assert all(0 < take.qty <= by_id[take.lot_id].free for take in takes)
    ends = [by_id[take.lot_id].expires or date.max for take in takes]
    assert ends == sorted(ends)
    # Only the last lot touched may be left with something.
    assert all(take.qty == by_id[take.lot_id].free for take in takes[:-1])


ALIASES = {
    "棉被": "quilt",
    "被子": "quilt",
    "帐篷": "tent",
    "棉帐篷": "tent_cotton",
    "水": "water",
    "mat": "sleeping_mat",
}


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("棉被", "quilt"),
        ("急需棉被60床", "quilt"),
        ("棉帐篷 10 顶", "tent_cotton"),
        ("水", "water"),
        ("雨水", None),
        ("ＭＡＴ", "sleeping_mat"),
        ("tomato", None),
        ("", None),
    ],
)
def test_words_find_their_item(text: str, slug: str | None) -> None:
    assert rules.match_item(text, ALIASES) == slug


@pytest.mark.parametrize("qty", [0, -1, rules.MOST + 1, True, 1.5, "3", None])
def test_a_quantity_is_a_whole_number_above_zero(qty: object) -> None:
    with pytest.raises(rules.BadQuantity):
        rules.check_quantity("quilt", qty)  # type: ignore[arg-type]


def test_nobody_approves_their_own_paper_unless_delegated() -> None:
    with pytest.raises(rules.OwnDocument):
        rules.check_decision("D1001", rules.DRAFT, 7, 7, delegated=False)

    rules.check_decision("D1001", rules.DRAFT, 7, 7, delegated=True)
    rules.check_decision("D1001", rules.DRAFT, 7, 8, delegated=False)
    rules.check_decision("D1001", rules.DRAFT, None, None, delegated=False)


def test_a_paper_is_decided_once() -> None:
    with pytest.raises(rules.AlreadyDecided):
        rules.check_decision("D1001", rules.DONE, 7, 8, delegated=False)


@pytest.mark.parametrize(
    ("available", "level"),
    [(1499, "low"), (1500, "below"), (1799, "below"), (1800, "ok"), (3000, "ok"), (3001, "over")],
)
def test_levels_against_the_standing_list(available: int, level: str) -> None:
    assert rules.stock_level(available, 1500, 1800, 3000) == level


def test_an_item_without_a_list_has_no_level() -> None:
    assert rules.stock_level(0, 0, 0, 0) == "none"


def test_shortage_is_need_less_here_less_on_the_way() -> None:
    short = rules.shortage({"quilt": 60, "tent": 10, "rice": 5}, {"quilt": 20, "rice": 9}, {"quilt": 15})

    assert short == {"quilt": 25, "tent": 10}
