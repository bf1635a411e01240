"""Things done at the same moment, each in a thread of its own. Nobody is waited for without end."""

import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

SECONDS = 60.0
"""How long all of it may take: longer than a wait for the database's writer or for a connection."""

T = TypeVar("T")


def at_once(*acts: Callable[[], T], seconds: float = SECONDS) -> list[T]:
    """Begins all acts together; returns what each gave, in their order.

    What the first of them raised is raised again here. An act that doesn't end in time fails the test with the
    place where it stands. Make clients and applications before, not inside an act: Python 3.11 can't parse
    in two threads at once (SystemError: AST constructor recursion depth mismatch).
    """
    start = threading.Barrier(len(acts), timeout=seconds)
    gave: dict[int, T] = {}
    raised: list[BaseException] = []

    def run(number: int, act: Callable[[], T]) -> None:
        try:
            start.wait()
            gave[number] = act()
        except BaseException as problem:
            raised.append(problem)

    threads = [threading.Thread(target=run, args=one, daemon=True) for one in enumerate(acts)]
    end = time.monotonic() + seconds
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        # No more threads to be had: those that wait for the rest must go home.
        start.abort()
        raise
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if raised:
        raise raised[0]
    if stuck := [thread for thread in threads if thread.is_alive()]:
        frames = sys._current_frames()
        places = ["".join(traceback.format_stack(frames.get(thread.ident or 0))) for thread in stuck]
        raise AssertionError(f"{len(stuck)} of {len(threads)} did not end in time:\n\n" + "\n".join(places))
    return [gave[number] for number in range(len(acts))]
