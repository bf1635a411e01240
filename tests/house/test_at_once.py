"""The tests' own way to do things at the same moment: nothing is lost, nobody waits for ever."""

import threading
from functools import partial

import pytest

from tests.at_once import at_once


def test_what_each_gave_comes_in_their_order() -> None:
    met = threading.Barrier(3, timeout=10)
    assert at_once(*[partial(lambda n: (n, met.wait())[0], n) for n in range(3)]) == [0, 1, 2]


def test_what_one_raised_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(lambda: 1, lambda: 1 // 0)


def test_who_does_not_end_is_shown_where_they_stand() -> None:
    free = threading.Event()

    def stand_still() -> None:
        free.wait(10)

    with pytest.raises(AssertionError, match=r"1 of 2 did not end in time(.|\n)*in stand_still"):
        at_once(stand_still, lambda: None, seconds=0.2)
    free.set()
