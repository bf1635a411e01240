"""The days of the drill calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.drills import rules
from responder.drills.days import days
from responder.drills.rules import Day


def on(slug: str, year: int) -> date:
    (day,) = [day for day in days() if day.slug == slug]
    return rules.occurrence(day, year).on


@pytest.mark.parametrize(
    ("year", "expected"), [(2024, date(2024, 9, 14)), (2026, date(2026, 9, 12)), (2027, date(2027, 9, 11))]
)
def test_first_aid_day_is_septembers_second_saturday(year: int, expected: date) -> None:
    assert on("first_aid_day", year) == expected


@given(st.integers(1990, 2100))
def test_the_second_saturday_is_always_a_saturday_of_the_second_week(year: int) -> None:
    found = on("first_aid_day", year)
    assert found.isoweekday() == 6
    assert 8 <= found.day <= 14
    assert found.month == 9


def test_the_fixed_days() -> None:
    found = {o.day.slug: (o.on.month, o.on.day) for o in rules.year_days(days(), 2027)}
    assert found["red_cross_day"] == (5, 8)
    assert found["disaster_reduction_day"] == (5, 12)
    assert found["risk_reduction_day"] == (10, 13)
    assert found["fire_day"] == (11, 9)


def test_a_year_is_in_order() -> None:
    dates = [o.on for o in rules.year_days(days(), 2028)]
    assert dates == sorted(dates)
    assert len(dates) == len(days())


def test_a_day_that_a_year_lacks_is_an_error() -> None:
    leap = Day("leap", "闰日", "leap day", month=2, day=29)
    assert rules.occurrence(leap, 2028).on == date(2028, 2, 29)
    with pytest.raises(ValueError, match="leap"):
        rules.occurrence(leap, 2027)


def test_only_days_that_propose_a_drill_and_have_none_are_left_to_plan() -> None:
    left = rules.unplanned(rules.year_days(days(), 2027), {"disaster_reduction_day"})
    slugs = [o.day.slug for o in left]
    assert "first_aid_day" in slugs
    assert "disaster_reduction_day" not in slugs
    assert "red_cross_day" not in slugs


def test_the_reminder_comes_with_the_lead_time_and_goes_with_the_day() -> None:
    day = rules.occurrence(Day("d", "d", "d", month=5, day=12, kind="evacuation", lead_days=30), 2027)
    assert not rules.due(day, date(2027, 4, 11))
    assert rules.due(day, date(2027, 4, 12))
    assert rules.due(day, date(2027, 5, 12))
    assert not rules.due(day, date(2027, 5, 13))
