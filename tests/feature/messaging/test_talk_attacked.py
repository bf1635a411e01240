"""Texts as pranksters, strangers and people in a hurry send them: each means one thing, and its receipt says which."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select

from responder import worker
from responder.accounts.commands import DisablePerson
from responder.accounts.models import Enrolment, Phone
from responder.accounts.service import disable_person
from responder.app import House, build
from responder.dispatch.models import Mission
from responder.drills import queries as drills_read
from responder.drills import service as drills
from responder.drills.commands import PlanDrill, StartDrill
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.refusals import NotFound
from responder.messaging import queries as messages
from responder.messaging.broadcasts import queries, service
from responder.messaging.broadcasts.rules import Ended
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import EndCall
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Inbound, Outbound
from responder.messaging.reach import service as reach
from responder.messaging.reach.models import ReachTest
from responder.platform.scope import Scope
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.broadcasting import Caller
from tests.feature.messaging.test_broadcast_answers import _mission

SYSTEM = Actor(None, "system", "310116", "job")
STRANGER = "+8613800130999"
VILLAGE = "310116112218"


@pytest.fixture
def caller(house: House) -> Iterator[Caller]:
    """At ten in the morning: no quiet hours."""
    with time_machine.travel("2026-07-03T02:00:00+00:00", tick=True):
        yield Caller(house, build(house).test_client())


def rows(caller: Caller, model: type[Any]) -> list[dict[str, Any]]:
    """All rows of a table, of every world, oldest first."""
    table = model.__table__
    with caller.house.work.read() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def drill(caller: Caller) -> int:
    """The world of a drill that has just begun."""
    with caller.house.work.begin(caller.actor("director")) as uow:
        number = drills.plan(uow, PlanDrill("防汛", "joint", "310116", clock.now()))
    with caller.house.work.begin(caller.actor("director")) as uow:
        drills.start(uow, StartDrill(number))
        world = drills_read.world_of(uow.session, number)
    assert world
    return world


def answer(caller: Caller, number: str, name: str = "王秀兰", world: int = 0) -> str:
    with caller.house.work.read(world) as session:
        found = queries.recipients(session, Scope("310116", world), number)
    return next(one.answer for one in found if one.name == name)


def last_replies(caller: Caller, n: int) -> list[str]:
    return [row["body"] for row in rows(caller, Outbound) if "reply:" in row["dedup"]][-n:]


def test_two_broadcasts_answered_in_one_text(caller: Caller) -> None:
    one, other = caller.send("一"), caller.send("二")
    caller.text("village", f"{one} 1 {other} 2")
    assert (answer(caller, one), answer(caller, other)) == ("1", "2")
    assert last_replies(caller, 2) == [f"已记：{one} 在岗。", f"已记：{other} 不在。"]
    caller.text("village", f"2 {one}，1 {other}")
    assert (answer(caller, one), answer(caller, other)) == ("2", "1")


def test_a_mission_and_a_broadcast_answered_in_one_text(caller: Caller) -> None:
    mission = _mission(caller)
    number = caller.send("二")
    caller.text("leader", f"{mission} 1，{number} 2")
    assert answer(caller, number, "陆海峰") == "2"
    assert rows(caller, Mission)[0]["status"] == "acknowledged"
    assert [row["subject"] for row in rows(caller, Inbound)[-2:]] == [mission, number]


def test_of_two_answers_the_one_that_is_refused_stops_no_other(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", f"B9999 1 {number} 2")
    assert answer(caller, number) == "2"
    assert [row["outcome"] for row in rows(caller, Inbound)] == ["waiting", "answer"]


def test_two_answers_of_two_worlds_land_each_in_its_own(caller: Caller) -> None:
    world = drill(caller)
    real, played = caller.send("真的"), caller.send("练的", world=world)
    caller.text("village", f"{real} 1 {played} 2")
    assert (answer(caller, real), answer(caller, played, world=world)) == ("1", "2")
    assert [row["world"] for row in rows(caller, Inbound)] == [0, world]
    assert last_replies(caller, 1)[0].startswith("【演练】")


def test_two_answers_delivered_twice_are_taken_once(caller: Caller) -> None:
    one, other = caller.send("一"), caller.send("二")
    told = {"from": cast.phone("village"), "body": f"{one} 1 {other} 2", "id": "SIM-1"}
    for _ in range(2):
        assert caller.client.post("/simulator/sms", json=told).status_code == 202
    assert len(rows(caller, Inbound)) == 2


def test_a_one_to_a_test_of_reach_changes_no_older_answer(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "2")
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=True) as moment:
        with caller.house.work.begin(SYSTEM) as uow:
            reach.ask(uow, cast.person_id(caller.house, "village"), cast.phone("village"), VILLAGE, "2026-07")
        moment.shift(timedelta(minutes=5))
        caller.text("village", "1")
        assert answer(caller, number) == "2"
        assert rows(caller, ReachTest)[0]["state"] == "answered"
        # What is still asked is answered first, whatever came since: that proves no less that they are reached.
        newer = caller.send("二")
        with caller.house.work.begin(SYSTEM) as uow:
            reach.ask(uow, cast.person_id(caller.house, "town"), cast.phone("town"), "310116112", "2026-07")
        caller.text("town", "1")
        assert answer(caller, newer, "吴建国") == "1"


def test_a_drill_s_word_before_a_real_code_is_asked_about(caller: Caller) -> None:
    number = caller.send()
    mission = _mission(caller)
    caller.text("village", f"演练 {number} 1")
    assert (answer(caller, number), caller.outcome()[0]) == ("", "waiting")
    before = rows(caller, Mission)[0]["status"]
    caller.text("leader", f"演练 {mission} 1")
    assert (rows(caller, Mission)[0]["status"], caller.outcome()[0]) == (before, "waiting")


def test_an_answer_from_an_unknown_phone_lies_with_its_broadcast(caller: Caller) -> None:
    number = caller.send()
    caller.text(STRANGER, f"{number} 1")
    assert caller.outcome() == ("waiting", number)
    caller.text(STRANGER, "B9999 1")
    assert caller.outcome() == ("waiting", "")
    assert caller.view(number).tally.answered == 0


def test_who_was_only_rung_is_rung_when_it_is_over(caller: Caller) -> None:
    me = cast.person_id(caller.house, "village")
    with caller.house.work.begin(SYSTEM) as uow:
        uow.session.execute(delete(Phone).where(Phone.person_id == me))
    number = caller.send(urgent=True)
    with caller.house.work.begin(caller.actor()) as uow:
        service.list_by_hand(uow, number)
    (mine,) = [call for call in rows(caller, HandCall) if call["person_id"] == me]
    with caller.house.work.begin(caller.actor()) as uow:
        handcalls.end(uow, EndCall(mine["id"], "reached", "1", ""))
    with caller.house.work.begin(caller.actor()) as uow:
        service.stand_down(uow, number, "")
    calls = [call for call in rows(caller, HandCall) if call["person_id"] == me and call["state"] == "open"]
    assert [call["template"] for call in calls] == ["stand_down"]


def test_whoever_changes_their_application_for_fun_isn_t_brought_to_the_town_each_time(caller: Caller) -> None:
    for family in "赵钱孙李周吴郑王冯陈":
        caller.text(STRANGER, f"登记 {family}小明 海涯村")
        caller.text(STRANGER, "哈哈")
    assert len([row for row in rows(caller, Outbound) if row["template"] == "enrol_asked"]) == 4
    assert [row["name"] for row in rows(caller, Enrolment)] == ["李小明"]
    asked = [row for row in rows(caller, Inbound) if row["body"].startswith("登记")]
    assert [row["outcome"] for row in asked] == ["enrol"] * 4 + ["waiting"] + ["enrol"] * 5


def test_a_stranger_who_writes_a_hundred_texts_hides_nobody_else_s(caller: Caller) -> None:
    with time_machine.travel(clock.now(), tick=False) as moment:
        for n in range(60):
            caller.text(STRANGER, f"哈哈哈{n}" if n % 2 else f"有人被困了{n}")
            moment.shift(timedelta(seconds=5))
        caller.text("+8613800130777", "我家门口的路断了，找谁")
        caller.text("+8613800130778", "有人被困，快来")
    with caller.house.work.read() as session:
        first = messages.waiting(session, Scope("310116"), 10)
    assert {"+8613800130777", "+8613800130778"} <= {text.number for text in first}
    kinds = caller.kinds()
    assert kinds.count("message.waiting") <= 10
    # Danger is heard every time, and texted once.
    assert kinds.count("message.urgent") == 31
    assert len([row for row in rows(caller, Outbound) if row["template"] == "text_urgent"]) <= 4


def test_what_somebody_without_a_number_answers_by_hand_counts(caller: Caller) -> None:
    me = cast.person_id(caller.house, "village")
    with caller.house.work.begin(SYSTEM) as uow:
        uow.session.execute(delete(Phone).where(Phone.person_id == me))
    number = caller.send(urgent=True)
    with caller.house.work.begin(caller.actor()) as uow:
        service.list_by_hand(uow, number)
    (mine,) = [call for call in rows(caller, HandCall) if call["person_id"] == me]
    officer = cast.client_for(caller.house, "coordinator")
    officer.application.config["WTF_CSRF_ENABLED"] = False
    officer.post(f"/messages/calls/{mine['id']}/end", data={"result": "reached:1"})
    assert answer(caller, number) == "1"


def test_whoever_has_left_meanwhile_gets_no_text_that_waits(caller: Caller) -> None:
    number = caller.send(urgent=True)
    with caller.house.work.begin(caller.actor("admin")) as uow:
        disable_person(uow, DisablePerson(cast.person_id(caller.house, "village")))
    worker.relay(caller.house).turn()
    states = {row["person_id"]: row["status"] for row in caller.texts(number)}
    assert states.pop(cast.person_id(caller.house, "village")) == "cancelled"
    assert set(states.values()) == {"delivered"}


def test_answers_count_while_it_is_called_off(caller: Caller) -> None:
    number = caller.send(urgent=True)

    def says(who: str) -> Callable[[], object]:
        phone = caller.client.application.test_client()
        told = {"from": cast.phone(who), "body": "1"}
        return lambda: phone.post("/simulator/sms", json=told).status_code

    def down() -> object:
        try:
            with caller.house.work.begin(caller.actor()) as uow:
                return service.stand_down(uow, number, "")
        except Ended:
            return "ended"

    done = at_once(says("village"), says("town"), says("leader"), down, down)
    assert done[:3] == [202, 202, 202]
    assert sorted(map(str, done[3:]))[-1] == "ended"
    assert caller.view(number).tally.answered == 3


def test_a_drill_and_the_real_world_touch_nothing_of_each_other(caller: Caller) -> None:
    world = drill(caller)
    played, real = caller.send("练的", urgent=True, world=world), caller.send("真的", urgent=True)
    acts = (service.resend, service.list_by_hand, lambda uow, number: service.stand_down(uow, number, ""))
    for act in acts:
        for number, other in ((played, 0), (real, world)):
            with pytest.raises(NotFound), caller.house.work.begin(caller.actor(world=other)) as uow:
                act(uow, number)
    for act in acts[1:]:
        with caller.house.work.begin(caller.actor(world=world)) as uow:
            act(uow, played)
    assert {row["world"] for row in rows(caller, HandCall)} == {world}
    for row in rows(caller, Outbound):
        assert row["body"].startswith("【演练】") == (row["world"] == world)
    assert all(call["script"].startswith("【演练】") for call in rows(caller, HandCall))
