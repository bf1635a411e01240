"""Kannel: its answers, its status page, the alphabets of texts, its carriers' words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from responder.messaging.gateways import Capabilities, Letter, SendFailed
from responder.messaging.gateways import kannel_reading as reading
from responder.messaging.gateways.kannel import Access, Kannel, hooks_at
from responder.messaging.gateways.kannel_book import Book, Sim, book
from responder.messaging.gateways.session import Answer
from responder.settings import Settings

CMCC = next(one for one in book().carriers if one.name == "cmcc")
SIM1 = Sim(line="sim1", number="+8613800000001", carrier="cmcc", per_hour=10, per_day=20)
SIM2 = Sim(line="sim2", number="+8613800000002", per_day=600)


@pytest.mark.parametrize(
    ("status", "said", "category"),
    [
        (403, "Authorization failed for sendsms", "config"),
        (403, "Not routable. Do not try again.", "config"),
        (400, "Number(s) has/have been denied by white- and/or black-lists.", "permanent_number"),
        (400, "Empty receiver number not allowed, rejected", "permanent_number"),
        (400, "Sender missing and no global set, rejected", "config"),
        (400, "Charset or body misformed, rejected", "content"),
        (404, "Unknown request.", "config"),
        (503, "Temporal failure, try again later.", "temporary"),
        (500, "Sending failed.", "temporary"),
        (302, "", "unknown"),
        (200, "", "unknown"),
    ],
)
def test_what_kannel_refuses_has_its_category(status: int, said: str, category: str) -> None:
    with pytest.raises(SendFailed) as failure:
        reading.check_taken(Answer(status, said.encode()))
    assert (failure.value.category, failure.value.code) == (category, str(status))


@pytest.mark.parametrize("said", ["0: Accepted for delivery", "3: Queued for later delivery", "Sent."])
def test_202_is_taken_however_it_is_worded(said: str) -> None:
    reading.check_taken(Answer(202, said.encode()))


def _page(status: str = "running, uptime 0d 1h 2m 3s", box: str = "smsbox", line: str = "online 4711s") -> Answer:
    boxes = f"<boxes><box><type>{box}</type></box></boxes>" if box else "<boxes></boxes>"
    return Answer(
        200,
        f'<?xml version="1.0"?>\n<gateway>\n<version>Kannel</version><status>{status}</status>{boxes}'
        f"<smscs><count>1</count><smsc><name>AT2[/dev/ttyUSB0]</name><admin-id>sim1</admin-id><id>sim1</id>"
        f"<status>{line}</status><failed>2</failed><queued>3</queued></smsc></smscs></gateway>\n".encode(),
    )


def test_the_status_page_is_read() -> None:
    found = reading.state(_page())
    assert (found.well, found.said) == (True, "running")
    assert found.lines == {"sim1": "online, 3 queued, 2 failed"}
    assert found.online("sim1")
    assert not found.online("sim2")


@pytest.mark.parametrize("line", ["re-connecting", "connecting", "disconnected", "dead", "unknown", "onlineish"])
def test_a_line_that_is_not_online_is_away(line: str) -> None:
    assert not reading.state(_page(line=line)).online("sim1")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (_page(status="isolated, uptime 0d"), "isolated"),
        (_page(status="suspended, uptime 0d"), "suspended"),
        (_page(box=""), "no smsbox"),
        (_page(box="wapbox"), "no smsbox"),
    ],
)
def test_kannel_that_does_not_work_is_not_well(page: Answer, said: str) -> None:
    assert (reading.state(page).well, reading.state(page).said) == (False, said)


@pytest.mark.parametrize(
    ("answer", "category"),
    [
        (Answer(200, b'<?xml version="1.0"?>\n<gateway>\nDenied</gateway>'), "config"),
        (Answer(404, b"Unknown command"), "config"),
        (Answer(502, b""), "temporary"),
        (Answer(200, b"<html>"), "unknown"),
        (Answer(200, b"<gateway></gateway>"), "unknown"),
    ],
)
def test_what_is_no_status_page_is_told_apart(answer: Answer, category: str) -> None:
    with pytest.raises(SendFailed) as failure:
        reading.state(answer)
    assert failure.value.category == category


@pytest.mark.parametrize(
    ("raw", "charset", "coding", "said"),
    [
        ("海涯村内涝\n45户".encode("utf-16-be"), "UTF-16BE", "2", "海涯村内涝\n45户"),
        ("海涯村".encode("utf-16-be"), "", "2", "海涯村"),
        ("\ufeff海涯村".encode("utf-16-be"), "UTF-16BE", "2", "海涯村"),
        ("海涯村".encode("utf-16-be") + b"\x6c", "UTF-16BE", "2", "海涯村"),
        ("𠮷".encode("utf-16-be"), "UTF-16BE", "2", "𠮷"),
        (b"\xd8\x42", "UTF-16BE", "2", "\ufffd"),
        ("海涯村".encode(), "UTF-8", "0", "海涯村"),
        ("海涯村".encode("gbk"), "UTF-8", "0", "海涯村"),
        ("海涯村".encode("gbk"), "8-BIT", "1", "海涯村"),
        ("海涯村".encode(), "8-BIT", "1", "海涯村"),
        ("海涯村".encode("gbk"), "GB2312", "1", "海涯村"),
        ("㐀海".encode("gb18030"), "gb18030", "1", "㐀海"),
        ("海涯村".encode(), '"utf-8"', "0", "海涯村"),
        ("é".encode("latin-1"), "ISO-8859-1", "1", "é"),
        ("海".encode(), "no-such-alphabet", "0", "海"),
        (b"\xff", "8-BIT", "1", "ÿ"),
        (b"", "UTF-8", "0", ""),
    ],
)
def test_a_text_is_read_in_whatever_alphabet_it_comes(raw: bytes, charset: str, coding: str, said: str) -> None:
    assert reading.decoded(raw, charset, coding) == said


def test_receipts_have_our_words_and_what_tells_nothing_new_has_none() -> None:
    kinds = [reading.status_of(kind, "") for kind in ("1", "2", "4", "8", "16", "32", "", "x")]
    assert kinds == ["delivered", "failed", "", "sent", "failed", "", "", ""]
    assert reading.status_of("16", "NACK/no SMSC") == "", "the answer to our request told it already"


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("id:1 sub:001 dlvrd:000 submit date:2611220900 done date:2611220901 stat:EXPIRED err:003 text:", "temporary"),
        ("stat:UNDELIV err:001", "temporary"),
        ("stat:REJECTD err:005", "content"),
        ("NACK/0x0000000b/Invalid Destination Address", "permanent_number"),
        ("NACK/0x00000014/Message Queue Full", "temporary"),
        ("NACK/0x0000000e/Invalid Password", "config"),
        ("NACK/Retries Exceeded", "temporary"),
        ("NACK/validity expired", "temporary"),
        ("NACK/0x00000045/Submit failed", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_network_s_words_have_their_category(said: str, category: str) -> None:
    assert book().meaning(said) == category


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        ("1795340372", datetime(2026, 11, 22, 9, 39, 32, tzinfo=UTC)),
        ("", None),
        ("-1", None),
        ("٣", None),
        ("9" * 30, None),
    ],
)
def test_moments(seconds: str, moment: datetime | None) -> None:
    assert reading.moment(seconds) == moment


@pytest.mark.parametrize(
    ("said", "balance"),
    [
        ("尊敬的客户，您好！截至11月22日09时，您的账户余额为12.30元。", 12_300),
        ("【话费提醒】您的话费可用余额：45元，感谢使用", 45_000),
        ("您的当前话费余额（含赠送）是 -3.5元", -3_500),
        ("您本月已消费9.90元", None),
        ("余额查询请回复1", None),
    ],
)
def test_the_carrier_s_answer_names_the_balance(said: str, balance: int | None) -> None:
    assert CMCC.read_balance(said) == balance


@pytest.mark.parametrize("sender", ["10086", "+8610086", "008610086", "8610086", " 10086 "])
def test_the_carrier_is_known_however_the_network_writes_it(sender: str) -> None:
    assert book().carrier_with(sender) == CMCC


@pytest.mark.parametrize("sender", ["+8613810086100", "100860", "", "86", "+86", "12379"])
def test_nobody_else_is_taken_for_a_carrier(sender: str) -> None:
    assert book().carrier_with(sender) is None


def test_a_carrier_s_warning_is_told_from_its_answers() -> None:
    assert CMCC.tells_trouble("您的号码已欠费，即将停机")
    assert not CMCC.tells_trouble("您的账户余额为12.30元")


@pytest.mark.parametrize(
    ("said", "percent"),
    [
        ("+CSQ: 17,99\r\nOK", 55),
        ("+CSQ: 31,0", 100),
        ("+CSQ: 0,0", 0),
        ("+CSQ: 99,99", None),
        ("72\n", 72),
        ("?", None),
    ],
)
def test_the_signal_is_read_from_a_file(tmp_path: Path, said: str, percent: int | None) -> None:
    path = tmp_path / "sim1.signal"
    path.write_text(said)
    sim = SIM1.model_copy(update={"signal": str(path)})
    written = path.stat().st_mtime
    assert sim.read_signal(written + 60) == percent
    assert sim.read_signal(written + 601) is None, "an old signal says nothing"


def test_without_a_file_there_is_no_signal(tmp_path: Path) -> None:
    assert SIM1.read_signal(0) is None
    assert SIM1.model_copy(update={"signal": str(tmp_path / "none")}).read_signal(0) is None


@pytest.mark.parametrize(
    ("sims", "wrong"),
    [
        ([{"line": "a", "number": "+8613800000001"}] * 2, "twice"),
        ([{"line": "a", "number": "+8613800000001", "carrier": "x"}], "no such carrier"),
        ([{"line": "a b", "number": "+8613800000001"}], "line"),
        ([{"line": "a", "number": "13800000001"}], "number"),
    ],
)
def test_a_wrong_book_says_what_is_wrong(sims: list[dict[str, str]], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Book.model_validate({"can": {}, "sims": sims})


def test_a_pattern_that_names_no_sum_is_refused() -> None:
    carrier = {"name": "c", "numbers": ["1"], "ask_to": "1", "words": "x", "balance": "余额", "trouble": "停"}
    with pytest.raises(ValidationError, match="one group"):
        Book.model_validate({"can": {}, "carriers": [carrier]})
    with pytest.raises(ValidationError, match="not a pattern"):
        Book.model_validate({"can": {}, "carriers": [{**carrier, "balance": "(余额"}]})


def test_every_sim_has_its_own_budget_or_the_gateway_s() -> None:
    can = Capabilities(per_hour=100, per_day=500)
    kannel = Kannel(Book(can=can, sims=(SIM1, SIM2), carriers=book().carriers), Access("", "", ""))
    assert [(line.name, line.per_hour, line.per_day) for line in kannel.lines()] == [
        ("sim1", 10, 20),
        ("sim2", 100, 600),
    ]
    assert kannel.metered() == ["sim1"]
    assert kannel.check() == [], "without a status page nothing can be asked"


def test_a_text_that_kannel_would_cut_is_refused() -> None:
    kannel = Kannel(Book(can=Capabilities(max_chars=10)), Access("http://127.0.0.1:1/", "", ""))
    with pytest.raises(SendFailed) as failure:
        kannel.send(Letter(1, "+8613900000001", "水" * 11))
    assert failure.value.category == "content"


def test_an_unknown_line_is_a_wrong_setting() -> None:
    kannel = Kannel(
        Book(can=Capabilities(), sims=(SIM1,), carriers=book().carriers), Access("http://127.0.0.1:1/", "", "")
    )
    with pytest.raises(SendFailed) as failure:
        kannel.send(Letter(1, "+8613900000001", "x", line="sim9"))
    assert failure.value.category == "config"


def test_the_hooks_address_holds_the_secret() -> None:
    settings = Settings(secret_key="a", public_url="https://red.example.cn/")
    key = settings.hook_key("kannel")
    assert hooks_at(settings, "") == f"https://red.example.cn/hooks/kannel/{key}"
    assert hooks_at(settings, "http://127.0.0.1:8000") == f"http://127.0.0.1:8000/hooks/kannel/{key}"
    assert hooks_at(Settings(secret_key="a", public_url=""), "") == ""


def test_the_shipped_file_is_usable() -> None:
    assert book().can.text_in
    assert book().can.receipts
    assert {one.name for one in book().carriers} == {"cmcc", "unicom", "telecom"}
