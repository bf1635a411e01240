"""Texts: their length in segments, their retries, the order of receipts, their words."""

from datetime import timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.messaging import rules
from responder.messaging.gateways.twilio import STATUS
from responder.messaging.gateways.twilio_errors import category


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("灾" * 70, 1),
        ("灾" * 71, 2),
        ("灾" * 134, 2),
        ("灾" * 135, 3),
        ("a" * 69 + "灾", 1),
        ("a" * 70 + "灾", 2),
        ("", 1),
    ],
)
def test_segments_are_70_or_67_with_chinese_and_160_or_153_without(text: str, expected: int) -> None:
    assert rules.segments(text) == expected


def test_an_emoji_is_two_units() -> None:
    assert rules.segments("🌊" * 35) == 1
    assert rules.segments("🌊" * 36) == 2


@given(st.text(max_size=400), st.text(max_size=50))
def test_a_longer_text_never_has_fewer_segments(text: str, more: str) -> None:
    assert rules.segments(text + more) >= rules.segments(text)


@pytest.mark.parametrize("final", ["delivered", "cancelled", "late"])
@pytest.mark.parametrize("then", ["queued", "sending", "sent", "delivered", "failed", "cancelled", "nonsense"])
def test_a_final_state_stays(final: str, then: str) -> None:
    assert not rules.may_follow(final, then)


@given(st.permutations(["sent", "delivered", "sent", "delivered"]))
def test_receipts_in_any_order_and_twice_end_delivered(order: list[str]) -> None:
    now = "sending"
    for then in order:
        now = then if rules.may_follow(now, then) else now
    assert now == "delivered"


def test_what_the_phone_has_was_delivered_whatever_was_said_before_or_after() -> None:
    for order in permutations(["sent", "delivered", "failed"]):
        now = "sending"
        for then in order:
            now = then if rules.may_follow(now, then) else now
        assert now == "delivered"
    assert not any(rules.may_follow("failed", then) for then in ("queued", "sending", "sent", "failed"))


def test_an_unknown_word_moves_nothing() -> None:
    assert not rules.may_follow("queued", "accepted")


def test_waits_grow_and_end() -> None:
    waits = [rules.wait_after(n) for n in range(1, len(rules.RETRY_MINUTES) + 1)]
    known = [wait for wait in waits if wait is not None]
    assert len(known) == len(waits)
    assert all(a < b for a, b in pairwise(known))
    assert known[0] == timedelta(seconds=15)
    assert rules.wait_after(len(rules.RETRY_MINUTES) + 1) is None


def test_texts_without_an_id_are_told_apart_by_number_and_words() -> None:
    first = rules.fingerprint("+8613800138000", "水")
    assert first == rules.fingerprint("+8613800138000", "水")
    assert len({first, rules.fingerprint("+8613800138001", "水"), rules.fingerprint("+8613800138000", "火")}) == 3


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (21211, 400, "permanent_number"),
        (21614, 400, "permanent_number"),
        (21610, 400, "opted_out"),
        (30003, 400, "temporary"),
        (20429, 429, "temporary"),
        (30007, 400, "content"),
        (20003, 401, "config"),
        (99999, 400, "unknown"),
        (99999, 429, "temporary"),
        (99999, 503, "temporary"),
        (None, 502, "temporary"),
    ],
)
def test_errors_are_told_apart(code: int | None, status: int, expected: str) -> None:
    assert category(code, status) == expected


def test_what_twilio_says_of_a_text_is_told_in_our_words() -> None:
    assert STATUS["undelivered"] == STATUS["failed"] == "failed"
    assert STATUS["read"] == STATUS["delivered"] == "delivered"
    assert "accepted" not in STATUS
