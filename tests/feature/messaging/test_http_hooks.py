"""What providers described in files bring to us: receipts and texts, at addresses with a secret in them."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from responder.app import House, build
from responder.messaging import queries
from responder.messaging.gateways import http, http_book
from responder.platform.config import ConfigError
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.providers import SECRET, environ
from tests.feature.messaging.tried import tried

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"
NAMES = ("json", "gbk", "soap")


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    environ(monkeypatch, "http://127.0.0.1:9")


@pytest.fixture
def line(house: House) -> Line:
    """The house with all three providers."""
    settings = house.settings.model_copy(update={"gateways": ",".join(f"http:{name}" for name in NAMES)})
    wired = House(settings, house.work)
    return Line(wired, build(wired).test_client())


def path(line: Line, name: str, what: str) -> str:
    return f"/hooks/http/{name}/{line.house.settings.hook_key(f'http:{name}')}/{what}"


def push(line: Line, what: str, told: object, secret: str = SECRET) -> TestResponse:
    """A signed push of the provider that speaks JSON."""
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {"X-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    return line.client.post(path(line, "json", what), data=body, content_type="application/json", headers=headers)


def gbk(line: Line, what: str, **fields: str) -> TestResponse:
    """A request of the older kind: everything in the query, in GBK."""
    query = "&".join(f"{name}={quote(value, encoding='gbk')}" for name, value in fields.items())
    return line.client.get(f"{path(line, 'gbk', what)}?{query}")


def sent(line: Line, key: str, gateway: str, provider_id: str, who: str = "leader", world: int = 0) -> int:
    """A text that a gateway took."""
    ref = line.put(key, who=who, world=world)
    note(line, ref, gateway, provider_id)
    return ref


def note(line: Line, ref: int, gateway: str, provider_id: str) -> None:
    tried(line.house.work, ref, gateway, provider_id)


def states(line: Line) -> list[str]:
    return [row["status"] for row in line.outbox()]


def test_receipts_pushed_as_a_list_are_found_by_our_own_number(line: Line) -> None:
    refs = [sent(line, f"n{n}", "http:json", f"J{n}", who) for n, who in enumerate(("leader", "village", "keeper"))]
    told = [
        {"ext": str(ref), "msgid": f"J{n}", "mobile": "x", "stat": stat}
        for n, (ref, stat) in enumerate(zip(refs, ("DELIVRD", "MK:0036", "ACCEPTD"), strict=True))
    ]
    answered = push(line, "status", {"reports": told})
    assert (answered.status_code, answered.get_json()) == (200, {"code": 0})
    rows = line.outbox()
    assert rows[0]["status"] == "delivered"
    assert rows[0]["delivered_at"] is not None
    assert (rows[2]["status"], rows[2]["error"]) == ("sent", "")
    assert rows[1]["error"] == "MK:0036", "the file gives the error's word its meaning"
    assert rows[1]["category"] == "opted_out"


def test_one_receipt_alone_and_none_at_all(line: Line) -> None:
    ref = sent(line, "a", "http:json", "J1")
    assert push(line, "status", {"reports": {"ext": str(ref), "msgid": "J1", "stat": "DELIVRD"}}).status_code == 200
    assert push(line, "status", {"reports": []}).status_code == 200
    assert push(line, "status", {}).status_code == 200
    assert states(line) == ["delivered"]


def test_a_receipt_of_another_text_s_id_changes_nothing(line: Line) -> None:
    ref = sent(line, "a", "http:json", "J1")
    push(line, "status", {"reports": [{"ext": str(ref), "msgid": "J2", "stat": "DELIVRD"}]})
    push(line, "status", {"reports": [{"ext": "9" * 30, "msgid": "", "stat": "DELIVRD"}, {"ext": "-1"}, "odd", None]})
    assert states(line) == ["sent"]


def test_without_our_number_a_text_is_found_by_the_provider_s_id_and_the_phone(line: Line) -> None:
    """One id of the provider's stands for a batch."""
    for n, who in enumerate(("leader", "village")):
        sent(line, f"n{n}", "http:gbk", "70001", who)
    sent(line, "other", "http:json", "70001", "village")
    mobile = cast.phone("village").removeprefix("+86")
    answered = line.client.post(
        path(line, "gbk", "status"), data={"msgid": "70001", "mobile": mobile, "status": "DELIVRD"}
    )
    assert answered.text == "0"
    assert states(line) == ["sent", "delivered", "sent"]


