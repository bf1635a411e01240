"""Phone numbers as written, kept and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.kernel import phones


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "008613800138000",
        "0086 138 0013 8000",
        " +86 13800138000 ",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    assert phones.parse(written) == "+8613800138000"


@pytest.mark.parametrize(("written", "kept"), [("+12349013030", "+12349013030"), ("021-57921234", "+862157921234")])
def test_numbers_from_abroad_and_landlines_are_kept(written: str, kept: str) -> None:
    assert phones.parse(written) == kept


@pytest.mark.parametrize("written", ["", " ", "abc", "12", "海涯村", "+", "1" * 40, "anonymous"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert phones.parse(written) is None


@given(st.text(max_size=40))
def test_parsing_never_raises_and_gives_e164(written: str) -> None:
    found = phones.parse(written)
    assert found is None or (found.startswith("+") and found[1:].isdigit() and len(found) <= 16)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+8613912340119", "139****0119"),
        ("+862157921234", "215****1234"),
        ("+1234567", "+12****4567"),
        ("+86119", "****"),
    ],
)
def test_masked_numbers_hide_the_middle(number: str, masked: str) -> None:
    assert phones.mask(number) == masked


@given(st.from_regex(r"\+86[0-9]{1,11}", fullmatch=True))
def test_a_mask_never_shows_the_whole_number(number: str) -> None:
    assert number.removeprefix("+86") not in phones.mask(number)


def test_chinese_numbers_are_shown_without_the_country_code() -> None:
    assert phones.shown("+8613800138000") == "13800138000"
    assert phones.shown("+12349013030") == "+12349013030"
