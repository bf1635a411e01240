"""The texts to the phones: short enough for one text, in both languages, with all that must be said."""

import pytest

from responder.dispatch import alerts, rules
from responder.messaging.rules import segments
from responder.messaging.wording import render
from responder.platform import terms

PARAMS = {"mission": "M10421", "place": alerts.short("漕泾镇海涯村"), "hazard": "typhoon"}
GOODS = [{"item": "quilt", "qty": 1060}, {"item": "plastic_sheet", "qty": 120}]


@pytest.mark.parametrize("hazard", list(terms.vocabulary("hazard")))
def test_an_alert_is_one_text(hazard: str) -> None:
    for template in ("mission_alert", "mission_alert_goods", "mission_alert_many"):
        text = render(template, "zh", {**PARAMS, "hazard": hazard, "goods": GOODS, "n": 5}, drill=True)
        assert segments(text) == 1, text


def test_an_alert_says_where_what_and_how_to_answer() -> None:
    text = render("mission_alert_many", "zh", {**PARAMS, "goods": GOODS, "n": 5}, drill=False)
    assert text == "M10421 漕泾镇海涯村台风，带棉被1,060床、彩条布120卷等5种，请出动。回1收到 9去不了"
    assert render("mission_alert", "en", PARAMS, drill=False) == (
        "M10421 漕泾镇海涯村, typhoon: please go. Reply 1 received, 9 cannot"
    )


def test_a_long_place_keeps_its_nearer_end() -> None:
    place = alerts.short("吉林省延边朝鲜族自治州敦化市雁鸣湖镇小山咀子村东沟屯")
    assert len(place) == alerts.LONGEST_PLACE
    assert place.endswith("小山咀子村东沟屯")


@pytest.mark.parametrize("status", rules.ANSWERS)
def test_an_answer_says_what_was_understood_and_what_comes_next(status: str) -> None:
    text = render("mission_answered", "zh", {**PARAMS, "status": status}, drill=True)
    assert terms.term("mission_status", status, "zh") in text
    assert terms.term("mission_next", status, "zh") in text
    assert segments(text) == 1


@pytest.mark.parametrize("status", rules.OVER)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_late_answer_gets_kind_words(status: str, lang: str) -> None:
    text = render("mission_over", lang, {**PARAMS, "status": status}, drill=False)
    assert text.startswith("M10421 ")
    assert terms.term("mission_over", status, lang) in text
    assert segments(text) == 1 or lang == "en"


def test_no_text_has_an_unfilled_place() -> None:
    for template in ("mission_cancelled", "mission_goods", "mission_repeated"):
        for lang in ("zh", "en"):
            text = render(template, lang, {**PARAMS, "status": "arrived", "goods": GOODS}, drill=False)
            assert "{" not in text
            assert "M10421" in text
