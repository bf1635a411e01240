"""Roads that are looked at: trouble is told once per spell, to those who can do something about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from responder import worker
from responder.app import House
from responder.kernel import clock
from responder.messaging import roadbook, watching
from responder.messaging.fleet import fleet
from responder.messaging.gateways import Capabilities, Health, Letter, Line, SendFailed, Sent
from responder.messaging.manners import manners
from responder.messaging.models import Road
from responder.messaging.watching import Limits, limits
from tests import cast
from tests.feature.messaging.conftest import Line as Around

_road: Any = Road.__table__
WELL = [Health("", True, "running"), Health("a", True, "online"), Health("b", True, "online")]


@dataclass
class Roads:
    """A gateway with two lines that says of itself what a test wants."""

    name: str = "kannel"
    can: Capabilities = field(default_factory=Capabilities)
    says: list[Health] = field(default_factory=lambda: list(WELL))
    fails: SendFailed | None = None
    asked: list[str] = field(default_factory=list)

    def send(self, letter: Letter) -> Sent:
        """Not asked for here."""
        raise SendFailed("none", "config")

    def lines(self) -> Sequence[Line]:
        """Two."""
        return [Line("a", "+8613800000001", 10, 100), Line("b", "+8613800000002", 10, 100)]

    def check(self) -> Sequence[Health]:
        """What the test wants."""
        if self.fails is not None:
            raise self.fails
        return self.says

    def metered(self) -> Sequence[str]:
        """One of the two."""
        return ["a"]

    def ask_balance(self, line: str) -> None:
        """Noted, or refused as the check is."""
        if self.fails is not None:
            raise self.fails
        self.asked.append(line)


@dataclass
class Watched:
    """The house, looking at the roads."""

    line: Around
    gateway: Roads

    def look(self, *says: Health, times: int = 1) -> None:
        """Minutes pass."""
        if says:
            self.gateway.says = list(says)
        for _ in range(times):
            watching.watch([self.gateway], self.line.house.work)

    def road(self, name: str) -> dict[str, Any]:
        """A road's row."""
        with self.line.house.work.read() as session:
            return dict(session.execute(select(_road).where(_road.c.name == name)).mappings().one())

    def told(self) -> list[str]:
        """What the board was told."""
        return [kind for kind in self.line.kinds() if kind.startswith("message.")]

    def texts(self) -> list[str]:
        """Texts to the administrator; nobody else gets one."""
        rows = self.line.outbox()
        assert {row["person_id"] for row in rows} <= {cast.person_id(self.line.house, "admin")}
        return [row["template"] for row in rows]

    def age(self, days: float) -> None:
        """The last question to the carrier was so long ago."""
        row = self.road("kannel/a")
        with self.line.house.work.begin(cast.SYSTEM) as uow:
            at = row["asked_at"] - timedelta(days=days)
            uow.session.execute(update(_road).where(_road.c.name == "kannel/a").values(asked_at=at))


@pytest.fixture
def watched(line: Around) -> Watched:
    return Watched(line, Roads())


def test_every_line_is_written_with_what_it_says(watched: Watched) -> None:
    watched.look(WELL[0], Health("a", True, "online, 2 queued", 30_500, 55), WELL[2])
    row = watched.road("kannel/a")
    assert (row["well"], row["state"], row["balance"], row["signal"]) == (True, "online, 2 queued", 30_500, 55)
    assert row["checked_at"] is not None
    assert watched.road("kannel")["well"]
    assert (watched.told(), watched.texts()) == ([], [])


def test_one_bad_look_is_no_trouble_two_are(watched: Watched) -> None:
    down = (WELL[0], Health("a", False, "re-connecting"), WELL[2])
    watched.look(*down)
    assert not watched.road("kannel/a")["well"], "no text is given to it all the same"
    assert watched.told() == []
    watched.look(*WELL)
    watched.look(*down)
    assert (watched.told(), watched.texts()) == ([], [])
    watched.look(*down)
    assert (watched.told(), watched.texts()) == (["message.road_down"], ["road_down"])


def test_a_spell_is_told_once_and_its_end_once(watched: Watched) -> None:
    watched.look(WELL[0], Health("a", False, "dead"), WELL[2], times=5)
    watched.look(*WELL, times=3)
    assert watched.told() == ["message.road_down", "message.road_well"]
    watched.look(WELL[0], Health("a", False, "dead"), WELL[2], times=5)
    assert watched.told() == ["message.road_down", "message.road_well", "message.road_down"]
    assert watched.texts() == ["road_down"], "one text an hour"


