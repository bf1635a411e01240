"""The list of calls that a person makes."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from responder.accounts.models import Person, Phone
from responder.app import WANTED, House
from responder.dispatch import service as dispatch
from responder.dispatch.commands import CancelMission, ConfirmPlan
from responder.dispatch.models import Mission
from responder.dispatch.scenes import scene_of
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, ROUTINE, Notice
from responder.messaging.gateways.chosen import gateways
from responder.messaging.handcalls import rules, service
from responder.messaging.handcalls.commands import EndCall, HandCallWanted
from responder.messaging.handcalls.jobs import close_unwanted
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Attempt, Inbound, Outbound
from responder.messaging.relay import Relay
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.platform.work import Work
from responder.teams.models import Team
from tests import cast
from tests.at_once import at_once

_call: Any = HandCall.__table__
_text: Any = Outbound.__table__


def wanted(house: House, dedup: str = "k1", **more: Any) -> HandCallWanted:
    given = {
        "outbound_id": None, "person_id": cast.person_id(house, "leader"), "number": cast.phone("leader"),
        "name": "陆海峰", "script": "漕泾镇洪涝，请出动。回1收到 9去不了", "reason": "temporary", "detail": "",
        "template": "mission_alert", "priority": ALERT, "subject": "M1001", "division": "310116112", "dedup": dedup,
    }  # fmt: skip
    return HandCallWanted(**{**given, **more})


def put(house: House, dedup: str = "k1", *, world: int = 0, **more: Any) -> int:
    with house.work.begin(Actor(None, "system", "310116", "job", world)) as uow:
        return service.put(uow, wanted(house, dedup, **more))


def all_of(work: Work, table: Any) -> list[dict[str, Any]]:
    with work.read() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def rows(work: Work) -> list[dict[str, Any]]:
    return all_of(work, _call)


def events(work: Work, world: int = 0) -> list[eventlog.EventView]:
    with work.read(world) as session:
        return eventlog.since(session, everything(world), 0, 1000)


def kinds(work: Work, world: int = 0) -> list[str]:
    return [event.kind for event in events(work, world)]


def officer(house: House, who: str = "coordinator") -> Actor:
    division, name, _roles, _phone = cast.PEOPLE[who]
    return Actor(cast.person_id(house, who), name, division, "web")


def browser(house: House, who: str = "coordinator") -> FlaskClient:
    """Somebody's browser; what a form proves of its page is tested elsewhere."""
    client = cast.client_for(house, who)
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


def press(client: FlaskClient, call: int, act: str, **form: str) -> str:
    """One press on the page of a call; returns the page that follows."""
    answer = client.post(f"/messages/calls/{call}/{act}", data=form, follow_redirects=True)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


@pytest.fixture
def mission(house: House) -> int:
    """A mission whose alert no road would carry; returns the call that stands for it."""
    client = browser(house)
    text = "漕泾镇海涯村河水倒灌，转移36人，无伤亡"
    assert client.post("/simulator/sms", json={"from": cast.phone("village"), "body": text}).status_code == 202
    with house.work.begin(officer(house)) as uow:
        leader = cast.person_id(house, "leader")
        uow.session.add(
            Team(name="漕泾救援队", type="relief", division_code="310116112", leader_id=leader, added_at=uow.now)
        )
    with house.work.begin(officer(house)) as uow:
        scene = scene_of(uow.session, Scope("310116"), "S1001")
        assert scene is not None
        dispatch.confirm(uow, ConfirmPlan(scene, ("T1001",), ()))
    alert = next(row for row in all_of(house.work, _text) if row["template"] == "mission_alert")
    with house.work.begin(Actor(None, "relay", "310116", "job")) as uow:
        uow.session.execute(update(_text).where(_text.c.id == alert["id"]).values(status="by_hand"))
        uow.session.add(
            Attempt(
                outbound_id=alert["id"], gateway="simulator", number=alert["number"], at=uow.now, words="x",
                taken=False, code="30003", category="temporary",
            )
        )  # fmt: skip
    return put(house, f"text:{alert['id']}", outbound_id=alert["id"], script=alert["body"])


@pytest.fixture
def desk(house: House) -> FlaskClient:
    """The coordinator's browser."""
    return browser(house)


def test_the_same_call_stands_on_the_list_once(house: House) -> None:
    first = put(house)
    assert put(house) == first
    assert [row["id"] for row in rows(house.work)] == [first]
    assert kinds(house.work).count("call.wanted.urgent") == 1


@pytest.mark.parametrize(("priority", "kind"), [(ALERT, "call.wanted.urgent"), (ROUTINE, "call.wanted")])
def test_only_an_alert_rings(house: House, priority: int, kind: str) -> None:
    put(house, priority=priority)
    assert kinds(house.work)[-1] == kind


def test_the_most_urgent_stands_first_then_the_oldest(house: House, desk: FlaskClient) -> None:
    put(house, "a", priority=ROUTINE, name="甲", subject="")
    put(house, "b", name="乙", subject="")
    put(house, "c", name="丙", subject="")
    page = desk.get("/messages/calls").get_data(as_text=True)
    assert page.index("<b>乙</b>") < page.index("<b>丙</b>") < page.index("<b>甲</b>")


