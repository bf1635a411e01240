"""When somebody is tested, and how they stand."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from responder.messaging.reach import rules
from responder.messaging.reach.book import Schedule, book

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = rules.Round("2026-11", date(2026, 11, 1))


@pytest.mark.parametrize(
    ("today", "every", "name", "first"),
    [
        (date(2026, 11, 22), "month", "2026-11", date(2026, 11, 1)),
        (date(2026, 11, 22), "week", "2026-W47", date(2026, 11, 16)),
        (date(2027, 1, 1), "week", "2026-W53", date(2026, 12, 28)),
    ],
)
def test_a_round_has_its_name_and_its_first_day(today: date, every: str, name: str, first: date) -> None:
    assert rules.round_of(today, every) == rules.Round(name, first)


def test_the_round_before() -> None:
    assert rules.before(NOVEMBER, "month").name == "2026-10"
    assert rules.before(rules.round_of(date(2027, 1, 1), "week"), "week").name == "2026-W52"


@given(st.integers(1, 10**6), st.sampled_from(["", "A", "B"]), st.integers(2, 25), st.integers(0, 20))
def test_everybody_is_tested_inside_the_spread_and_the_hours(person: int, post: str, days: int, first: int) -> None:
    hours = (first, first + 3)
    at = rules.slot(NOVEMBER, person, post, "310116112218", days, hours, ZONE)
    assert NOVEMBER.first <= at.date() < NOVEMBER.first + timedelta(days=days)
    assert rules.is_hour(at, hours)
    assert at == rules.slot(NOVEMBER, person, post, "310116112218", days, hours, ZONE)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(310116100000, 310116999999), st.integers(2, 25))
def test_a_and_b_are_never_tested_on_one_day(a: int, b: int, division: int, days: int) -> None:
    tested = [
        rules.slot(NOVEMBER, person, post, str(division), days, (9, 17), ZONE).date()
        for person, post in ((a, "A"), (b, "B"))
    ]
    assert tested[0] != tested[1]


def test_tests_are_spread_evenly() -> None:
    days = Counter(rules.slot(NOVEMBER, n, "", "31", 10, (9, 17), ZONE).date() for n in range(10_000))
    assert len(days) == 10
    assert max(days.values()) < 1.2 * min(days.values())
    minutes = sorted(rules.slot(NOVEMBER, n, "", "31", 10, (9, 17), ZONE) for n in range(10_000))
    assert max(two - one for one, two in pairwise(minutes) if one.date() == two.date()) < timedelta(minutes=20)


def test_another_round_is_another_day() -> None:
    december = rules.Round("2026-12", date(2026, 12, 1))
    moved = sum(
        rules.slot(NOVEMBER, n, "", "31", 10, (9, 17), ZONE).day
        != rules.slot(december, n, "", "31", 10, (9, 17), ZONE).day
        for n in range(100)
    )
    assert moved > 70


@pytest.mark.parametrize(
    ("numbers", "newest", "heard", "state"),
    [
        ([], "", False, "no_phone"),
        ([], "answered", True, "no_phone"),
        (["bad"], "answered", True, "bad"),
        (["opted_out"], "", False, "opted_out"),
        (["bad", "opted_out"], "", False, "bad"),
        (["bad", "ok"], "silent", False, "silent"),
        (["ok"], "silent", True, "fine"),
        (["ok"], "asked_again", False, "asked"),
        (["ok"], "asked", True, "fine"),
        (["ok"], "answered", False, "fine"),
        (["ok"], "", False, "unknown"),
        (["ok"], "", True, "fine"),
    ],
)
def test_how_somebody_stands(numbers: list[str], newest: str, heard: bool, state: str) -> None:
    assert rules.state(numbers, newest, heard) == state


def test_one_who_can_be_reached_is_enough_for_a_division() -> None:
    assert rules.standing(["silent", "fine"]) == "fine"
    assert rules.standing(["bad", "silent"]) == "silent"
    assert rules.standing([]) == "nobody"


@pytest.mark.parametrize(
    "wrong", [{"hours": (17, 9)}, {"days": 26}, {"days": 1}, {"silent_hours": 24}, {"roles": []}, {"every": "day"}]
)
def test_a_file_that_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Schedule(**{**book().tests.model_dump(), **wrong})


def test_texts_leave_only_inside_the_hours() -> None:
    day = date(2026, 11, 3)
    inside = [h for h in range(24) if rules.is_hour(datetime.combine(day, time(h, 30), ZONE), (9, 17))]
    assert inside == list(range(9, 17))
