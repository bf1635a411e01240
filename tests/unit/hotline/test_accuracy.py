"""The accuracy told in docs/understanding.md is reached, and no number is invented."""

import re

import pytest

from responder.platform import house
from tests.unit.hotline import accuracy, gold


def _told() -> dict[str, dict[str, tuple[int, int]]]:
    """{set: {field: (right, of how many)}} as the document tells it."""
    text = (house.root() / "docs" / "understanding.md").read_text(encoding="utf-8")
    head = next(line for line in text.splitlines() if line.startswith("| | samples |"))
    names = [cell.strip() for cell in head.strip("|").split("|")[1:]]
    found: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in names}
    for line in text[text.index(head) :].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(names) + 1:
            break
        for name, cell in zip(names, cells[1:], strict=True):
            told = re.fullmatch(r"(\d+)/(\d+)", cell)
            found[name][cells[0]] = (int(told[1]), int(told[2])) if told else (int(cell), 0)
    return found


@pytest.mark.parametrize("name", accuracy.SETS)
def test_the_accuracy_told_is_reached(name: str) -> None:
    told, reached = _told()[name], accuracy.score(name)
    assert set(told) == {*gold.lines("samples.jsonl")[0]["expected"], accuracy.WHOLE, accuracy.INVENTED}
    fields = {field: right for field, (right, _of) in told.items() if field != accuracy.INVENTED}
    fallen = {field: right for field, right in fields.items() if reached.right[field] < right}
    assert (fallen, reached.total) == ({}, told[accuracy.WHOLE][1]), reached.wrong


@pytest.mark.parametrize("name", accuracy.SETS)
def test_no_number_is_invented(name: str) -> None:
    assert _told()[name][accuracy.INVENTED][0] == 0
    assert accuracy.score(name).invented == []


def test_there_are_texts_of_every_kind_of_hazard_and_wish() -> None:
    records = [record for name in accuracy.SETS for record in gold.lines(accuracy.SETS[name])]
    hazards = {record["expected"]["hazard"] for record in records}
    assert len(hazards) > 20
    assert {record["expected"]["intent"] for record in records} >= {
        "report", "followup", "verify", "zero", "correction", "ack", "decline", "enroute", "arrived", "done", "help",
        "stop", "unknown",
    }  # fmt: skip
    assert len(records) >= 30 + 100
