"""叫应: the villages that a warning names, their A and B persons, and what is done about the silent ones."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from responder.accounts.models import Person, Phone, RoleGrant
from responder.app import House, build
from responder.hotline.warned import named
from responder.kernel.actors import Actor
from responder.kernel.refusals import NotFound
from responder.messaging.broadcasts import asked, callouts, jobs, queries, rules, service
from responder.messaging.broadcasts.commands import SendCallout
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Outbound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.test_broadcast_pages import hidden, post

HAIYA, MANNED = "310116112218", "310116102201"
WARNING = "金山区气象台2026年7月3日10时发布暴雨橙色预警：漕泾镇海涯村、枫泾镇将出现50毫米以上降水，请注意防范。"
OUR = Scope("310116")
_out: Any = Outbound.__table__
NOON = datetime.fromisoformat("2026-07-03T04:00:00+00:00")


def coordinator(house: House) -> Actor:
    return Actor(cast.person_id(house, "coordinator"), "周慧敏", "310116", "web")


@pytest.fixture
def post_b(house: House) -> int:
    """海涯村's A is the cast's liaison; B and another village's A are added."""
    with house.work.begin(coordinator(house)) as uow:
        a = uow.session.get(Person, cast.person_id(house, "village"))
        assert a is not None
        a.post = "A"
        others = [
            Person(name="乙", division_code=HAIYA, post="B", created_at=uow.now),
            Person(name="甲", division_code=MANNED, post="A", created_at=uow.now),
        ]
        uow.session.add_all(others)
        uow.session.flush()
        for n, one in enumerate(others):
            uow.session.add(Phone(person_id=one.id, e164=f"+861390000000{n}", primary=True))
            uow.session.add(RoleGrant(person_id=one.id, role="liaison"))
        return others[0].id


def call_out(house: House, *villages: str, dedup: str = "k") -> str:
    with house.work.begin(coordinator(house)) as uow:
        return callouts.send(uow, SendCallout(villages, "暴雨橙色预警，请到岗", WARNING, dedup))


def text(house: House, number: str, body: str) -> None:
    assert build(house).test_client().post("/simulator/sms", json={"from": number, "body": body}).status_code == 202


def states(house: House, number: str) -> dict[str, str]:
    with house.work.read() as session:
        found = queries.broadcast(session, OUR, number)
        assert found is not None
        people = queries.recipients(session, OUR, number)
        return {view.division: view.state for view in queries.villages(session, OUR, found, people)}


def texts(house: House, number: str, *templates: str) -> list[Any]:
    with house.work.read() as session:
        mine = select(_out).where(_out.c.subject == number, _out.c.template.in_(templates)).order_by(_out.c.id)
        return list(session.execute(mine).mappings())


def kinds(house: House) -> list[str]:
    with house.work.read() as session:
        return [one.kind for one in eventlog.since(session, everything(), 0, 1000)]


def after(house: House, minutes: float) -> int:
    """Runs the job so many minutes after the callout."""
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=True):
        return jobs.follow_up(house.work)


def test_a_warning_names_its_villages_and_not_the_office_that_signs_it(house: House) -> None:
    with house.work.read() as session:
        assert named(session, OUR, WARNING) == [HAIYA, "310116102"]
        assert named(session, Scope("310116102"), WARNING) == ["310116102"]
        assert named(session, OUR, "金山区气象台发布大风蓝色预警") == []


def test_a_and_b_are_called_and_either_answers_for_the_village(house: House, post_b: int) -> None:
    number = call_out(house, HAIYA, MANNED)
    sent = texts(house, number, "callout")
    assert {row["number"] for row in sent} == {cast.phone("village"), "+8613900000000", "+8613900000001"}
    assert {row["body"] for row in sent} == {f"暴雨橙色预警，请到岗（{number}回1收到）"}
    assert all(row["priority"] == 0 for row in sent)
    assert states(house, number) == {HAIYA: "waiting", MANNED: "waiting"}
    text(house, "+8613900000000", "收到")
    assert states(house, number) == {HAIYA: "answered", MANNED: "waiting"}


