"""Twilio's webhooks: keys of two kinds, bodies, proxies; pictures and opt-outs; receipts told by a service."""

import hashlib
import json
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from responder.accounts.models import Phone
from responder.app import House, build
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.conftest import PUBLIC, TOKEN, Line
from tests.feature.messaging.tried import tried

SMS = "/hooks/twilio/sms"
FORM = {"From": "+8613900001111", "Body": "水进村了", "MessageSid": "SM1"}
SHARED = "key=webhooks_sharedkey_01,algorithm=HMAC_SHA256"


def client_of(line: Line, **changes: Any) -> FlaskClient:
    return build(House(line.house.settings.model_copy(update=changes), line.house.work)).test_client()


def signature(url: str, form: dict[str, str], secret: str = TOKEN, algorithm: str | None = None) -> str:
    return str(RequestValidator(secret).compute_signature(url, form, algorithm))


class TestKeys:
    """The auth token or the branch's own shared key: never the weaker where the stronger is set."""

    def _post(self, line: Line, secret: str, algorithm: str, header: str | None, **changes: Any) -> int:
        headers = {"X-Twilio-Signature": signature(PUBLIC + SMS, FORM, secret, algorithm)}
        if header is not None:
            headers["X-Twilio-Webhooks-Signature-Settings"] = header
        return client_of(line, **changes).post(SMS, data=FORM, headers=headers).status_code

    def test_the_shared_key_counts_where_it_is_set(self, line: Line) -> None:
        assert self._post(line, "secret", "HMAC_SHA256", SHARED, twilio_webhook_secret="secret") == 200
        assert len(line.inbox()) == 1

    @pytest.mark.parametrize(
        ("secret", "algorithm", "header"),
        [
            (TOKEN, "HMAC_SHA1", None), (TOKEN, "HMAC_SHA1", ""), (TOKEN, "HMAC_SHA1", SHARED),
            (TOKEN, "HMAC_SHA256", SHARED), ("secret", "HMAC_SHA1", None), ("secret", "HMAC_SHA256", None),
            ("secret", "HMAC_SHA256", "algorithm=HMAC_SHA512"), ("secret", "HMAC_SHA1", "algorithm=HMAC_SHA1"),
            ("other", "HMAC_SHA256", SHARED),
        ],
    )  # fmt: skip
    def test_then_nothing_else_does(self, line: Line, secret: str, algorithm: str, header: str | None) -> None:
        assert self._post(line, secret, algorithm, header, twilio_webhook_secret="secret") == 403
        assert line.inbox() == []

    @pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256"])
    def test_a_key_that_we_don_t_have_is_never_replaced_by_the_token(self, line: Line, algorithm: str) -> None:
        assert self._post(line, TOKEN, algorithm, SHARED) == 403
        assert line.inbox() == []

    def test_without_any_key_nothing_is_believed(self, line: Line) -> None:
        changes = {"twilio_auth_token": "", "twilio_webhook_secret": ""}
        assert self._post(line, "", "HMAC_SHA1", None, **changes) == 403
        assert self._post(line, "", "HMAC_SHA256", SHARED, **changes) == 403


class TestBodies:
    def _json(self, line: Line, body: bytes, query: str) -> int:
        headers = {"X-Twilio-Signature": signature(PUBLIC + SMS + query, {}), "Content-Type": "application/json"}
        return line.client.post(SMS + query, data=body, headers=headers).status_code

    def test_json_whose_hash_is_signed_is_taken_in(self, line: Line) -> None:
        body = json.dumps(FORM, ensure_ascii=False).encode()
        assert self._json(line, body, f"?bodySHA256={hashlib.sha256(body).hexdigest()}") == 200
        (came,) = line.inbox()
        assert (came["number"], came["body"], came["provider_id"]) == (FORM["From"], FORM["Body"], "SM1")

    def test_json_without_or_with_another_s_hash_is_refused(self, line: Line) -> None:
        body = json.dumps(FORM).encode()
        other = hashlib.sha256(body).hexdigest()
        assert self._json(line, body, "") == 403
        assert self._json(line, body + b" ", f"?bodySHA256={other}") == 403
        assert line.inbox() == []

    def test_a_form_s_hash_is_checked_which_the_sdk_never_does(self, line: Line) -> None:
        body = b"From=%2B8613900001111&Body=1&MessageSid=SM1"
        form = {"From": "+8613900001111", "Body": "1", "MessageSid": "SM1"}
        for said, status in ((body, 200), (b"other", 403)):
            query = f"?bodySHA256={hashlib.sha256(said).hexdigest()}"
            headers = {"X-Twilio-Signature": signature(PUBLIC + SMS + query, form)}
            kind = "application/x-www-form-urlencoded"
            assert line.client.post(SMS + query, data=body, headers=headers, content_type=kind).status_code == status
        assert len(line.inbox()) == 1

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
    def test_too_large_a_body_is_refused_before_it_is_read(self, line: Line, kind: str) -> None:
        refused = line.client.post(SMS, data=b"Body=" + b"x" * 70_000, content_type=kind)
        assert refused.status_code == 413
        assert line.inbox() == []


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "red.example.cn", "X-Forwarded-For": "1.2.3.4"}


