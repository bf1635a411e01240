"""Reporting clocks: who owes what to whom by when; pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.reports.deadlines import rulebook, rules
from responder.reports.deadlines.rules import Patience, Rule, Waiting

SHANGHAI = ZoneInfo("Asia/Shanghai")
JINSHAN, JILIN = [3, 4, 5], [1, 2, 3]
NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
PATIENCE = Patience(timedelta(minutes=15), timedelta(minutes=10), timedelta(minutes=30), 2, timedelta(minutes=60))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
times_of_day = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def names(tiers: list[int], kind: str) -> list[tuple[int, tuple[int, ...]]]:
    return [(one.sender, one.to) for one in rulebook.applying(tiers) if one.kind == kind]


def test_the_steps_of_each_branch_are_those_between_its_tiers() -> None:
    assert names(JINSHAN, "initial") == [(5, (4,)), (4, (3,))]
    assert names(JINSHAN, "zero") == [(5, (4,)), (4, (3,))]
    assert names(JILIN, "initial") == [(3, (2,)), (2, (1,)), (3, (2, 1))]
    assert names(JILIN, "zero") == [(3, (2,)), (2, (1,))]
    assert names(JILIN, "verification") == [(3, (2,)), (2, (1,))]
    assert rulebook.red_cross_limit() == timedelta(hours=24)


def test_leap_frog_goes_to_both_offices_above() -> None:
    leap = next(one for one in rulebook.applying(JILIN) if one.figures)
    assert rules.receivers(leap, "220121") == ("2201", "22")
    assert not leap.is_triggered({"deaths": 6, "missing": 3, "injured": 90})
    assert leap.is_triggered({"deaths": 6, "missing": 4})
    assert not leap.is_triggered({"deaths": None})


def test_a_leap_frog_clock_starts_when_the_figures_cross() -> None:
    leap = next(one for one in rulebook.applying(JILIN) if one.figures)
    occurred, received, crossed = (NOON + timedelta(hours=h) for h in (-2, 0, 5))
    assert rules.start(leap, occurred, received) == occurred
    assert rules.start(leap, occurred, received, received) == occurred
    assert rules.start(leap, occurred, received, crossed) == crossed


def test_occurred_falls_back_to_the_first_receipt() -> None:
    rule = Rule("initial", 4, (3,), limit=timedelta(hours=1))
    assert rules.start(rule, None, NOON) == NOON
    assert rules.start(rule, NOON - timedelta(minutes=20), NOON) == NOON - timedelta(minutes=20)
    # A phone's clock that runs ahead gives nobody more time.
    assert rules.start(rule, NOON + timedelta(minutes=5), NOON) == NOON


@pytest.mark.parametrize(
    ("by", "fulfilled"),
    [
        ("310116112218", ("310116112218",)),
        ("310116112", ("310116112218", "310116112")),
        ("310116", ("310116112218", "310116112", "310116")),
        ("", ("310116112218",)),
        ("310117", ("310116112218",)),
    ],
)
def test_who_types_has_passed_it_on(by: str, fulfilled: tuple[str, ...]) -> None:
    assert rules.told_by("310116112218", by, JINSHAN) == fulfilled


def test_only_tiers_owe_anything() -> None:
    assert rules.told_by("220121101", "22", JILIN) == ("220121", "2201", "22")


@given(started=moments, now=moments, every=st.timedeltas(timedelta(minutes=30), timedelta(days=15)))
def test_slots_follow_each_other_without_gap(started: datetime, now: datetime, every: timedelta) -> None:
    on = rules.slot(started, every, now)
    assert on.n >= 1
    assert on.due_at - on.begins == every
    assert on.begins == started + (on.n - 1) * every
    if now >= started:
        assert on.begins <= now < on.due_at
    after = rules.slot(started, every, on.due_at)
    assert (after.n, after.begins) == (on.n + 1, on.due_at)


def test_a_drought_is_told_of_every_ten_days() -> None:
    (rule,) = [one for one in rulebook.applying(JINSHAN) if one.hazard == "drought"]
    assert rule.every == timedelta(days=10)
    due = [rules.slot(NOON, rule.every, NOON + timedelta(days=n)).due_at - NOON for n in (0, 9, 10, 35)]
    assert [one.days for one in due] == [10, 10, 20, 40]


@given(now=moments, at=times_of_day, started=moments)
def test_a_round_is_on_from_midnight_to_its_cut_off(now: datetime, at: time, started: datetime) -> None:
    on = rules.round_of(now, at, started, SHANGHAI)
    local = now.astimezone(SHANGHAI)
    if on is None:
        assert local.time() >= at or started >= rules.midnight(local.date(), SHANGHAI)
        return
    assert on.day == local.date()
    assert rules.midnight(on.day, SHANGHAI) <= now < on.due_at
    assert on.due_at.astimezone(SHANGHAI).time() == at
    # Without summer time a day is a day; the two cut-offs leave nothing between them.
    assert on.due_at - on.since == timedelta(days=1)
    assert started < rules.midnight(on.day, SHANGHAI)


def test_a_level_started_after_midnight_owes_its_first_round_on_the_next_day() -> None:
    at = time(7, 30)
    started = datetime(2026, 7, 1, 2, tzinfo=SHANGHAI)
    assert rules.round_of(datetime(2026, 7, 1, 6, tzinfo=SHANGHAI), at, started, SHANGHAI) is None
    assert rules.round_of(datetime(2026, 7, 2, 6, tzinfo=SHANGHAI), at, started, SHANGHAI) is not None
    late = datetime(2026, 6, 30, 23, 59, tzinfo=SHANGHAI)
    on = rules.round_of(datetime(2026, 7, 1, 0, 0, tzinfo=SHANGHAI), at, late, SHANGHAI)
    assert on is not None
    assert on.day == date(2026, 7, 1)


def test_where_the_clock_changes_the_cut_off_stays_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    changed = date(2026, 3, 29)
    assert rules.cut_off(changed, time(8), berlin).astimezone(UTC).hour == 6
    assert rules.cut_off(changed - timedelta(days=1), time(8), berlin).astimezone(UTC).hour == 7


@pytest.mark.parametrize(
    ("response", "reported", "area"),
    [
        ("310116", ["310116112218"], {"310116112"}),
        ("310116", ["310116112218", "310116102201", "310116112"], {"310116112", "310116102"}),
        ("310116", ["310116", "310116112218"], {"310116"}),
        ("310116112", ["310116112218", "310116102201"], {"310116112"}),
    ],
)
def test_the_area_of_a_level(response: str, reported: list[str], area: set[str]) -> None:
    assert rules.area(response, reported, JINSHAN) == area


def acts(waiting: Waiting) -> list[tuple[str, datetime]]:
    """Every step about a due that nobody meets, each done at its moment."""
    done: list[tuple[str, datetime]] = []
    while (found := rules.next_act(waiting, PATIENCE)) is not None:
        act, at = found
        done.append((act, at))
        change: dict[str, object] = {
            "prompt": {"reminded": True},
            "remind": {"reminded": True},
            "overdue": {"escalated": True},
            "nag": {"nags": waiting.nags + 1, "nagged_at": at},
        }[act]  # type: ignore[assignment]
        waiting = Waiting(**{**vars(waiting), **change})
    return done


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_reminder_parent_nags_and_then_silence() -> None:
    assert acts(Waiting(NOON, after(60))) == [
        ("remind", after(45)), ("overdue", after(60)), ("nag", after(60)), ("nag", after(90)),
    ]  # fmt: skip


def test_who_learned_of_it_late_has_a_grace() -> None:
    assert acts(Waiting(NOON, after(-600)))[0] == ("overdue", after(10))
    assert acts(Waiting(NOON, after(5)))[:2] == [("remind", NOON), ("overdue", after(10))]


def test_a_village_is_asked_once_and_never_nagged() -> None:
    assert acts(Waiting(NOON, after(450), asks=True)) == [("prompt", after(390)), ("overdue", after(450))]


@given(opened=moments, limit=st.timedeltas(timedelta(days=-3), timedelta(days=3)), asks=st.booleans())
def test_steps_never_go_back_and_end(opened: datetime, limit: timedelta, asks: bool) -> None:
    steps = acts(Waiting(opened, opened + limit, asks))
    assert [at for _act, at in steps] == sorted(at for _act, at in steps)
    assert [act for act, _at in steps].count("overdue") == 1
    assert len(steps) <= 2 + PATIENCE.nags
