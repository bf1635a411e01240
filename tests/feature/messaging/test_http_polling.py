"""A platform that must be asked for what came in: the worker's job asks, nothing is lost and nothing comes twice."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast as cast_to

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from sqlalchemy.exc import OperationalError

from responder import worker
from responder.app import House
from responder.hotline import service as hotline
from responder.kernel import clock
from responder.messaging import polling, service
from responder.messaging.commands import Incoming
from responder.messaging.gateways import Polled, SendFailed
from responder.messaging.hooks import Listener, store
from responder.platform.work import UnitOfWork
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.providers import Provider, environ, stand_in

FLOOD = "漕泾镇海涯村内涝，受灾45户132人，转移18人，无伤亡"


@pytest.fixture
def platform(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Provider:
    environ(monkeypatch, httpserver.url_for("").rstrip("/"))
    return stand_in(httpserver, "soap")


@pytest.fixture
def wired(line: Line) -> House:
    return House(line.house.settings.model_copy(update={"gateways": "http:soap,simulator"}), line.house.work)


def put(platform: Provider, *texts: tuple[str, str]) -> None:
    """Texts that wait at the platform until they are asked for the next time."""
    platform.waiting = [
        {"id": f"{number}", "mobile": cast.phone("village"), "text": body, "time": "2024-09-16T13:30:00"}
        for number, body in texts
    ]


def poller(wired: House) -> polling.Poller:
    ((_name, seconds, job),) = polling.jobs(wired.settings, hotline)
    assert seconds == 30
    assert isinstance(job, polling.Poller)
    return job


def test_texts_are_fetched_understood_and_answered_once(line: Line, wired: House, platform: Provider) -> None:
    put(platform, ("1", FLOOD), ("2", "帮助"))
    ask = poller(wired)
    ask(wired.work)
    ask(wired.work)
    assert [(row["gateway"], row["provider_id"], row["body"]) for row in line.inbox()] == [
        ("http:soap", "1", FLOOD), ("http:soap", "2", "帮助")
    ]  # fmt: skip
    assert line.inbox()[0]["outcome"] == "report"
    assert len(line.outbox()) == 2


def test_each_question_reaches_back_behind_the_last(line: Line, wired: House, platform: Provider) -> None:
    with time_machine.travel("2024-09-16T05:30:00+00:00", tick=False) as watch:
        ask = poller(wired)
        ask(wired.work)
        watch.shift(30)
        put(platform, ("1", "帮助"))
        ask(wired.work)
        watch.shift(3600)
        poller(wired)(wired.work)
    assert platform.asked == ["2024-09-15 13:20:00", "2024-09-16 13:20:00", "2024-09-16 13:20:30"], (
        "a day at first, then since the last question, after a start since the last text; ten minutes more each time"
    )


def test_a_person_is_told_when_it_can_t_be_asked_and_when_it_can_again(
    line: Line, wired: House, platform: Provider
) -> None:
    ask = poller(wired)

    def told() -> list[str]:
        return [kind for kind in line.kinds() if kind.startswith("message.")]

    ask(wired.work)
    assert told() == []
    platform.status = 503
    for _ in range(4):
        ask(wired.work)
    assert told() == ["message.road_down"], "once, when it was down at two questions"
    assert {row["template"] for row in line.outbox()} == {"road_down"}
    platform.status = 200
    ask(wired.work)
    assert told() == ["message.road_down", "message.road_well"]


@pytest.mark.parametrize("trouble", ["refused", "gone", "unreadable"])
def test_a_platform_that_fails_is_asked_again(line: Line, wired: House, platform: Provider, trouble: str) -> None:
    put(platform, ("1", FLOOD))
    ask = poller(wired)
    if trouble == "refused":
        platform.refuse = "9"
    else:
        platform.status = 503 if trouble == "gone" else 200
        platform.waiting = [{**platform.waiting[0], "time": "\x00"}] if trouble == "unreadable" else platform.waiting
    ask(wired.work)
    assert line.inbox() == []
    platform.refuse, platform.status = "", 200
    put(platform, ("1", FLOOD))
    ask(wired.work)
    assert len(line.inbox()) == 1


def test_what_could_not_be_kept_is_kept_next_time(
    line: Line, wired: House, platform: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform hands a text over once, and the database is away just then."""
    put(platform, ("1", FLOOD), ("2", "帮助"))
    ask = poller(wired)
    monkeypatch.setattr(polling, "store", _away)
    with pytest.raises(OperationalError):
        ask(wired.work)
    put(platform)
    monkeypatch.setattr(polling, "store", store)
    ask(wired.work)
    assert [row["provider_id"] for row in line.inbox()] == ["1", "2"]


