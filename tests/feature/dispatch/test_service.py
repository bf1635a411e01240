"""Confirming, answering, calling off: on both databases."""

from functools import partial

import pytest

from responder.dispatch import queries, service
from responder.dispatch.commands import AnswerMission, CancelMission, ConfirmPlan, Load
from responder.dispatch.models import Mission
from responder.dispatch.rules import Backwards, NoMission, NothingChosen, TeamBusy, TeamResting, WhichMission
from responder.kernel.refusals import NotFound, Refusal
from responder.messaging.models import Outbound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.stock.models import Balance, Reservation
from responder.teams import service as teams
from responder.teams.commands import ChangeTeam
from tests.at_once import at_once

from .conftest import Stage


def kinds(stage: Stage, subject: str = "", world: int = 0) -> list[str]:
    with stage.work.read(world) as session:
        found = eventlog.newest(session, everything(world), None, 500)
        return [e.kind for e in reversed(found) if not subject or e.subject == subject]


def texts(stage: Stage, world: int = 0) -> list[tuple[int | None, str]]:
    with stage.work.read(world) as session:
        return [(row.person_id, row.body) for row in session.query(Outbound).order_by(Outbound.id)]


def reserved(stage: Stage, world: int = 0) -> int:
    with stage.work.read(world) as session:
        return sum(row.reserved for row in session.query(Balance))


def confirm(stage: Stage, plan: ConfirmPlan) -> list[str]:
    with stage.work.begin(stage.coordinator) as uow:
        return service.confirm(uow, plan)


def answer(stage: Stage, mission: str | None, status: str, person: int | None = None) -> service.Answered:
    who = stage.leader if person is None else person
    with stage.work.begin(stage.by("leader", "310116112")) as uow:
        return service.answer(uow, AnswerMission(mission, who, status))


def test_one_confirmation_does_it_all(stage: Stage) -> None:
    sent = confirm(stage, stage.plan(stage.own, stage.medical, quilts=60))
    assert len(sent) == 2
    with stage.work.read() as session:
        first, second = (queries.mission(session, everything(), number) for number in sent)
        assert first
        assert second
        assert (first.status, first.team, first.division) == ("alerted", stage.own, "310116112218")
        assert first.goods == ({"warehouse": stage.town_store, "item": "quilt", "qty": 60},)
        assert second.goods == ()
        assert first.confirmed_by == "周慧敏"
        assert first.km is not None
        assert first.minutes is not None
    assert reserved(stage) == 60
    assert kinds(stage)[-5:] == [
        "stock.reserved", "mission.created", "mission.alerted", "mission.created", "mission.alerted",
    ]  # fmt: skip
    assert texts(stage)[0] == (
        stage.leader, f"{sent[0]} 漕泾镇海涯村台风，带棉被60床，请出动。回1收到 9去不了",
    )  # fmt: skip
    assert len(texts(stage)) == 2


def test_goods_that_are_not_there_send_nobody(stage: Stage) -> None:
    before = kinds(stage)
    with pytest.raises(Refusal) as refused:
        confirm(stage, stage.plan(stage.own, quilts=81))
    assert refused.value.code == "stock.short"
    with stage.work.read() as session:
        assert session.query(Mission).count() == 0
        assert session.query(Reservation).count() == 0
    assert kinds(stage) == before
    assert texts(stage) == []


def test_a_plan_needs_somebody_to_go(stage: Stage) -> None:
    with pytest.raises(NothingChosen):
        confirm(stage, stage.plan(quilts=5))


