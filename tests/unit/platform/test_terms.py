"""Words of the field: figures, goods, sentences, refusals, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.platform import terms
from responder.platform.config import ConfigError, load
from responder.reports import indicators


def test_a_slug_becomes_its_word() -> None:
    assert terms.term("hazard", "flood", "zh") == "洪涝"
    assert terms.term("hazard", "flood", "en").lower() == "flood"


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_a_dash_and_the_unknown_stands_as_it_is(nothing: str | None) -> None:
    assert terms.term("hazard", nothing, "zh") == "—"
    assert terms.term("hazard", "meteor", "zh") == "meteor"


def test_a_form_s_field_may_be_a_figure() -> None:
    assert terms.term("field", "relocated", "zh") == terms.term("indicator", "relocated", "zh")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1000, "1,000"),
        (1000.0, "1,000"),
        (23.33, "23.33"),
        (23.3, "23.3"),
        (1234567.5, "1,234,567.5"),
        ("x", "x"),
    ],
)
def test_quantities_are_grouped_without_needless_zeros(value: object, shown: str) -> None:
    assert terms.quantity(value, "zh") == shown


def test_figures_in_one_line_keep_zero_and_drop_the_absent() -> None:
    said = terms.figures({"relocated": 87, "deaths": 0, "missing": None}, "zh")
    assert "87" in said
    assert "0" in said
    assert said.count("、") == 1
    english = terms.figures({"relocated": 87, "deaths": 0, "missing": None}, "en")
    assert english.count(", ") == 1


def test_money_is_read_in_wan_from_ten_thousand_on() -> None:
    assert "18.5万元" in terms.figures({"loss_total": 185000}, "zh")
    assert "9,999元" in terms.figures({"loss_total": 9999}, "zh")
    assert "185,000" in terms.figures({"loss_total": 185000}, "en")


def test_goods_in_one_line() -> None:
    said = terms.goods(
        [{"item": "quilt", "qty": 60}, {"item": "彩条布", "qty": 20}, {"item": "tent", "qty": None}], "zh"
    )
    assert said.startswith(terms.term("item", "quilt", "zh") + "60")
    assert "彩条布20" in said
    assert said.endswith(terms.term("item", "tent", "zh"))
    assert terms.goods([], "zh") == ""
    assert terms.goods([{"item": "quilt", "qty": 1200}], "en").startswith("1,200 ")


def test_missing_values_leave_no_gap_in_a_sentence() -> None:
    pattern = "{place}[ {hazard:hazard}][，{figures:figures}]"
    full = terms.fill(pattern, {"place": "海涯村", "hazard": "flood", "figures": {"deaths": 1}}, "zh")
    assert full.startswith("海涯村 洪涝，")
    assert terms.fill(pattern, {"place": "海涯村", "hazard": "flood", "figures": {}}, "zh") == "海涯村 洪涝"
    assert terms.fill(pattern, {"place": "海涯村"}, "zh") == "海涯村"
    assert terms.fill(pattern, {}, "zh") == ""


def test_braces_in_what_people_wrote_are_only_words() -> None:
    assert terms.fill("{reason}", {"reason": "{place} {0} %s"}, "zh") == "{place} {0} %s"
    assert terms.fill("[{reason}]。", {"reason": "[x]"}, "zh") == "[x]。"


@given(st.text(max_size=30), st.text(max_size=10), st.sampled_from(terms.LANGUAGES))
def test_filling_never_raises(place: str, hazard: str, lang: str) -> None:
    values = {"place": place, "hazard": hazard, "figures": {"deaths": None}, "goods": []}
    terms.fill("{place}{hazard:hazard}{figures:figures}{goods:goods}{n:number}", values, lang)


def test_every_indicator_has_words_in_both_languages() -> None:
    words = terms.vocabulary("indicator")
    for slug in indicators.indicators():
        assert words[slug]["zh"], slug
        assert words[slug]["en"], slug


@pytest.mark.parametrize(
    ("code", "params", "status", "words"),
    [
        ("not_found", {}, 404, "没有找到"),
        ("not_allowed", {}, 403, "权限"),
        ("invalid", {"field": "relocated", "problem": "negative"}, 422, "不能是负数"),
        ("key_reused", {}, 409, "Idempotency-Key"),
        ("changed_meanwhile", {}, 409, "刷新"),
        ("reports.own_report", {}, 403, "自己"),
        ("incidents.missions_open", {"n": 2}, 409, "2"),
        ("incidents.contradiction", {"problems": "甲；乙"}, 409, "甲；乙"),
    ],
)
def test_a_refusal_has_a_status_and_words(code: str, params: dict[str, object], status: int, words: str) -> None:
    got, said = terms.refusal(code, params, "zh")
    assert got == status
    assert words in said
    assert terms.refusal(code, params, "en")[0] == status


def test_a_refusal_without_words_still_says_its_code() -> None:
    assert terms.refusal("no.such", {}, "zh") == (400, "no.such")


def test_an_event_without_words_is_told_by_its_kind() -> None:
    assert terms.sentence("no.such", {}, "zh") == "no.such"
    assert terms.sentence("incident.opened", {"place": "海涯村", "hazard": "flood", "subject": "S1001"}, "zh") == (
        "海涯村 洪涝：新事件 S1001"
    )


def test_a_missing_configuration_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no_such\.toml"):
        load("no_such.toml", indicators.Indicator)
