"""Run cards as data."""

import pytest

from responder.dispatch import runcards
from responder.platform import terms


def test_every_hazard_has_a_card() -> None:
    for hazard in terms.vocabulary("hazard"):
        assert runcards.roles(hazard, {"injured": 5, "deaths": 1, "relocated": 500})


def test_a_line_applies_only_when_its_figure_is_stated_and_reaches_it() -> None:
    quiet = runcards.roles("flood", {"relocated": 87})
    hurt = runcards.roles("flood", {"relocated": 87, "injured": 1})
    assert len(hurt) == len(quiet) + 1
    assert runcards.roles("flood", {"injured": 0}) == runcards.roles("flood", {})


@pytest.mark.parametrize("hazard", ["fog", "other", "nonsense"])
def test_a_hazard_without_a_card_takes_the_default(hazard: str) -> None:
    assert runcards.roles(hazard, {})[0].types[0] == "relief"


def test_waiting_times_are_in_order() -> None:
    found = runcards.patience()
    assert found.ack_minutes <= found.deputy_minutes <= found.no_answer_minutes
