"""Calls that a person makes: which states follow, when to try again, what is read aloud. Pure."""

from datetime import timedelta

from responder.kernel.notices import ALERT
from responder.kernel.refusals import Refusal
from responder.messaging.handcalls.commands import Option
from responder.messaging.rules import DRILL_MARK

WAITING = ("open", "taken")
"""States in which somebody must still be rung."""

ENDED = ("reached", "unreached", "wrong_number", "refused", "closed")

GATEWAY = "byhand"
"""The name under which what was said to the caller stands in the inbox."""

MISSION_ANSWERS = (("1", "acknowledged"), ("2", "en_route"), ("3", "arrived"), ("4", "done"), ("9", "declined"))
"""The digits that a mission's text always takes, with their terms of ``mission_answer``."""


class CallTaken(Refusal):
    """Another officer is ringing this person already. Params: ``by``."""

    code = "handcalls.taken"


class CallEnded(Refusal):
    """There is nothing left to call about. Params: ``by``."""

    code = "handcalls.ended"


class NotYours(Refusal):
    """The outcome of a call is told by whoever has taken it."""

    code = "handcalls.not_yours"


class NoSuchAnswer(Refusal):
    """The digit is none of the question's answers. Params: ``answer``."""

    code = "handcalls.no_such_answer"


def script(words: str, *, drill: bool) -> str:
    """What is read aloud: a drill says so first (DOMAIN §10)."""
    return words if not drill or words.startswith(DRILL_MARK) else DRILL_MARK + words


def is_urgent(priority: int) -> bool:
    """Whether boards ring for it: it replaces an alert."""
    return priority <= ALERT


def is_answer(options: tuple[Option, ...], digit: str) -> bool:
    """Whether a digit is one of the question's answers; none at all is always one."""
    return not digit or any(option.digit == digit for option in options)


def next_try(tries: int, minutes: tuple[int, ...]) -> timedelta:
    """How long to wait after so many calls that nobody answered; the last wait repeats."""
    return timedelta(minutes=minutes[min(tries, len(minutes)) - 1])


def spoken(subject: str, answer: str, said: str) -> str:
    """An answer given by voice as the text that it would have been: ``M1003 1 路断了``."""
    return " ".join(part for part in (subject if answer else "", answer, said.strip()) if part)
