"""Texts that a carrier or a phone cut into several. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MARK = r"(?P<k>[1-9])\s*/\s*(?P<n>[2-9])"
_MARKED = (
    re.compile(rf"\A\s*[(\[【（]\s*{_MARK}\s*[)\]】）]\s*"),
    re.compile(rf"\s*[(\[【（]\s*{_MARK}\s*[)\]】）]\s*\Z"),
    re.compile(rf"\A\s*{_MARK}(?=[\s:：、，])[\s:：、，]*"),
)
_ENDED = re.compile(r"[。！？!?；;.”\"）)】…~]\s*\Z")
_CLAUSE = re.compile(r"[，,。；;！!、]")


@dataclass(frozen=True)
class Part:
    """One of several texts: the ``k``-th of ``n``, without its mark."""

    k: int
    n: int
    body: str


def part(body: str) -> Part | None:
    """The part that a text says it is, such as （1/2）; None for a whole text."""
    plain = body.replace("／", "/")
    for pattern in _MARKED:
        found = pattern.search(plain)
        if found and int(found["k"]) <= int(found["n"]):
            return Part(int(found["k"]), int(found["n"]), body[: found.start()] + body[found.end() :])
    return None


def whole(parts: Mapping[int, str], n: int) -> str | None:
    """All parts in their order, None while one is missing."""
    if set(parts) != set(range(1, n + 1)):
        return None
    return "".join(parts[k] for k in sorted(parts))


def sure(body: str) -> str:
    """What of an unfinished text is surely said: without the clause that was cut, "转移1" of "转移120人"."""
    if _ENDED.search(body):
        return body
    ends = [found.start() for found in _CLAUSE.finditer(body)]
    return body[: ends[-1]] if ends else ""


def looks_cut(body: str, lengths: list[int]) -> bool:
    """Whether a text ends where carriers cut, in the middle of a sentence."""
    return len(body) in lengths and not _ENDED.search(body)
