"""The little language of an ``http`` gateway's file: text with placeholders, read at start (docs/http-gateways.md).

Nothing is evaluated: a placeholder is one of the names below, or the file is refused.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dotenv import dotenv_values

LETTER = frozenset({"number", "number_plain", "body", "ref", "template_id", "lang", "var"})
"""What only a request that carries a text may name."""
POLL = frozenset({"since"})
"""What only a request for incoming texts may name."""
_PLAIN = frozenset({"number", "number_plain", "body", "ref", "template_id", "lang", "nonce"})
_TIMES = frozenset({"now", "since"})
_MADE = frozenset({"md5", "sha256", "hmac_sha256", "upper", "base64"})
NAMES = LETTER | _TIMES | _MADE | {"nonce", "env"}


@dataclass(frozen=True)
class Values:
    """What one request's placeholders stand for. ``plain`` holds the names without an argument."""

    plain: Mapping[str, str]
    times: Mapping[str, datetime]
    form: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"


@dataclass(frozen=True, repr=False)
class _Part:
    """A stretch of text (``name`` is "" or env), or a placeholder with its argument or what stands inside it."""

    name: str
    text: str = ""
    inside: tuple["Words", ...] = ()

    def value(self, values: Values) -> str:
        if self.name in {"", "env"}:
            return self.text
        if self.name in _PLAIN:
            return values.plain[self.name]
        if self.name == "var":
            return values.form.get(self.text, "")
        if self.name in _TIMES:
            return moment(values.times[self.name], self.text)
        made = [one.fill(values) for one in self.inside]
        return _make(self.name, made, values.encoding)


def _make(name: str, made: list[str], encoding: str) -> str:
    if name == "upper":
        return made[0].upper()
    raw = [one.encode(encoding, "replace") for one in made]
    if name == "hmac_sha256":
        return hmac.new(raw[0], raw[1], hashlib.sha256).hexdigest()
    if name == "base64":
        return base64.b64encode(raw[0]).decode("ascii")
    # The provider's own scheme of signing chooses the digest, not we.
    return hashlib.new(name, raw[0], usedforsecurity=False).hexdigest()


@dataclass(frozen=True, repr=False)
class Words:
    """A text with placeholders. It shows nothing of itself: secrets are in it."""

    parts: tuple[_Part, ...]

    def fill(self, values: Values, escape: Callable[[str], str] = str, *, trust_env: bool = False) -> str:
        """The text with everything in its place, each value escaped; ``trust_env`` leaves what the environment gave
        as it is (an address or a part of one)."""
        return "".join(
            part.text if part.name == "" or (trust_env and part.name == "env") else escape(part.value(values))
            for part in self.parts
        )

    def secrets(self) -> set[str]:
        """What the environment gave, at any depth."""
        found = {part.text for part in self.parts if part.name == "env"}
        return found.union(*(one.secrets() for part in self.parts for one in part.inside))

    def names(self) -> set[str]:
        """Every placeholder in it, at any depth."""
        found = {part.name for part in self.parts if part.name}
        return found.union(*(one.names() for part in self.parts for one in part.inside))


def moment(at: datetime, form: str) -> str:
    """A time as a provider wants it: ``unix``, ``unix_ms`` or a strftime pattern."""
    if form in {"unix", "unix_ms"}:
        return str(int(at.timestamp() * (1000 if form == "unix_ms" else 1)))
    return at.strftime(form)


def parse(text: Any) -> Words:
    """Reads a text of the file. Raises ValueError with what is wrong with it."""
    if not isinstance(text, str):
        raise ValueError("must be text")
    parts: list[_Part] = []
    at = 0
    while at < len(text):
        opening = text.find("{", at)
        literal = text[at:] if opening < 0 else text[at:opening]
        if "}" in literal:
            raise ValueError("a } without its {")
        if literal:
            parts.append(_Part("", literal))
        if opening < 0:
            break
        closing = _closing(text, opening)
        parts.append(_placeholder(text[opening + 1 : closing]))
        at = closing + 1
    return Words(tuple(parts))


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    raise ValueError("a { without its }")


def _placeholder(inside: str) -> _Part:
    name, colon, argument = inside.partition(":")
    if name not in NAMES:
        raise ValueError(f"no such placeholder: {{{name}}}")
    if name in _PLAIN:
        if colon:
            raise ValueError(f"{{{name}}} takes nothing after a colon")
        return _Part(name)
    if not argument:
        raise ValueError(f"{{{name}:…}} needs something after the colon")
    if name in _TIMES and argument not in {"unix", "unix_ms"} and "%" not in argument:
        raise ValueError(f"{{{name}:…}} takes unix, unix_ms or a pattern such as %Y%m%d%H%M%S")
    if name == "env":
        return _Part(name, _environment(argument))
    if name in _MADE:
        return _Part(name, inside=_inside(name, argument))
    return _Part(name, argument)


def _inside(name: str, argument: str) -> tuple[Words, ...]:
    if name != "hmac_sha256":
        return (parse(argument),)
    depth = 0
    for at, letter in enumerate(argument):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "|" and not depth:
            return parse(argument[:at]), parse(argument[at + 1 :])
    raise ValueError("{hmac_sha256:key|text} needs a | between key and text")


def _environment(name: str) -> str:
    found = os.environ.get(name) or dotenv_values(".env").get(name)
    if not found:
        raise ValueError(f"{name} is set neither in the environment nor in .env")
    return found
