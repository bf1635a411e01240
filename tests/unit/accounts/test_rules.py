"""Separation of duties, passwords, waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.accounts import roles, rules

BUSINESS = ("coordinator", "liaison", "supervisor", "keeper", "leader", "director")


@pytest.mark.parametrize("role", BUSINESS)
@pytest.mark.parametrize("special", ["admin", "auditor"])
def test_a_special_role_excludes_every_business_role(role: str, special: str) -> None:
    with pytest.raises(rules.RolesExcludeEachOther) as refused:
        rules.check_roles({role, special}, delegated=False)
    assert refused.value.params == {"first": special, "second": role}


def test_administrator_and_auditor_exclude_each_other() -> None:
    assert rules.excluding({"admin", "auditor"}) == ("admin", "auditor")


@given(st.sets(st.sampled_from(BUSINESS)))
def test_business_roles_go_together(held: set[str]) -> None:
    rules.check_roles(held, delegated=False)


def test_a_delegation_allows_what_excludes_each_other() -> None:
    rules.check_roles({"admin", "coordinator"}, delegated=True)


def test_the_administrator_has_no_business_permission_and_the_auditor_none_that_writes() -> None:
    admin, auditor = roles.every()["admin"], roles.every()["auditor"]
    assert {p.split(".")[0] for p in admin.permissions} <= {"people", "settings", "phone"}
    assert all(p.endswith((".see", ".read")) for p in auditor.permissions)


def test_what_a_role_permits_depends_on_the_tier() -> None:
    assert "people.local" in roles.permissions(frozenset({"liaison"}), 2)
    assert "people.local" not in roles.permissions(frozenset({"liaison"}), 3)
    assert "people.local" not in roles.permissions(frozenset({"liaison"}), None)
    assert roles.permissions(frozenset({"no such role"}), 1) == frozenset()


def test_who_may_grant_counts_what_only_a_tier_permits() -> None:
    assert set(roles.may_grant("report.review")) == {"coordinator", "liaison"}


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("demo", "short"),
        ("1234567", "short"),
        ("x" * 129, "long"),
        ("12345678", "worst"),
        ("PassWord1", "worst"),
        ("99999999", "worst"),
        ("wangxiulan", "username"),
        ("WangXiulan123", "username"),
    ],
)
def test_weak_passwords_are_refused(password: str, problem: str) -> None:
    with pytest.raises(rules.WeakPassword) as refused:
        rules.check_password(password, "wangxiulan")
    assert refused.value.params == {"problem": problem}


@pytest.mark.parametrize("password", ["漕泾海边的芦苇八月黄", "correct horse", "wangxiulan at home"])
def test_length_is_what_counts(password: str) -> None:
    rules.check_password(password, "wangxiulan")


def test_demonstration_accounts_are_free() -> None:
    rules.check_password("demo", "demo", demo=True)


@pytest.mark.parametrize("text", ["Wang.XL", " wang.xl ", "w2"])
def test_a_login_name_has_one_spelling(text: str) -> None:
    assert rules.username(text) in ("wang.xl", "w2")


@pytest.mark.parametrize("text", ["", "w", "1abc", "王秀兰", "a b", "a@b", "x" * 41, "13800138000"])
def test_what_can_be_no_login_name(text: str) -> None:
    assert rules.username(text) is None


@given(st.integers(0, 10_000))
def test_waits_grow_and_stay_bearable(failures: int) -> None:
    wait = rules.wait_after(failures)
    assert wait <= rules.wait_after(failures + 1) <= rules.LONGEST_WAIT
    assert (wait == timedelta(0)) == (failures < rules.FREE_FAILURES)


def test_the_first_wait_is_short() -> None:
    assert rules.wait_after(5) == timedelta(seconds=15)
    assert rules.wait_after(6) == timedelta(seconds=30)


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_session_ends_after_two_idle_weeks_and_after_ninety_days(created: int, later: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=created)
    seen = start + timedelta(days=later)
    end = rules.expires(start, seen)
    assert end <= seen + timedelta(days=14)
    assert end <= start + timedelta(days=90)
    assert end == min(seen + timedelta(days=14), start + timedelta(days=90))
