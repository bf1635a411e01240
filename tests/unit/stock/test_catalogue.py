"""The catalogue as shipped: complete, unambiguous, and understood as people write."""

from datetime import date

import pytest

from responder.platform import terms
from responder.stock import catalogue
from responder.stock.rules import UnknownItem, estimate


def test_every_item_has_names_a_unit_and_a_home() -> None:
    for slug in catalogue.goods():
        assert catalogue.unit(slug) in terms.vocabulary("unit"), slug
    assert terms.vocabulary("item").keys() == catalogue.goods().keys()


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("棉被", "quilt"), ("棉被60床", "quilt"), ("彩条布20卷", "plastic_sheet"), ("矿泉水100箱", "water"),
        ("60 quilts", "quilt"), ("blankets", "blanket"), ("12平方米帐篷", "tent"), ("棉帐篷", "tent_cotton"),
        ("金条", None),
    ],
)  # fmt: skip
def test_goods_are_found_in_a_text(text: str, slug: str | None) -> None:
    assert catalogue.match_item(text) == slug


@pytest.mark.parametrize("text", ["quilt", "棉被", "Quilts", " 棉 被 ".replace(" ", ""), "QUILT"])
def test_a_caller_may_name_an_item_in_any_of_its_ways(text: str) -> None:
    assert catalogue.slug_of(text) == "quilt"


def test_a_caller_must_name_the_item_alone() -> None:
    with pytest.raises(UnknownItem):
        catalogue.slug_of("棉被60床")


def test_the_shanghai_list_stands_for_the_top_tier() -> None:
    listed = catalogue.standing("quilt", 1)

    assert listed is not None
    assert (listed.min, listed.standing, listed.max) == (1500, 1500, 3000)
    assert catalogue.standing("quilt", 3) is None
    assert catalogue.standing("rice", 1) is None


def test_expiry_follows_from_production() -> None:
    assert catalogue.expiry("instant_noodles", date(2026, 8, 31)) == date(2027, 2, 28)
    assert catalogue.expiry("instant_noodles", None) is None


def test_norms_are_read_and_their_arithmetic_is_said() -> None:
    needs = {need.item: need for need in estimate({"relocated": 87}, catalogue.norms(), 9)}

    assert needs["quilt"].qty == 87
    assert "87" in catalogue.why(needs["quilt"], "zh")
    assert "3 days" in catalogue.why(needs["water"], "en")
