"""What Aliyun pushes: lists, twice, out of order, one bad among good ones."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from responder.messaging import hooks_aliyun
from responder.messaging.gateways import aliyun
from responder.messaging.hooks import hear
from tests import cast
from tests.feature.messaging.aliyun_api import BIZ
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.tried import tried


def _path(line: Line, hook: str) -> str:
    return f"/hooks/aliyun/{line.house.settings.hook_key('aliyun')}/{hook}"


def _push(line: Line, hook: str, body: object) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return line.client.post(_path(line, hook), data=data, content_type="application/json;charset=utf-8")


def _up(content: str, sequence: object = 1234567890, who: str = "village") -> dict[str, object]:
    return {
        "phone_number": cast.phone(who).removeprefix("+86"), "send_time": "2026-11-22 08:00:00", "content": content,
        "sign_name": "金山区红十字会", "dest_code": "1234", "sequence_id": sequence,
    }  # fmt: skip


def _report(ref: object, code: str = "DELIVERED", **more: object) -> dict[str, object]:
    return {
        "phone_number": cast.phone("leader").removeprefix("+86"), "send_time": "2026-11-22 08:00:00",
        "report_time": "2026-11-22 08:00:05", "success": code == "DELIVERED", "err_code": code,
        "err_msg": "用户接收成功", "sms_size": "1", "biz_id": BIZ, "out_id": str(ref), **more,
    }  # fmt: skip


def _sent(line: Line, key: str = "a") -> int:
    """A text that Aliyun took."""
    ref = line.put(key)
    tried(line.house.work, ref, "aliyun", BIZ)
    return ref


def _row(line: Line, ref: int) -> dict[str, Any]:
    return next(row for row in line.outbox() if row["id"] == ref)


def _thanked(answer: TestResponse) -> None:
    assert answer.status_code == 200
    assert answer.get_json() == {"code": 0, "msg": "成功"}


def test_texts_come_in_as_a_list(line: Line) -> None:
    _thanked(_push(line, "up", [_up("海涯村洪水，转移20人", 1), _up("1", "2", "leader")]))
    assert [(row["gateway"], row["provider_id"], row["number"], row["body"]) for row in line.inbox()] == [
        ("aliyun", "1", cast.phone("village"), "海涯村洪水，转移20人"),
        ("aliyun", "2", cast.phone("leader"), "1"),
    ]
    assert "report.received" in line.kinds()


def test_a_list_pushed_twice_is_one(line: Line) -> None:
    for _ in range(3):
        _thanked(_push(line, "up", [_up("海涯村洪水，转移20人", 1)]))
    # A number there, words here: the documents show both.
    _thanked(_push(line, "up", [_up("海涯村洪水，转移20人", "1")]))
    assert len(line.inbox()) == 1
    assert line.kinds().count("report.received") == 1


def test_a_bad_element_doesn_t_lose_the_others(line: Line) -> None:
    bad: list[Any] = [
        None, 7, "x", [], {}, {"content": "无号码"}, {**_up("x", 9), "content": None, "phone_number": None},
        {**_up("x", 10), "content": {"a": 1}}, {**_up("x", "9"), "phone_number": "9" * 300},
    ]  # fmt: skip
    _thanked(_push(line, "up", [*bad[:4], _up("海涯村洪水", 1), *bad[4:], _up("平安", 2, "leader")]))
    assert [row["provider_id"] for row in line.inbox()] == ["1", "2"]


def test_odd_texts_are_kept(line: Line) -> None:
    odd = [
        _up("", 1),
        _up("水\x00涨😀", 2),
        {**_up("谁", 3), "phone_number": "106901234567890123"},
        {**_up("x"), "sequence_id": None},
    ]
    _thanked(_push(line, "up", odd))
    assert [row["body"] for row in line.inbox()] == ["", "水涨😀", "谁", "x"]


def test_a_lone_element_is_a_list_of_one(line: Line) -> None:
    _thanked(_push(line, "up", _up("海涯村洪水", 1)))
    assert len(line.inbox()) == 1


@pytest.mark.parametrize("body", [b"", b"x", b"\xff\xfe", b"1", b'"x"', b"null", b"[", b"NaN"])
def test_what_is_no_list_is_refused(line: Line, body: bytes) -> None:
    assert _push(line, "up", body).status_code == 400
    assert _push(line, "report", body).status_code == 400


def test_an_empty_list_is_thanked_for(line: Line) -> None:
    _thanked(_push(line, "up", []))


def test_the_time_is_of_the_mainland() -> None:
    assert aliyun.incoming(_up("x")).sent_at == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    assert aliyun.incoming({**_up("x"), "send_time": "gestern"}).sent_at is None


def test_a_receipt_says_that_it_arrived(line: Line) -> None:
    ref = _sent(line)
    _thanked(_push(line, "report", [_report(ref)]))
    assert (_row(line, ref)["status"], _row(line, ref)["error"]) == ("delivered", "")
    _thanked(_push(line, "report", [_report(ref, "UNDELIV")]))
    assert _row(line, ref)["status"] == "delivered", "receipts come twice and out of order"


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("UNDELIV", "temporary"), ("EXPIRED", "temporary"), ("IC:0151", "temporary"), ("MK:0001", "permanent_number"),
        ("DB:0141", "opted_out"), ("CONTENT_KEYWORD", "content"), ("ZZ:9999", "unknown"), ("", "unknown"),
    ],
)  # fmt: skip
def test_what_carriers_say_has_its_meaning(code: str, category: str) -> None:
    told, number = aliyun.receipt(_report(41, code), aliyun.book())
    assert (told.ref, told.status, told.error, told.category) == (41, "failed", code, category)
    assert number == cast.phone("leader")


def test_a_receipt_without_our_id_is_found_by_theirs(line: Line) -> None:
    ref = _sent(line)
    _thanked(_push(line, "report", [_report("", success="true", out_id=None)]))
    assert _row(line, ref)["status"] == "delivered"


def test_a_receipt_for_another_text_of_the_batch_is_not_ours(line: Line) -> None:
    ref = _sent(line)
    _thanked(_push(line, "report", [_report("", phone_number="13900000000"), _report(ref, biz_id="another^0")]))
    assert _row(line, ref)["status"] == "sent"


def test_bad_receipts_don_t_lose_the_good_one(line: Line) -> None:
    ref = _sent(line)
    bad: list[Any] = [
        None, {}, _report(ref, success="perhaps"), _report("x" * 99), _report("9" * 40), _report(-1), _report("１"),
        _report(99999), _report(ref, "E" * 5000, biz_id="other"),
    ]  # fmt: skip
    _thanked(_push(line, "report", [*bad, _report(ref)]))
    assert _row(line, ref)["status"] == "delivered"


@pytest.mark.parametrize("hook", ["up", "report"])
def test_a_wrong_key_finds_nothing(line: Line, hook: str) -> None:
    for key in ("x", "", "00000000000000000000000000000000", line.house.settings.hook_key("kannel"), "键"):
        assert line.client.post(f"/hooks/aliyun/{key}/{hook}", json=[_up("海涯村洪水")]).status_code == 404
    assert line.inbox() == []


@pytest.mark.parametrize("hook", ["up", "report"])
def test_a_look_at_the_address_is_answered(line: Line, hook: str) -> None:
    _thanked(line.client.get(_path(line, hook)))
    assert line.client.head(_path(line, hook)).status_code == 200


@pytest.mark.parametrize(
    ("networks", "caller", "status"),
    [
        (["203.0.113.0/24"], "203.0.113.7", 200),
        (["203.0.113.0/24"], "198.51.100.1", 403),
        (["203.0.113.0/24"], "no address", 403),
        (["2001:db8::/32", "203.0.113.7/32"], "2001:db8::1", 200),
    ],
)
def test_a_branch_may_name_the_networks(
    line: Line, monkeypatch: pytest.MonkeyPatch, networks: list[str], caller: str, status: int
) -> None:
    known = aliyun.Book.model_validate({**aliyun.book().model_dump(mode="json"), "hooks": {"addresses": networks}})
    monkeypatch.setattr(aliyun, "book", lambda: known)
    pushed = line.client.post(_path(line, "up"), json=[_up("海涯村洪水")], environ_base={"REMOTE_ADDR": caller})
    assert pushed.status_code == status
    assert len(line.inbox()) == (status == 200)


def test_while_the_database_is_away_the_list_comes_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:

    def away(incoming: Any) -> Any:
        if incoming.provider_id == "1":
            raise OperationalError("select", {}, Exception("away"))
        return hear(incoming)

    monkeypatch.setattr(hooks_aliyun, "hear", away)
    texts = [_up("海涯村洪水", 1), _up("平安", 2, "leader")]
    assert _push(line, "up", texts).status_code == 503
    monkeypatch.undo()
    _thanked(_push(line, "up", texts))
    assert sorted(row["provider_id"] for row in line.inbox()) == ["1", "2"]


def test_twenty_at_once_are_answered_in_time(line: Line) -> None:
    """Aliyun waits 700 ms (DOMAIN §7.2)."""
    _push(line, "up", [_up("海涯村洪水，转移1人", 1)])
    texts = [_up(f"海涯村洪水，受灾{n}户，转移{n * 3}人，需棉被{n}床", 100 + n) for n in range(20)]
    started = time.thread_time()
    _thanked(_push(line, "up", texts))
    assert len(line.inbox()) == 21
    # Our own work alone: what else the machine does is not ours.
    assert time.thread_time() - started < 0.7
