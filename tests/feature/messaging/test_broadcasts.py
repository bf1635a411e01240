"""Texts to many: who gets them, how answers land, what is done about the silent."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from responder.accounts import service as accounts
from responder.accounts.commands import DisablePerson
from responder.accounts.models import Person, Phone, RoleGrant
from responder.app import House, build
from responder.kernel.refusals import Invalid, NotFound
from responder.messaging.broadcasts import asked, queries, rules, service
from responder.messaging.broadcasts.commands import Area, Audience
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.handcalls.jobs import close_unwanted
from responder.messaging.handcalls.models import HandCall
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.teams.models import Team
from tests import cast
from tests.feature.messaging.broadcasting import OUR, Caller, outbox


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
        mine: dict[str, Any] = {"division_code": "310116112", "added_at": uow.now, "type": "relief"}
        uow.session.add(Team(name="队", leader_id=leader, **mine))
        uow.session.add(Team(name="停用", leader_id=keeper, active=False, **mine))
    assert caller.names(caller.send("a", Audience(team_types=("relief",)))) == {"陆海峰"}
    with caller.house.work.read() as session:
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


def test_the_silent_are_texted_again_but_not_while_their_text_waits(caller: Caller) -> None:
    number = caller.send()
    caller.text("village", "1")
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.resend(uow, number) == (0, 8)
    with caller.house.work.begin(caller.actor()) as uow:
        uow.session.execute(outbox.update().where(outbox.c.subject == number).values(status="sent"))
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


def test_whoever_waits_to_be_called_is_not_listed_again_when_their_text_fails(caller: Caller) -> None:
    number = caller.send()
    with caller.house.work.begin(caller.actor()) as uow:
        service.list_by_hand(uow, number)
        person = cast.person_id(caller.house, "village")
        text = uow.session.execute(select(outbox).where(outbox.c.person_id == person)).mappings().one()
        again = HandCallWanted(
            text["id"], person, text["number"], "王秀兰", text["body"], "temporary", "", text["template"],
            text["priority"], number, text["division_code"], f"outbound:{text['id']}",
        )  # fmt: skip
        handcalls.put(uow, again)
        mine = uow.session.scalars(select(HandCall).where(HandCall.person_id == person)).all()
        assert [call.reason for call in mine] == ["silent"]


def test_a_text_that_arrived_and_was_not_answered_keeps_its_call_on_the_list(caller: Caller) -> None:
    number = caller.send()
    with caller.house.work.begin(caller.actor()) as uow:
        service.list_by_hand(uow, number)
        uow.session.execute(update(outbox).where(outbox.c.subject == number).values(status="delivered"))
    wanted = {"broadcast": asked.is_wanted}
    assert close_unwanted(caller.house.work, wanted) == 0
    caller.text("village", "1")
    assert close_unwanted(caller.house.work, wanted) == 1


def test_a_stand_down_goes_once_to_everybody_told(caller: Caller) -> None:
    number = caller.send(urgent=True)
    with caller.house.work.begin(caller.actor()) as uow:
        uow.session.execute(outbox.update().where(outbox.c.subject == number).values(status="sent"))
        late = outbox.update().where(outbox.c.number == cast.phone("keeper"), outbox.c.subject == number)
        uow.session.execute(late.values(status="queued"))
    caller.text("village", "1")
    with caller.house.work.begin(caller.actor()) as uow:
        assert service.stand_down(uow, number, "风小了") == 8
    told = caller.texts(number, "stand_down")
    assert {row["body"] for row in told} == {f"{number}已解除：风小了。不用再回"}
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


def test_six_hundred_people_in_one_unit(caller: Caller) -> None:
    with caller.house.work.begin(caller.actor("admin")) as uow:
        people = [Person(name=f"人{n}", division_code="310116102201", created_at=uow.now) for n in range(600)]
        uow.session.add_all(people)
        uow.session.flush()
        uow.session.add_all(Phone(person_id=one.id, e164=f"+86139{n:08}", primary=True) for n, one in enumerate(people))
        uow.session.add_all(RoleGrant(person_id=one.id, role="liaison") for one in people)
    began = time.process_time()
    number = caller.send(audience=Audience(divisions=("310116102",)))
    took = time.process_time() - began
    assert len(caller.texts(number)) == 600
    # Measured 0.4 s on SQLite; of its own time, so that the neighbours don't count.
    assert took < 3, took
