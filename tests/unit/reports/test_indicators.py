"""Figures as typed and as stored: blank is not zero, areas in ha, money in yuan."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.kernel.refusals import Invalid
from responder.reports import indicators

SLUGS = sorted(indicators.indicators())


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("", "", None),
        ("   ", "mu", None),
        ("0", "", 0),
        ("87", "", 87),
        ("８７", "", 87),
        ("1，200", "", 1200),
        ("1,200", "", 1200),
        ("12.5", "ha", 12.5),
        ("１２．５", "ha", 12.5),
        ("350", "mu", 23.33),
        ("15", "mu", 1),
        ("0", "mu", 0),
        ("18.5", "wan", 185000),
        ("0.01", "wan", 100),
        ("185000", "yuan", 185000),
        ("-3", "", -3),
        ("－3", "", -3),
    ],
)
def test_figures_as_typed(text: str, unit: str, value: float | None) -> None:
    found = indicators.typed("affected", text, unit)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["三", "12人", "1.2.3", "--1", "约10", "十几", "1 2"])
def test_what_is_no_number_is_named(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        indicators.typed("relocated", text, "")
    assert caught.value.params == {"field": "relocated", "problem": "number"}


@given(st.text(max_size=20), st.sampled_from(["", "mu", "ha", "wan", "yuan"]), st.sampled_from(SLUGS))
def test_anything_typed_is_a_figure_or_invalid(text: str, unit: str, slug: str) -> None:
    refused, value, kept = "", None, {}
    try:
        value = indicators.typed(slug, text, unit)
        kept = indicators.cleaned({slug: value})
    except Invalid as problem:
        refused = str(problem.params["field"])
    assert refused in ("", slug)
    assert refused or (value is None) == (kept == {})


def test_blank_stays_absent_and_zero_stays() -> None:
    assert indicators.cleaned({"deaths": 0, "missing": None}) == {"deaths": 0}


@pytest.mark.parametrize(
    ("slug", "value", "problem"),
    [
        ("affected", -1, "negative"),
        ("affected", 1.5, "whole"),
        ("affected", float("nan"), "number"),
        ("affected", float("inf"), "number"),
        ("affected", float("-inf"), "number"),
        ("affected", True, "number"),
        ("affected", "12", "number"),
        ("affected", [1], "number"),
        ("affected", 10**14, "too_large"),
        ("affected", 10**400, "too_large"),
        ("affected", -(10**400), "negative"),
        ("no_such", 1, "unknown"),
        ("houses_collapsed", 0.5, "whole"),
        ("crop_affected", -0.01, "negative"),
    ],
)
def test_impossible_figures_are_named(slug: str, value: Any, problem: str) -> None:
    with pytest.raises(Invalid) as caught:
        indicators.cleaned({slug: value})
    assert caught.value.params == {"field": slug, "problem": problem}


def test_areas_keep_two_places_and_people_are_whole() -> None:
    kept = indicators.cleaned({"crop_affected": 23.3333, "affected": 12.0, "loss_total": 3.0})
    assert kept == {"crop_affected": 23.33, "affected": 12, "loss_total": 3}
    assert isinstance(kept["affected"], int)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.integers(min_value=10**300)
)


@given(st.dictionaries(st.one_of(st.sampled_from(SLUGS), st.text(max_size=8)), ANYTHING, max_size=6))
def test_cleaning_refuses_or_gives_sound_figures(figures: dict[str, Any]) -> None:
    refused, kept = "", {}
    try:
        kept = indicators.cleaned(figures)
    except Invalid as problem:
        refused = str(problem.params["problem"])
    assert refused in ("", "unknown", "number", "negative", "too_large", "whole")
    for slug, value in kept.items():
        assert 0 <= value <= indicators.LARGEST
        assert isinstance(value, int) or not indicators.indicators()[slug].integer
    assert indicators.cleaned(dict(kept)) == kept
