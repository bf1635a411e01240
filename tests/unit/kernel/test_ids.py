"""Numbers as people read, type and say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.kernel import ids

PREFIXES = (ids.REPORT, ids.INCIDENT, ids.MISSION, ids.TEAM, ids.WAREHOUSE, ids.DOCUMENT, ids.DRILL)


def test_the_first_row_is_1001() -> None:
    assert ids.number(ids.REPORT, 1) == "R1001"


@given(st.sampled_from(PREFIXES), st.integers(1, 2**31 - 1))
def test_a_number_leads_back_to_its_row(prefix: str, row: int) -> None:
    assert ids.row_id(prefix, ids.number(prefix, row)) == row


@pytest.mark.parametrize("typed", ["R1001", "r1001", " R1001 ", "R-1001", "\tr-1001\n"])
def test_case_blanks_and_a_dash_don_t_matter(typed: str) -> None:
    assert ids.row_id(ids.REPORT, typed) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "R",
        "R1000",
        "R0",
        "1001",
        "S1001",
        "R10a1",
        "R１００１",
        "R-",
        "R1001.0",
        "R+1001",
        "R1001 R1002",
        "R" + "9" * 13,
    ],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert ids.row_id(ids.REPORT, typed) is None


@given(st.text(max_size=30))
def test_whatever_is_typed_never_raises(typed: str) -> None:
    for prefix in PREFIXES:
        found = ids.row_id(prefix, typed)
        assert found is None or found > 0
