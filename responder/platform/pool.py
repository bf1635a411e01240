"""Heavy work (hashes, images) away from the event loop: under gevent one slow call would freeze every page."""

import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def heavy(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs ``work`` in gevent's thread pool where the process is patched, else right here. Call it before the unit
    of work begins, never inside."""
    if "gevent" in sys.modules:
        import gevent
        from gevent import monkey

        if monkey.is_module_patched("threading"):
            found: R = gevent.get_hub().threadpool.apply(work, args, kwargs)
            return found
    return work(*args, **kwargs)


def breathe() -> None:
    """Lets others go on in the middle of long work that can't leave the event loop."""
    if "gevent" in sys.modules:
        import gevent

        gevent.sleep(0)