def test_a_busy_team_is_refused_by_name_and_mission(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    with pytest.raises(TeamBusy) as refused:
        confirm(stage, stage.plan(stage.own))
    assert refused.value.params == {"team": "漕泾镇群众性救护队", "mission": number}


def test_a_resting_team_is_not_sent(stage: Stage) -> None:
    with stage.work.begin(stage.coordinator) as uow:
        teams.change(
            uow,
            ChangeTeam(
                stage.own,
                "漕泾镇群众性救护队",
                "first_aid",
                stage.leader,
                None,
                None,
                None,
                "",
                False,
                "检修",
            ),
        )
    with pytest.raises(TeamResting):
        confirm(stage, stage.plan(stage.own))


def race(stage: Stage, plans: list[ConfirmPlan]) -> list[Refusal | list[str]]:
    """Confirms all plans at the same moment."""

    def run(plan: ConfirmPlan) -> Refusal | list[str]:
        try:
            return confirm(stage, plan)
        except Refusal as refusal:
            return refusal

    return at_once(*[partial(run, plan) for plan in plans])


def test_two_coordinators_send_the_same_team_at_once(stage: Stage) -> None:
    outcome = race(stage, [stage.plan(stage.own, quilts=10), stage.plan(stage.own, quilts=10)])
    assert sorted(type(one).__name__ for one in outcome) == ["TeamBusy", "list"]
    with stage.work.read() as session:
        assert session.query(Mission).count() == 1
    assert reserved(stage) == 10
    assert len(texts(stage)) == 1


def test_two_coordinators_take_the_last_tent_at_once(stage: Stage) -> None:
    tent = (Load(stage.town_store, "tent", 1),)
    plans = [ConfirmPlan(stage.scene, (team,), tent) for team in (stage.own, stage.next)]
    outcome = race(stage, plans)
    assert sorted(getattr(one, "code", "sent") for one in outcome) == ["sent", "stock.short"]
    with stage.work.read() as session:
        assert session.query(Mission).count() == 1
    assert len(texts(stage)) == 1


def test_the_team_goes_all_the_way_by_digits_alone(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own, quilts=60))
    for status in ("acknowledged", "en_route", "arrived", "done"):
        assert answer(stage, None, status).outcome == "moved"
    with stage.work.read() as session:
        found = queries.mission(session, everything(), number)
        assert found
        assert found.status == "closed"
        times = [found.times[s] for s in ("alerted", "acknowledged", "en_route", "arrived", "done", "closed")]
        assert times == sorted(times)
        clock = queries.first_times(session, everything(), "S1001")
        assert (clock.alerted, clock.acknowledged, clock.en_route, clock.arrived) == tuple(times[:4])
        assert clock.handed_out is None
    assert reserved(stage) == 0
    assert kinds(stage, number) == [
        "stock.reserved", "mission.created", "mission.alerted", "mission.acknowledged", "mission.en_route",
        "mission.arrived", "mission.done", "stock.released", "mission.closed",
    ] or kinds(stage, number)[-2:] == ["stock.released", "mission.closed"]  # fmt: skip


