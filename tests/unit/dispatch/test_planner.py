"""What the planner proposes, and why."""

from responder.dispatch.planner import (
    Role,
    TeamFacts,
    Travel,
    propose_teams,
)

TRAVEL = Travel(road_factor=1.3, speed_kmh=40, start_minutes=3)
RELIEF = Role(("relief", "first_aid"), 1, "发放物资", "hand out goods")
CARE = Role(("medical", "first_aid"), 1, "现场救护", "care on the spot")


def team(number: str, kind: str, km: float | None, **more: object) -> TeamFacts:
    return TeamFacts(number, number, kind, "漕泾镇", km, 10, 10, **more)  # type: ignore[arg-type]


def codes(number: str, *args: object) -> list[str]:
    choices, _ = propose_teams(*args)  # type: ignore[arg-type]
    return [reason.code for choice in choices if choice.team.number == number for reason in choice.reasons]


def test_the_first_type_of_the_card_wins_over_a_nearer_second() -> None:
    choices, gaps = propose_teams([RELIEF], [team("T1", "first_aid", 1.0), team("T2", "relief", 9.0)], TRAVEL)
    assert [c.team.number for c in choices if c.chosen] == ["T2"]
    assert not gaps
    assert choices[1].reasons[0].code == "enough"


def test_a_busy_first_type_is_replaced_and_the_plan_says_so() -> None:
    teams = [team("T1", "first_aid", 1.0), team("T2", "relief", 9.0, mission="M1001")]
    choices, _ = propose_teams([RELIEF], teams, TRAVEL)
    assert [c.team.number for c in choices if c.chosen] == ["T1"]
    assert codes("T1", [RELIEF], teams, TRAVEL) == ["role", "instead", "only"]
    assert codes("T2", [RELIEF], teams, TRAVEL) == ["busy"]


def test_one_team_fills_one_role() -> None:
    teams = [team("T1", "first_aid", 1.0), team("T2", "first_aid", 2.0)]
    choices, gaps = propose_teams([RELIEF, CARE], teams, TRAVEL)
    assert [c.team.number for c in choices if c.chosen] == ["T1", "T2"]
    assert not gaps
    one, gaps = propose_teams([RELIEF, CARE], teams[:1], TRAVEL)
    assert [g.reason.code for g in gaps] == ["all_busy"]
    assert gaps[0].missing == 1
    assert one[0].chosen


def test_a_role_that_nobody_can_fill_is_a_gap() -> None:
    _, gaps = propose_teams([Role(("water_supply",), 2, "送水", "water")], [team("T1", "relief", 1.0)], TRAVEL)
    assert (gaps[0].missing, gaps[0].reason.code) == (2, "no_such_team")


def test_stood_down_unreachable_and_unsuitable_are_listed_last_with_the_reason() -> None:
    teams = [
        team("T1", "relief", 1.0, active=False, stood_down="车辆检修"),
        team("T2", "relief", 2.0, reachable=False),
        team("T3", "psychosocial", 0.5),
        team("T4", "relief", None),
    ]
    choices, _ = propose_teams([RELIEF], teams, TRAVEL)
    assert [c.team.number for c in choices] == ["T4", "T1", "T2", "T3"]
    assert choices[0].chosen
    assert choices[0].minutes is None
    assert [c.reasons[0].code for c in choices[1:]] == ["stood_down", "unreachable", "other_type"]


def test_roles_already_served_ask_for_nobody_more() -> None:
    teams = [team("T1", "first_aid", 1.0), team("T2", "first_aid", 2.0)]
    choices, gaps = propose_teams([RELIEF, CARE], teams, TRAVEL, ["relief"])
    assert [(c.team.number, c.chosen) for c in choices] == [("T1", True), ("T2", False)]
    assert choices[0].reasons[0].params["zh"] == CARE.zh
    choices, gaps = propose_teams([RELIEF, CARE], teams, TRAVEL, ["first_aid", "first_aid"])
    assert not gaps
    assert not any(choice.chosen for choice in choices)
    _, gaps = propose_teams([RELIEF, CARE], [], TRAVEL, ["first_aid"])
    assert [gap.role for gap in gaps] == [CARE]


def test_the_way_takes_its_time() -> None:
    assert TRAVEL.minutes(2.6) == 8
    assert TRAVEL.minutes(0.0) == 3
    assert TRAVEL.minutes(None) is None