def test_a_call_shows_number_script_and_every_road_that_failed(mission: int, desk: FlaskClient) -> None:
    page = desk.get(f"/messages/calls/{mission}").get_data(as_text=True)
    assert 'href="tel:+8619900000006"' in page
    assert "海涯村" in page
    assert "暂时送不到" in page
    press(desk, mission, "take")
    assert "reached:9" in desk.get(f"/messages/calls/{mission}").get_data(as_text=True)


def test_an_answer_given_by_voice_lands_like_a_text(house: House, mission: int, desk: FlaskClient) -> None:
    sent = len(all_of(house.work, _text))
    press(desk, mission, "take")
    press(desk, mission, "end", result="reached:1", said="路上有积水")
    with house.work.read() as session:
        assert session.scalars(select(Mission.status)).one() == "acknowledged"
        heard = session.scalars(select(Inbound).where(Inbound.gateway == "byhand")).one()
    assert (heard.body, heard.outcome, heard.handled_by) == ("M1001 1", "answer", "周慧敏")
    row = rows(house.work)[-1]
    assert (row["state"], row["answer"], row["said"], row["ended_by"]) == ("reached", "1", "路上有积水", "周慧敏")
    alert = next(one for one in all_of(house.work, _text) if one["template"] == "mission_alert")
    assert (alert["status"], alert["gateway"]) == ("delivered", "byhand")
    answered = next(one for one in events(house.work) if one.kind == "mission.acknowledged")
    assert (answered.actor, answered.channel) == ("陆海峰", "proxy")
    ended = next(one for one in events(house.work) if one.kind == "call.ended")
    assert (ended.subject, ended.data["reason"], ended.data["answer"]) == ("M1001", "reached", "1")
    # The officer answers in person: nothing is texted to a phone that no text reaches.
    assert len(all_of(house.work, _text)) == sent


def test_an_answer_is_heard_once_however_often_it_is_pressed(house: House, mission: int, desk: FlaskClient) -> None:
    press(desk, mission, "take")
    press(desk, mission, "end", result="reached:1")
    page = press(desk, mission, "end", result="reached:9")
    assert "已经办完" in page
    with house.work.read() as session:
        assert session.scalars(select(Mission.status)).one() == "acknowledged"


def test_what_nobody_understands_goes_to_the_inbox(house: House, mission: int, desk: FlaskClient) -> None:
    press(desk, mission, "take")
    page = press(desk, mission, "end", result="reached", said="我问问老张再说")
    assert "等人看" in page
    with house.work.read() as session:
        assert session.scalars(select(Inbound.outcome).where(Inbound.gateway == "byhand")).one() == "waiting"
    assert rows(house.work)[-1]["state"] == "reached"


def test_a_digit_that_is_no_answer_is_refused_and_nothing_happens(
    house: House, mission: int, desk: FlaskClient
) -> None:
    press(desk, mission, "take")
    page = press(desk, mission, "end", result="reached:7")
    assert "没有 7 这个选项" in page
    assert rows(house.work)[-1]["state"] == "taken"


def test_two_officers_never_make_the_same_call(house: House) -> None:
    call = put(house)

    def taking(who: str) -> str:
        try:
            with house.work.begin(officer(house, who)) as uow:
                service.take(uow, call)
        except rules.CallTaken as refusal:
            return f"refused: {refusal.params['by']}"
        return who

    gave = sorted(at_once(lambda: taking("coordinator"), lambda: taking("director"), lambda: taking("supervisor")))
    assert len([one for one in gave if not one.startswith("refused")]) == 1
    taker = next(one for one in gave if not one.startswith("refused"))
    assert {one for one in gave if one.startswith("refused")} == {f"refused: {cast.PEOPLE[taker][1]}"}
    assert kinds(house.work).count("call.taken") == 1


def test_a_call_taken_and_forgotten_is_free_again(house: House, desk: FlaskClient) -> None:
    call = put(house)
    with house.work.begin(officer(house, "director")) as uow:
        service.take(uow, call)
    assert "徐静正在打" in press(desk, call, "take")
    assert "徐静正在打" in press(desk, call, "end", result="closed")
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        press(browser(house), call, "take")
        assert rows(house.work)[0]["taken_by"] == "周慧敏"


