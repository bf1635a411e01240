"""What makes a team ready (DOMAIN §3.2)."""

from datetime import date

import pytest

from responder.teams.rules import Certificate, Size, Standard, certificate, expiry, readiness
from responder.teams.standard import standard

TODAY = date(2026, 9, 15)


@pytest.mark.parametrize(
    ("expires", "state"),
    [
        (None, "none"), (date(2026, 9, 14), "expired"), (date(2026, 9, 15), "expiring"),
        (date(2026, 11, 14), "expiring"), (date(2026, 11, 15), "valid"),
    ],
)  # fmt: skip
def test_a_certificate_runs_out(expires: date | None, state: str) -> None:
    assert certificate(expires, TODAY, 60) == state


def test_three_years_from_the_day_of_issue() -> None:
    assert expiry(date(2026, 9, 15), 3) == date(2029, 9, 15)
    assert expiry(date(2024, 2, 29), 3) == date(2027, 2, 28)


SIZES = {"first_aid": Size(certified=10), "first_aid_group": Size(3, 5)}
RULES = Standard(60, 3, SIZES)


def light(kind: str, valid: int, expired: int = 0) -> tuple[str, str]:
    held: dict[Certificate, int] = {"valid": valid, "expired": expired}
    states = [state for state, n in held.items() for _ in range(n)]
    found = readiness(kind, len(states), states, RULES)
    return found.light, found.reason


def test_ten_certified_make_a_town_team_ready_and_expired_ones_do_not_count() -> None:
    assert light("first_aid", 10) == ("green", "enough")
    assert light("first_aid", 9, expired=5) == ("amber", "few_certified")
    assert light("first_aid", 0) == ("amber", "few_certified")


def test_a_group_is_three_to_five() -> None:
    assert [light("first_aid_group", n)[1] for n in (2, 3, 5, 6)] == [
        "few_members",
        "enough",
        "enough",
        "many_members",
    ]


def test_a_type_without_a_rule_has_no_light() -> None:
    assert light("other", 1) == ("none", "no_rule")


def test_the_branch_rules_are_the_plan_s() -> None:
    assert standard().sizes["first_aid"].certified == 10
    assert (standard().sizes["first_aid_group"].least, standard().sizes["first_aid_group"].most) == (3, 5)
