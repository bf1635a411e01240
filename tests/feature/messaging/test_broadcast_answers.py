"""Answers to broadcasts: whatever is written, from whichever phone, however late, they land where they were asked."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from responder.accounts.models import Phone
from responder.app import House, build
from responder.dispatch import service as dispatch
from responder.dispatch.commands import ConfirmPlan, Scene
from responder.drills import queries as drills_read
from responder.drills import service as drills
from responder.drills.commands import PlanDrill, StartDrill
from responder.kernel import clock
from responder.messaging import hooks
from responder.messaging.broadcasts import queries, service
from responder.messaging.broadcasts.commands import Audience
from responder.messaging.commands import Incoming, Option
from responder.platform import eventlog
from responder.platform.scope import Scope
from responder.teams.models import Team
from tests import cast
from tests.feature.messaging.broadcasting import OPTIONS, OUR, Caller


@pytest.fixture
def caller(house: House) -> Iterator[Caller]:
    """At ten in the morning: no quiet hours."""
    with time_machine.travel("2026-07-03T02:00:00+00:00", tick=True):
        yield Caller(house, build(house).test_client())


@pytest.mark.parametrize(
    ("body", "answer", "said"),
    [
        ("1", "1", ""), ("２", "2", ""), ("B1001 1", "1", ""), ("b1001：2", "2", ""), ("1 B1001", "1", ""),
        ("在岗", "1", ""), ("B1001不在", "2", ""), ("1在岗", "1", ""), ("1，晚到十分钟", "1", "晚到十分钟"),
        ("B1001 2在外地", "2", "在外地"), ("①", "1", ""), ("一", "1", ""),
    ],
)  # fmt: skip
def test_answers_land(caller: Caller, body: str, answer: str, said: str) -> None:
    number = caller.send()
    reply = caller.text("village", body)
    with caller.house.work.read() as session:
        (one,) = [one for one in queries.recipients(session, OUR, number) if one.name == "王秀兰"]
    assert (one.answer, one.said, one.via) == (answer, said, "sms")
    label = {"1": "在岗", "2": "不在"}[answer]
    assert reply.startswith(f"已记：{number} {label}")
    assert caller.outcome() == ("answer", number)
    assert "broadcast.answered" in caller.kinds()


def test_an_answer_is_changed_and_a_late_one_counts(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "1")
    caller.text("village", "2")
    assert caller.view(number).tally.by_digit == {"2": 1}
    with caller.house.work.begin(caller.actor()) as uow:
        service.stand_down(uow, number, "人够了")
    with time_machine.travel(clock.now() + timedelta(days=9), tick=True):
        assert "已结束" in caller.text("town", f"{number} 1")
    assert caller.view(number).tally.by_digit == {"1": 1, "2": 1}


def test_a_digit_that_is_no_option_is_asked_again(caller: Caller) -> None:
    number = caller.send()
    assert caller.text("village", "7") == f"{number}没有这个选项。请回1在岗 2不在"
    assert caller.view(number).tally.answered == 0


def test_words_are_kept_and_not_counted(caller: Caller) -> None:
    number = caller.send()
    assert (
        caller.text("village", "我在路上堵住了") == f"您的话已记在{number}下，值班员会看。要算作回复，请回1在岗 2不在"
    )
    with caller.house.work.read() as session:
        (one,) = [one for one in queries.recipients(session, OUR, number) if one.name == "王秀兰"]
    assert (one.answer, one.said, one.silent) == ("", "我在路上堵住了", True)


def test_words_of_danger_beside_an_answer_wait_for_a_person(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", f"{number} 2 这里有人被困")
    assert caller.outcome()[0] == "waiting"
    assert caller.view(number).tally.by_digit == {"2": 1}


def test_a_report_stays_a_report(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "2人受伤，海涯村房屋倒塌1间")
    assert caller.outcome()[0] in ("report", "partly")
    assert caller.view(number).tally.answered == 0


def test_another_phone_of_the_same_person_answers(caller: Caller) -> None:
    number = caller.send()
    with caller.house.work.begin(caller.actor("admin")) as uow:
        uow.session.add(Phone(person_id=cast.person_id(caller.house, "village"), e164="+8619900000099"))
    caller.text("+8619900000099", "1")
    assert caller.view(number).tally.by_digit == {"1": 1}


def test_somebody_who_wasn_t_asked_is_told_so(caller: Caller) -> None:
    number = caller.send(audience=Audience(roles=("keeper",)))
    assert f"{number}没有发给您" in caller.text("village", f"{number} 1")
    assert caller.view(number).tally.answered == 0


def _mission(caller: Caller) -> str:
    caller.text("town", "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡")
    with caller.house.work.begin(caller.actor()) as uow:
        team = Team(
            name="队", type="relief", division_code="310116112", added_at=uow.now,
            leader_id=cast.person_id(caller.house, "leader"),
        )  # fmt: skip
        uow.session.add(team)
    with caller.house.work.begin(caller.actor()) as uow:
        scene = Scene("S1001", "flood", "310116112218", "漕泾镇海涯村")
        return dispatch.confirm(uow, ConfirmPlan(scene, ("T1001",), ()))[0]


def test_a_bare_digit_answers_what_was_asked_later(caller: Caller) -> None:
    mission = _mission(caller)
    number = caller.send()
    assert caller.text("leader", "1") == f"已记：{number} 在岗。若指任务请回{mission} 1。"
    # Answered now: the next digit is the mission's.
    caller.text("leader", "1")
    assert caller.outcome() == ("answer", mission)
    assert caller.view(number).tally.by_digit == {"1": 1}


def test_a_mission_asked_later_gets_the_digit(caller: Caller) -> None:
    number = caller.send()
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=True):
        mission = _mission(caller)
        caller.text("leader", "1")
    assert caller.outcome() == ("answer", mission)
    assert caller.view(number).tally.answered == 0


def test_a_drill_s_broadcast_says_so_and_is_answered_in_the_drill(caller: Caller) -> None:
    with caller.house.work.begin(caller.actor("director")) as uow:
        drill = drills.plan(uow, PlanDrill("防汛", "joint", "310116", clock.now()))
    with caller.house.work.begin(caller.actor("director")) as uow:
        drills.start(uow, StartDrill(drill))
        world = drills_read.world_of(uow.session, drill)
    assert world
    number = caller.send(world=world)
    assert all(row["body"].startswith("【演练】") and row["world"] == world for row in caller.texts(number))
    caller.text("village", "1")
    assert caller.view(number, Scope("310116", world)).tally.by_digit == {"1": 1}
    assert "broadcast.answered" in caller.kinds(world)
    assert "broadcast.answered" not in caller.kinds()


@pytest.mark.parametrize(("gateway", "via"), [("twilio-voice", "voice"), ("byhand", "hand"), ("kannel", "sms")])
def test_by_which_road_an_answer_came(caller: Caller, gateway: str, via: str) -> None:
    number = caller.send()
    with caller.client.application.app_context():
        hooks.hear(Incoming(gateway, "1", cast.phone("village"), f"{number} 1"))
    with caller.house.work.read() as session:
        (one,) = [one for one in queries.recipients(session, OUR, number) if not one.silent]
    assert (one.answer, one.via) == ("1", via)


def test_a_text_that_asks_nothing_is_received_without_an_answer(caller: Caller) -> None:
    number = caller.send(options=())
    assert caller.text("village", "收到") == ""
    assert caller.outcome() == ("answer", number)
    with caller.house.work.read() as session:
        (one,) = [one for one in queries.recipients(session, OUR, number) if one.said]
    assert one.said == "收到"


def test_a_text_that_asks_nothing_hides_no_question(caller: Caller) -> None:
    older = caller.send("在不在", options=(*OPTIONS, Option("3", "需要支援")))
    newer = caller.send("来不来", options=(Option("1", "参加"), Option("2", "请假")))
    caller.send("周五前补齐", options=())
    assert caller.text("village", "1") == f"已记：{newer} 参加。"
    assert caller.text("town", "3") == f"已记：{older} 需要支援。"
    assert caller.text("leader", "在岗") == f"已记：{older} 在岗。"
    caller.text("keeper", "收到")
    assert caller.view(older).tally.total - caller.view(older).tally.silent == 2


def test_events_reach_those_above_and_no_stranger(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "1")

    def kinds(division: str) -> set[str]:
        with caller.house.work.read() as session:
            found = eventlog.since(session, Scope(division), 0, 1000)
        return {one.kind for one in found if one.subject == number}

    assert kinds("310116") == {"broadcast.sent", "broadcast.answered"}
    assert kinds("310116112") == {"broadcast.answered"}
    assert kinds("310117") == set()
