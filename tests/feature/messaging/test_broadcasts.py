"""Texts to many: who gets them, how answers land, what is done about the silent."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from responder.accounts import service as accounts
from responder.accounts.commands import DisablePerson
from responder.accounts.models import Person, Phone, RoleGrant
from responder.app import House, build
from responder.dispatch import service as dispatch
from responder.dispatch.commands import ConfirmPlan, Scene
from responder.drills import queries as drills_read
from responder.drills import service as drills
from responder.drills.commands import PlanDrill, StartDrill
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotFound
from responder.messaging.broadcasts import asked, queries, rules, service
from responder.messaging.broadcasts.commands import Area, Audience, Option, SendBroadcast
from responder.messaging.broadcasts.queries import BroadcastView
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Inbound, Outbound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.teams import queries as teams_read
from responder.teams.models import Team
from tests import cast

OPTIONS = (Option("1", "在岗"), Option("2", "不在"))
ALL = Audience(divisions=("310116",))
OUR = Scope("310116")
_out: Any = Outbound.__table__
_in: Any = Inbound.__table__


@dataclass
class Caller:
    """A coordinator who sends, and phones that answer."""

    house: House
    client: FlaskClient

    def actor(self, who: str = "coordinator", world: int = 0) -> Actor:
        division, name, _roles, _phone = cast.PEOPLE[who]
        return Actor(cast.person_id(self.house, who), name, division, "web", world)

    def send(
        self, body: str = "今晚值班", audience: Audience = ALL, options: tuple[Option, ...] = OPTIONS, *,
        who: str = "coordinator", dedup: str = "", urgent: bool = False, world: int = 0,
    ) -> str:  # fmt: skip
        with self.house.work.begin(self.actor(who, world)) as uow:
            command = SendBroadcast(audience, body, options, urgent, dedup or f"{body}{clock.now()}")
            return service.send(uow, command, teams_read.musters)

    def text(self, who: str, body: str) -> str:
        """A text from a phone; gives the newest words that went back to it."""
        number = cast.phone(who) if who in cast.PEOPLE else who
        answer = self.client.post("/simulator/sms", json={"from": number, "body": body})
        assert answer.status_code == 202, answer.text
        with self.house.work.read() as session:
            reply = select(_out.c.body).where(_out.c.dedup.like("%reply:%"), _out.c.number == number)
            return session.scalar(reply.order_by(_out.c.id.desc()).limit(1)) or ""

    def outcome(self) -> tuple[str, str]:
        """What became of the newest text."""
        with self.house.work.read() as session:
            row = session.execute(select(_in.c.outcome, _in.c.subject).order_by(_in.c.id.desc()).limit(1)).one()
            return row.outcome, row.subject

    def view(self, number: str, scope: Scope = OUR) -> BroadcastView:
        with self.house.work.read(scope.world) as session:
            found = queries.broadcast(session, scope, number)
            assert found is not None
            return found

    def texts(self, number: str, *templates: str) -> list[Any]:
        with self.house.work.read() as session:
            found = select(_out).where(_out.c.subject == number, _out.c.template.in_(templates or rules.ASKING))
            return list(session.execute(found.order_by(_out.c.id)).mappings())

    def names(self, number: str) -> set[str]:
        with self.house.work.read() as session:
            return {one.name for one in queries.recipients(session, OUR, number)}

    def kinds(self, world: int = 0) -> list[str]:
        with self.house.work.read(world) as session:
            return [event.kind for event in eventlog.since(session, everything(world), 0, 1000)]


@pytest.fixture
def caller(house: House) -> Iterator[Caller]:
    """At ten in the morning: no quiet hours."""
    with time_machine.travel("2026-07-03T02:00:00+00:00", tick=True):
        yield Caller(house, build(house).test_client())


def test_a_text_goes_to_everybody_in_the_division_once(caller: Caller) -> None:
    number = caller.send("今晚{8}点[集合]")
    texts = caller.texts(number)
    assert {row["division_code"] for row in texts} == {"310116", "310116112", "310116112218"}
    assert len({row["number"] for row in texts}) == len(texts) == 9
    assert all(row["body"] == f"今晚{{8}}点[集合]（{number}回1在岗 2不在）" for row in texts)
    assert caller.kinds().count("broadcast.sent") == 1


def test_kinds_are_anded_and_what_is_chosen_in_one_is_ored(caller: Caller) -> None:
    liaisons = caller.send("a", Audience(roles=("liaison", "leader"), divisions=("310116112",)))
    assert caller.names(liaisons) == {"吴建国", "王秀兰", "陆海峰"}
    assert caller.names(caller.send("b", Audience(roles=("liaison",), tiers=(3,)))) == {"王秀兰"}
    assert caller.names(caller.send("c", Audience(roles=("liaison",), tiers=(2, 3)))) == {"王秀兰", "吴建国"}
    with pytest.raises(rules.Nobody):
        caller.send("d", Audience(roles=("keeper",), tiers=(3,)))
    with pytest.raises(Invalid):
        caller.send("e", Audience())


def test_teams_and_the_map_choose_people(caller: Caller) -> None:
    with caller.house.work.begin(caller.actor()) as uow:
        leader, keeper = (cast.person_id(caller.house, who) for who in ("leader", "keeper"))
        mine = {"division_code": "310116112", "added_at": uow.now, "type": "relief"}
        uow.session.add(Team(name="队", leader_id=leader, **mine))
        uow.session.add(Team(name="停用", leader_id=keeper, active=False, **mine))
    assert caller.names(caller.send("a", Audience(team_types=("relief",)))) == {"陆海峰"}
    with caller.house.work.read() as session:
        from responder.places.queries import places

        point = places(session).point("310116112")
    assert point is not None
    lat, lng = point.point
    near = caller.send("b", Audience(area=Area(center=(lat, lng), km=1)))
    assert caller.names(near) == {"吴建国", "王秀兰", "陆海峰"}
    box = ((lat - 0.01, lng - 0.01), (lat - 0.01, lng + 0.01), (lat + 0.01, lng + 0.01), (lat + 0.01, lng - 0.01))
    assert caller.names(caller.send("c", Audience(area=Area(corners=box)))) == caller.names(near)


def test_nobody_outside_the_sender_s_divisions_gets_it(caller: Caller) -> None:
    number = caller.send("镇里", Audience(roles=("liaison", "coordinator")), who="town")
    assert caller.names(number) == {"吴建国", "王秀兰"}
    with pytest.raises(rules.Nobody):
        caller.send("x", Audience(divisions=("310117",)))


def test_the_disabled_get_nothing_and_the_unreachable_are_named(caller: Caller) -> None:
    with caller.house.work.begin(caller.actor("admin")) as uow:
        accounts.disable_person(uow, DisablePerson(cast.person_id(caller.house, "keeper")))
        uow.session.query(Phone).filter_by(e164=cast.phone("leader")).one().state = "opted_out"
        uow.session.add(Person(name="无号", division_code="310116102", created_at=uow.now))
    number = caller.send()
    assert "朱国平" not in caller.names(number)
    with caller.house.work.read() as session:
        problems = {one.name: one.problem for one in queries.recipients(session, OUR, number) if not one.number}
    assert problems == {"陆海峰": "opted_out", "无号": "no_number"}
    assert caller.view(number).tally.unreachable == 2
    assert len(caller.texts(number)) == caller.view(number).tally.total - 2


def test_a_form_sent_twice_is_one_broadcast(caller: Caller) -> None:
    assert caller.send(dedup="k") == caller.send(dedup="k")
    assert len(caller.texts("B1001")) == 9


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
    assert caller.text("village", "我在路上堵住了") == f"话已记在{number}下，值班员会看到。要计入请回1在岗 2不在"
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


def test_the_silent_are_texted_again_but_not_while_their_text_waits(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "1")
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.resend(uow, number) == (0, 8)
    with caller.house.work.begin(caller.actor()) as uow:
        uow.session.execute(_out.update().where(_out.c.subject == number).values(status="sent"))
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.resend(uow, number) == (8, 0)
    assert len(caller.texts(number)) == 17
    with caller.house.work.read() as session:
        mine, other = (cast.person_id(caller.house, who) for who in ("village", "town"))
        assert not asked.is_wanted(session, f"{number}/{mine}")
        assert asked.is_wanted(session, f"{number}/{other}")


def test_the_silent_stand_on_the_list_of_calls_with_the_reason(caller: Caller) -> None:
    with caller.house.work.begin(caller.actor("admin")) as uow:
        uow.session.query(Phone).filter_by(e164=cast.phone("leader")).one().state = "opted_out"
    number = caller.send()
    caller.text("village", "1")
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.list_by_hand(uow, number) == 8
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.list_by_hand(uow, number) == 0
    with caller.house.work.read() as session:
        calls = list(session.scalars(select(HandCall).where(HandCall.subject == number)))
        assert {call.name: call.reason for call in calls}["陆海峰"] == "opted_out"
        assert {call.reason for call in calls} == {"opted_out", "silent"}
        assert calls[0].script == f"今晚值班（{number}回1在岗 2不在）"
        assert [one["label"] for one in calls[0].options] == ["在岗", "不在"]


def test_a_stand_down_goes_once_to_everybody_told(caller: Caller) -> None:
    number = caller.send(urgent=True)
    with caller.house.work.begin(caller.actor()) as uow:
        uow.session.execute(_out.update().where(_out.c.subject == number).values(status="sent"))
        late = _out.update().where(_out.c.number == cast.phone("keeper"), _out.c.subject == number)
        uow.session.execute(late.values(status="queued"))
    caller.text("village", "1")
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.stand_down(uow, number, "风小了") == 8
    told = caller.texts(number, "stand_down")
    assert {row["body"] for row in told} == {f"{number}解除：风小了。不用再回。"}
    assert cast.phone("village") in {row["number"] for row in told}
    assert cast.phone("keeper") not in {row["number"] for row in told}
    with caller.house.work.read() as session:
        assert not asked.is_wanted(session, f"{number}/{cast.person_id(caller.house, 'keeper')}")
    with pytest.raises(rules.Ended), caller.house.work.begin(caller.actor()) as uow:
        service.stand_down(uow, number, "")
    assert caller.view(number).ended_by == "周慧敏"


def test_a_town_sees_its_part_and_acts_on_nothing_of_the_district_s(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "1")
    part = caller.view(number, Scope("310116112"))
    assert (part.tally.total, part.tally.by_digit, part.whole) == (3, {"1": 1}, False)
    with caller.house.work.read() as session:
        assert queries.broadcast(session, Scope("310117"), number) is None
        assert queries.recipients(session, Scope("310117"), number) == []
    for act in (service.resend, service.list_by_hand, service.close):
        with pytest.raises(NotFound), caller.house.work.begin(caller.actor("town")) as uow:
            act(uow, number)


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


def test_six_hundred_people_in_one_unit(caller: Caller) -> None:
    with caller.house.work.begin(caller.actor("admin")) as uow:
        people = [Person(name=f"人{n}", division_code="310116102201", created_at=uow.now) for n in range(600)]
        uow.session.add_all(people)
        uow.session.flush()
        uow.session.add_all(Phone(person_id=one.id, e164=f"+86139{n:08}", primary=True) for n, one in enumerate(people))
        uow.session.add_all(RoleGrant(person_id=one.id, role="liaison") for one in people)
    began = time.monotonic()
    number = caller.send(audience=Audience(divisions=("310116102",)))
    took = time.monotonic() - began
    assert len(caller.texts(number)) == 600
    # Measured 0.4 s on SQLite; a busy one is no reason to fail.
    assert took < 5, took
