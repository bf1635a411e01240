"""A text's whole way by Aliyun: posted, routed, sent as a form, receipted, answered."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from responder import worker
from responder.app import House
from responder.messaging import templates
from responder.messaging.relay import Relay
from tests import cast
from tests.feature.messaging.aliyun_api import BIZ, StandIn
from tests.feature.messaging.conftest import Line

APPROVED = 'signature = "金山区红十字会"\n[templates]\nhelp = { zh = "SMS_1" }\nmission_cancelled = { zh = "SMS_2" }\n'


@pytest.fixture
def api(httpserver: HTTPServer) -> StandIn:
    return StandIn(httpserver)


@pytest.fixture
def relay(line: Line, api: StandIn, tmp_path: Path) -> Relay:
    templates.path("aliyun", tmp_path).write_text(APPROVED, encoding="utf-8")
    settings = line.house.settings.model_copy(
        update={
            "data": tmp_path, "gateways": "aliyun", "aliyun_key": "LTAI1", "aliyun_secret": "s",
            "aliyun_api_url": api.url,
        }
    )  # fmt: skip
    return worker.relay(House(settings, line.house.work))


def _push(line: Line, hook: str, element: Mapping[str, object]) -> None:
    address = f"/hooks/aliyun/{line.house.settings.hook_key('aliyun')}/{hook}"
    assert line.client.post(address, json=[element]).get_json()["code"] == 0


def test_out_and_its_receipt_back(line: Line, api: StandIn, relay: Relay) -> None:
    ref = line.put("a")
    relay.turn()
    (asked,) = api.asked
    assert (asked["TemplateCode"], asked["OutId"]) == ("SMS_1", str(ref))
    (row,) = line.outbox()
    assert (row["status"], row["gateway"], row["provider_id"]) == ("sent", "aliyun", BIZ)
    told = {"phone_number": asked["PhoneNumbers"], "success": True, "err_code": "DELIVERED", "biz_id": BIZ}
    _push(line, "report", {**told, "out_id": asked["OutId"]})
    assert line.outbox()[0]["status"] == "delivered"


def test_the_variables_are_worded_when_it_is_posted(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a", template="mission_cancelled")
    relay.turn()
    assert api.asked[0]["TemplateCode"] == "SMS_2"
    assert json.loads(api.asked[0]["TemplateParam"]) == {"mission": "不详", "place": "不详"}


def test_what_isn_t_approved_doesn_t_leave(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a", template="part_received")
    relay.turn()
    assert api.asked == []
    assert line.outbox()[0]["status"] != "sent"


def test_a_drill_doesn_t_leave_as_the_real_thing(line: Line, api: StandIn, relay: Relay) -> None:
    line.put("a", world=1)
    relay.turn()
    assert api.asked == []


def test_a_short_account_holds_nobody_up_for_ever(line: Line, api: StandIn, relay: Relay) -> None:
    api.refuse("isv.AMOUNT_NOT_ENOUGH", "账户余额不足")
    line.put("a")
    relay.turn()
    row = line.outbox()[0]
    assert row["status"] not in ("sent", "delivered")
    assert row["category"] == "config"
    assert "isv.AMOUNT_NOT_ENOUGH" in row["error"]


def test_a_text_that_came_by_it_is_answered_in_both_ways(line: Line, relay: Relay) -> None:
    number = cast.phone("village").removeprefix("+86")
    up = {"phone_number": number, "content": "海涯村洪水，转移20人", "sequence_id": "7", "dest_code": "1"}
    _push(line, "up", up)
    (answer,) = line.outbox()
    assert answer["template"] == "report_receipt"
    assert "转移安置20人" in answer["body"]
    assert answer["form"]["figures"] == "转移安置20人"
