"""The word beside the colour says the same as the colour."""

import pytest

from responder.incidents.severity import severity

COUNTY = 3


@pytest.mark.parametrize(
    ("figures", "urgent", "colour", "level", "word"),
    [
        ({}, False, "blue", "", "未到四级"),
        ({"relocated": 49}, False, "blue", "", "未到四级"),
        ({"relocated": 50}, False, "yellow", "IV", "建议四级响应"),
        ({"houses_collapsed": 60, "houses_severe": 40}, False, "orange", "III", "建议三级响应"),
        ({"relocated": 1200}, False, "red", "II", "建议二级响应"),
        ({"deaths": 6, "missing": 4}, False, "red", "I", "建议一级响应"),
        ({"affected": 2}, True, "red", "", "有人遇险"),
    ],
)
def test_colour_and_word(figures: dict[str, float], urgent: bool, colour: str, level: str, word: str) -> None:
    found = severity(figures, urgent, COUNTY)
    assert (found.colour, found.level, found.word("zh")) == (colour, level, word)
    assert found.word("en").isascii()


def test_a_province_weighs_more_lightly() -> None:
    assert severity({"relocated": 50}, False, 1).colour == "blue"
