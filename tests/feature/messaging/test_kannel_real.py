"""Kannel itself, from Debian's package: texts out and in, receipts, SIMs that go away, Kannel that goes away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from responder import worker
from responder.app import House, build
from responder.messaging import watching
from responder.messaging.gateways import Letter, SendFailed, kannel_book
from responder.messaging.gateways.kannel import Kannel, access
from responder.messaging.gateways.kannel_book import Book, Sim
from responder.settings import Settings
from tests import cast
from tests.conftest import missing
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.kannel_box import Box, Network, installed, until

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"
SECRET = "test"
SIMS = (
    Sim(line="sim1", number="+8613800000001", carrier="cmcc", per_hour=10),
    Sim(line="sim2", number="+8613800000002", per_hour=20),
)


@pytest.fixture(scope="module")
def kannel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """One Kannel for all tests of this file: it starts in a tenth of a second, but leaves ports in use."""
    if not installed():
        missing("kannel", "no /usr/sbin/bearerbox: apt-get install kannel")
    box = Box(tmp_path_factory.mktemp("kannel"), Settings(secret_key=SECRET).hook_key("kannel"))
    try:
        box.start()
        yield box
    finally:
        box.close()


class Around:
    """The house with Kannel before it: its web server, its worker's relay, its outbox."""

    def __init__(self, house: House, box: Box, book: Book) -> None:
        box.welcome()
        settings = house.settings.model_copy(
            update={
                "gateways": "kannel", "public_url": box.public, "kannel_url": box.sendsms_url,
                "kannel_username": "responder", "kannel_password": box.password, "kannel_status_url": box.admin_url,
                "kannel_status_password": f"{box.password}-status",
            }
        )  # fmt: skip
        self.house = House(settings, house.work)
        self.book = book
        self.box = box
        self.line = Line(self.house, build(self.house).test_client())
        box.app = self.line.client.application

    def gateway(self, **other: str) -> Kannel:
        """A gateway as the worker makes it, with other settings where given."""
        return Kannel(self.book, access(self.house.settings.model_copy(update=other), ""))

    @contextmanager
    def relaying(self) -> Iterator[None]:
        """The worker's relay at work."""
        stop = threading.Event()
        thread = threading.Thread(target=worker.relay(self.house).run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(20)

    def network(self, line: str) -> Network:
        """One SIM's network."""
        return self.box.networks[line]

    def told(self) -> list[str]:
        """What the board was told of the roads."""
        return [kind for kind in self.line.kinds() if kind.startswith("message.")]

    def when(self, status: str) -> dict[str, Any] | None:
        """The only text of the outbox, once it has this status."""
        (row,) = self.line.outbox()
        return row if row["status"] == status else None


@pytest.fixture
def around(house: House, kannel: Box, monkeypatch: pytest.MonkeyPatch) -> Iterator[Around]:
    book = kannel_book.book().model_copy(update={"sims": SIMS})
    monkeypatch.setattr(kannel_book, "book", lambda: book)
    yield Around(house, kannel, book)
    kannel.part()


def test_a_long_chinese_text_arrives_whole_and_its_receipt_is_noted(around: Around) -> None:
    body = "【演练】" + "海涯村海堤进水，" * 55 + "完"
    found = around.gateway().send(Letter(around.line.put("a"), "+8613900001111", body, line="sim1"))
    (text,) = until(lambda: around.network("sim1").to("+8613900001111"))
    assert (text.body, text.sender, text.parts) == (body, "+8613800000001", 7)
    row = until(lambda: around.when("delivered"))
    assert row["provider_id"] == found.provider_id


def test_plain_text_goes_in_the_network_s_own_alphabet(around: Around) -> None:
    gateway = around.gateway()
    for ref, body in enumerate(("Team to Caojing. Reply 1 [yes] {ok} ~ 50%|", "Caojing `now`", "é", "x" * 300)):
        gateway.send(Letter(ref, f"+861390000111{ref}", body, lang="en", line="sim2"))
        (text,) = until(partial(around.network("sim2").to, f"+861390000111{ref}"))
        assert text.body == body
        assert text.plain == (body.isascii() and "`" not in body)


def test_a_flood_by_text_is_answered_by_text(around: Around) -> None:
    """The whole circle: a phone, its network, Kannel, the house, its worker, Kannel, the network, the phone."""
    with around.relaying():
        around.network("sim1").write("19900000004", FLOOD)
        texts = until(
            lambda: around.network("sim1").to(cast.phone("village")) + around.network("sim2").to(cast.phone("village"))
        )
        # The receipt may come in before the relay has noted by which road it went.
        row = until(lambda: (found := around.when("delivered")) and found["gateway"] and found)
    (came,) = around.line.inbox()
    assert (came["gateway"], came["outcome"], came["body"]) == ("kannel", "report", FLOOD)
    assert texts[0].body == row["body"]
    assert came["subject"] in texts[0].body
    assert row["gateway"] == "kannel"


def test_texts_come_in_by_either_way_in_any_alphabet(around: Around) -> None:
    """sim1 is brought by get-url, sim2 by post-url."""
    for name in ("sim1", "sim2"):
        around.network(name).write("8613900001111", f"{name} 海涯村\n45户 OK")
        around.network(name).write("13900001112", "", raw=f"{name} 海涯村".encode("gbk"))
    came = until(lambda: len(found := around.line.inbox()) == 4 and found)
    assert {(row["number"], row["body"]) for row in came} == {
        ("+8613900001111", "sim1 海涯村\n45户 OK"), ("+8613900001111", "sim2 海涯村\n45户 OK"),
        ("+8613900001112", "sim1 海涯村"), ("+8613900001112", "sim2 海涯村"),
    }  # fmt: skip
    assert len({row["provider_id"] for row in came}) == 4
    assert around.network("sim1").texts == [], "Kannel itself answers nothing"


def test_while_the_house_is_away_nothing_is_lost(around: Around) -> None:
    around.box.away = True
    around.network("sim1").write("13900001111", "海涯村进水")
    until(lambda: around.box.turned_away)
    around.box.away = False
    (came,) = until(around.line.inbox)
    assert came["body"] == "海涯村进水"


def test_the_sims_share_the_work_by_their_budgets(around: Around) -> None:
    gateway = around.gateway()
    for ref in range(9):
        gateway.send(Letter(ref, "+8613900001111", f"第{ref}条"))
    until(lambda: sum(len(around.network(name).texts) for name in ("sim1", "sim2")) == 9)
    assert [len(around.network(name).texts) for name in ("sim1", "sim2")] == [3, 6]


def test_a_used_up_budget_is_told_and_no_sim_sends_more(around: Around) -> None:
    few = tuple(sim.model_copy(update={"per_hour": 2, "per_day": 1}) for sim in SIMS)
    gateway = Kannel(around.book.model_copy(update={"sims": few}), access(around.house.settings, ""))
    for ref in range(2):
        gateway.send(Letter(ref, "+8613900001111", "x"))
    with pytest.raises(SendFailed) as failure:
        gateway.send(Letter(9, "+8613900001111", "x"))
    assert (failure.value.code, failure.value.category) == ("budget", "temporary")


def test_a_sim_that_is_unplugged_is_passed_over_and_told(around: Around) -> None:
    around.network("sim1").leave()
    try:
        gateway = around.gateway()
        until(lambda: [health.well for health in gateway.check()] == [True, False, True])
        for ref in range(3):
            gateway.send(Letter(ref, "+8613900001111", "海涯村", line="sim2" if ref else ""))
        with pytest.raises(SendFailed) as failure:
            gateway.send(Letter(9, "+8613900001111", "海涯村", line="sim1"))
        assert failure.value.category == "temporary"
        until(lambda: len(around.network("sim2").texts) == 3)
        watching.watch([gateway], around.house.work)
        assert around.told() == [], "modems reconnect"
        watching.watch([gateway], around.house.work)
        watching.watch([gateway], around.house.work)
        assert around.told() == ["message.road_down"]
    finally:
        around.network("sim1").join()
    until(lambda: all(health.well for health in gateway.check()))
    watching.watch([gateway], around.house.work)
    assert around.told() == ["message.road_down", "message.road_well"]
    (notice,) = around.line.outbox()
    assert notice["person_id"] == cast.person_id(around.house, "admin")
    assert notice["body"].startswith("短信通道kannel/sim1不通（")
    assert around.network("sim1").to("+8613900001111") == [], "nothing waited in Kannel for the SIM to come back"


def test_kannel_that_is_stopped_is_a_passing_fault(around: Around) -> None:
    gateway = around.gateway()
    around.box.stop()
    try:
        with pytest.raises(SendFailed) as failure:
            gateway.send(Letter(1, "+8613900001111", "海涯村", line="sim1"))
        assert failure.value.category == "temporary"
        with pytest.raises(SendFailed) as failure:
            gateway.check()
        assert failure.value.category == "temporary"
    finally:
        around.box.start()
    fresh = around.gateway()
    until(lambda: all(health.well for health in fresh.check()))
    fresh.send(Letter(1, "+8613900001111", "海涯村", line="sim1"))
    until(lambda: around.network("sim1").to("+8613900001111"))


@pytest.mark.parametrize(
    ("wrong", "category"),
    [
        ({"kannel_password": "wrong"}, "config"),
        ({"kannel_username": "nobody"}, "config"),
        ({"kannel_status_password": "wrong"}, None),
    ],
)
def test_wrong_settings(around: Around, wrong: dict[str, str], category: str | None) -> None:
    gateway = around.gateway(**wrong)
    if category is None:
        gateway.send(Letter(1, "+8613900001111", "x"))
        with pytest.raises(SendFailed) as failure:
            gateway.check()
    else:
        with pytest.raises(SendFailed) as failure:
            gateway.send(Letter(1, "+8613900001111", "x"))
        assert failure.value.code == "403"
    assert failure.value.category == "config"


def test_a_line_that_kannel_does_not_have_is_told(around: Around) -> None:
    book = around.book.model_copy(update={"sims": (Sim(line="sim9", number="+8613800000009"),)})
    settings = around.house.settings
    with pytest.raises(SendFailed) as failure:
        Kannel(book, access(settings, "")).send(Letter(1, "+8613900001111", "x"))
    assert failure.value.category == "temporary"
    blind = settings.model_copy(update={"kannel_status_url": ""})
    with pytest.raises(SendFailed) as failure:
        Kannel(book, access(blind, "")).send(Letter(1, "+8613900001111", "x"))
    assert (failure.value.code, failure.value.category) == ("403", "config")


def test_a_sim_asks_its_carrier_what_is_left_and_hears_the_answer(around: Around) -> None:
    gateway = around.gateway()
    for _ in range(2):
        watching.watch([gateway], around.house.work)
    (asked,) = until(lambda: around.network("sim1").to("10086"))
    assert (asked.body, asked.plain) == ("CXYE", True)
    around.network("sim1").write("10086", "您的账户余额为7.50元。")
    (notice,) = until(around.line.outbox)
    assert notice["template"] == "sim_low"
    assert [row["outcome"] for row in around.line.inbox()] == ["settled"]
    assert len(around.network("sim1").to("10086")) == 1, "asked once"
