"""The scenarios that come with the software, and which phone a text comes from."""

import pytest

from responder.drills import scenarios
from responder.drills.scenarios import PretendPhone, Text
from responder.platform.config import ConfigError

VILLAGE = PretendPhone("+8619900000004", "village", "310116112218")
OTHER_VILLAGE = PretendPhone("+8619900000014", "village", "310116102201")
TOWN = PretendPhone("+8619900000003", "town", "310116112")


def text(sender: str, division: str) -> Text:
    return Text.model_validate({"after": 0, "from": sender, "division": division, "body": "."})


@pytest.mark.parametrize("slug", scenarios.available())
def test_every_scenario_reads_and_goes_forward_in_time(slug: str) -> None:
    story = scenarios.scenario(slug)
    times = [t.after for t in story.texts()]
    assert times == sorted(times)
    assert all(len(story.body(t)) <= 500 for t in story.texts())


def test_a_night_of_flood_is_eight_texts_in_ten_minutes() -> None:
    story = scenarios.scenario("flood-night")
    assert len(story.texts()) == 8
    assert story.texts()[-1].after == 600
    assert not story.body(story.texts()[0]).startswith("演练")


def test_a_drills_texts_begin_with_the_word() -> None:
    story = scenarios.scenario("evacuation-drill")
    assert all(story.body(t).startswith("演练 ") for t in story.texts())


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="flood-night"):
        scenarios.scenario("../goods")


def test_a_text_comes_from_the_phone_at_its_division() -> None:
    assert scenarios.phone_for(text("village", "310116112218"), [OTHER_VILLAGE, VILLAGE, TOWN]) == VILLAGE
    assert scenarios.phone_for(text("town", "310116112"), [VILLAGE, TOWN]) == TOWN


def test_else_from_the_nearest_of_the_role() -> None:
    assert scenarios.phone_for(text("village", "310116102209"), [VILLAGE, OTHER_VILLAGE]) == OTHER_VILLAGE
    assert scenarios.phone_for(text("keeper", "310116112"), [VILLAGE, TOWN]) is None
