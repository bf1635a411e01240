"""What Kannel brings: texts in any alphabet, receipts in any order, carriers' own texts; nothing is ever sent back."""

from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from responder.app import House
from responder.messaging import watching
from responder.messaging.gateways import kannel_book
from responder.messaging.gateways.kannel_book import Sim
from responder.messaging.models import Road
from tests import cast
from tests.at_once import at_once
from tests.feature.messaging.conftest import Line

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"


class Smsbox:
    """smsbox, as it calls us."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.client: FlaskClient = line.client
        book = kannel_book.book().model_copy(
            update={"sims": (Sim(line="sim1", number="+8613800000001", carrier="cmcc"),)}
        )
        self.client.application.extensions["kannel_book"] = book
        self.at = f"/hooks/kannel/{line.house.settings.hook_key('kannel')}"

    def text(self, sender: str, body: str, uid: str = "1a", **more: str) -> TestResponse:
        """A text by get-url, in UCS-2 as phones write Chinese."""
        told = {"from": sender, "to": "+8613800000001", "charset": "UTF-16BE", "coding": "2", "smsc": "sim1", "id": uid}
        query = "&".join(f"{name}={quote(value)}" for name, value in {**told, **more}.items())
        return self.client.get(f"{self.at}/sms?{query}&text={quote(body.encode('utf-16-be'))}")

    def told(self) -> list[str]:
        """What the board was told of texts and roads."""
        return [kind for kind in self.line.kinds() if kind.startswith("message.")]

    def status(self, ref: object, kind: int, answer: str = "", uid: str = "ours") -> int:
        """A receipt."""
        query = f"ref={ref}&id={uid}&type={kind}&answer={quote(answer)}"
        return self.client.get(f"{self.at}/status?{query}").status_code


@pytest.fixture
def smsbox(line: Line) -> Smsbox:
    return Smsbox(line)


def test_a_flood_by_text_is_a_report_with_its_receipt_and_nothing_is_answered(smsbox: Smsbox) -> None:
    answered = smsbox.text("8619900000004", FLOOD)
    assert (answered.status_code, answered.data, answered.mimetype) == (200, b"", "text/plain")
    (came,) = smsbox.line.inbox()
    assert (came["gateway"], came["provider_id"], came["number"]) == ("kannel", "1a", cast.phone("village"))
    assert (came["outcome"], came["body"]) == ("report", FLOOD)
    (reply,) = smsbox.line.outbox()
    assert reply["number"] == cast.phone("village")


@pytest.mark.parametrize(
    "sender", ["19900000004", "8619900000004", "008619900000004", "%2B8619900000004", "+8619900000004"]
)
def test_a_number_is_known_however_the_network_writes_it(smsbox: Smsbox, sender: str) -> None:
    query = f"from={sender}&text={quote(FLOOD)}&charset=UTF-8&coding=0&smsc=sim1&id=1"
    assert smsbox.client.get(f"{smsbox.at}/sms?{query}").status_code == 200
    assert smsbox.line.inbox()[0]["person_id"] == cast.person_id(smsbox.line.house, "village")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FLOOD.encode("utf-16-be"), 'text/plain; charset="UTF-16BE"'),
        (FLOOD.encode(), 'text/plain; charset="UTF-8"'),
        (FLOOD.encode("gbk"), "application/octet-stream"),
    ],
)
def test_a_text_in_a_post_s_body_is_the_same_text(smsbox: Smsbox, body: bytes, kind: str) -> None:
    query = "from=%2B8619900000004&to=10690000&coding=1&smsc=sim1&id=7"
    assert smsbox.client.post(f"{smsbox.at}/sms?{query}", data=body, content_type=kind).data == b""
    assert [row["body"] for row in smsbox.line.inbox()] == [FLOOD]


def test_a_post_may_tell_everything_in_its_headers(smsbox: Smsbox) -> None:
    headers = {"X-Kannel-From": "8619900000004", "X-Kannel-SMSC": "sim1", "X-Kannel-Coding": "2"}
    kind = 'text/plain; charset="UTF-16BE"'
    smsbox.client.post(f"{smsbox.at}/sms", data=FLOOD.encode("utf-16-be"), content_type=kind, headers=headers)
    (came,) = smsbox.line.inbox()
    assert (came["number"], came["body"]) == (cast.phone("village"), FLOOD)


def test_the_same_delivery_again_is_one_text_another_id_is_another(smsbox: Smsbox) -> None:
    for uid in ("1a", "1a", "2b"):
        assert smsbox.text("19900000004", FLOOD, uid).status_code == 200
    assert [row["provider_id"] for row in smsbox.line.inbox()] == ["1a", "2b"]


def test_without_an_id_the_same_words_are_one_text_for_a_moment(smsbox: Smsbox) -> None:
    for _ in range(2):
        assert smsbox.text("19900000004", FLOOD, "").status_code == 200
    assert len(smsbox.line.inbox()) == 1


def test_deliveries_at_the_same_moment_are_one_text(smsbox: Smsbox) -> None:
    assert at_once(*[lambda: smsbox.text("19900000004", FLOOD).status_code] * 4) == [200] * 4
    assert len(smsbox.line.inbox()) == 1


@pytest.mark.parametrize("body", ["", "\x00", "🌊", "\x07\x1b", "'; DROP TABLE report; --", "灾" * 2000])
def test_whatever_is_written_is_kept(smsbox: Smsbox, body: str) -> None:
    assert smsbox.text("19900000004", body).status_code == 200
    (came,) = smsbox.line.inbox()
    assert came["body"] == body.replace("\0", "")


@pytest.mark.parametrize(
    "query", ["", "from=&text=", "from=%00&text=%00&id=%00", "text=%ff%fe&charset=UTF-16BE", "from=" + "9" * 300]
)
def test_whatever_is_called_is_no_error(smsbox: Smsbox, query: str) -> None:
    assert smsbox.client.get(f"{smsbox.at}/sms?{query}").status_code == 200
    assert len(smsbox.line.inbox()) == 1


@pytest.mark.parametrize("path", ["sms", "status"])
@pytest.mark.parametrize("key", ["x", "0" * 32, "枫泾"])
def test_without_the_key_there_is_nothing_here(smsbox: Smsbox, path: str, key: str) -> None:
    query = f"from=19900000004&text=1&id=1&ref={smsbox.line.put('a')}&type=1"
    assert smsbox.client.get(f"/hooks/kannel/{key}/{path}?{query}").status_code == 404
    assert smsbox.line.inbox() == []
    assert smsbox.line.outbox()[0]["status"] == "queued"


class TestStatus:
    """Receipts: twice, out of order, of texts that we don't know."""

    def test_delivered_stays_whatever_comes_after(self, smsbox: Smsbox) -> None:
        ref = smsbox.line.put("a")
        for kind in (1, 8, 4, 1, 2, 16):
            assert smsbox.status(ref, kind) == 200
        (row,) = smsbox.line.outbox()
        assert (row["status"], row["provider_id"], row["error"]) == ("delivered", "ours", "")
        assert row["delivered_at"] is not None

    def test_two_at_the_same_moment_don_t_overtake_each_other(self, smsbox: Smsbox) -> None:
        for turn in range(10):
            ref = smsbox.line.put(f"a{turn}")
            kinds = (8, 1) if turn % 2 else (1, 8)
            assert at_once(*[partial(smsbox.status, ref, kind, uid=f"ours{turn}") for kind in kinds]) == [200, 200]
        assert [row["status"] for row in smsbox.line.outbox()] == ["delivered"] * 10

    def test_taken_by_the_network_is_sent(self, smsbox: Smsbox) -> None:
        ref = smsbox.line.put("a")
        assert smsbox.status(ref, 8, "ACK/") == 200
        assert smsbox.line.outbox()[0]["status"] == "sent"

    def test_waiting_in_the_network_changes_nothing(self, smsbox: Smsbox) -> None:
        ref = smsbox.line.put("a")
        assert smsbox.status(ref, 4) == 200
        assert smsbox.line.outbox()[0]["status"] == "queued"

    def test_a_number_that_does_not_exist_is_told_with_its_category(self, smsbox: Smsbox) -> None:
        ref = smsbox.line.put("a")
        assert smsbox.status(ref, 16, "NACK/0x0000000b/Invalid Destination Address") == 200
        row = smsbox.line.outbox()[0]
        assert (row["category"], row["error"]) == ("permanent_number", "NACK/0x0000000b/Invalid Destination Address")

    def test_what_the_answer_told_already_is_not_told_again(self, smsbox: Smsbox) -> None:
        ref = smsbox.line.put("a")
        assert smsbox.status(ref, 16, "NACK/no SMSC") == 200
        assert smsbox.line.outbox()[0]["status"] == "queued"

    def test_an_earlier_try_s_receipt_is_not_a_later_one_s(self, smsbox: Smsbox) -> None:
        ref = smsbox.line.put("a")
        smsbox.status(ref, 8, uid="second")
        smsbox.status(ref, 16, "NACK/", uid="first")
        assert smsbox.line.outbox()[0]["status"] == "sent"

    @pytest.mark.parametrize("ref", ["99999", "", "-1", "٣", "1" * 30, "1 or 1"])
    def test_unknown_texts_are_passed_over(self, smsbox: Smsbox, ref: str) -> None:
        smsbox.line.put("a")
        assert smsbox.status(quote(ref), 1) == 200
        assert smsbox.line.outbox()[0]["status"] == "queued"