class TestProxies:
    """Without a public address the request's own counts: what a proxy says of it only where the proxy is ours."""

    def _post(self, line: Line, url: str, hops: int, headers: dict[str, str]) -> int:
        client = client_of(line, public_url="", trusted_proxies=hops)
        return client.post(SMS, data=FORM, headers={**headers, "X-Twilio-Signature": signature(url, FORM)}).status_code

    def test_a_trusted_proxy_names_the_public_address(self, line: Line) -> None:
        assert self._post(line, PUBLIC + SMS, 1, FORWARDED) == 200

    @pytest.mark.parametrize("port", ["", ":443", ":8443"])
    def test_with_its_port_or_without(self, line: Line, port: str) -> None:
        headers = {**FORWARDED, "X-Forwarded-Host": f"red.example.cn{port}"}
        assert self._post(line, f"{PUBLIC}{port}{SMS}", 1, headers) == 200

    def test_anybody_else_s_word_on_it_doesn_t_count(self, line: Line) -> None:
        assert self._post(line, PUBLIC + SMS, 0, FORWARDED) == 403
        assert self._post(line, "http://localhost" + SMS, 0, FORWARDED) == 200

    def test_the_public_address_that_is_set_wins(self, line: Line) -> None:
        headers = {"X-Forwarded-Host": "evil.example", "X-Twilio-Signature": signature(PUBLIC + SMS, FORM)}
        assert line.client.post(SMS, data=FORM, headers=headers).status_code == 200

    @pytest.mark.parametrize("host", ["localhost:port", "[::1", "a:b:c", "x" * 300])
    def test_a_host_that_is_none_is_refused(self, line: Line, host: str) -> None:
        client = client_of(line, public_url="")
        assert client.post(SMS, data=FORM, headers={"Host": host, "X-Twilio-Signature": "x"}).status_code in (400, 403)


class TestIncoming:
    def test_a_picture_alone_waits_with_a_note(self, line: Line) -> None:
        number = cast.phone("village")
        form = {"From": number, "Body": "", "NumMedia": "2", "MediaUrl0": "https://a", "MediaUrl1": "https://b"}
        assert line.post(SMS, {**form, "MessageSid": "MM1"}).status_code == 200
        (came,) = line.inbox()
        assert (came["outcome"], came["name"]) == ("waiting", "王秀兰")
        assert "图片" in came["body"]

    @pytest.mark.parametrize("told", ["0", "", "many", "-1", "９"])
    def test_without_one_an_empty_text_stays_empty(self, line: Line, told: str) -> None:
        line.post(SMS, {"From": "+8613900001111", "Body": "", "NumMedia": told, "MessageSid": "SM1"})
        assert line.inbox()[0]["body"] == ""

    @pytest.mark.parametrize("name", ["SmsMessageSid", "SmsSid"])
    def test_older_names_of_its_id_serve(self, line: Line, name: str) -> None:
        for _ in range(2):
            line.post(SMS, {"From": "+8613900001111", "Body": "水进村了", name: "SM9"})
        assert [row["provider_id"] for row in line.inbox()] == ["SM9"]

    def test_without_any_id_the_delivery_s_own_token_tells_repetitions(self, line: Line) -> None:
        form = {"From": "+8613900001111", "Body": "水又涨了"}
        for token in ("t1", "t1", "t2"):
            headers = {"X-Twilio-Signature": signature(PUBLIC + SMS, form), "I-Twilio-Idempotency-Token": token}
            assert line.client.post(SMS, data=form, headers=headers).status_code == 200
        assert [row["provider_id"] for row in line.inbox()] == ["t1", "t2"]
        line.post(SMS, form)
        assert len(line.inbox()) == 3, "without that too it is kept"


