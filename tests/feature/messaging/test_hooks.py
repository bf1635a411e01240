"""Twilio's webhooks: signed or refused, every delivery stored once, whatever it holds."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from responder.accounts import service as accounts
from responder.accounts.commands import DisablePerson
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.reports.models import Report
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.conftest import PUBLIC, TOKEN, Line

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"
HOOKS = (
    "/hooks/twilio/sms", "/hooks/twilio/status", "/hooks/twilio/voice", "/hooks/twilio/voice/step",
    "/hooks/twilio/voice/recording", "/hooks/twilio/voice/status", "/hooks/twilio/ring", "/hooks/twilio/ring/key",
    "/hooks/twilio/ring/status",
)  # fmt: skip


def _reports(line: Line) -> int:
    with line.house.work.read() as session:
        return session.scalar(select(func.count(Report.id))) or 0


def test_a_signed_text_is_stored_understood_and_answered_in_one_transaction(line: Line) -> None:
    answered = line.text("village", FLOOD)
    assert answered.status_code == 200
    assert answered.mimetype == "text/xml"
    assert "<Message" not in answered.text
    (came,) = line.inbox()
    assert (came["outcome"], came["name"], came["division_code"]) == ("report", "王秀兰", "310116112218")
    (reply,) = line.outbox()
    assert (reply["number"], reply["status"]) == (cast.phone("village"), "queued")
    assert came["subject"] in reply["body"]


def test_a_chinese_body_is_signed_as_utf_8(line: Line) -> None:
    """The vector was made with the SDK for another address: here that address is ours."""
    settings = line.house.settings.model_copy(update={"public_url": "https://ex.cn"})
    client = build(House(settings, line.house.work)).test_client()
    form = {"Body": "枫泾镇洪涝", "From": "+8613800000000"}
    signature = RequestValidator(TOKEN).compute_signature("https://ex.cn/hooks/twilio/sms", form)
    assert client.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature}).status_code == 200


def test_without_a_public_address_the_request_s_own_counts(line: Line) -> None:
    settings = line.house.settings.model_copy(update={"public_url": ""})
    client = build(House(settings, line.house.work)).test_client()
    form = {"Body": FLOOD, "From": cast.phone("village"), "MessageSid": "SM1"}
    signature = RequestValidator(TOKEN).compute_signature("http://localhost/hooks/twilio/sms", form)
    assert client.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature}).status_code == 200
    wrong = RequestValidator(TOKEN).compute_signature(PUBLIC + "/hooks/twilio/sms", form)
    assert client.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": wrong}).status_code == 403
    assert _reports(line) == 1


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("signature", [None, "", "wrong", "枫泾", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="])
def test_unsigned_is_refused_with_a_problem_document(line: Line, hook: str, signature: str | None) -> None:
    headers = {} if signature is None else {"X-Twilio-Signature": signature.encode("utf-8").decode("latin-1")}
    refused = line.client.post(hook, data={"From": cast.phone("village"), "Body": FLOOD}, headers=headers)
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"
    assert refused.get_json()["status"] == 403
    assert line.inbox() == []


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("query", ["", "?bodySHA256=abc"])
def test_a_json_body_is_refused_and_no_error(line: Line, hook: str, query: str) -> None:
    body = {"From": cast.phone("village"), "Body": FLOOD}
    assert line.client.post(hook + query, json=body, headers={"X-Twilio-Signature": "x"}).status_code == 403
    assert line.client.post(hook + query, json=body).status_code == 403


def test_without_a_token_nothing_is_believed(house: House) -> None:
    client = build(house).test_client()
    form = {"From": cast.phone("village"), "Body": FLOOD}
    signature = RequestValidator("").compute_signature("http://localhost/hooks/twilio/sms", form)
    assert client.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature}).status_code == 403


def test_the_signature_of_other_words_doesn_t_fit(line: Line) -> None:
    form = {"From": cast.phone("village"), "Body": FLOOD}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + "/hooks/twilio/sms", form)
    changed = {**form, "Body": FLOOD + "1"}
    headers = {"X-Twilio-Signature": signature}
    assert line.client.post("/hooks/twilio/sms", data=changed, headers=headers).status_code == 403


def test_repeated_parameters_are_signed_too(line: Line) -> None:
    form = {"From": cast.phone("village"), "Body": FLOOD, "MessageSid": "SM1", "MediaUrl": ["https://b", "https://a"]}
    assert line.post("/hooks/twilio/sms", form).status_code == 200
    assert _reports(line) == 1
    unsigned = line.client.post("/hooks/twilio/sms", data=form, headers={"X-Twilio-Signature": "x"})
    assert unsigned.status_code == 403


def test_a_get_is_no_delivery(line: Line) -> None:
    refused = line.client.get("/hooks/twilio/sms")
    assert refused.status_code == 405
    assert refused.mimetype == "application/problem+json"


def test_the_same_delivery_twice_is_one_report_and_one_receipt(line: Line) -> None:
    for _ in range(3):
        assert line.text("village", FLOOD, "SM7").status_code == 200
    assert len(line.inbox()) == 1
    assert _reports(line) == 1
    assert len(line.outbox()) == 1


def test_the_same_words_in_another_message_are_answered_again(line: Line) -> None:
    line.text("village", FLOOD, "SM1")
    line.text("village", FLOOD, "SM2")
    assert len(line.inbox()) == 2
    assert _reports(line) == 1, "the same words by the same person are one report"
    assert len(line.outbox()) == 2
    assert len({row["body"] for row in line.outbox()}) == 1, "and the same receipt again"


def test_deliveries_at_the_same_moment_are_one_report(line: Line) -> None:
    def by(mine: Line) -> Callable[[], int]:
        return lambda: mine.text("village", FLOOD, "SM9").status_code

    lines = [Line(line.house, build(line.house).test_client()) for _ in range(6)]
    assert at_once(*map(by, lines)) == [200] * 6
    assert len(line.inbox()) == 1
    assert _reports(line) == 1
    assert len(line.outbox()) == 1


@pytest.mark.parametrize(
    "body",
    [
        "", " ", "🌊🌊🌊", "\x00", "\x07\x1b[31m\x08", "\u202eabc", "𠮷野家", "0" * 300,
        "'; DROP TABLE report; --", "{place} %s {0}", "灾" * 5000,
    ],
    ids=["empty", "blank", "emoji", "nul", "control", "bidi", "rare", "zeros", "sql", "braces", "long"],
)  # fmt: skip
def test_whatever_is_written_is_stored_and_answered_with_200(line: Line, body: str) -> None:
    assert line.text("village", body).status_code == 200
    (came,) = line.inbox()
    assert came["body"] == body.replace("\x00", "")
    assert came["person_id"] == cast.person_id(line.house, "village")


def test_a_nul_inside_a_report_doesn_t_lose_it(line: Line) -> None:
    line.text("village", FLOOD[:10] + "\x00" + FLOOD[10:])
    (came,) = line.inbox()
    assert (came["outcome"], came["body"]) == ("report", FLOOD)
    assert _reports(line) == 1


def test_five_thousand_characters_are_a_report(line: Line) -> None:
    body = FLOOD + "。" + "水" * (5000 - len(FLOOD) - 1)
    line.text("village", body)
    (came,) = line.inbox()
    assert (came["outcome"], len(came["body"])) == ("report", 5000)


def test_a_longer_text_is_cut_and_goes_to_a_person(line: Line) -> None:
    assert line.text("village", FLOOD + "水" * 5500).status_code == 200
    (came,) = line.inbox()
    assert (came["outcome"], len(came["body"])) == ("waiting", 5000)
    (reply,) = line.outbox()
    assert reply["template"] == "report_refused"


def test_a_form_without_any_field_is_stored(line: Line) -> None:
    assert line.post("/hooks/twilio/sms", {}).status_code == 200
    assert len(line.inbox()) == 1


def test_an_unknown_number_waits_for_a_person_and_is_answered_once_a_day(line: Line) -> None:
    for n in range(3):
        assert line.text("+8613900001111", f"水进村了，第{n}次", f"SM{n}").status_code == 200
    assert [row["outcome"] for row in line.inbox()] == ["waiting"] * 3
    assert {row["division_code"] for row in line.inbox()} == {"310116"}
    (reply,) = line.outbox()
    assert (reply["number"], reply["template"]) == ("+8613900001111", "unknown_number")
    assert line.kinds().count("message.waiting") == 3
    assert _reports(line) == 0


def test_an_unknown_number_is_never_in_the_event_log(line: Line) -> None:
    line.text("+8613900001111", "水进村了")
    token = cast.token_for(line.house, "coordinator")
    events = line.client.get("/api/v1/events?since=0&limit=500", headers={"Authorization": f"Bearer {token}"})
    assert "message.waiting" in events.text
    assert "13900001111" not in events.text
    assert "水进村了" not in events.text


@pytest.mark.parametrize("sender", ["anonymous", "95599", "+266696687", "枫泾", "x" * 200])
def test_a_sender_that_is_no_phone_is_kept_as_it_stands(line: Line, sender: str) -> None:
    assert line.text(sender, "水进村了").status_code == 200
    (came,) = line.inbox()
    assert came["number"].removeprefix("+86") == sender[:40]
    assert came["body"] == "水进村了"


def test_somebody_disabled_is_heard_like_an_unknown_number(line: Line) -> None:
    admin = Actor(cast.person_id(line.house, "admin"), "沈志强", "310116", "web")
    with line.house.work.begin(admin) as uow:
        accounts.disable_person(uow, DisablePerson(cast.person_id(line.house, "village")))
    line.text("village", FLOOD)
    (came,) = line.inbox()
    assert (came["outcome"], came["person_id"]) == ("waiting", None)
    assert _reports(line) == 0
    assert line.outbox()[0]["template"] == "unknown_number"


class TestStatus:
    """Receipts: twice, out of order, of texts that we don't know."""

    def _say(self, line: Line, ref: int | str, status: str, **more: str) -> int:
        path = f"/hooks/twilio/status?ref={ref}"
        form = {"MessageSid": "SM-out", "MessageStatus": status, **more}
        return line.post(path, form).status_code

    def _row(self, line: Line) -> dict[str, Any]:
        return line.outbox()[0]

    def test_delivered_is_noted_once_whatever_comes_after(self, line: Line) -> None:
        ref = line.put("a")
        for status in ("sent", "delivered", "sent", "delivered", "failed", "queued", "read"):
            assert self._say(line, ref, status) == 200
        row = self._row(line)
        assert (row["status"], row["provider_id"]) == ("delivered", "SM-out")
        assert row["delivered_at"] is not None
        assert "message.failed" not in line.kinds()

    def test_failed_is_an_event_once(self, line: Line) -> None:
        ref = line.put("a")
        for _ in range(2):
            assert self._say(line, ref, "undelivered", ErrorCode="30005") == 200
        row = self._row(line)
        assert (row["status"], row["error"], row["category"]) == ("failed", "30005", "permanent_number")
        assert line.kinds().count("message.failed") == 1

    @pytest.mark.parametrize("ref", ["99999999", "", "-1", "1 or 1", "９", "1" * 30, "999999999999999999"])
    def test_unknown_texts_are_passed_over(self, line: Line, ref: str) -> None:
        line.put("a")
        assert self._say(line, ref, "delivered") == 200
        assert self._row(line)["status"] == "queued"

    def test_another_message_s_receipt_changes_nothing(self, line: Line) -> None:
        ref = line.put("a")
        self._say(line, ref, "sent")
        path = f"/hooks/twilio/status?ref={ref}"
        assert line.post(path, {"MessageSid": "SM-other", "MessageStatus": "delivered"}).status_code == 200
        assert self._row(line)["status"] == "sent"

    def test_unknown_words_change_nothing(self, line: Line) -> None:
        ref = line.put("a")
        assert self._say(line, ref, "levitating") == 200
        assert self._row(line)["status"] == "queued"

    def test_a_drill_s_failed_text_is_told_in_the_drill_alone(self, line: Line) -> None:
        ref = line.put("a", world=5)
        assert self._say(line, ref, "failed", ErrorCode="30005") == 200
        assert self._row(line)["status"] == "failed"
        assert "message.failed" not in line.kinds()
        assert "message.failed" in line.kinds(5)
