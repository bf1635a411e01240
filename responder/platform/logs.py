"""What stands in the log: where something happened and of what kind it is, never what somebody wrote."""

import logging
import sys
import traceback
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

_QUIET = {"apscheduler": logging.WARNING, "urllib3": logging.ERROR}
"""Whose own words are too many, or name whole addresses with the secrets in them."""


def plain(level: str) -> None:
    """One line per event on standard error. Bodies, phones and tokens are never given to the log."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _without_words(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    info = event.pop("exc_info", None)
    problem = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if problem is not None:
        event["exception"] = trace(problem)
    return event


def trace(problem: BaseException) -> str:
    """Where an exception and its causes arose. Their words are left out, but for what the system itself says: an error
    about a value mostly repeats the value."""
    told: list[str] = []
    found: BaseException | None = problem
    while found is not None:
        words = f": {found}" if isinstance(found, OSError | OperationalError) else ""
        told.append("".join(traceback.format_tb(found.__traceback__)) + type(found).__name__ + words)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n\n".join(reversed(told))
