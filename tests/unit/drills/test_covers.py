"""Whom a drill takes in."""

import pytest

from responder.drills import rules

DISTRICT, TOWN, VILLAGE, OTHER_TOWN, STRANGER = "310116", "310116112", "310116112218", "310116101", "310117"


@pytest.mark.parametrize("division", [DISTRICT, TOWN, VILLAGE, OTHER_TOWN])
def test_without_participants_everybody_below(division: str) -> None:
    assert rules.covers(DISTRICT, (), division)


@pytest.mark.parametrize("division", [STRANGER, "31"])
def test_nobody_beside_or_above(division: str) -> None:
    assert not rules.covers(DISTRICT, (), division)


def test_with_participants_these_their_villages_and_the_office_above() -> None:
    parts = (TOWN,)
    assert rules.covers(DISTRICT, parts, TOWN)
    assert rules.covers(DISTRICT, parts, VILLAGE)
    assert rules.covers(DISTRICT, parts, DISTRICT)
    assert not rules.covers(DISTRICT, parts, OTHER_TOWN)


def test_a_participating_village_brings_its_town() -> None:
    assert rules.covers(DISTRICT, (VILLAGE,), TOWN)
    assert not rules.covers(DISTRICT, (VILLAGE,), "310116112201")


@pytest.mark.parametrize("status", ["running", "ended", "cancelled"])
def test_only_planned_drills_start(status: str) -> None:
    with pytest.raises(rules.NotPlanned):
        rules.must_be_planned("Y1001", status)
    rules.must_be_planned("Y1001", "planned")


@pytest.mark.parametrize("status", ["planned", "ended", "cancelled"])
def test_only_running_drills_end(status: str) -> None:
    with pytest.raises(rules.NotRunning):
        rules.must_be_running("Y1001", status)
    rules.must_be_running("Y1001", "running")
