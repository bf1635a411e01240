"""How many whole messages are understood. The thresholds are what the rules reach, less a little room."""

from typing import Any

import pytest

from responder.hotline.understanding import Gazetteer, understand
from tests.unit.hotline import gold


def _wrong(record: dict[str, Any], gazetteer: Gazetteer | None) -> list[str]:
    got = understand(record["text"], gazetteer).as_dict()
    return [
        f"{record['id']} {field}: {want!r}, got {got[field]!r}"
        for field, want in record["expected"].items()
        if not gold.same(field, want, got[field])
    ]


def _guessed(record: dict[str, Any], gazetteer: Gazetteer | None) -> list[str]:
    got = understand(record["text"], gazetteer).as_dict()
    return [
        f"{record['id']} {field}: {got[field]!r} guessed in {record['text']}"
        for field in gold.COUNTS
        if record["expected"][field] is None and got[field] is not None
    ]


@pytest.mark.parametrize("known", [True, False], ids=["with gazetteer", "without"])
def test_the_samples_are_understood_whole(known: bool) -> None:
    gazetteer = gold.china() if known else None
    wrong = [_wrong(record, gazetteer) for record in gold.lines("samples.jsonl")]
    assert sum(not lines for lines in wrong) >= 29, [line for lines in wrong for line in lines]


def test_no_number_is_guessed_in_the_samples() -> None:
    assert [line for record in gold.lines("samples.jsonl") for line in _guessed(record, gold.china())] == []


def test_our_own_texts_are_understood_whole() -> None:
    records = gold.lines("texts.jsonl")
    wrong = [_wrong(record, gold.china()) for record in records]
    right = sum(not lines for lines in wrong)
    assert right >= 0.97 * len(records), [line for lines in wrong for line in lines]


def test_hardly_a_number_is_guessed_in_our_own_texts() -> None:
    guessed = [line for record in gold.lines("texts.jsonl") for line in _guessed(record, gold.china())]
    assert len(guessed) <= 2, guessed


def test_places_unknown_to_the_gazetteer_are_found_by_their_endings() -> None:
    """Other counties' liaisons write too: without any list of places most texts are still right."""
    records = gold.lines("texts.jsonl")
    right = sum(not _wrong(record, None) for record in records)
    assert right >= 0.93 * len(records)
