"""A text read aloud over the telephone: what is said, when a key is awaited, what the call came to. Pure."""

import re
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from responder.accounts.enrolment.rules import ENROLMENT
from responder.kernel import ids
from responder.messaging.calls import Prompt, digits
from responder.platform import config, terms


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Words(_Part):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _Pace(_Part):
    zh: int = Field(gt=0)
    en: int = Field(gt=0)


class Manner(_Part):
    """The whole of ``config/ringing.toml``."""

    key_seconds: int = Field(ge=3, le=30)
    pace: _Pace
    words: dict[str, _Words]


@cache
def manner() -> Manner:
    """How calls are made. Read once; raises ConfigError."""
    return config.load("ringing.toml", Manner)


@dataclass(frozen=True)
class Reading:
    """A text that is read to somebody. ``answer_number`` is where a text may answer it (E.164), "" where nowhere."""

    office: str
    name: str
    body: str
    lang: str
    subject: str = ""
    wants_answer: bool = False
    answer_number: str = ""


TURNS = 2
"""How often a key is asked for."""

_RUN = re.compile(r"\d+")
_BETWEEN = re.compile(r"(?<=\d)[.:](?=\d)")
_BRACKETS = re.compile(r"[【】\[\]]+")
_CHINESE = re.compile(r"([\u3400-\u9fff][\u3000-\u9fff\uff00-\uffef]*)")


def turn(reading: Reading, number: int) -> tuple[Prompt, ...]:
    """What the line does at its first, second, last turn: turn ``TURNS`` ends the call."""
    if number >= TURNS:
        named = digits(reading.answer_number.removeprefix("+86"), reading.lang)
        return (*_say("by_text", reading.lang, number=named), Prompt("hangup"))
    if number == 0:
        said = (*_opening(reading), *aloud(reading.body, reading.lang), *_say("again", reading.lang))
    else:
        said = _say("silent", reading.lang)
    said = (*said, *aloud(reading.body, reading.lang))
    if not reading.wants_answer:
        return (*said, *_say("goodbye", reading.lang), Prompt("hangup"))
    return (*said, *_say("ask", reading.lang), Prompt("gather", digits=1, seconds=manner().key_seconds))


def noted(key: str, lang: str) -> tuple[Prompt, ...]:
    """The key was taken in."""
    return (*_say("noted", lang, key=digits(key, lang)), Prompt("hangup"))


def answer(reading: Reading, key: str) -> str:
    """A key as the text that would say the same: with the number of what was read, where an answer may bear one, so
    that it never meets another open mission, broadcast or enrolment."""
    named = any(ids.row_id(code, reading.subject) is not None for code in (ids.MISSION, ids.BROADCAST, ENROLMENT))
    return f"{reading.subject} {key}" if named else key


def was_heard(reading: Reading, seconds: int) -> bool:
    """Whether a call of so many seconds was long enough to hear the text once."""
    pace = {"zh": manner().pace.zh, "en": manner().pace.en}
    said = (*_opening(reading), *aloud(reading.body, reading.lang))
    return seconds >= sum(len(one.text) / pace[one.lang] for one in said)


def aloud(text: str, lang: str) -> tuple[Prompt, ...]:
    """A text as a voice must read it: digit by digit, without brackets; Chinese inside English by the Chinese voice,
    where the English one would fall silent."""
    point = "点" if lang == "zh" else " "
    plain = _BETWEEN.sub(point, _BRACKETS.sub("，" if lang == "zh" else " ", text)).strip("， ")
    pieces = [plain] if lang == "zh" else _CHINESE.split(plain)
    parts = [(part.strip(), "zh" if lang == "zh" or _CHINESE.match(part) else "en") for part in pieces]
    return tuple(Prompt("say", text=_spaced(part, its), lang=its) for part, its in parts if part)


def _spaced(text: str, lang: str) -> str:
    if lang == "zh":
        return digits(text, lang)
    return " ".join(_RUN.sub(lambda run: f" {digits(run.group(), 'en')} ", text).split())


def _opening(reading: Reading) -> tuple[Prompt, ...]:
    # An English voice can't read a Chinese name.
    name = reading.name if reading.lang == "zh" or reading.name.isascii() else ""
    return _say("opening", reading.lang, office=reading.office, name=name)


def _say(key: str, lang: str, /, **values: object) -> tuple[Prompt, ...]:
    words: str = getattr(manner().words[key], lang)
    return (Prompt("say", text=terms.fill(words, values, lang), lang=lang),)
