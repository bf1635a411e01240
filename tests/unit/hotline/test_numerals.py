"""Numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.hotline.understanding import numerals

READ = {
    "120": 120,
    "1,205": 1205,
    "12,650.33": 12650.33,
    "18.5": 18.5,
    "1.2万": 12_000,
    "3w": 30_000,
    "2千3": 2300,
    "2千3百": 2300,
    "1万2": 12_000,
    "2万3千": 23_000,
    "三万五": 35_000,
    "两百五": 250,
    "两万五千六": 25_600,
    "一百零五": 105,
    "三千零五十": 3050,
    "二百三十五": 235,
    "十五": 15,
    "廿三": 23,
    "卅五": 35,
    "俩": 2,
    "二〇二四": 2024,
    "三十余": 30,
    "10余万": 100_000,
    "三百多万": 3_000_000,
    "三百来": 300,
    "1亿2千万": 120_000_000,
    "拾贰": 12,
}
VAGUE = ["十几", "几十", "好几十", "数十", "七八十", "三五", "一两百", "百十来", "二十几"]


@pytest.mark.parametrize(("written", "value"), READ.items())
def test_reads(written: str, value: float) -> None:
    assert [(number.start, number.end, number.value) for number in numerals.find(written)] == [(0, len(written), value)]


@pytest.mark.parametrize("written", VAGUE)
def test_leaves_vague_words_without_a_value(written: str) -> None:
    assert [number.value for number in numerals.find(written)] == [None]


@pytest.mark.parametrize("written", ["一般损坏", "一些", "百姓", "十分", "人数", "几乎", "一直"])
def test_finds_no_number_in_words(written: str) -> None:
    assert numerals.find(written) == []


def test_a_range_is_one_vague_number_and_a_change_is_its_end() -> None:
    assert [number.value for number in numerals.find("3至5间")] == [None]
    assert [number.value for number in numerals.find("由86到120人")] == [120]


def _chinese(number: int) -> str:
    """The number in Chinese, as schools teach it."""
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
    if number >= 10_000:
        low = number % 10_000
        gap = "零" if 0 < low < 1000 else ""
        return _chinese(number // 10_000) + "万" + gap + (_chinese(low) if low else "")
    out = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            out += digits[digit] + units[power]
        elif out and number % 10**power:
            out += "" if out.endswith("零") else "零"
    return out


@given(st.integers(min_value=1, max_value=99_999_999))
def test_every_number_written_out_is_read_back(number: int) -> None:
    assert numerals.read(_chinese(number)) == number


@given(st.integers(min_value=1, max_value=9_999_999))
def test_every_number_in_digits_is_read_back(number: int) -> None:
    assert numerals.read(str(number)) == number
    assert numerals.read(f"{number:,}") == number