def test_a_drill_s_text_is_found_too(line: Line) -> None:
    sent(line, "a", "http:gbk", "70001", world=5)
    gbk(line, "status", msgid="70001", mobile=cast.phone("leader"), status="DELIVRD")
    assert states(line) == ["delivered"]


def test_a_receipt_that_comes_before_the_relay_has_written_the_id_waits_for_it(line: Line) -> None:
    ref = line.put("a")
    later = threading.Timer(0.15, note, (line, ref, "http:gbk", "70001"))
    later.start()
    gbk(line, "status", msgid="70001", mobile=cast.phone("leader"), status="DELIVRD")
    later.join()
    assert states(line) == ["delivered"]


def test_a_text_that_nobody_knows_is_answered_like_any_other(line: Line) -> None:
    assert gbk(line, "status", msgid="1", mobile=cast.phone("leader"), status="DELIVRD").text == "0"
    assert gbk(line, "status", msgid="", mobile="", status="DELIVRD").text == "0"
    assert gbk(line, "status").text == "0"


def test_finding_by_the_provider_s_id_uses_its_index(line: Line) -> None:
    sent(line, "a", "http:gbk", "70001")
    with line.house.work.read() as session:
        assert queries.refs_of(session, "http:gbk", "70001") == [1]
        assert queries.refs_of(session, "http:gbk", "") == []
        asked = "SELECT outbound_id FROM attempt WHERE provider_id <> '' AND provider_id = 'x' AND gateway = 'y'"
        if line.house.work.database.is_sqlite:
            plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            plan = str(session.execute(text(f"EXPLAIN {asked}")).all())
    assert "ix_attempt_provider_id" in plan


def test_texts_pushed_as_a_list_are_each_understood_once(line: Line) -> None:
    village = cast.phone("village").removeprefix("+86")
    told = [
        {"mobile": village, "content": FLOOD, "moid": "M1", "time": "2024-09-16 13:30:00"},
        {"mobile": "13900000000", "content": "你好", "moid": "M2", "time": "soon"},
        {"mobile": "", "content": "nobody", "moid": "M3"},
    ]
    for _ in range(3):
        assert push(line, "sms", told).get_json() == {"code": 0}
    came = line.inbox()
    assert [(row["gateway"], row["provider_id"], row["body"]) for row in came] == [
        ("http:json", "M1", FLOOD), ("http:json", "M2", "你好")
    ]  # fmt: skip
    assert (came[0]["outcome"], came[0]["name"]) == ("report", "王秀兰")


def test_a_text_in_gbk_by_get(line: Line) -> None:
    for _ in range(2):
        assert gbk(line, "sms", mobile=cast.phone("village"), msg=FLOOD, motime="20240916133000").text == "0"
    (came,) = line.inbox()
    assert (came["body"], came["outcome"], came["number"]) == (FLOOD, "report", cast.phone("village"))


def test_where_the_provider_gives_no_id_a_second_answer_is_another(line: Line) -> None:
    for when in ("20240916133000", "20240916133000", "20240916133500"):
        gbk(line, "sms", mobile=cast.phone("leader"), msg="1", motime=when)
    assert len(line.inbox()) == 2


def test_the_same_delivery_at_the_same_moment_is_one(line: Line) -> None:
    def by(mine: Line) -> Callable[[], str]:
        return lambda: gbk(mine, "sms", mobile=cast.phone("village"), msg=FLOOD, motime="20240916133000").text

    lines = [Line(line.house, build(line.house).test_client()) for _ in range(5)]
    assert at_once(*map(by, lines)) == ["0"] * 5
    assert len(line.inbox()) == 1


