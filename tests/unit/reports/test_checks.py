"""Figures that contradict each other (DOMAIN §1.5): each kind of rule, how grave for each kind of report, its words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.reports import checks, indicators
from responder.reports.rules import KINDS

CASES: list[tuple[str, int, dict[str, Any]]] = [
    ("at_most", 2, {"crop_lost": 5, "crop_damaged": 4}),
    ("at_most", 3, {"injured": 1, "injured_serious": 2}),
    ("at_most", 4, {"relocated": 90, "affected": 87}),
    ("at_most", 6, {"relocated_now": 3, "relocated": 2}),
    ("at_most", 7, {"houses_collapsed_dwelling": 5, "houses_collapsed": 4}),
    ("at_most", 18, {"drought_water": 5, "drought_need": 4}),
    ("sum_at_most", 5, {"deaths": 3, "missing": 3, "affected": 5}),
    ("sum", 6, {"relocated": 10, "relocated_camp": 4, "relocated_host": 5}),
]


def _names(figures: dict[str, Any], kind: str = "verification", level: int = 5, **more: Any) -> set[tuple[str, int]]:
    return {(one.name, one.rule) for one in checks.problems(figures, kind, level, **more)}


@pytest.mark.parametrize(("name", "rule", "figures"), CASES)
def test_a_contradiction_is_found(name: str, rule: int, figures: dict[str, Any]) -> None:
    assert (name, rule) in _names(figures)


@pytest.mark.parametrize(("name", "rule", "figures"), CASES)
def test_with_one_side_unknown_there_is_none(name: str, rule: int, figures: dict[str, Any]) -> None:
    for slug in figures:
        assert (name, rule) not in _names({**figures, slug: None})


def test_equal_is_no_contradiction() -> None:
    assert _names({"affected": 87, "relocated": 87, "injured": 2, "injured_serious": 2}) == set()


def test_the_dead_and_missing_are_weighed_together_only_where_both_are_known() -> None:
    assert ("sum_at_most", 5) not in _names({"deaths": 3, "missing": 2, "affected": 5})


def test_losses_may_differ_by_a_hundred_yuan() -> None:
    parts = dict.fromkeys(
        ("loss_homes", "loss_farm", "loss_industry", "loss_infrastructure", "loss_public", "loss_other"), 1000
    )
    assert ("sum", 10) not in _names({**parts, "loss_total": 6100})
    assert ("sum", 10) in _names({**parts, "loss_total": 6101})


def test_rooms_and_households_far_apart_are_asked_about() -> None:
    near = {"houses_collapsed": 10, "houses_collapsed_dwelling": 10, "houses_collapsed_households": 1}
    far = {**near, "houses_collapsed": 11, "houses_collapsed_dwelling": 11}
    assert ("ratio", 8) not in _names(near, "initial")
    assert ("ratio", 8) in _names(far, "initial")


def test_collapsed_houses_without_anybody_moved_are_asked_about_on_the_verification_alone() -> None:
    figures = {"houses_collapsed": 4}
    assert ("implies", 11) in _names(figures)
    assert ("implies", 11) not in _names(figures, "initial")
    assert ("implies", 11) not in _names({**figures, "relocated": 3, "loss_total": 1})


def test_a_village_with_a_county_s_figures_is_asked_for_the_unit() -> None:
    assert ("limit", 19) in _names({"crop_affected": 501}, "initial", 5)
    assert ("limit", 19) not in _names({"crop_affected": 500}, "initial", 5)
    assert ("limit", 19) not in _names({"crop_affected": 501}, "initial", 4)


def test_a_cumulative_figure_that_falls_is_asked_about_unless_it_is_a_correction() -> None:
    before = {"relocated": 87, "deaths": 2, "missing": 3}
    now = {"relocated": 80, "deaths": 1, "missing": 1}
    found = _names(now, "followup", beside=checks.Beside(before))
    assert found == {("never_falls", 13), ("never_falls", 14), ("found", 14)}
    assert _names(now, "correction", beside=checks.Beside(before)) == set()
    assert _names({"relocated": None}, "followup", beside=checks.Beside(before)) == set()
    assert _names({"relocated": 90, "deaths": 2}, "followup", beside=checks.Beside(before)) == set()


@pytest.mark.parametrize(
    ("kind", "severity"),
    [("initial", "warn"), ("followup", "warn"), ("correction", "warn"), ("verification", "block"), ("zero", "block")],
)
def test_fast_beats_perfect_until_the_verification(kind: str, severity: str) -> None:
    (found,) = checks.problems({"injured": 1, "injured_serious": 2}, kind, 5)
    assert found.severity == severity


def test_a_soft_rule_never_blocks() -> None:
    for kind in KINDS:
        (found,) = checks.problems({"crop_affected": 501}, kind, 5)
        assert found.severity == "warn"


def test_the_words_name_both_figures_in_both_languages() -> None:
    (found,) = checks.problems({"injured": 1000, "injured_serious": 2000}, "initial", 5)
    for lang in ("zh", "en"):
        said = found.words(lang)
        assert "1,000" in said
        assert "2,000" in said
        assert "{" not in said
    assert "重伤" in found.words("zh")


FIGURES = st.dictionaries(
    st.sampled_from(sorted(indicators.indicators())), st.none() | st.integers(0, 10**9), max_size=25
)


@given(FIGURES, FIGURES, st.sampled_from(KINDS), st.integers(1, 5))
def test_any_figures_can_be_weighed_and_told(
    figures: dict[str, Any], before: dict[str, Any], kind: str, level: int
) -> None:
    for one in checks.problems(figures, kind, level, checks.Beside(before)):
        for lang in ("zh", "en"):
            assert one.words(lang)
            assert "{" not in one.words(lang)


def test_nothing_stated_is_no_contradiction() -> None:
    for kind in KINDS:
        assert checks.problems({}, kind, 5) == []
        assert checks.problems(dict.fromkeys(indicators.indicators(), 0), kind, 5) == []


@pytest.mark.parametrize(
    ("rule", "figures", "beside"),
    [
        (12, {"deaths": 2}, checks.Beside(ledger={"deaths": 1})),
        (13, {"relocated": 870}, checks.Beside({"relocated": 87})),
        (15, {"affected": 100}, checks.Beside(children={"affected": 107})),
        (16, {"affected": 3000}, checks.Beside(known={"population": 2500})),
        (16, {"crop_affected": 300}, checks.Beside(known={"farmland": 250})),
        (20, {"relocated": 87}, checks.Beside(others={"relocated": 90})),
    ],
)
def test_what_others_know_is_weighed_and_both_numbers_are_said(
    rule: int, figures: dict[str, Any], beside: checks.Beside
) -> None:
    (found,) = checks.problems(figures, "initial", 4, beside)
    assert (found.rule, found.severity) == (rule, "warn")
    (told,) = figures.values()
    other = {**beside.before, **beside.children, **beside.ledger, **beside.known, **beside.others}
    for lang in ("zh", "en"):
        words = found.words(lang)
        for number in (told, *other.values()):
            assert f"{number:,}" in words or str(number) in words
    assert checks.problems(figures, "initial", 4) == []


def test_every_rule_of_the_table_is_data() -> None:
    """All but 1 (negatives, halves) and 17 (times), which the form itself refuses."""
    data = checks.checks()
    listed = [
        rule for name in type(data).model_fields if isinstance(rules := getattr(data, name), list) for rule in rules
    ]
    numbers = {one.rule for one in (*listed, data.children, data.another)}
    assert numbers == set(range(1, 21)) - {1, 17}


def test_a_reason_answers_a_fall_and_a_jump() -> None:
    before = checks.Beside({"relocated": 87, "affected": 10})
    assert len(checks.problems({"relocated": 80, "affected": 900}, "followup", 4, before)) == 2
    assert checks.problems({"relocated": 80, "affected": 900}, "followup", 4, before, reason="重复统计") == []


def test_the_missing_may_fall_when_the_text_says_that_they_were_found() -> None:
    before = checks.Beside({"missing": 2})
    assert checks.problems({"missing": 1}, "followup", 5, before, text="1人已找到，平安") == []
    assert [one.rule for one in checks.problems({"missing": 1}, "followup", 5, before, text="失踪1人")] == [14]


def test_the_missing_may_fall_when_the_ledger_says_who_was_found() -> None:
    for turned, found in ((0, [14]), (1, [14]), (2, []), (3, [])):
        beside = checks.Beside({"missing": 3}, turned=turned)
        assert [one.rule for one in checks.problems({"missing": 1}, "followup", 5, beside)] == found


def test_a_verification_is_refused_for_a_missing_name_and_asked_for_a_missing_house() -> None:
    ledger = checks.Beside(ledger={"deaths": 0, "missing": 0, "houses_collapsed_households": 1})
    figures = {"deaths": 1, "missing": 0, "houses_collapsed_households": 2}
    found = {
        one.values["figure"]: one.severity
        for one in checks.problems(figures, "verification", 5, ledger)
        if one.rule == 12
    }
    assert found == {"deaths": "block", "houses_collapsed_households": "warn"}
