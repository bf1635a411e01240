"""Telephone calls as any provider carries them: what is said to a caller, what comes back. Pure."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Prompt:
    """One thing that the line does; prompts run in order.

    say: speaks ``text`` in ``lang``; before a gather a key cuts it short · gather: takes ``digits`` keys (0: until #),
    waits ``seconds`` for the first · record: until ``seconds`` or so much silence as ``silence`` · dial: rings
    ``number`` for ``seconds`` · hangup.
    """

    do: Literal["say", "gather", "record", "dial", "hangup"]
    text: str = ""
    lang: str = "zh"
    digits: int = 0
    seconds: int = 0
    silence: int = 0
    number: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Ready to be kept: what is as usual is left out."""
        return {name: value for name, value in vars(self).items() if value not in ("", 0)}


@dataclass(frozen=True)
class Heard:
    """What came back: keys pressed (``*`` included, without the closing #), nothing at all, a recording, the outcome
    of a dialled number, or that the caller is gone."""

    what: Literal["keys", "silence", "recording", "answered", "unanswered", "gone"]
    keys: str = ""


@dataclass(frozen=True)
class Line:
    """Which call: the provider's name, its id of the call, the caller's number as given (E.164 where it is one).

    ``duty`` is the number at which a duty officer can be reached, "" where there is none.
    """

    provider: str
    call: str
    number: str
    duty: str = ""


@dataclass(frozen=True)
class Spoken:
    """A recording that the provider keeps: its id and address there, its length in seconds."""

    ref: str
    url: str
    seconds: int


@dataclass(frozen=True)
class Turn:
    """What the line does next, and the number under which its answer is awaited: an answer that comes twice is known
    by it."""

    step: int
    prompts: tuple[Prompt, ...]


_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


def digits(number: object, lang: str) -> str:
    """A number or a code digit by digit, so that no voice makes twelve of one-two: 12 is 一二, in English 1 2."""
    text = str(number)
    if lang == "zh":
        return text.translate(_DIGITS)
    return " ".join(text)
