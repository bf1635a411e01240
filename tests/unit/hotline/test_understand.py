"""What the interface promises beyond the fields of the score."""

import pytest

from responder.hotline.understanding import Need, understand
from tests.unit.hotline import gold


def test_a_drill_is_told_apart_and_its_prefix_taken_off() -> None:
    for text in ("【演练】亭林镇东新村民房着火，2人受伤", "演练：亭林镇东新村民房着火，2人受伤"):
        got = understand(text, gold.jinshan())
        assert (got.drill, got.intent, got.place, got.injured) == (True, "report", "亭林镇东新村", 2)
    assert not understand("亭林镇东新村开展消防演练", gold.jinshan()).drill
    assert "drill" not in understand("演练 收到").as_dict()


@pytest.mark.parametrize(
    ("text", "intent", "ref"),
    [
        ("1", "ack", None),
        ("2", "enroute", None),
        ("3", "arrived", None),
        ("4", "done", None),
        ("9", "decline", None),
        ("M1042 1", "ack", "M1042"),
        ("1 M1042", "ack", "M1042"),
        ("１", "ack", None),
        ("m1042 3", "arrived", "m1042"),
        ("M2024-017 9", "decline", "M2024-017"),
        ("收到。", "ack", None),
        ("0", "zero", None),
        ("无", "zero", None),
        ("Ｔ", "stop", None),
        ("?", "help", None),
        ("R1032", "unknown", None),
        ("5", "unknown", None),
        ("13", "unknown", None),
    ],
)
def test_key_presses(text: str, intent: str, ref: str | None) -> None:
    got = understand(text)
    assert (got.intent, got.ref) == (intent, ref)


@pytest.mark.parametrize("ref", ["R1032", "S1003", "M2024-017", "JS20240916-03", "Y1002", "D1007", "W1001"])
def test_numbers_of_ours_are_found(ref: str) -> None:
    assert understand(f"更正 {ref} 倒塌房屋5间").ref == ref


@pytest.mark.parametrize("road", ["G1503金山段", "S32高速亭林出口", "G15沈海高速金山段", "S4公路亭林收费站"])
def test_roads_are_no_numbers_of_ours(road: str) -> None:
    got = understand(f"{road}两车追尾，2死5伤", gold.jinshan())
    assert (got.ref, got.deaths, got.injured) == (None, 2, 5)


def test_a_senders_own_village_needs_no_ending() -> None:
    text = "海涯发大水了，转移20人"
    assert understand(text, gold.jinshan(), "310116112218").place == "海涯"
    assert understand(text, gold.jinshan()).place is None


def test_spans_are_as_written() -> None:
    got = understand("２１日晚８时，枫泾镇 中洪村　起火，急需ＡＥＤ１台", gold.jinshan())
    assert got.occurred == "２１日晚８时"
    assert got.place == "枫泾镇 中洪村"
    assert got.needs == (Need("AED", 1),)


def test_invisible_letters_and_traditional_ones_do_not_hide_the_meaning() -> None:
    got = understand(
        "枫泾\u200b镇中洪村內澇，受災4\ufeff5戶132人，轉移18人，無傷亡".replace("內澇", "内澇"), gold.jinshan()
    )
    assert (got.hazard, got.households_affected, got.affected, got.relocated) == ("flood", 45, 132, 18)
    assert (got.deaths, got.injured) == (0, 0)


def test_a_telephone_number_counts_nobody() -> None:
    got = understand("中洪村内涝，受灾45户，联系人张三13812345678，电话021-57921234", gold.jinshan())
    assert {slug: getattr(got, slug) for slug in gold.COUNTS if getattr(got, slug) is not None} == {
        "households_affected": 45
    }
