"""Hooks under attack: one bad element among good ones, halves of letters, ids of any length, lists of thousands."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from responder.app import House, build
from responder.messaging import service
from responder.messaging.hooks import hear
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.providers import SECRET, environ
from tests.feature.messaging.tried import tried

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"


@pytest.fixture
def line(house: House, monkeypatch: pytest.MonkeyPatch) -> Line:
    environ(monkeypatch, "http://127.0.0.1:9")
    wired = House(house.settings.model_copy(update={"gateways": "http:json,http:gbk,aliyun,kannel"}), house.work)
    return Line(wired, build(wired).test_client())


def push(line: Line, gateway: str, what: str, told: object, query: str = "") -> TestResponse:
    """A list as the provider brings it: of JSON alone escaped, so that any half of a letter can be written."""
    body = json.dumps(told).encode()
    headers = {"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    at = f"/hooks/{gateway.replace(':', '/')}/{line.house.settings.hook_key(gateway)}/{what}{query}"
    return line.client.post(at, data=body, content_type="application/json", headers=headers)


def text(gateway: str, body: str, name: str, number: str = "13900000001") -> dict[str, Any]:
    if gateway == "aliyun":
        return {"phone_number": number, "content": body, "sequence_id": name, "send_time": ""}
    return {"mobile": number, "content": body, "moid": name, "time": ""}


UP = {"aliyun": "up", "http:json": "sms"}
BAD = ("水\ud83d", "\ude00水", "a\x00b", "\ufffe\uffff", "灾" * 6000)


@pytest.mark.parametrize("gateway", UP)
@pytest.mark.parametrize("bad", BAD, ids=["half", "other half", "nul", "no letters", "long"])
@pytest.mark.parametrize("field", ["body", "name", "number"])
def test_no_element_keeps_back_those_after_it(line: Line, gateway: str, bad: str, field: str) -> None:
    odd = {"body": "进水了", "name": "odd", "number": "13900000001", field: bad}
    told = [text(gateway, "一", "1"), text(gateway, **odd), text(gateway, "二", "2")]
    for _ in range(2):
        assert push(line, gateway, UP[gateway], told).status_code == 200
    came = line.inbox()
    assert [row["body"] for row in came if row["provider_id"] in ("1", "2")] == ["一", "二"]
    if not (gateway == "aliyun" and field == "number" and len(bad) > 200):
        assert len(came) == 3, "and is one text itself, however often it is brought"


@pytest.mark.parametrize("gateway", UP)
def test_long_ids_that_begin_alike_are_two_texts(line: Line, gateway: str) -> None:
    told = [text(gateway, "一", "x" * 90 + "1"), text(gateway, "二", "x" * 90 + "2")]
    for _ in range(2):
        assert push(line, gateway, UP[gateway], told).status_code == 200
    assert [row["body"] for row in line.inbox()] == ["一", "二"]


@pytest.mark.parametrize("gateway", UP)
@pytest.mark.parametrize("what", ["in", "receipt"])
def test_where_one_can_t_be_kept_the_others_are_and_the_list_comes_again(
    line: Line, gateway: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [ZeroDivisionError(), OperationalError("select", {}, Exception("away"))]
    refs = [line.put(f"n{n}") for n in range(3)]

    def brittle_hear(incoming: Any) -> Any:
        if incoming.provider_id == "1" and broken:
            raise broken.pop()
        return hear(incoming)

    note = service.note_receipt

    def brittle_note(uow: Any, receipt: Any) -> bool:
        if receipt.ref == refs[0] and broken:
            raise broken.pop()
        return note(uow, receipt)

    module = f"responder.messaging.hooks_{'aliyun' if gateway == 'aliyun' else 'http'}"
    monkeypatch.setattr(f"{module}.hear", brittle_hear)
    monkeypatch.setattr(service, "note_receipt", brittle_note)

    def again() -> int:
        if what == "in":
            told = [text(gateway, "水来了", str(n), f"1390000000{n}") for n in range(1, 4)]
            return push(line, gateway, UP[gateway], told).status_code
        if gateway == "aliyun":
            return push(line, gateway, "report", [
                {"phone_number": "13900000001", "success": True, "out_id": str(ref), "biz_id": f"B{ref}"}
                for ref in refs
            ]).status_code  # fmt: skip
        told = [{"ext": str(ref), "msgid": f"J{ref}", "stat": "DELIVRD"} for ref in refs]
        return push(line, gateway, "status", {"reports": told}).status_code

    def kept() -> int:
        if what == "in":
            return len(line.inbox())
        return sum(row["status"] == "delivered" for row in line.outbox())

    for _ in range(2):
        assert again() == 503
        assert kept() == 2
    assert again() == 200
    assert kept() == 3


def test_a_body_s_signature_says_nothing_of_the_address(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever saw one signed push could else write their own words before its fields, again and again."""
    books = line.client.application.extensions["http_books"]
    told = books["json"].inbound.model_copy(update={"kind": "form"})
    monkeypatch.setitem(books, "json", books["json"].model_copy(update={"inbound": told}))
    settings = line.house.settings
    body = b"mobile=13900000001&content=one&moid=1"
    headers = {"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    at = f"/hooks/http/json/{settings.hook_key('http:json')}/sms"
    more = f"?mobile={quote(cast.phone('leader'))}&content=forged&moid=2"
    kind = "application/x-www-form-urlencoded"
    assert line.client.post(at + more, data=body, headers=headers, content_type=kind).status_code == 200
    assert [row["body"] for row in line.inbox()] == ["one"]
    query = more[1:].encode()
    headers = {"X-Signature": hmac.new(SECRET.encode(), query, hashlib.sha256).hexdigest()}
    assert line.client.get(at + more, headers=headers).status_code == 200
    assert len(line.inbox()) == 2, "an address that is signed itself is read"


def test_a_provider_s_receipt_is_of_its_own_texts_alone(line: Line) -> None:
    """Its own serial numbers, brought back by mistake, may be our ids of texts that went another way."""
    refs = [line.put("a"), line.put("b")]
    tried(line.house.work, refs[0], "twilio", "SM1")
    tried(line.house.work, refs[1], "http:json", "J1")
    told = [{"ext": str(ref), "msgid": "", "stat": "DELIVRD"} for ref in refs]
    assert push(line, "http:json", "status", {"reports": told}).status_code == 200
    assert [row["status"] for row in line.outbox()] == ["sent", "delivered"]


@pytest.mark.parametrize("gateway", UP)
def test_thousands_in_one_list(line: Line, gateway: str) -> None:
    count = 1000
    if gateway == "aliyun":
        told: Any = [
            {"phone_number": "13900000001", "success": True, "out_id": str(10**6 + n), "biz_id": f"B{n}",
             "err_code": "DELIVERED", "err_msg": "用户接收成功", "send_time": "2026-11-22 08:00:00", "sms_size": "1"}
            for n in range(count)
        ]  # fmt: skip
        assert push(line, gateway, "report", told).status_code == 200
    else:
        told = {"reports": [{"ext": str(10**6 + n), "msgid": f"J{n}", "stat": "DELIVRD"} for n in range(count)]}
        assert push(line, gateway, "status", told).status_code == 200


def test_a_stranger_s_body_is_not_even_read(line: Line) -> None:
    for at in ("/hooks/http/json/wrong/sms", "/hooks/aliyun/wrong/up"):
        assert line.client.post(at, data=b"x" * 900_000).status_code == 404
    for gateway, what in UP.items():
        assert push(line, gateway, what, ["x" * 1_100_000]).status_code == 413