def test_nobody_answers_and_the_call_comes_back_later(house: House, desk: FlaskClient) -> None:
    with house.work.begin(Actor(None, "system", "", "job")) as uow:
        for username, post in (("leader", "A"), ("town", "B")):
            uow.session.execute(update(Person).where(Person.username == username).values(post=post))
    call = put(house)
    now = clock.now()
    for tries, minutes in ((1, 5), (2, 15), (3, 30)):
        with time_machine.travel(now, tick=False):
            client = browser(house)
            press(client, call, "take")
            assert "改打别的号码" in client.get(f"/messages/calls/{call}").get_data(as_text=True)
            press(client, call, "end", result="no_answer")
            row = rows(house.work)[0]
            assert (row["state"], row["tries"]) == ("open", tries)
            assert (row["next_at"] - clock.now()).total_seconds() == minutes * 60
        now += timedelta(minutes=minutes)
    with time_machine.travel(now, tick=False):
        client = browser(house)
        assert "打了 3 次都没接" in client.get(f"/messages/calls/{call}").get_data(as_text=True)
        press(client, call, "instead", number=cast.phone("town"))
        assert client.post(f"/messages/calls/{call}/instead", data={"number": "+8613000000000"}).status_code == 404
    deputy = rows(house.work)[1]
    assert (deputy["name"], deputy["reason"], deputy["detail"]) == ("吴建国", "deputy", "陆海峰")
    assert (deputy["script"], deputy["taken_by"]) == (rows(house.work)[0]["script"], "周慧敏")


def test_a_wrong_number_is_marked_and_told(house: House, desk: FlaskClient) -> None:
    call = put(house)
    press(desk, call, "take")
    press(desk, call, "end", result="wrong_number")
    with house.work.read() as session:
        assert session.scalars(select(Phone.state).where(Phone.e164 == cast.phone("leader"))).one() == "bad"
    assert {"call.ended", "account.phone_marked"} <= set(kinds_private(house))


def kinds_private(house: House) -> list[str]:
    with house.work.read() as session:
        return [event.kind for event in eventlog.after(session, 0)]


def test_a_call_ends_by_itself_when_its_mission_is_called_off(house: House, mission: int, desk: FlaskClient) -> None:
    assert close_unwanted(house.work, WANTED) == 0
    with house.work.begin(officer(house)) as uow:
        dispatch.cancel(uow, CancelMission("M1001", "水退了"))
    # Even before the job comes round.
    assert "没有要打的电话" in desk.get("/messages/_calls").get_data(as_text=True)
    assert "不必再打" in desk.get(f"/messages/calls/{mission}").get_data(as_text=True)
    assert close_unwanted(house.work, WANTED) == 1
    assert close_unwanted(house.work, WANTED) == 0
    assert rows(house.work)[0]["state"] == "closed"
    page = desk.get("/messages/calls?show=ended").get_data(as_text=True)
    assert "陆海峰" in page
    assert "不必再打" in page


def test_a_call_ends_by_itself_when_its_text_arrives_after_all(house: House, mission: int) -> None:
    text = rows(house.work)[0]["outbound_id"]
    with house.work.begin(Actor(None, "relay", "310116", "job")) as uow:
        uow.session.execute(update(_text).where(_text.c.id == text).values(status="delivered"))
    assert close_unwanted(house.work, WANTED) == 1


def test_a_drills_call_says_so_first(house: House) -> None:
    put(house, world=7)
    row = rows(house.work)[0]
    assert (row["world"], row["script"][:4]) == (7, "【演练】")


def test_a_program_ends_a_call_once(house: House, mission: int, desk: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {cast.token_for(house, 'coordinator')}", "Idempotency-Key": "one"}
    (item,) = desk.get("/api/v1/calls", headers=headers).get_json()["items"]
    assert (item["subject"], item["urgent"], [one["digit"] for one in item["options"]]) == (
        "M1001", True, ["1", "2", "9"],
    )  # fmt: skip
    path, body = f"/api/v1/calls/{mission}/outcome", {"outcome": "reached", "answer": "1", "said": ""}
    first = desk.post(path, json=body, headers=headers)
    assert (first.status_code, first.get_json()["state"]) == (200, "reached")
    again = desk.post(path, json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    other = desk.post(path, json=body, headers={**headers, "Idempotency-Key": "two"})
    assert other.status_code == 409
    with house.work.read() as session:
        assert session.scalars(select(Mission.status)).one() == "acknowledged"


def test_ending_twice_is_refused_with_the_name(house: House) -> None:
    call = put(house)
    with house.work.begin(officer(house)) as uow:
        service.end(uow, EndCall(call, "closed"))
    with pytest.raises(rules.CallEnded) as refusal, house.work.begin(officer(house)) as uow:
        service.end(uow, EndCall(call, "refused"))
    assert refusal.value.params == {"by": "周慧敏"}


def test_a_branch_with_nobody_but_people_who_call(house: House) -> None:
    settings = house.settings.model_copy(update={"gateways": "byhand"})
    person = cast.person_id(house, "leader")
    with house.work.begin(Actor(None, "system", "310116", "job")) as uow:
        params = {"mission": "M1001", "place": "海涯村", "hazard": "flood"}
        uow.send(Notice("mission_alert", "a", person=person, params=params, priority=ALERT, subject="M1001"))
        uow.send(Notice("help", "b", person=person))
    Relay(house.work, gateways(settings), {}).turn()
    (call,) = rows(house.work)
    assert (call["number"], call["subject"]) == (cast.phone("leader"), "M1001")
    assert "海涯村洪涝，请出动" in call["script"]
    assert {row["template"]: row["status"] for row in all_of(house.work, _text)} == {
        "mission_alert": "by_hand", "help": "failed",
    }  # fmt: skip
