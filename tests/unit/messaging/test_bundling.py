"""Texts that go together: numbered, within characters and segments, a drill marked once."""

from hypothesis import given
from hypothesis import strategies as st

from responder.messaging.bundling import fitting, joined
from responder.messaging.gateways import Capabilities
from responder.messaging.manners import Bundles
from responder.messaging.rules import segments

MANNERS = Bundles(most=6, segments=4)


@given(st.lists(st.text("水火风地abc", min_size=1, max_size=120), min_size=1, max_size=9), st.integers(20, 500))
def test_what_is_joined_always_fits(bodies: list[str], chars: int) -> None:
    can = Capabilities(max_chars=chars, signature="【红会】")
    count = fitting(bodies, can, MANNERS)
    assert 1 <= count <= 6
    if count > 1:
        whole = can.signature + joined(bodies[:count])
        assert len(whole) <= chars
        assert segments(whole) <= 4
        assert all(body in whole for body in bodies[:count])


def test_it_is_numbered_and_a_drill_says_so_once() -> None:
    assert joined(["甲", "乙"]) == "(1) 甲\n(2) 乙"
    assert joined(["【演练】甲", "【演练】乙"]) == "【演练】(1) 甲\n(2) 乙"
    assert joined(["甲"]) == "甲"


def test_approved_words_can_t_be_joined() -> None:
    assert fitting(["甲", "乙"], Capabilities(freeform=False), MANNERS) == 1
