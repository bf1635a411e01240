"""Texts in words."""

import pytest

from responder.messaging.rules import DRILL_MARK, UnknownTemplate
from responder.messaging.wording import render
from responder.platform import house


def test_a_drill_s_text_is_marked() -> None:
    assert render("help", "zh", {}, drill=True).startswith("【演练】报灾这样写")
    assert not render("help", "zh", {}, drill=False).startswith("【")


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownTemplate):
        render("no_such", "zh", {}, drill=False)


def test_an_unknown_language_gets_chinese() -> None:
    assert render("help", "fr", {}, drill=False) == render("help", "zh", {}, drill=False)


def test_every_template_has_both_languages_and_fills_without_params() -> None:
    folder = house.root() / "templates" / "messages"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert names
    for name in names:
        for lang in ("zh", "en"):
            said = render(name, lang, {}, drill=True)
            assert said.startswith(DRILL_MARK)
            assert "{" not in said, f"{name}/{lang}"