def test_what_is_down_as_a_whole_is_told_once_and_no_line_carries(watched: Watched) -> None:
    watched.gateway.fails = SendFailed("network", "temporary", "ConnectionError")
    watched.look(times=3)
    assert watched.told() == ["message.road_down"]
    assert [watched.road(name)["well"] for name in ("kannel", "kannel/a", "kannel/b")] == [False] * 3
    assert "ConnectionError" in watched.line.outbox()[0]["body"]
    watched.gateway.fails = None
    watched.look()
    assert watched.told() == ["message.road_down", "message.road_well"]
    assert [watched.road(name)["well"] for name in ("kannel", "kannel/a", "kannel/b")] == [True] * 3


def test_little_money_and_a_weak_signal_are_told(watched: Watched) -> None:
    watched.look(WELL[0], Health("a", True, "online", 19_990), Health("b", True, "online", None, 10), times=2)
    assert watched.told() == ["message.road_low", "message.road_weak"]
    assert sorted(row["body"] for row in watched.line.outbox()) == [
        "短信卡kannel/a余额只剩19.99元，请尽快充值，以免停机", "短信卡kannel/b信号只有10%，请检查天线和位置",
    ]  # fmt: skip


def test_a_balance_stays_known_while_nobody_says_it_anew(watched: Watched) -> None:
    watched.look(WELL[0], Health("a", True, "online", 5_000), WELL[2])
    watched.look(*WELL, times=2)
    assert (watched.road("kannel/a")["balance"], watched.told()) == (5_000, ["message.road_low"])


def test_the_carrier_is_asked_once_a_week_and_each_day_while_little_is_left(watched: Watched) -> None:
    watched.look(times=3)
    assert watched.gateway.asked == ["a"]
    watched.age(6.9)
    watched.look()
    assert watched.gateway.asked == ["a"]
    watched.age(0.2)
    watched.look()
    assert watched.gateway.asked == ["a", "a"]
    watched.look(WELL[0], Health("a", True, "online", 5_000), WELL[2])
    watched.age(1.1)
    watched.look()
    assert watched.gateway.asked == ["a", "a", "a"]


def test_a_line_that_is_down_is_not_asked_with_and_a_question_not_sent_is_asked_again(watched: Watched) -> None:
    watched.look(WELL[0], Health("a", False, "dead"), WELL[2])
    assert watched.gateway.asked == []
    watched.look(*WELL)
    assert watched.gateway.asked == ["a"]


def test_a_gateway_that_breaks_holds_up_no_other(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Roads(name="http:x")
    monkeypatch.setattr(broken, "check", lambda: 1 / 0)
    watching.watch([broken, watched.gateway], watched.line.house.work)
    assert watched.road("kannel/a")["well"]


def test_the_worker_looks_only_where_something_can_be_asked(house: House) -> None:
    assert [name for name, _seconds, _job in worker.jobs(house) if name == "roads"] == []
    kannel = House(house.settings.model_copy(update={"gateways": "simulator,kannel"}), house.work)
    ((_name, seconds, _job),) = [job for job in worker.jobs(kannel) if job[0] == "roads"]
    assert seconds == 60


@pytest.mark.parametrize(
    ("well", "balance", "signal", "trouble"),
    [
        (True, None, None, ""), (True, 20_000, 15, ""), (True, 19_999, None, "low"), (True, None, 14, "weak"),
        (True, 0, 0, "low"), (True, -5_000, 90, "low"), (False, 0, 0, "down"), (False, None, None, "down"),
    ],
)  # fmt: skip
def test_what_is_trouble(well: bool, balance: int | None, signal: int | None, trouble: str) -> None:
    assert Limits(low_yuan=20, weak_percent=15, ask_days=7).trouble(well, balance, signal) == trouble
    assert limits().low_yuan > 0


def test_a_road_that_nobody_looks_at_any_more_is_taken_as_well(watched: Watched) -> None:
    """The worker that looked has stopped: its last word must not hold back a road for ever."""

    def carries(after: timedelta) -> list[bool]:
        work, now = watched.line.house.work, clock.now() + after
        with work.begin(cast.SYSTEM) as uow:
            hauliers = fleet([watched.gateway], manners())
            found = roadbook.standings(uow.session.connection(), hauliers, now)
        return [one.carries(now) for one in found["kannel"]]

    watched.look(WELL[0], Health("a", False, "dead"), WELL[2], times=2)
    assert carries(timedelta(minutes=4)) == [False, True]
    assert carries(timedelta(minutes=6)) == [True, True]
    assert carries(-timedelta(hours=1)) == [True, True], "nor may a clock that was put back"
