"""Calls that a person makes: which states follow, when to try again, what is read aloud. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from responder.kernel.notices import ALERT
from responder.kernel.refusals import Refusal
from responder.messaging.commands import Option
from responder.messaging.rules import DRILL_MARK

WAITING = ("open", "taken")
"""States in which somebody must still be rung."""

ENDED = ("reached", "unreached", "wrong_number", "refused", "closed")
"""States in which a call is history."""

SILENT = "silent"
"""The reason of a call for want of an answer: the text may well have arrived."""

GATEWAY = "byhand"
"""The name under which what was said to the caller stands in the inbox."""


class CallTaken(Refusal):
    """Another officer is ringing this person already. Params: ``by``."""

    code = "handcalls.taken"


class CallEnded(Refusal):
    """There is nothing left to call about. Params: ``by``."""

    code = "handcalls.ended"


class NoSuchAnswer(Refusal):
    """The digit is none of the question's answers. Params: ``answer``."""

    code = "handcalls.no_such_answer"


def script(words: str, *, drill: bool) -> str:
    """What is read aloud: a drill says so first (DOMAIN §10)."""
    return words if not drill or words.startswith(DRILL_MARK) else DRILL_MARK + words


def is_urgent(priority: int) -> bool:
    """Whether boards ring for it: it stands for an alert."""
    return priority <= ALERT


def is_answer(options: Sequence[Option], digit: str) -> bool:
    """Whether a digit is one of the question's answers; none at all is always one."""
    return not digit or any(option.digit == digit for option in options)


def is_held(state: str, taken_at: datetime | None, now: datetime, release: timedelta) -> bool:
    """Whether somebody is making this call at the moment: one of whom nothing was heard has let it go."""
    return state == "taken" and taken_at is not None and now - taken_at < release


def next_try(tries: int, minutes: Sequence[int]) -> timedelta:
    """How long to wait after so many calls that nobody answered; the last wait repeats."""
    return timedelta(minutes=minutes[min(tries, len(minutes)) - 1])


def spoken(about: str, answer: str, said: str, *, drill: bool) -> str:
    """An answer given by voice as the text that it would have been: ``M1003 1 路断了``. Without the number that it is
    about, a drill's says so in front, as every text of a drill must."""
    code = about if answer else ""
    body = " ".join(part for part in (code, answer, " ".join(said.split())) if part)
    return f"演练 {body}" if body and drill and not code else body