def test_the_answer_says_what_was_understood(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    said = answer(stage, number, "acknowledged")
    assert (said.template, said.status, said.params["mission"]) == (
        "mission_answered",
        "acknowledged",
        number,
    )
    again = answer(stage, number, "acknowledged")
    assert (again.template, again.outcome) == ("mission_repeated", "repeated")
    assert kinds(stage, number).count("mission.acknowledged") == 1


def test_leader_and_deputy_answer_in_the_same_moment(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    said = at_once(*[partial(answer, stage, None, "acknowledged", who) for who in (stage.leader, stage.deputy)])
    assert sorted(one.outcome for one in said) == ["moved", "repeated"]
    assert kinds(stage, number).count("mission.acknowledged") == 1


def test_departing_without_acknowledging_stops_both_clocks(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    answer(stage, number, "en_route")
    with stage.work.read() as session:
        clock = queries.first_times(session, everything(), "S1001")
    assert clock.acknowledged == clock.en_route is not None
    assert kinds(stage, number)[-2:] == ["mission.acknowledged", "mission.en_route"]


def test_backwards_is_refused_with_the_state(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    answer(stage, number, "arrived")
    with pytest.raises(Backwards) as refused:
        answer(stage, number, "en_route")
    assert refused.value.params == {"mission": number, "status": "arrived", "asked": "en_route"}


def test_declining_frees_team_and_goods_and_waits_for_a_hand(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own, quilts=60))
    answer(stage, None, "declined")
    assert reserved(stage) == 0
    with stage.work.read() as session:
        assert [m.number for m in queries.waiting(session, everything())] == [number]
        assert queries.under_way(session, "S1001") == {}
    confirm(stage, stage.plan(stage.next, quilts=60))
    with stage.work.read() as session:
        assert queries.waiting(session, everything()) == []
    late = answer(stage, number, "acknowledged")
    assert (late.outcome, late.template) == ("over", "mission_over")


def test_a_late_answer_after_calling_off_is_kindly_told(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own, quilts=60))
    for _ in range(2):
        with stage.work.begin(stage.coordinator) as uow:
            service.cancel(uow, CancelMission(number, "误报"))
    assert reserved(stage) == 0
    assert kinds(stage, number).count("mission.cancelled") == 1
    assert [body for _, body in texts(stage)][-1] == f"{number} 漕泾镇海涯村：任务取消，请返回。不用回复，谢谢"
    assert answer(stage, None, "acknowledged").template == "mission_over"
    confirm(stage, stage.plan(stage.own))


def test_with_two_missions_the_code_comes_first(stage: Stage) -> None:
    with stage.work.begin(stage.coordinator) as uow:
        teams.change(
            uow,
            ChangeTeam(stage.next, "朱泾镇群众性救护队", "first_aid", stage.leader, None, None, None, "", True),
        )
    first, second = confirm(stage, stage.plan(stage.own, stage.next))
    with pytest.raises(WhichMission) as refused:
        answer(stage, None, "acknowledged")
    assert refused.value.params == {"codes": f"{first} {second}", "first": first}
    assert answer(stage, second.lower(), "acknowledged").mission == second


def test_only_those_who_were_told_may_answer(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    stranger = stage.stranger.person_id
    with pytest.raises(NotFound):
        answer(stage, number, "acknowledged", stranger)
    with pytest.raises(NoMission):
        answer(stage, None, "acknowledged", stranger)
    assert answer(stage, number, "acknowledged", stage.deputy).outcome == "moved"


def test_a_coordinator_answers_for_the_team_another_branch_does_not(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    permitted = frozenset({"mission.confirm"})
    command = AnswerMission(number, stage.coordinator.person_id, "acknowledged")
    with pytest.raises(NotFound), stage.work.begin(stage.stranger) as uow:
        service.answer(uow, command, Scope("310117", 0, permitted))
    with stage.work.begin(stage.coordinator) as uow:
        assert service.answer(uow, command, Scope("310116", 0, permitted)).outcome == "moved"


def test_another_branch_can_neither_send_nor_call_off(stage: Stage) -> None:
    with pytest.raises(NotFound), stage.work.begin(stage.stranger) as uow:
        service.confirm(uow, stage.plan(stage.own))
    (number,) = confirm(stage, stage.plan(stage.own))
    with pytest.raises(NotFound), stage.work.begin(stage.stranger) as uow:
        service.cancel(uow, CancelMission(number))
    with pytest.raises(NotFound), stage.work.begin(stage.stranger) as uow:
        service.close(uow, number)


def test_goods_may_follow_a_team_that_is_out(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    assert confirm(stage, stage.plan(quilts=20, carrier=number)) == []
    with stage.work.read() as session:
        assert queries.under_way(session, "S1001") == {"quilt": 20}
    assert texts(stage)[-1][1] == f"{number} 漕泾镇海涯村，另请带棉被20床"
    with pytest.raises(NotFound):
        confirm(stage, ConfirmPlan(stage.scene, (), (Load(stage.town_store, "quilt", 1),), "M9999"))


def test_a_drill_keeps_to_itself(stage: Stage) -> None:
    drill = stage.coordinator.within(world := stage.drill())
    with stage.work.begin(drill) as uow:
        (number,) = service.confirm(uow, stage.plan(stage.own))
    confirm(stage, stage.plan(stage.own))
    with stage.work.read() as session:
        assert queries.mission(session, everything(), number) is None
        assert queries.open_count(session, everything()) == 1
        assert queries.world_of(session, number) == world
        assert sorted(world for _, world in queries.open_everywhere(session, stage.leader)) == [0, world]
    with pytest.raises(NotFound):
        answer(stage, number, "acknowledged")
    assert texts(stage, world)[0][1].startswith(f"【演练】{number} ")
    with stage.work.begin(drill) as uow:
        assert service.close_world(uow, world) == 1
    with stage.work.read() as session:
        assert queries.open_count(session, everything()) == 1
    with stage.work.read(world) as session:
        closed = queries.mission(session, everything(world), number)
        assert closed
        assert closed.status == "closed"
    with pytest.raises(ValueError, match="inside"), stage.work.begin(stage.coordinator) as uow:
        service.close_world(uow, world)
