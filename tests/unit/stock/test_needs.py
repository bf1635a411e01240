"""The arithmetic of needs (DOMAIN §4.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.stock.rules import Norm, Norms, estimate

NORMS = Norms(
    (
        Norm("tent", ("relocated_camp",), "person", 0.25),
        Norm("quilt", ("relocated",), "person", 1),
        Norm("blanket", ("relocated",), "person", 1, cold=2),
        Norm("family_kit", ("households_affected", "need_aid", "relocated"), "household", 1),
        Norm("water", ("need_aid", "relocated"), "person", 0.25, daily=True),
    ),
    household_size=2.6,
    days=3,
    cold_months=frozenset({11, 12, 1, 2, 3}),
)


def needed(figures: dict[str, float | None], month: int = 9) -> dict[str, int]:
    return {need.item: need.qty for need in estimate(figures, NORMS, month)}


def test_the_figures_of_a_flooded_village() -> None:
    # 87 relocated, 30 households: 87 × 0.25 × 3 = 65.25 cases of water.
    assert needed({"relocated": 87, "households_affected": 30}) == {
        "quilt": 87, "blanket": 87, "family_kit": 30, "water": 66,
    }  # fmt: skip


def test_in_the_cold_months_there_are_two_blankets() -> None:
    assert needed({"relocated": 10}, month=12)["blanket"] == 20


def test_persons_become_households_where_no_household_is_stated() -> None:
    assert needed({"relocated": 87})["family_kit"] == 34


def test_the_first_stated_figure_counts_even_if_it_is_smaller() -> None:
    assert needed({"need_aid": 40, "relocated": 87})["water"] == 30


@pytest.mark.parametrize("figures", [{}, {"relocated": None}, {"relocated": 0}, {"deaths": 3}])
def test_nothing_stated_needs_nothing(figures: dict[str, float | None]) -> None:
    assert needed(figures) == {}


def test_the_arithmetic_is_there_to_be_read() -> None:
    water = next(need for need in estimate({"need_aid": 40}, NORMS, 9) if need.item == "water")

    assert (water.base, water.stated, water.count, water.each, water.days) == ("need_aid", 40, 40, 0.25, 3)


@given(st.integers(1, 10_000))
def test_needs_are_rounded_up_and_never_by_more_than_one(people: int) -> None:
    tents = needed({"relocated_camp": people})["tent"]

    assert people / 4 <= tents < people / 4 + 1
