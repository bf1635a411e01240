"""Threads by person, answers by hand, texts put under an incident."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from responder.accounts import credentials, sessions
from responder.accounts.commands import MarkPhone
from responder.app import House
from responder.kernel.actors import Actor
from responder.messaging import assigning, threads
from responder.messaging.assigning import Assign
from responder.messaging.models import Attempt, Inbound
from responder.messaging.rules import AlreadyHandled
from responder.platform.scope import Scope
from tests import cast
from tests.at_once import at_once
from tests.cast import SYSTEM, person_id
from tests.feature.hotline.conftest import Hotline
from tests.feature.hotline.conftest import hotline as hotline  # noqa: PLC0414  (a fixture)

UNKNOWN = "+8613800138000"


@pytest.fixture
def browser(hotline: Hotline) -> Callable[[str], FlaskClient]:
    app = hotline.client.application
    app.config["WTF_CSRF_ENABLED"] = False

    def opened(who: str) -> FlaskClient:
        client = app.test_client()
        client.set_cookie(sessions.COOKIE, cast.session_for(hotline.house, who))
        return client

    return opened


def row(hotline: Hotline, inbound: int) -> tuple[str, str, str]:
    with hotline.house.work.read() as session:
        found = session.get_one(Inbound, inbound)
        return found.subject, found.outcome, found.handled_by


def test_both_directions_in_order_with_attempts(hotline: Hotline, browser: Callable[[str], FlaskClient]) -> None:
    hotline.text("village", "海涯村内涝，转移20人")
    hotline.text("village", "帮助")
    out = hotline.outbox()[0]["id"]
    with hotline.house.work.begin(SYSTEM) as uow:
        tried = {"outbound_id": out, "gateway": "kannel", "line": "sim1", "number": cast.phone("village")}
        uow.session.add(Attempt(world=0, **tried, at=uow.now, words="x", taken=False, code="-4", category="temporary"))
        uow.session.add(Attempt(world=0, **tried, at=uow.now, words="x", taken=True))
    village = person_id(hotline.house, "village")
    with hotline.house.work.read() as session:
        found = threads.of_person(session, Scope("310116112"), village)
        assert found is not None
        told = [one.came.body if one.came else one.went.template if one.went else "" for one in found.said]
        assert told == [
            "海涯村内涝，转移20人", "report_receipt", "帮助", "help",
        ]  # fmt: skip
        went = next(one.went for one in found.said if one.went)
        assert [(one.gateway, one.taken, one.category) for one in went.tries] == [
            ("kannel/sim1", False, "temporary"), ("kannel/sim1", True, ""),
        ]  # fmt: skip
        assert threads.of_person(session, Scope("310117"), village) is None
        assert threads.of_person(session, Scope("310116"), 999_999) is None
    page = browser("town").get(f"/messages/thread/{village}").get_data(as_text=True)
    assert "暂时送不到" in page
    assert "data-segments" in page


def test_a_long_thread_is_paged(hotline: Hotline) -> None:
    village = person_id(hotline.house, "village")
    for n in range(70):
        with hotline.house.work.begin(SYSTEM) as uow:
            text = Inbound(
                world=0, division_code="310116112218", gateway="x", provider_id=f"p{n}", number=cast.phone("village"),
                body=f"n{n}", received_at=uow.now, person_id=village, outcome="report",
            )  # fmt: skip
            uow.session.add(text)
    with hotline.house.work.read() as session:
        scope = Scope("310116")
        newest = threads.of_person(session, scope, village)
        assert newest is not None
        assert newest.older is not None
        assert [one.came.body for one in newest.said if one.came][-1] == "n69"
        older = threads.of_person(session, scope, village, newest.older)
        assert older is not None
        assert [one.came.body for one in older.said if one.came] == [f"n{n}" for n in range(10)]
        assert older.older is None


def test_an_unknown_number_has_a_thread_without_its_number_in_the_address(
    hotline: Hotline, browser: Callable[[str], FlaskClient]
) -> None:
    first = hotline.text(UNKNOWN, "你好")["id"]
    second = hotline.text(UNKNOWN, "有人吗")["id"]
    inbox = browser("coordinator").get("/messages").get_data(as_text=True)
    assert f"/messages/thread/unknown/{second}" in inbox
    assert not re.search(r'href="/messages/[^"]*13800138000', inbox)
    page = browser("coordinator").get(f"/messages/thread/unknown/{first}").get_data(as_text=True)
    assert "你好" in page
    assert "有人吗" in page
    assert "您的号码没有登记" in page
    assert browser("stranger").get(f"/messages/thread/unknown/{first}").status_code == 404
    assert browser("town").get(f"/messages/thread/unknown/{first}").status_code == 404


def test_numbers_are_masked_for_those_without_need_of_them(
    hotline: Hotline, browser: Callable[[str], FlaskClient]
) -> None:
    first = hotline.text(UNKNOWN, "你好")["id"]
    page = browser("director").get(f"/messages/thread/unknown/{first}").get_data(as_text=True)
    assert "138****8000" in page
    assert "13800138000" not in page


def test_an_officer_answers_by_hand(hotline: Hotline, browser: Callable[[str], FlaskClient]) -> None:
    village = person_id(hotline.house, "village")
    form = {"said": "请 速报\n转移人数", "_page": "0.abc"}
    town = browser("town")
    assert town.post(f"/messages/thread/{village}", data=form).status_code == 302
    town.post(f"/messages/thread/{village}", data=form)
    [out] = [one for one in hotline.outbox() if one["template"] == "note"]
    assert (out["person_id"], out["number"]) == (village, cast.phone("village"))
    assert out["body"].endswith("：请 速报 转移人数")
    assert hotline.kinds().count("message.written") == 1
    first = hotline.text(UNKNOWN, "你好")["id"]
    browser("coordinator").post(f"/messages/thread/unknown/{first}", data={"said": "请问哪位"})
    assert [one["number"] for one in hotline.outbox() if one["template"] == "note"][-1] == UNKNOWN


@pytest.mark.parametrize("said", ["  ", "字" * 301])
def test_what_is_no_answer_is_refused(hotline: Hotline, browser: Callable[[str], FlaskClient], said: str) -> None:
    village = person_id(hotline.house, "village")
    browser("town").post(f"/messages/thread/{village}", data={"said": said}, follow_redirects=True)
    assert [one for one in hotline.outbox() if one["template"] == "note"] == []


def test_nobody_writes_beyond_their_place_or_to_a_dead_number(
    hotline: Hotline, browser: Callable[[str], FlaskClient]
) -> None:
    village = person_id(hotline.house, "village")
    form = {"said": "请速报"}
    assert browser("stranger").post(f"/messages/thread/{village}", data=form).status_code == 404
    assert browser("director").post(f"/messages/thread/{village}", data=form).status_code == 403
    with hotline.house.work.begin(SYSTEM) as uow:
        credentials.mark_phone(uow, MarkPhone(cast.phone("village"), "opted_out"))
    page = browser("town").post(f"/messages/thread/{village}", data=form, follow_redirects=True)
    assert "没有可发短信的号码" in page.get_data(as_text=True)
    assert [one for one in hotline.outbox() if one["template"] == "note"] == []


def test_a_text_is_put_under_an_incident_moved_and_taken_back(
    hotline: Hotline, browser: Callable[[str], FlaskClient]
) -> None:
    hotline.text("village", "海涯村内涝，转移20人")
    hotline.text("town", "漕泾镇火灾，转移3人")
    first, second = sorted(one.number for one in hotline.incidents())
    letter = hotline.text(UNKNOWN, "昨天那个桥的事怎么样了")["id"]
    office = browser("coordinator")

    def put(incident: str, seen: str) -> int:
        return office.post(f"/messages/{letter}/assign", data={"incident": incident, "seen": seen}).status_code

    assert put(first, "") == 302
    assert row(hotline, letter) == (first, "settled", "周慧敏")
    assert "昨天那个桥的事" in office.get(f"/incidents/{first}").get_data(as_text=True)
    assert put(second, first) == 302
    assert row(hotline, letter)[:2] == (second, "settled")
    assert put("", second) == 302
    assert row(hotline, letter) == ("", "waiting", "")
    told = [(one.kind, one.subject) for one in hotline.events() if "assigned" in one.kind]
    assert told == [
        ("message.assigned", first), ("message.unassigned", first), ("message.assigned", second),
        ("message.unassigned", second),
    ]  # fmt: skip
    assert put("S9999", "") == 404
    assert put("R1001", "") == 404
    assert browser("director").post(f"/messages/{letter}/assign", data={"incident": first}).status_code == 403


def test_a_report_stays_where_its_report_is(hotline: Hotline, browser: Callable[[str], FlaskClient]) -> None:
    letter = hotline.text("village", "海涯村内涝，转移20人")
    with pytest.raises(assigning.Filed), hotline.house.work.begin(hotline.actor("coordinator")) as uow:
        assigning.assign(uow, Assign(letter["id"], "S1001"))
    assert row(hotline, letter["id"])[0] == letter["subject"]


def test_of_two_officers_one_is_told_that_it_is_done(hotline: Hotline) -> None:
    letter = hotline.text(UNKNOWN, "你好")["id"]
    actor: Actor = hotline.actor("coordinator")
    house: House = hotline.house

    def put(incident: str) -> Callable[[], bool]:
        def act() -> bool:
            try:
                with house.work.begin(actor) as uow:
                    assigning.assign(uow, Assign(letter, incident))
            except AlreadyHandled:
                return False
            return True

        return act

    assert sorted(at_once(put("S1001"), put("S1002"))) == [False, True]