class TestOptOut:
    """What Twilio itself has done about STOP and START, and has answered already."""

    def _say(self, line: Line, who: str, wish: str, sid: str, body: str = "") -> None:
        number = cast.phone(who) if who in cast.PEOPLE else who
        form = {"From": number, "Body": body or wish, "OptOutType": wish, "MessageSid": sid}
        assert line.post(SMS, form).status_code == 200

    def _phone(self, line: Line, who: str) -> str:
        with line.house.work.read() as session:
            return str(session.scalars(select(Phone.state).where(Phone.e164 == cast.phone(who))).one())

    def test_stop_marks_the_phone_and_tells_the_board_and_its_keeper_once(self, line: Line) -> None:
        for _ in range(2):
            self._say(line, "leader", "STOP", "SM1", "退订")
        assert self._phone(line, "leader") == "opted_out"
        (came,) = line.inbox()
        assert (came["outcome"], came["name"], came["division_code"]) == ("stop", "陆海峰", "310116112")
        assert line.kinds().count("message.number_left") == 1
        told = [row["number"] for row in line.outbox()]
        assert told == [cast.phone("town")], "Twilio has answered the sender, and would refuse ours"

    def test_start_puts_it_back(self, line: Line) -> None:
        self._say(line, "leader", "STOP", "SM1")
        self._say(line, "leader", "START", "SM2")
        assert self._phone(line, "leader") == "ok"
        assert [row["outcome"] for row in line.inbox()] == ["stop", "start"]
        assert line.kinds().count("message.start_asked") == 1
        assert cast.phone("leader") not in [row["number"] for row in line.outbox()]

    def test_help_is_answered_by_us_who_know_how_to_report(self, line: Line) -> None:
        self._say(line, "village", "HELP", "SM1", "帮助")
        assert [row["outcome"] for row in line.inbox()] == ["help"]
        assert [row["template"] for row in line.outbox()] == ["help"]

    def test_a_stranger_s_stop_is_kept_and_alarms_nobody(self, line: Line) -> None:
        self._say(line, "+8613900001111", "STOP", "SM1")
        assert [(row["outcome"], row["person_id"]) for row in line.inbox()] == [("stop", None)]
        assert not any(kind.startswith("message.") for kind in line.kinds())

    def test_where_it_can_t_be_kept_so_it_is_a_text_like_any_other(
        self, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr("responder.messaging.numbers.heard_of", broken)
        self._say(line, "leader", "STOP", "SM1", "TD")
        assert [row["outcome"] for row in line.inbox()] == ["stop"]
        assert line.kinds().count("message.stop_asked") == 1


class TestReceipts:
    def _say(self, line: Line, path: str, **form: str) -> None:
        assert line.post(f"/hooks/twilio/status{path}", form).status_code == 200

    def test_older_names_and_whatever_else_is_told(self, line: Line) -> None:
        ref = line.put("a")
        more = {"RawDlrDoneDate": "2611220930", "ChannelToAddress": "+86139XXXX1111", "Unheard": "of", "ErrorCode": ""}
        self._say(line, f"?ref={ref}", SmsSid="SM1", SmsStatus="delivered", **more)
        row = line.outbox()[0]
        assert (row["status"], row["provider_id"]) == ("delivered", "SM1")

    def test_without_our_id_the_provider_s_is_looked_up(self, line: Line) -> None:
        """A Messaging Service tells of its texts at one address for all."""
        ref = line.put("a")
        tried(line.house.work, ref, "twilio", "SM1")
        self._say(line, "", MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30003")
        row = line.outbox()[0]
        assert (row["error"], row["category"]) == ("30003", "temporary")

    @pytest.mark.parametrize("form", [{"MessageSid": "SM404"}, {"MessageSid": ""}, {}])
    def test_a_text_that_nobody_knows_is_passed_over(self, line: Line, form: dict[str, str]) -> None:
        line.put("a")
        self._say(line, "", MessageStatus="delivered", **form)
        self._say(line, "?ref=99999", MessageStatus="delivered", **form)
        assert line.outbox()[0]["status"] != "delivered"

    def test_a_failure_without_a_code_has_a_cause_all_the_same(self, line: Line) -> None:
        ref = line.put("a")
        self._say(line, f"?ref={ref}", MessageSid="SM1", MessageStatus="failed")
        assert line.outbox()[0]["category"] == "unknown"

    def test_at_once_and_in_any_order_the_final_word_stands(self, line: Line) -> None:
        ref = line.put("a")
        words = ("queued", "sending", "sent", "delivered", "sent", "delivered", "read", "sending")
        path, app = f"/hooks/twilio/status?ref={ref}", line.client.application

        def say(client: FlaskClient, word: str) -> int:
            form = {"MessageSid": "SM1", "MessageStatus": word}
            headers = {"X-Twilio-Signature": signature(PUBLIC + path, form)}
            return client.post(path, data=form, headers=headers).status_code

        acts = [partial(say, app.test_client(), word) for word in words]
        assert at_once(*acts) == [200] * len(words)
        assert line.outbox()[0]["status"] == "delivered"
