"""Aliyun through its real SDK, against a local stand-in that answers as its published interface does."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from responder.messaging import templates
from responder.messaging.gateways import Letter, SendFailed, aliyun
from responder.messaging.gateways.chosen import gateways
from responder.messaging.wording import worded
from responder.platform.config import ConfigError
from responder.settings import Settings
from tests.feature.messaging.aliyun_api import BIZ, StandIn

APPROVED = (
    'signature = "金山区红十字会"\n[templates]\nmission_alert = { zh = "SMS_123" }\npart_received = { zh = "SMS_9" }\n'
)
FORM = worded(
    "mission_alert", "zh", {"mission": "M10421", "place": "海涯村", "hazard": "flood"}, drill=False, answer=""
)
LETTER = Letter(41, "+8613800138000", FORM.body, "mission_alert", "zh", FORM.form)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    templates.path("aliyun", tmp_path).write_text(APPROVED, encoding="utf-8")
    return tmp_path


@pytest.fixture
def api(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return StandIn(httpserver)


@pytest.fixture
def gateway(api: StandIn, data: Path) -> aliyun.Aliyun:
    settings = Settings(
        data=data, gateways="aliyun", aliyun_key="LTAI1", aliyun_secret="s3cret", aliyun_api_url=api.url
    )
    (found,) = gateways(settings)
    assert isinstance(found, aliyun.Aliyun)
    return found


def _failure(gateway: aliyun.Aliyun, letter: Letter = LETTER) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        gateway.send(letter)
    return failed.value


def test_a_form_is_sent_as_the_interface_wants_it(gateway: aliyun.Aliyun, api: StandIn) -> None:
    sent = gateway.send(LETTER)
    assert (sent.provider_id, sent.status) == (BIZ, "sent")
    (asked,) = api.asked
    assert asked["PhoneNumbers"] == "13800138000"
    assert asked["SignName"] == "金山区红十字会"
    assert asked["TemplateCode"] == "SMS_123"
    assert json.loads(asked["TemplateParam"]) == {"mission": "M10421", "place": "海涯村", "hazard": "洪涝"}
    assert asked["OutId"] == "41"
    (headers,) = api.headers
    assert headers["X-Acs-Action"] == "SendSms"
    assert headers["X-Acs-Version"] == "2017-05-25"
    assert "Credential=LTAI1" in headers["Authorization"]
    assert "s3cret" not in str(headers) + str(asked)


def test_the_signature_counts(gateway: aliyun.Aliyun) -> None:
    assert gateway.can.signature == "【金山区红十字会】"
    assert not gateway.can.freeform


def test_a_form_without_variables_is_sent(gateway: aliyun.Aliyun, api: StandIn) -> None:
    gateway.send(Letter(42, "+8613800138000", "收到一部分，请接着发", "part_received"))
    assert api.asked[0]["TemplateParam"] == "{}"


def test_marks_of_a_signature_don_t_stand_in_a_variable(gateway: aliyun.Aliyun, api: StandIn) -> None:
    gateway.send(Letter(43, "+8613800138000", "…", "mission_alert", "zh", {"place": "【海涯】村"}))
    assert json.loads(api.asked[0]["TemplateParam"]) == {"place": "“海涯”村"}


@pytest.mark.parametrize(
    "letter",
    [
        Letter(44, "+8613800138000", "M1 …", "mission_alert", "en", {}),
        Letter(45, "+8613800138000", "M1 …", "mission_goods", "zh", {}),
        Letter(46, "+8613800138000", "【演练】M1 …", "mission_alert", "zh", {}),
    ],
)
def test_what_isn_t_approved_and_a_drill_never_leave(gateway: aliyun.Aliyun, api: StandIn, letter: Letter) -> None:
    assert _failure(gateway, letter).category == "content"
    assert api.asked == []


@pytest.mark.parametrize(
    ("code", "said", "category", "after"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", "temporary", 60),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", "temporary", 3600),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50", "temporary", 86400),
        ("isp.SYSTEM_ERROR", "系统错误", "temporary", 0),
        ("isv.MOBILE_NUMBER_ILLEGAL", "13800138000invalid mobile number", "permanent_number", 0),
        ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足", "config", 0),
        ("isv.OUT_OF_SERVICE", "业务停机", "config", 0),
        ("isp.RAM_PERMISSION_DENY", "RAM权限DENY", "config", 0),
        ("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法", "config", 0),
        ("isv.SMS_TEMPLATE_ILLEGAL", "短信模版不合法", "content", 0),
        ("isv.TEMPLATE_MISSING_PARAMETERS", "模版缺少变量", "content", 0),
        ("isv.INVALID_PARAMETERS", "参数异常", "content", 0),
        ("isv.BLACK_KEY_CONTROL_LIMIT", "黑名单管控", "content", 0),
        ("isv.SOMETHING_NEW", "?", "unknown", 0),
    ],
)
def test_refusals_are_told_apart(
    gateway: aliyun.Aliyun, api: StandIn, code: str, said: str, category: str, after: float
) -> None:
    api.refuse(code, said)
    failed = _failure(gateway)
    assert (failed.code, failed.category, failed.after) == (code, category, after)
    assert len(api.asked) == 1, "a try of the SDK's own would send a text twice"


@pytest.mark.parametrize(
    ("code", "status", "category"),
    [
        ("Throttling.User", 400, "temporary"),
        ("ServiceUnavailable", 503, "temporary"),
        ("Unheard", 503, "temporary"),
        ("Unheard", 429, "temporary"),
        ("InvalidAccessKeyId.NotFound", 404, "config"),
        ("SignatureDoesNotMatch", 400, "config"),
        ("Unheard", 400, "unknown"),
    ],
)
def test_errors_of_the_interface_itself(
    gateway: aliyun.Aliyun, api: StandIn, code: str, status: int, category: str
) -> None:
    api.refuse(code, status=status)
    failed = _failure(gateway)
    assert (failed.code, failed.category) == (code, category)
    assert len(api.asked) == 1


def test_a_throttled_call_waits_as_long_as_it_is_asked_to(gateway: aliyun.Aliyun, api: StandIn) -> None:
    api.refuse("Throttling.User", status=429, x_acs_retry_after="2500")
    assert _failure(gateway).after == 2.5


@pytest.mark.parametrize("body", ["<html>gateway</html>", "[]", "null", '{"Code": "OK"}', ""])
def test_an_answer_that_makes_no_sense_is_unknown(gateway: aliyun.Aliyun, api: StandIn, body: str) -> None:
    api.answer = (200, body, {})
    assert _failure(gateway).category == "unknown"


def test_an_error_page_is_unknown(gateway: aliyun.Aliyun, api: StandIn) -> None:
    api.answer = (502, "<html>bad gateway</html>", {})
    assert (_failure(gateway).code, _failure(gateway).category) == ("unreadable", "unknown")


def test_nobody_there_is_temporary(data: Path, api: StandIn) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        found = aliyun.Aliyun(aliyun.book(), data, "k", "s", api=address)
        assert (_failure(found).code, _failure(found).category) == ("network", "temporary")


def test_a_provider_that_hangs_is_left(data: Path, api: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aliyun, "READ_MS", 200)
    api.pause = 1.0
    found = aliyun.Aliyun(aliyun.book(), data, "k", "s", api=api.url)
    started = time.monotonic()
    assert _failure(found).category == "temporary"
    assert time.monotonic() - started < 0.9


def test_it_goes_by_the_proxy(data: Path, api: StandIn) -> None:
    found = aliyun.Aliyun(aliyun.book(), data, "k", "s", api="http://dysmsapi.example.cn", proxy=api.url)
    assert found.send(LETTER).provider_id
    assert api.headers[0]["Host"] == "dysmsapi.example.cn"


def test_several_senders_share_it(gateway: aliyun.Aliyun, api: StandIn) -> None:
    letters = [replace(LETTER, ref=ref, number=f"+86138001380{ref:02}") for ref in range(1, 41)]
    with ThreadPoolExecutor(8) as senders:
        assert len(list(senders.map(gateway.send, letters))) == 40
    pairs = {(asked["OutId"], asked["PhoneNumbers"]) for asked in api.asked}
    assert pairs == {(str(letter.ref), letter.number.removeprefix("+86")) for letter in letters}


def test_without_the_sdk_the_way_out_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "alibabacloud_dysmsapi20170525", None)
    with pytest.raises(ConfigError, match=r"pip install 'responder\[aliyun\]'"):
        aliyun.Aliyun(aliyun.book(), data, "k", "s")
