"""Token buckets: never more than the rate and one burst, and one token kept for an alert."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from responder.messaging.buckets import Bucket

START = datetime(2026, 7, 8, 12, tzinfo=UTC)


@given(st.sampled_from([0.3, 1.0, 10.0, 50.0]), st.integers(1, 20), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_never_more_than_the_rate_and_one_burst(rate: float, burst: int, pauses: list[float]) -> None:
    bucket, free_at, now = Bucket(rate, burst), None, START
    left: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        count = bucket.tokens(free_at, now, alert=True)
        if count:
            free_at = bucket.take(free_at, now, count)
            left += [now] * count
    for first, at in enumerate(left):
        for last in range(first, len(left)):
            most = burst + (left[last] - at).total_seconds() * rate
            assert last - first + 1 <= most + 0.01


def test_a_drained_bucket_has_one_token_for_an_alert() -> None:
    bucket = Bucket(0.3, 3)
    routine = bucket.tokens(None, START, alert=False)
    free_at = bucket.take(None, START, routine)
    assert (routine, bucket.tokens(free_at, START, alert=False), bucket.tokens(free_at, START, alert=True)) == (2, 0, 1)
    assert bucket.next_at(free_at, START, alert=True) == START
    assert bucket.next_at(free_at, START, alert=False) > START


def test_a_bucket_of_one_keeps_nothing_back() -> None:
    assert Bucket(1, 1).tokens(None, START, alert=False) == 1


def test_a_provider_that_asks_for_time_gets_it() -> None:
    bucket = Bucket(10, 5)
    free_at = bucket.held_back(None, START, 30)
    just_before, then = START + timedelta(seconds=29.8), START + timedelta(seconds=30.2)
    assert bucket.tokens(free_at, just_before, alert=True) == 0
    assert bucket.tokens(free_at, then, alert=True) >= 1
