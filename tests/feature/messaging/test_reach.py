"""Tests of reach: who is asked when, what counts as an answer, who is told of the silent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from responder.accounts.models import Person, Phone
from responder.app import House, build
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Inbound, Outbound
from responder.messaging.reach import jobs, queries, rules
from responder.messaging.reach.book import book
from responder.messaging.reach.models import ReachTest
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from tests import cast

_test: Any = ReachTest.__table__
_text: Any = Outbound.__table__
TESTED = {"coordinator", "town", "village", "keeper", "leader", "stranger"}
START = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
"""The first midnight of November where the branch is."""


def rows(house: House, table: Any = _test) -> list[dict[str, Any]]:
    with house.work.read() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def texts(house: House, template: str) -> list[dict[str, Any]]:
    return [row for row in rows(house, _text) if row["template"] == template]


def test_of(house: House, who: str) -> dict[str, Any]:
    person = cast.person_id(house, who)
    return next(row for row in rows(house) if row["person_id"] == person)


test_of.__test__ = False  # type: ignore[attr-defined]


def run(house: House, since: datetime, until: datetime, step: timedelta) -> None:
    """Lets the jobs run from one moment to another."""
    now = since
    while now <= until:
        with time_machine.travel(now, tick=False):
            jobs.ask(house.work)
            jobs.chase(house.work)
        now += step


@pytest.fixture
def asked(house: House) -> Iterator[datetime]:
    """The end of the days in which everybody of the cast was asked; the clock stands there."""
    end = START + timedelta(days=book().tests.days)
    now = START
    while now <= end:
        with time_machine.travel(now, tick=False):
            jobs.ask(house.work)
        now += timedelta(hours=1)
    with time_machine.travel(end, tick=False):
        yield end


def test_everybody_on_duty_is_asked_once_in_a_round(house: House, asked: datetime) -> None:
    people = {cast.person_id(house, who) for who in TESTED}
    assert [row["person_id"] for row in rows(house)].count(min(people)) == 1
    assert {row["person_id"] for row in rows(house)} == people
    sent = texts(house, "reach_test")
    assert {row["person_id"] for row in sent} == people
    assert len(sent) == len(people)
    assert {row["body"] for row in sent} == {"通联测试：请回1，确认能收到救灾短信。谢谢"}
    local = {(row["created_at"] + timedelta(hours=8)).hour for row in sent}
    first, last = book().tests.hours
    assert all(first <= hour < last for hour in local)
    assert len({row["created_at"] for row in sent}) > 2


def test_whoever_was_added_later_waits_for_the_next_round(house: House) -> None:
    with house.work.begin(Actor(None, "system", "", "job")) as uow:
        later = START + timedelta(days=book().tests.days)
        uow.session.execute(update(Person).where(Person.username != "village").values(created_at=later))
    run(house, START, START + timedelta(days=book().tests.days + 1), timedelta(hours=2))
    assert {row["person_id"] for row in rows(house)} == {cast.person_id(house, "village")}


def test_two_workers_ask_once(house: House, asked: datetime) -> None:
    with time_machine.travel(asked + timedelta(hours=10), tick=False):
        assert jobs.ask(house.work) == 0
    assert len(texts(house, "reach_test")) == len(TESTED)


def test_a_bare_1_is_noted_and_thanked_for(house: House, asked: datetime) -> None:
    client = build(house).test_client()
    assert client.post("/simulator/sms", json={"from": cast.phone("village"), "body": "1"}).status_code == 202
    row = test_of(house, "village")
    assert (row["state"], row["answered_from"]) == ("answered", "test")
    assert [one["person_id"] for one in texts(house, "reach_thanks")] == [cast.person_id(house, "village")]
    assert texts(house, "not_understood") == []
    with house.work.read() as session:
        assert session.scalars(select(Inbound.outcome)).one() == "reply"


@pytest.mark.parametrize("body", ["收到", "１", "1。"])
def test_the_ways_in_which_people_say_it(house: House, asked: datetime, body: str) -> None:
    client = build(house).test_client()
    client.post("/simulator/sms", json={"from": cast.phone("village"), "body": body})
    assert test_of(house, "village")["state"] == "answered"
    assert len(texts(house, "reach_thanks")) == 1


def test_a_1_of_somebody_who_was_not_asked_is_no_answer_to_a_test(house: House) -> None:
    client = build(house).test_client()
    client.post("/simulator/sms", json={"from": cast.phone("village"), "body": "1"})
    assert texts(house, "reach_thanks") == []


def test_anything_else_that_comes_proves_it_too(house: House, asked: datetime) -> None:
    client = build(house).test_client()
    text = "漕泾镇海涯村河水倒灌，转移36人，无伤亡"
    client.post("/simulator/sms", json={"from": cast.phone("village"), "body": text})
    jobs.chase(house.work)
    row = test_of(house, "village")
    assert (row["state"], row["answered_from"]) == ("answered", "text")
    assert len(texts(house, "report_receipt")) == 1
    assert texts(house, "reach_thanks") == []


def test_whoever_was_heard_of_lately_is_not_asked(house: House) -> None:
    with time_machine.travel(START - timedelta(days=1), tick=False):
        build(house).test_client().post("/simulator/sms", json={"from": cast.phone("village"), "body": "零报告"})
    run(house, START, START + timedelta(days=book().tests.days), timedelta(hours=2))
    row = test_of(house, "village")
    assert (row["state"], row["answered_from"]) == ("answered", "text")
    assert cast.person_id(house, "village") not in {one["person_id"] for one in texts(house, "reach_test")}


def test_the_silent_are_asked_again_and_then_told_of_in_one_text(house: House, asked: datetime) -> None:
    build(house).test_client().post("/simulator/sms", json={"from": cast.phone("keeper"), "body": "1"})
    run(house, asked, asked + timedelta(days=4), timedelta(hours=1))
    states = {row["person_id"]: row["state"] for row in rows(house)}
    assert states.pop(cast.person_id(house, "keeper")) == "answered"
    assert set(states.values()) == {"silent"}
    again = [row["person_id"] for row in texts(house, "reach_test")]
    assert again.count(cast.person_id(house, "village")) == 2
    assert again.count(cast.person_id(house, "keeper")) == 1
    told = texts(house, "reach_silent")
    # The village's silence is the town's to look into; the town's own is the district's.
    assert {row["person_id"] for row in told} == {
        cast.person_id(house, who) for who in ("town", "coordinator", "admin")
    }
    assert len({(row["person_id"], row["created_at"].date()) for row in told}) == len(told)
    with house.work.read() as session:
        seen = [one for one in eventlog.since(session, everything(), 0, 1000) if one.kind == "reach.silent"]
    assert {one.division for one in seen} >= {"310116112", "310116"}
    assert all(row["raised_at"] for row in rows(house) if row["state"] == "silent")


def test_somebody_silent_who_writes_later_is_reachable_again(house: House, asked: datetime) -> None:
    run(house, asked, asked + timedelta(days=3), timedelta(hours=1))
    with time_machine.travel(asked + timedelta(days=5), tick=False):
        build(house).test_client().post("/simulator/sms", json={"from": cast.phone("village"), "body": "零报告"})
        jobs.chase(house.work)
        assert test_of(house, "village")["state"] == "answered"


def test_the_count_is_what_the_page_shows(house: House, asked: datetime) -> None:
    run(house, asked, asked + timedelta(days=3), timedelta(hours=1))
    with (
        time_machine.travel(asked + timedelta(days=5), tick=False),
        house.work.begin(Actor(None, "system", "", "job")) as uow,
    ):
        uow.session.execute(update(Phone).where(Phone.e164 == cast.phone("keeper")).values(state="bad"))
    with time_machine.travel(asked + timedelta(days=5), tick=False), house.work.read() as session:
        scope = Scope("310116")
        people = queries.known(session, scope, clock.now())
        shown = sum(one.state in ("no_phone", "bad", "opted_out", "silent") for one in people)
        assert queries.unreachable_count(session, scope, clock.now()) == shown == 5
        assert {one.state for one in people} == {"silent", "bad"}


def browser(house: House, who: str) -> FlaskClient:
    client = cast.client_for(house, who)
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


def test_the_page_shows_the_worst_first_and_divisions_with_nobody(house: House) -> None:
    page = browser(house, "coordinator").get("/messages/reach?show=all").get_data(as_text=True)
    # Another town's village has nobody at all.
    assert "无人登记" in page
    assert page.index("无人登记") < page.index("王秀兰")
    assert "何伟" not in page


def test_only_problems_on_request(house: House) -> None:
    page = browser(house, "coordinator").get("/messages/reach").get_data(as_text=True)
    assert "王秀兰" not in page


def test_the_workbook_has_a_row_for_everybody(house: House) -> None:
    import io

    from openpyxl import load_workbook

    answer = browser(house, "coordinator").get("/messages/reach/workbook")
    page = load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    found = [[str(cell.value) for cell in row] for row in page.iter_rows()]
    assert sum("王秀兰" in row for row in found) == 1
    assert not any("何伟" in row for row in found)


def test_a_call_is_offered_and_put_by_a_button(house: House, asked: datetime) -> None:
    run(house, asked, asked + timedelta(days=3), timedelta(hours=1))
    with time_machine.travel(asked + timedelta(days=3), tick=False):
        client = browser(house, "coordinator")
        person = cast.person_id(house, "village")
        assert rows(house, HandCall.__table__) == []
        for _ in range(2):
            assert client.post("/messages/reach/call", data={"person": str(person)}).status_code == 302
        (call,) = rows(house, HandCall.__table__)
        assert (call["person_id"], call["reason"], call["number"]) == (person, "reach", cast.phone("village"))
        assert browser(house, "stranger").post("/messages/reach/call", data={"person": str(person)}).status_code == 404


def test_an_answer_by_telephone_counts(house: House, asked: datetime) -> None:
    client = browser(house, "coordinator")
    person = cast.person_id(house, "village")
    client.post("/messages/reach/call", data={"person": str(person)})
    (call,) = rows(house, HandCall.__table__)
    client.post(f"/messages/calls/{call['id']}/end", data={"result": "reached:1"})
    row = test_of(house, "village")
    assert (row["state"], row["answered_from"]) == ("answered", "call")


def test_the_outline_says_what_the_people_of_each_division_say(house: House, asked: datetime) -> None:
    run(house, asked, asked + timedelta(days=3), timedelta(hours=1))
    with (
        time_machine.travel(asked + timedelta(days=4), tick=False),
        house.work.begin(Actor(None, "system", "", "job")) as uow,
    ):
        uow.session.execute(update(Phone).where(Phone.e164 == cast.phone("town")).values(state="opted_out"))
        uow.session.execute(update(_test).where(_test.c.person_id == cast.person_id(house, "leader")).values(round="x"))
    with time_machine.travel(asked + timedelta(days=5), tick=False):
        build(house).test_client().post("/simulator/sms", json={"from": cast.phone("leader"), "body": "零报告"})
        with house.work.read() as session:
            found = queries.outlines(session, Scope("310116"), clock.now())
            spots = queries.spots(session, Scope("310116"), clock.now())
        assert [spot.division for spot in spots] == sorted(one.division for one in found)
        assert {one.division: one.state for one in found} == {spot.division: spot.state for spot in spots}
        # The leader was heard of since, the town's liaison wants no texts: somebody there, not everybody.
        partly = {one.division for one in found if one.partly}
        assert partly == {"310116112"}
        assert [one.state for one in found] == sorted((one.state for one in found), key=rules.WORST_FIRST.index)


def test_the_number_beside_the_tab_is_a_minute_old_at_most(house: House) -> None:
    with time_machine.travel(START, tick=False) as at:
        client, mark = browser(house, "coordinator"), 'href="/messages/reach"'

        def shown() -> str:
            page = client.get("/messages/calls").get_data(as_text=True)
            return page[page.index(mark) : page.index("</a>", page.index(mark))]

        before = shown()
        with house.work.begin(Actor(None, "system", "", "job")) as uow:
            uow.session.execute(update(Phone).where(Phone.e164 == cast.phone("keeper")).values(state="bad"))
        assert shown() == before
        at.shift(timedelta(seconds=61))
        assert shown() != before
        # Nobody reads another's.
        assert shown() != browser(house, "town").get("/messages/calls").get_data(as_text=True)