class TestCarrier:
    """Our SIM's own carrier writes too."""

    def _road(self, house: House, name: str = "kannel/sim1") -> dict[str, Any] | None:
        table: Any = Road.__table__
        with house.work.read() as session:
            row = session.execute(select(table).where(table.c.name == name)).mappings().first()
            return dict(row) if row else None

    def test_its_answer_is_kept_as_the_balance_and_waits_for_nobody(self, smsbox: Smsbox) -> None:
        assert smsbox.text("10086", "您的账户余额为52.30元。").status_code == 200
        (came,) = smsbox.line.inbox()
        assert (came["number"], came["outcome"]) == ("10086", "settled")
        road = self._road(smsbox.line.house)
        assert road is not None
        assert (road["balance"], road["trouble"]) == (52_300, "")
        assert smsbox.line.outbox() == []
        assert smsbox.told() == []

    def test_little_left_is_told_to_the_administrator_once_until_it_is_topped_up(self, smsbox: Smsbox) -> None:
        for number, left in enumerate(("12.5", "11", "9.9")):
            smsbox.text("10086", f"您的账户余额为{left}元。", str(number))
        (notice,) = smsbox.line.outbox()
        assert notice["person_id"] == cast.person_id(smsbox.line.house, "admin")
        assert (notice["template"], notice["body"]) == (
            "sim_low",
            "短信卡kannel/sim1余额只剩12.50元，请尽快充值，以免停机",
        )
        assert smsbox.told() == ["message.road_low"]
        smsbox.text("10086", "您的账户余额为109.90元。", "4")
        assert smsbox.told() == ["message.road_low", "message.road_well"]
        road = self._road(smsbox.line.house)
        assert road is not None
        assert (road["trouble"], road["alarmed_at"]) == ("", None)

    def test_a_warning_is_passed_on_once_a_day(self, smsbox: Smsbox) -> None:
        for number in range(3):
            smsbox.text("+8610086", "尊敬的客户，您的号码已欠费，即将停机。", str(number))
        (notice,) = smsbox.line.outbox()
        assert notice["template"] == "carrier_said"
        assert "即将停机" in notice["body"]
        assert smsbox.told() == ["message.carrier_said"] * 3

    def test_its_advertising_is_kept_and_no_more(self, smsbox: Smsbox) -> None:
        smsbox.text("10086", "流量大放送，回复1办理")
        smsbox.text("10086", "流量大放送，回复1办理")
        assert [row["outcome"] for row in smsbox.line.inbox()] == ["settled"]
        assert smsbox.line.outbox() == []

    def test_of_a_sim_that_nobody_listed_no_balance_is_kept(self, smsbox: Smsbox) -> None:
        assert smsbox.text("10086", "您的账户余额为2.30元。", smsc="sim9").status_code == 200
        assert self._road(smsbox.line.house, "kannel/sim9") is None
        assert smsbox.line.outbox() == []


