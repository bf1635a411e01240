"""The word lists are checked when they are read."""

import pytest
from pydantic import ValidationError

from responder.hotline.understanding import lexicon
from responder.hotline.understanding.lexicon import Mending, Scanner


def test_all_lists_are_valid() -> None:
    assert lexicon.mending().typos
    assert lexicon.figures().words["death"]
    assert lexicon.needs().goods
    assert lexicon.places().admin
    assert lexicon.intents().cues["zero"]


def test_every_hazard_of_the_field_has_cue_words() -> None:
    slugs = (
        "flood typhoon wind hail lightning snow freeze heat drought sandstorm fog earthquake landslide storm_surge "
        "tsunami wildfire fire traffic_accident chemical explosion collapse drowning epidemic pest other"
    )
    assert set(lexicon.hazards().hazard) == set(slugs.split())
    assert all(hazard.names and hazard.english for hazard in lexicon.hazards().hazard.values())


def test_a_slip_and_its_mending_are_of_one_length() -> None:
    with pytest.raises(ValidationError, match="differ in length"):
        Mending(traditional="", typos={"转依": "转移了"})
    with pytest.raises(ValidationError, match="pair is broken"):
        Mending(traditional="災灾傷", typos={})


def test_no_slip_is_a_right_word_of_another_list() -> None:
    typos = lexicon.mending().typos
    words = {word for listed in lexicon.figures().words.values() for word in listed}
    assert not words & set(typos)


def test_the_scanner_takes_the_longest_word_and_never_overlaps() -> None:
    scanner = Scanner({"转移": 1, "转移安置": 2, "安置点": 3})
    assert [(hit.word, hit.tag) for hit in scanner.scan("转移安置点，转移")] == [("转移安置", 2), ("转移", 1)]
    assert scanner.at("已转移", 1) == (1, 3, "转移", 1)
    assert scanner.at("已转移", 0) is None