def _away(*_args: object) -> None:
    raise OperationalError("INSERT", None, Exception("away"))


def test_one_that_can_t_be_stored_doesn_t_keep_back_the_others(
    line: Line, wired: House, platform: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(platform, ("1", "bad"), ("2", "帮助"))

    take_in = service.take_in

    def brittle(uow: UnitOfWork, incoming: Incoming) -> int | None:
        if incoming.body == "bad":
            raise ZeroDivisionError
        return take_in(uow, incoming)

    monkeypatch.setattr(service, "take_in", brittle)
    poller(wired)(wired.work)
    assert [(row["provider_id"], row["outcome"]) for row in line.inbox()] == [("2", "help")]


def test_a_worker_that_dies_has_stored_first(
    line: Line, wired: House, platform: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was handed over only once stands in the inbox, for a person to read; nothing is understood twice."""
    put(platform, ("1", FLOOD), ("2", "帮助"), ("3", "帮助"))

    class Killed(BaseException):
        pass

    def dies(uow: UnitOfWork, inbound: int, incoming: Incoming) -> None:
        if incoming.provider_id == "2":
            raise Killed
        hotline.hear(uow, inbound, incoming)

    ((_name, _seconds, job),) = polling.jobs(wired.settings, cast_listener(dies))
    with pytest.raises(Killed):
        job(wired.work)
    assert [row["outcome"] for row in line.inbox()] == ["report", "waiting", "waiting"]
    poller(wired)(wired.work)
    assert [row["outcome"] for row in line.inbox()] == ["report", "waiting", "waiting"]
    assert len(line.outbox()) == 1


def test_texts_stored_together_are_understood_in_their_order_and_where_one_breaks_it_waits(
    line: Line, wired: House, platform: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(platform, ("1", FLOOD), ("2", "broken"), ("3", FLOOD))

    def breaks(uow: UnitOfWork, inbound: int, incoming: Incoming) -> None:
        if incoming.body == "broken":
            raise ZeroDivisionError
        hotline.hear(uow, inbound, incoming)

    ((_name, _seconds, job),) = polling.jobs(wired.settings, cast_listener(breaks))
    job(wired.work)
    assert [row["outcome"] for row in line.inbox()] == ["report", "waiting", "repeat"]
    assert "message.waiting" in line.kinds()


def cast_listener(hear: Callable[[UnitOfWork, int, Incoming], None]) -> Listener:
    """The hotline with other ears."""
    return cast_to(Listener, SimpleNamespace(hear=hear, shelve=hotline.shelve, parts_of=hotline.parts_of))


def test_a_clock_that_was_put_back_leaves_nothing_out(line: Line, wired: House, platform: Provider) -> None:
    ask = poller(wired)
    with time_machine.travel("2024-09-17T05:30:00+00:00", tick=False):
        ask(wired.work)
    with time_machine.travel("2024-09-16T05:30:00+00:00", tick=False):
        ask(wired.work)
    assert platform.asked[-1] == "2024-09-16 13:20:00"


def test_only_what_is_polled_is_a_job_of_the_worker(line: Line, wired: House, platform: Provider) -> None:
    named = [name for name, _seconds, _job in worker.jobs(wired)]
    assert "poll soap" in named
    assert polling.jobs(line.house.settings.model_copy(update={"gateways": "http:json,http:gbk"}), hotline) == []
    gateway = platform.gateway(wired.settings, "json")
    assert isinstance(gateway, Polled)
    assert gateway.poll(clock.now()) == ()


def test_a_refusal_of_the_platform_is_told_by_its_word(wired: House, platform: Provider) -> None:
    platform.refuse = "402"
    with pytest.raises(SendFailed) as raised:
        platform.gateway(wired.settings, "soap").poll(clock.now())
    assert (raised.value.code, raised.value.category) == ("402", "config")