@pytest.mark.parametrize(
    "charset", ["idna", "punycode", "undefined", "utf-7", "hex", "unicode_escape", "\ufffd", "a" * 99]
)
def test_no_name_of_an_alphabet_loses_a_text(smsbox: Smsbox, charset: str) -> None:
    query = f"from=19900000004&text={quote(FLOOD)}&charset={quote(charset)}&coding=0&smsc=sim1&id=1"
    assert smsbox.client.get(f"{smsbox.at}/sms?{query}").status_code == 200
    assert [row["number"] for row in smsbox.line.inbox()] == [cast.phone("village")]


@pytest.mark.parametrize("said", ["余额99999999999999元", "余额" + "9" * 4990 + "元", "余额１２.５元", "余额-7元"])
def test_no_sum_that_a_carrier_names_comes_again_and_again(smsbox: Smsbox, said: str) -> None:
    """Whatever is answered with an error Kannel brings every ten seconds for a week."""
    assert smsbox.text("10086", said).status_code == 200
    assert len(smsbox.line.inbox()) == 1


def test_a_carrier_s_text_that_breaks_is_heard_as_any_other(smsbox: Smsbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(watching, "note_carrier", breaks)
    assert smsbox.text("10086", "您的余额不足").status_code == 200
    assert [row["body"] for row in smsbox.line.inbox()] == ["您的余额不足"]
