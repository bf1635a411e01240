"""The first-response clock."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.board.clock import STOPS, Limits, Way, spelled, stops

START = datetime(2026, 9, 16, 3, 8, tzinfo=UTC)
LIMITS = Limits(10)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def states(*minutes: float | None, over: bool = False) -> str:
    times = [after(m) if m is not None else None for m in minutes]
    return " ".join(stop.state or "-" for stop in stops(times, (), after(60), LIMITS, over=over))


def test_the_stops_are_the_six_of_the_plan() -> None:
    assert STOPS == ("received", "seen", "sent", "acknowledged", "arrived", "goods")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((0, None, None, None, None, None), "done now - - - -"),
        ((0, 1, 2, None, None, None), "done done done now - -"),
        ((0, 1, 2, 3, 9, 12), "done done done done done done"),
        # Nobody looked, yet a team was sent by phone: what comes next is the answer, not the look.
        ((0, None, 2, None, None, None), "done - done now - -"),
    ],
)
def test_one_stop_is_the_next(minutes: tuple[float | None, ...], expected: str) -> None:
    assert states(*minutes) == expected


def test_nothing_is_next_once_it_is_over() -> None:
    assert states(0, 1, None, None, None, None, over=True) == "done done - - - -"


@pytest.mark.parametrize(
    ("answered", "now", "late"), [(11.9, 60, False), (12.1, 60, True), (None, 11.9, False), (None, 12.1, True)]
)
def test_an_answer_is_late_after_its_limit(answered: float | None, now: float, late: bool) -> None:
    times = [START, after(1), after(2), after(answered) if answered is not None else None, None, None]
    found = stops(times, (), after(now), LIMITS, over=False)
    assert found[3].late is late
    assert not any(stop.late for stop in found if stop.name != "acknowledged")


def test_the_arrival_is_expected_by_the_first_on_the_road() -> None:
    times = [START, after(1), after(2), after(3), None, None]
    ways = (Way(after(5), 20), Way(after(4), 7))
    assert stops(times, ways, after(6), LIMITS, over=False)[4].expected == timedelta(minutes=11)


def test_nothing_is_expected_of_who_has_arrived() -> None:
    times = [START, after(1), after(2), after(3), after(9), None]
    assert stops(times, (Way(after(4), 7),), after(10), LIMITS, over=False)[4].expected is None


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "+0:00"), (21, "+0:21"), (125, "+2:05"), (3725, "+1:02:05"), (90000, "+25:00:00")]
)
def test_a_delay_reads_as_minutes_and_seconds(seconds: int, said: str) -> None:
    assert spelled(timedelta(seconds=seconds)) == said
