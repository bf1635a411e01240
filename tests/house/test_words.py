"""Every word of the field, every event, refusal and text to a phone is there in both languages."""

import re
from string import Formatter

import pytest

from responder.platform import config, terms
from tests.house import sources

MESSAGES = sources.TEMPLATES / "messages"
ONE_TEXT = 70
"""A text up to this long goes out as one segment (DOMAIN §7.2)."""


def names(pattern: str) -> set[str]:
    """The fields that a sentence fills."""
    return {field for _, field, _, _ in Formatter().parse(pattern) if field}


def specs(pattern: str) -> set[str]:
    """The vocabularies that a sentence asks for."""
    return {spec for _, field, spec, _ in Formatter().parse(pattern) if field and spec}


def sentences() -> dict[str, dict[str, str]]:
    events = {f"event {r}.{k}": words for r, kinds in config.tables("events").items() for k, words in kinds.items()}
    refusals: dict[str, dict[str, str]] = {}
    for room, table in config.tables("refusals").items():
        if "status" in table:
            refusals[f"refusal {room}"] = table
        else:
            refusals |= {f"refusal {room}.{what}": words for what, words in table.items()}
    return events | refusals


@pytest.mark.parametrize("vocabulary", sorted(config.tables("terms")))
def test_every_term_has_both_languages(vocabulary: str) -> None:
    # English leaves some units out (87 people, 4 rooms): there the word is given, but empty.
    blank = {"zh"} | ({"en"} if vocabulary != "unit" else set())
    words = terms.vocabulary(vocabulary)
    assert [slug for slug, word in words.items() if not {"zh", "en"} <= word.keys()] == []
    assert [slug for slug, word in words.items() if any(not word[lang].strip() for lang in blank)] == []


@pytest.mark.parametrize("name", sorted(sentences()))
def test_every_sentence_has_both_languages_and_the_same_fields(name: str) -> None:
    words = sentences()[name]
    assert words["zh"].strip()
    assert words["en"].strip()
    assert names(words["zh"]) == names(words["en"])
    if name.startswith("refusal"):
        assert 400 <= int(words["status"]) < 600


@pytest.mark.parametrize("name", sorted(sentences()))
def test_every_sentence_asks_for_vocabularies_that_exist(name: str) -> None:
    words = sentences()[name]
    known = {"number", "figures", "goods", *config.tables("terms")}
    assert specs(words["zh"]) | specs(words["en"]) <= known


@pytest.mark.parametrize("notice", sorted(path.name for path in MESSAGES.iterdir()))
def test_every_text_to_a_phone_has_both_languages(notice: str) -> None:
    zh = (MESSAGES / notice / "zh.txt").read_text("utf-8")
    en = (MESSAGES / notice / "en.txt").read_text("utf-8")
    assert names(zh) == names(en)
    assert "\n" not in zh.strip()
    assert len(re.sub(r"\{[^}]*\}", "", zh).strip()) <= ONE_TEXT
