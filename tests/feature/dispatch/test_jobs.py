"""Nobody answers: reminder, deputy, the board; each once, whoever runs the job and how often."""

from datetime import timedelta

import pytest

from responder.dispatch import jobs, queries, service
from responder.dispatch.commands import AnswerMission
from responder.kernel import clock
from responder.platform.scope import everything
from responder.stock import service as stock
from responder.stock.commands import IssueGoods, ReceiveGoods
from tests.at_once import at_once

from .conftest import Stage
from .test_service import answer, confirm, kinds, texts


def later(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=minutes))


def test_an_unanswered_alert_goes_on_step_by_step(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    assert jobs.overdue(stage.work) == 0
    later(monkeypatch, 10.5)
    assert [jobs.overdue(stage.work), jobs.overdue(stage.work)] == [1, 0]
    later(monkeypatch, 5)
    assert [jobs.overdue(stage.work), jobs.overdue(stage.work)] == [1, 0]
    later(monkeypatch, 5)
    assert [jobs.overdue(stage.work), jobs.overdue(stage.work)] == [1, 0]
    assert kinds(stage, number)[-3:] == ["mission.reminded", "mission.deputy_alerted", "mission.no_answer"]
    assert [person for person, _ in texts(stage)] == [stage.leader, stage.leader, stage.deputy]
    with stage.work.read() as session:
        assert [m.number for m in queries.waiting(session, everything())] == [number]
    assert answer(stage, number, "en_route", stage.deputy).outcome == "moved"


def test_an_answer_ends_the_chain(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    answer(stage, number, "acknowledged")
    later(monkeypatch, 60)
    assert jobs.overdue(stage.work) == 0
    with stage.work.read() as session:
        assert not queries.is_wanted(session, number)


def test_without_a_deputy_the_board_is_told_after_the_reminder(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = confirm(stage, stage.plan(stage.medical))
    later(monkeypatch, 30)
    assert [jobs.overdue(stage.work) for _ in range(3)] == [1, 1, 0]
    assert kinds(stage, number)[-2:] == ["mission.reminded", "mission.no_answer"]


def test_two_workers_at_once_remind_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    later(monkeypatch, 11)
    at_once(*[lambda: jobs.overdue(stage.work)] * 4)
    assert kinds(stage, number).count("mission.reminded") == 1
    assert len(texts(stage)) == 2


def test_drills_are_followed_up_in_their_own_world(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    world = stage.drill()
    with stage.work.begin(stage.coordinator.within(world)) as uow:
        (number,) = service.confirm(uow, stage.plan(stage.own))
    later(monkeypatch, 11)
    assert jobs.overdue(stage.work) == 1
    assert kinds(stage, number, world)[-1] == "mission.reminded"
    assert kinds(stage, number) == []


def test_done_waits_for_goods_on_the_road(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own, quilts=60))
    with stage.work.begin(stage.coordinator) as uow:
        stock.issue(uow, IssueGoods(number))
    for status in ("arrived", "done"):
        answer(stage, number, status)
    assert jobs.settle(stage.work) == 0
    with stage.work.begin(stage.coordinator) as uow:
        stock.receive(uow, ReceiveGoods(number))
    assert [jobs.settle(stage.work), jobs.settle(stage.work)] == [1, 0]
    with stage.work.read() as session:
        found = queries.mission(session, everything(), number)
        assert found
        assert found.status == "closed"
        assert queries.first_times(session, everything(), "S1001").handed_out is not None


def test_a_mission_that_fails_does_not_hold_up_the_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = confirm(stage, stage.plan(stage.own, stage.medical))
    later(monkeypatch, 11)
    real = jobs._follow_up

    def broken(uow: object, row: object) -> int:
        if row.id + 1000 == int(first[1:]):  # type: ignore[attr-defined]
            raise RuntimeError("broken")
        return real(uow, row)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "_follow_up", broken)
    assert jobs.overdue(stage.work) == 1
    assert kinds(stage, second)[-1] == "mission.reminded"


def test_late_answers_are_noted_with_who_and_how(stage: Stage) -> None:
    (number,) = confirm(stage, stage.plan(stage.own))
    with stage.work.begin(stage.by("leader", "310116112")) as uow:
        service.answer(uow, AnswerMission(None, stage.leader, "declined", "车坏了"))
    with stage.work.read() as session:
        found = queries.mission(session, everything(), number)
        assert found
        assert found.note == "车坏了"
