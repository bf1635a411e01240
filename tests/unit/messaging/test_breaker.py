"""The breaker: opens after failures in a row, lets one probe through, waits longer each time."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.messaging.breaker import Breaker, failed, probing
from responder.messaging.manners import Breaking

NOW = datetime(2026, 7, 8, 12, tzinfo=UTC)
MANNERS = Breaking(failures=3, first_seconds=30, longest_seconds=200, config_seconds=120)


def broken(times: int, category: str = "temporary") -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = failed(breaker, category, NOW, MANNERS)
    return breaker


def test_it_opens_after_so_many_in_a_row() -> None:
    assert [broken(n).stand(NOW) for n in range(4)] == ["closed", "closed", "closed", "open"]


def test_a_wrong_setting_opens_it_at_once() -> None:
    breaker = broken(1, "config")
    assert breaker.stand(NOW) == "open"
    assert breaker.probe_at == NOW + timedelta(seconds=120)


@pytest.mark.parametrize("category", ["permanent_number", "opted_out", "content"])
def test_numbers_and_words_never_count_against_the_road(category: str) -> None:
    assert broken(20, category) == Breaker()


def test_one_probe_at_a_time_and_longer_waits() -> None:
    breaker = broken(3)
    waits = []
    for _ in range(5):
        assert breaker.probe_at is not None
        now = breaker.probe_at
        assert breaker.stand(now - timedelta(microseconds=1)) == "open"
        assert breaker.stand(now) == "half_open"
        breaker = probing(breaker, now, MANNERS)
        assert breaker.stand(now) == "open", "no second one while the first is on its way"
        breaker = failed(breaker, "temporary", now, MANNERS)
        assert breaker.probe_at is not None
        waits.append((breaker.probe_at - now).total_seconds())
    assert waits == [60, 120, 200, 200, 200]