@pytest.mark.parametrize("name", [*NAMES, "nobody"])
@pytest.mark.parametrize("what", ["sms", "status"])
@pytest.mark.parametrize("key", ["", "0", "wrong", "0" * 32, "枫泾"])
def test_a_wrong_key_finds_nothing(line: Line, name: str, what: str, key: str) -> None:
    fields = {"mobile": cast.phone("village"), "msg": FLOOD, "motime": "1"}
    for answered in (
        line.client.post(f"/hooks/http/{name}/{key}/{what}", data=fields),
        line.client.get(f"/hooks/http/{name}/{key}/{what}", query_string=fields),
    ):
        assert answered.status_code == 404
    assert line.inbox() == []


def test_one_gateway_s_key_opens_no_other(line: Line) -> None:
    strange = path(line, "json", "sms").replace("/json/", "/gbk/")
    assert line.client.post(strange, data={"mobile": "1", "msg": "x", "motime": "1"}).status_code == 404
    unnamed = f"/hooks/http/town/{line.house.settings.hook_key('http:town')}/sms"
    assert line.client.post(unnamed, data={}).status_code == 404, "nor does that of one that isn't in use"
    assert line.client.get(path(line, "soap", "sms")).status_code == 400
    assert line.client.get(path(line, "soap", "status")).status_code == 404, "it has no receipts"


def test_an_unsigned_or_wrongly_signed_push_is_refused(line: Line) -> None:
    told = [{"mobile": cast.phone("village"), "content": FLOOD, "moid": "M1"}]
    assert push(line, "sms", told, "other").status_code == 403
    assert line.client.post(path(line, "json", "sms"), json=told).status_code == 403
    strange = {"X-Signature": "枫泾".encode().decode("latin-1")}
    assert line.client.post(path(line, "json", "sms"), json=told, headers=strange).status_code == 403
    assert line.inbox() == []


def test_a_caller_from_elsewhere_is_refused(line: Line) -> None:
    fields = {"mobile": cast.phone("village"), "msg": FLOOD, "motime": "1"}
    for address, status in (("203.0.113.9", 403), ("::1", 403), ("nonsense", 403), ("127.0.0.3", 200)):
        answered = line.client.post(path(line, "gbk", "sms"), data=fields, environ_base={"REMOTE_ADDR": address})
        assert answered.status_code == status
    assert len(line.inbox()) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe\x00", b"[" * 30_000, b'{"reports": '])
def test_what_can_t_be_read_is_refused_and_no_error(line: Line, body: bytes) -> None:
    headers = {"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    for what in ("sms", "status"):
        assert line.client.post(path(line, "json", what), data=body, headers=headers).status_code == 400
    assert line.client.post(path(line, "soap", "sms"), data=body).status_code == 400


@pytest.mark.parametrize(
    "told", [[], {}, "x", 7, None, [[]], [{"mobile": {"a": 1}}], [{"mobile": ["1"], "content": []}]]
)
def test_odd_shapes_tell_nothing(line: Line, told: object) -> None:
    assert push(line, "sms", told).status_code == 200
    assert push(line, "status", told).status_code == 200
    assert line.inbox() == []


def test_a_missing_secret_is_told_when_the_service_starts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMS_GBK_PASSWORD")
    settings = house.settings.model_copy(update={"gateways": "http:gbk"})
    with pytest.raises(ConfigError, match=r"gbk\.toml: request\.form.*SMS_GBK_PASSWORD"):
        build(House(settings, house.work))


def test_the_time_that_the_provider_tells_is_the_branch_s(line: Line) -> None:
    book = http_book.load(line.house.settings, "http:gbk")
    assert book.inbound is not None
    (came,) = http.incoming("http:gbk", book.inbound, {"mobile": "13900000000", "msg": "1", "motime": "20240916133000"})
    assert came.sent_at == datetime(2024, 9, 16, 5, 30, tzinfo=UTC)
