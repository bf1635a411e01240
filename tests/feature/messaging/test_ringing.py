"""Calls that we make: the text read to whom it is for, a key lands like a text, the outcome is a receipt."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer
from sqlalchemy import update
from twilio.request_validator import RequestValidator

from responder.app import House, build
from responder.dispatch import queries as dispatch_read
from responder.dispatch import service as dispatch
from responder.dispatch.commands import ConfirmPlan
from responder.dispatch.scenes import scene_of
from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, Notice
from responder.messaging.broadcasts import queries as broadcasts_read
from responder.messaging.broadcasts import service as broadcasts
from responder.messaging.broadcasts.commands import Audience, SendBroadcast
from responder.messaging.commands import Option
from responder.messaging.gateways import Letter
from responder.messaging.gateways.chosen import capabilities
from responder.messaging.gateways.twilio import Twilio
from responder.messaging.models import Outbound
from responder.platform.scope import Scope
from responder.teams import queries as teams
from responder.teams.models import Team
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.conftest import PUBLIC, TOKEN, Line
from tests.feature.messaging.standin import CALLS, SYSTEM, StandIn

RING = "/hooks/twilio/ring"
LEADER = cast.phone("leader")


class Ringing:
    """One call to the leader, as Twilio carries it: what it was told last, and where a key goes."""

    def __init__(self, line: Line, ref: int, sid: str = "CA1", to: str = LEADER) -> None:
        self.line, self.ref, self.sid, self.to = line, ref, sid, to
        self.said, self.verbs, self.action = "", [""], ""

    def form(self, **more: str) -> dict[str, str]:
        return {
            "CallSid": self.sid, "AccountSid": "AC1", "From": "+15005550006", "To": self.to,
            "Direction": "outbound-api", "CallStatus": "in-progress", **more,
        }  # fmt: skip

    def answer(self) -> str:
        return self._to(f"{RING}?ref={self.ref}", self.form())

    def key(self, digits: str) -> str:
        return self._to(self.action, self.form(Digits=digits))

    def over(self, status: str = "completed", seconds: int = 60) -> None:
        form = self.form(CallStatus=status, CallDuration=str(seconds))
        assert self.line.post(f"{RING}/status?ref={self.ref}", form).status_code == 200

    def _to(self, path: str, form: dict[str, str]) -> str:
        answer = self.line.post(path, form)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        root = ElementTree.fromstring(answer.data)
        self.said = "".join(one.text or "" for one in root.iter("Say"))
        self.verbs = [verb.tag for verb in root]
        for verb in root.iter("Gather"):
            parts = urlsplit(verb.get("action", ""))
            assert f"{parts.scheme}://{parts.netloc}" == PUBLIC
            self.action = f"{parts.path}?{parts.query}"
        return self.said


def put(line: Line, template: str = "mission_alert", *, subject: str = "M1001", world: int = 0) -> int:
    """A text for the leader that Twilio has taken."""
    params = {"mission": subject, "place": "漕泾镇", "hazard": "flood"}
    person = cast.person_id(line.house, "leader")
    with line.house.work.begin(Actor(None, "system", "310116", "job", world)) as uow:
        uow.send(Notice(template, f"{template}{world}", person=person, params=params, priority=ALERT, subject=subject))
    ref = int(line.outbox()[-1]["id"])
    with line.house.work.begin(SYSTEM) as uow:
        uow.session.execute(update(Outbound).where(Outbound.id == ref).values(status="sent"))
    return ref


def missions(line: Line) -> list[str]:
    """Two open missions of the leader."""
    line.text("village", "漕泾镇海涯村河水倒灌，转移36人，无伤亡")
    division, name, _roles, _phone = cast.PEOPLE["coordinator"]
    actor = Actor(cast.person_id(line.house, "coordinator"), name, division, "web")
    leader = cast.person_id(line.house, "leader")
    with line.house.work.begin(actor) as uow:
        for name in ("一队", "二队"):
            uow.session.add(
                Team(name=name, type="relief", division_code="310116112", leader_id=leader, added_at=uow.now)
            )
    with line.house.work.begin(actor) as uow:
        scene = scene_of(uow.session, Scope("310116"), "S1001")
        assert scene is not None
        return list(dispatch.confirm(uow, ConfirmPlan(scene, ("T1001", "T1002"), ())))


def row(line: Line, ref: int) -> dict[str, Any]:
    return next(one for one in line.outbox() if one["id"] == ref)


def test_the_gateway_s_own_address_leads_to_the_text(line: Line, httpserver: HTTPServer) -> None:
    api = StandIn(httpserver)
    httpserver.expect_request(CALLS, method="POST").respond_with_handler(api)
    ref = put(line)
    gateway = Twilio(capabilities("twilio"), "AC1", TOKEN, "+15005550006", PUBLIC, httpserver.url_for(""))
    gateway.call(Letter(ref, LEADER, "x"))
    gateway.close()
    (asked,) = api.asked
    for name in ("Url", "FallbackUrl", "StatusCallback"):
        path = asked[name].removeprefix(PUBLIC)
        assert line.post(path, Ringing(line, ref).form()).status_code == 200, name
    assert "M一零零一" in line.post(asked["Url"].removeprefix(PUBLIC), Ringing(line, ref).form()).text


def test_it_is_read_twice_digit_by_digit_in_the_voice_that_fits(line: Line) -> None:
    ringing = Ringing(line, put(line))
    said = ringing.answer()
    assert said.startswith("您好，上海市金山区红十字会来电，找陆海峰。M一零零一")
    assert said.count("M一零零一") == 2
    assert ringing.verbs == ["Gather"]
    answer = line.post(f"{RING}?ref={ringing.ref}", ringing.form()).text
    assert 'voice="Polly.Zhiyu"' in answer
    assert 'language="cmn-CN"' in answer
    assert 'numDigits="1"' in answer


def test_a_key_lands_as_a_text_from_that_number_would(line: Line) -> None:
    ref = put(line)
    ringing = Ringing(line, ref)
    ringing.answer()
    assert "一，已记下" in ringing.key("1")
    assert ringing.verbs[-1] == "Hangup"
    (came,) = line.inbox()
    assert (came["gateway"], came["provider_id"], came["number"]) == ("twilio-voice", f"CA1:{ref}", LEADER)
    assert (came["body"], came["name"]) == ("M1001 1", "陆海峰")
    ringing.over(seconds=3)
    assert (row(line, ref)["status"], row(line, ref)["provider_id"]) == ("delivered", "CA1")


def test_it_answers_the_mission_that_was_read_and_no_other(line: Line) -> None:
    """Two are open: a text would have to name one, and so does the call by itself."""
    numbers = missions(line)
    alerts = [one for one in line.outbox() if one["subject"] == numbers[0]]
    ringing = Ringing(line, alerts[0]["id"])
    ringing.answer()
    ringing.key("1")
    assert line.inbox()[-1]["outcome"] == "answer"
    assert line.inbox()[-1]["subject"] == numbers[0]
    with line.house.work.read() as session:
        found = [dispatch_read.mission(session, Scope("310116"), number) for number in numbers]
    assert [one.status for one in found if one] == ["acknowledged", "alerted"]


def test_it_answers_a_broadcast(line: Line) -> None:
    division, name, _roles, _phone = cast.PEOPLE["coordinator"]
    actor = Actor(cast.person_id(line.house, "coordinator"), name, division, "web")
    options = (Option("1", "在岗"), Option("2", "不在"))
    with line.house.work.begin(actor) as uow:
        command = SendBroadcast(Audience(divisions=("310116",)), "今晚值班", options, False, "d1")
        number = broadcasts.send(uow, command, teams.musters)
    text = next(one for one in line.outbox() if one["number"] == LEADER)
    ringing = Ringing(line, text["id"])
    assert "一在岗" in ringing.answer()
    ringing.key("2")
    with line.house.work.read() as session:
        view = broadcasts_read.broadcast(session, Scope("310116"), number)
    assert view is not None
    assert view.tally.answered == 1


def test_a_step_told_again_lands_once(line: Line) -> None:
    ringing = Ringing(line, put(line))
    ringing.answer()
    first = [ringing.key("1") for _ in range(3)]
    assert len(set(first)) == 1
    assert len(line.inbox()) == 1


def test_the_same_key_at_once_lands_once(line: Line) -> None:
    ringing = Ringing(line, put(line))
    ringing.answer()
    form = ringing.form(Digits="1")
    headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(PUBLIC + ringing.action, form)}

    def press(client: FlaskClient) -> int:
        return client.post(ringing.action, data=form, headers=headers).status_code

    app = line.client.application
    assert at_once(*(partial(press, app.test_client()) for _ in range(4))) == [200] * 4
    assert len(line.inbox()) == 1


def test_silence_is_asked_once_more_and_then_told_to_text(line: Line) -> None:
    wired = House(line.house.settings.model_copy(update={"answer_number": "13800138000"}), line.house.work)
    there = Line(wired, build(wired).test_client())
    ringing = Ringing(there, put(there))
    ringing.answer()
    assert ringing.key("").startswith("没有收到按键")
    assert ringing.verbs == ["Gather"]
    assert ringing.key("#") == "请发短信答复到一三八零零一三八零零零。再见。"
    assert ringing.verbs[-1] == "Hangup"
    assert line.inbox() == []


def test_star_reads_it_again(line: Line) -> None:
    ringing = Ringing(line, put(line))
    first = ringing.answer()
    ringing.key("")
    assert ringing.key("*") == first
    assert line.inbox() == []


def test_what_wants_no_answer_is_read_and_ends(line: Line) -> None:
    ringing = Ringing(line, put(line, "mission_cancelled"))
    assert ringing.answer().endswith("再见。")
    assert ringing.verbs[-1] == "Hangup"
    assert "Gather" not in ringing.verbs


def test_a_drill_s_text_says_so_and_is_receipted_in_its_world(line: Line) -> None:
    ref = put(line, world=5)
    ringing = Ringing(line, ref)
    assert "演练，M一零零一" in ringing.answer()
    ringing.over("busy", 0)
    assert row(line, ref)["category"] == "temporary"


class TestWhose:
    """Only whom the text is for, and only Twilio, ever hears it."""

    @pytest.mark.parametrize("path", [RING, RING + "/key", RING + "/status"])
    @pytest.mark.parametrize("to", ["+8613900001111", "", "anonymous"])
    def test_another_number_hears_nothing(self, line: Line, path: str, to: str) -> None:
        ref = put(line)
        form = Ringing(line, ref, to=to).form(Digits="1", CallStatus="completed", CallDuration="99")
        answer = line.post(f"{path}?ref={ref}&turn=0", form)
        assert answer.status_code == 200
        assert "Say" not in answer.text
        assert (line.inbox(), row(line, ref)["status"]) == ([], "sent")

    @pytest.mark.parametrize("ref", ["", "0", "99999", "-1", "１", "1" * 30, "x"])
    def test_nor_about_no_text(self, line: Line, ref: str) -> None:
        put(line)
        assert "Hangup" in line.post(f"{RING}?ref={ref}", Ringing(line, 0).form()).text

    def test_another_signature_is_refused(self, line: Line) -> None:
        ref = put(line)
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{RING}?ref={ref + 1}", {})
        headers = {"X-Twilio-Signature": signature}
        assert line.client.post(f"{RING}?ref={ref}", headers=headers).status_code == 403


class TestReceipts:
    @pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
    def test_who_wasn_t_reached_may_be_tried_again(self, line: Line, status: str) -> None:
        ref = put(line)
        Ringing(line, ref).over(status, 0)
        told = row(line, ref)
        assert (told["error"], told["category"]) == (f"call: {status}", "temporary")
        assert told["status"] != "delivered"

    @pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "in-progress", "", "levitating"])
    def test_a_call_under_way_tells_nothing(self, line: Line, status: str) -> None:
        ref = put(line)
        Ringing(line, ref).over(status, 0)
        assert row(line, ref)["status"] == "sent"

    @pytest.mark.parametrize(("seconds", "delivered"), [(60, True), (2, False), (0, False)])
    def test_who_listened_long_enough_was_reached(self, line: Line, seconds: int, delivered: bool) -> None:
        ref = put(line)
        Ringing(line, ref).over("completed", seconds)
        assert (row(line, ref)["status"] == "delivered") is delivered
        assert (row(line, ref)["error"] == "call: hung up") is not delivered

    @pytest.mark.parametrize("told", ["", "long", "-5", "６０"])
    def test_a_length_that_can_t_be_read_is_none(self, line: Line, told: str) -> None:
        ref = put(line)
        ringing = Ringing(line, ref)
        line.post(f"{RING}/status?ref={ref}", ringing.form(CallStatus="completed", CallDuration=told))
        assert row(line, ref)["error"] == "call: hung up"

    def test_told_twice_and_late_the_first_final_word_stands(self, line: Line) -> None:
        ref = put(line)
        ringing = Ringing(line, ref)
        ringing.answer()
        ringing.key("1")
        for status, seconds in (("completed", 4), ("ringing", 0), ("no-answer", 0), ("completed", 4)):
            ringing.over(status, seconds)
        assert row(line, ref)["status"] == "delivered"
        assert "message.failed" not in line.kinds()

    @pytest.mark.parametrize("template", ["mission_alert", "help"])
    def test_a_key_that_comes_after_the_end_of_the_call_is_an_answer_still(self, line: Line, template: str) -> None:
        """Also where the text was given up meanwhile: whoever pressed a key has heard it."""
        ref = put(line, template)
        ringing = Ringing(line, ref)
        ringing.answer()
        ringing.over("completed", 2)
        ringing.action = ringing.action or f"{RING}/key?ref={ref}&turn=0"
        assert row(line, ref)["status"] == ("queued" if template == "mission_alert" else "failed")
        assert "已记下" in ringing.key("1")
        assert len(line.inbox()) == 1
        ringing.over("completed", 2)
        assert row(line, ref)["status"] == "delivered"
