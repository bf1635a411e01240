"""Single turns of phrase, one rule each."""

from typing import Any

import pytest

from responder.hotline.understanding import understand
from tests.unit.hotline import gold

PHRASES = gold.lines("phrases.jsonl")


def _of(about: str) -> list[Any]:
    return [pytest.param(p["text"], p["expected"], id=p["text"]) for p in PHRASES if p["about"] == about]


@pytest.mark.parametrize(("text", "expected"), _of("figures"))
def test_figures(text: str, expected: dict[str, float]) -> None:
    got = understand(text).as_dict()
    told = {slug: got[slug] for slug in gold.COUNTS if got[slug] is not None}
    assert told == pytest.approx(expected, rel=0.001)


@pytest.mark.parametrize(("text", "expected"), _of("hazard"))
def test_hazards(text: str, expected: str) -> None:
    assert understand(text, gold.china()).hazard == expected


@pytest.mark.parametrize(("text", "expected"), _of("intent"))
def test_intents(text: str, expected: str) -> None:
    assert understand(text, gold.china()).intent == expected


@pytest.mark.parametrize(("text", "expected"), _of("place"))
def test_places(text: str, expected: str | None) -> None:
    assert understand(text, gold.china()).place == expected


@pytest.mark.parametrize(("text", "expected"), _of("occurred"))
def test_times(text: str, expected: str | None) -> None:
    got = understand(text, gold.china()).occurred
    assert got is None if expected is None else expected in (got or "")


@pytest.mark.parametrize(("text", "expected"), _of("needs"))
def test_needs(text: str, expected: list[dict[str, Any]]) -> None:
    assert understand(text, gold.china()).as_dict()["needs"] == expected
