"""The whole way of a text by a provider described in a file: outbox, provider, receipt, answer."""

import hashlib
import hmac
import json

import pytest
from pytest_httpserver import HTTPServer

from responder import worker
from responder.app import House, build
from responder.hotline import service as hotline
from responder.messaging import polling
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.providers import SECRET, environ, stand_in


@pytest.mark.parametrize("name", ["json", "gbk", "soap"])
def test_a_text_leaves_is_receipted_and_answered(
    name: str, house: House, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ(monkeypatch, httpserver.url_for("").rstrip("/"))
    provider = stand_in(httpserver, name)
    wired = House(house.settings.model_copy(update={"gateways": f"http:{name}"}), house.work)
    line = Line(wired, build(wired).test_client())
    ref = line.put("a")
    worker.relay(wired).turn()
    mobile = cast.phone("leader").removeprefix("+86")
    assert [one["to"] for one in provider.taken] == [mobile]
    (row,) = line.outbox()
    assert (row["status"], row["gateway"]) == ("sent", f"http:{name}")
    hooks = f"/hooks/http/{name}/{wired.settings.hook_key(f'http:{name}')}"
    if name == "json":
        for what, told in (
            ("status", {"reports": [{"ext": str(ref), "msgid": row["provider_id"], "stat": "DELIVRD"}]}),
            ("sms", [{"mobile": mobile, "content": "1", "moid": "M1", "time": "2024-09-16 13:30:00"}]),
        ):
            body = json.dumps(told).encode()
            proof = {"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
            assert line.client.post(f"{hooks}/{what}", data=body, headers=proof).status_code == 200
    elif name == "gbk":
        line.client.post(f"{hooks}/status", data={"msgid": row["provider_id"], "mobile": mobile, "status": "DELIVRD"})
        line.client.get(f"{hooks}/sms", query_string={"mobile": mobile, "msg": "1", "motime": "20240916133000"})
    else:
        provider.waiting = [{"id": "1", "mobile": mobile, "text": "1", "time": "2024-09-16T13:30:00"}]
        ((_name, _seconds, ask),) = polling.jobs(wired.settings, hotline)
        ask(wired.work)
    assert line.outbox()[0]["status"] == ("sent" if name == "soap" else "delivered")
    (came,) = line.inbox()
    assert (came["gateway"], came["number"], came["body"]) == (f"http:{name}", cast.phone("leader"), "1")
    assert came["person_id"] == cast.person_id(house, "leader")