def test_a_village_without_anybody_is_a_finding(house: House, post_b: int) -> None:
    number = call_out(house, HAIYA, "310116102")
    assert states(house, number)["310116102"] == "unmanned"
    assert "broadcast.unmanned" in kinds(house)
    with pytest.raises(rules.Nobody):
        call_out(house, "310116102", dedup="other")


def test_the_silent_are_called_again_then_rung_and_their_town_is_told_once(house: House, post_b: int) -> None:
    with time_machine.travel(NOON, tick=True):
        number = call_out(house, HAIYA, MANNED)
        text(house, "+8613900000001", "1")
    assert after(house, 9) == 0
    assert after(house, 11) == 1
    assert after(house, 12) == 0
    again = texts(house, number, "callout_again")
    assert {row["number"] for row in again} == {cast.phone("village"), "+8613900000000"}
    assert again[0]["body"].startswith("再次叫应：暴雨橙色预警")
    assert after(house, 21) == 1
    assert after(house, 25) == 0
    assert states(house, number) == {HAIYA: "listed", MANNED: "answered"}
    with house.work.read() as session:
        calls = list(session.scalars(select(HandCall).where(HandCall.subject == number)))
    assert {call.name for call in calls} == {"王秀兰", "乙"}
    assert {call.reason for call in calls} == {"silent"}
    (told,) = texts(house, number, "callout_silent")
    assert told["number"] == cast.phone("town")
    assert "海涯村" in told["body"]
    assert kinds(house).count("broadcast.silent") == 1
    with house.work.read() as session:
        assert asked.is_wanted(session, f"{number}/{post_b}")
    # A late answer still counts, and B needs no call any more.
    text(house, cast.phone("village"), f"{number} 1")
    assert states(house, number)[HAIYA] == "answered"
    with house.work.read() as session:
        assert not asked.is_wanted(session, f"{number}/{post_b}")


def test_two_workers_take_a_step_once(house: House, post_b: int) -> None:
    with time_machine.travel(NOON, tick=True):
        number = call_out(house, HAIYA)
    with time_machine.travel(NOON + timedelta(minutes=11), tick=True):
        assert sum(at_once(lambda: jobs.follow_up(house.work), lambda: jobs.follow_up(house.work))) == 1
    assert len(texts(house, number, "callout_again")) == 2


def test_a_callout_that_is_over_is_left_alone(house: House, post_b: int) -> None:
    with time_machine.travel(NOON, tick=True):
        number = call_out(house, HAIYA)
        with house.work.begin(coordinator(house)) as uow:
            service.close(uow, number)
    assert after(house, 30) == 0
    assert "broadcast.closed" in kinds(house)


def test_nobody_calls_out_another_s_villages(house: House, post_b: int) -> None:
    stranger = Actor(cast.person_id(house, "stranger"), "何伟", "310117", "web")
    with pytest.raises(NotFound), house.work.begin(stranger) as uow:
        callouts.send(uow, SendCallout((HAIYA,), "x", WARNING, "k"))


def test_the_page_finds_shows_and_sends(house: House, post_b: int) -> None:
    client = cast.client_for(house, "coordinator")
    page = "/messages/callout"
    found = post(client, page, {"warning": WARNING}, page)
    assert found.status_code == 200
    for words in ("漕泾镇海涯村", "王秀兰", "枫泾镇", "叫应 ", "回1收到"):
        assert words in found.text, words
    form = {"warning": WARNING, "found": "1", "body": "暴雨橙色，请到岗", "villages": HAIYA}
    checked = post(client, page, form, page).text
    sending = {name: hidden(checked, name) for name in ("idempotency_key", "packed", "warning")}
    answer = post(client, "/messages/callout/send", {**sending, "body": "暴雨橙色，请到岗"}, page)
    assert answer.location == "/messages/broadcasts/B1001"
    tally = client.get(answer.location).text
    assert "漕泾镇海涯村" in tally
    assert "预警原文" in tally
    assert [row["body"] for row in texts(house, "B1001", "callout")] == ["暴雨橙色，请到岗（B1001回1收到）"] * 2
    assert post(client, page, {"warning": ""}, page).status_code == 422
    assert post(client, page, {"warning": "没有地名"}, page).status_code == 422
    assert cast.client_for(house, "stranger").get("/messages/broadcasts/B1001").status_code == 404
