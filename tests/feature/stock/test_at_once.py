"""Many at once: nothing is promised twice, nobody waits for ever, and the ledger stays right."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from responder.kernel.actors import Actor
from responder.stock import service, transfers
from responder.stock.commands import IssueGoods, Line, ReceiveGoods, Reserve, SendTransfer
from responder.stock.rules import MoreThanIssued, NothingReserved, NotIssued, Short
from tests.at_once import at_once
from tests.feature.stock.conftest import Store

TAKERS = 50


def all_at_once(tasks: list[Callable[[], None]]) -> Counter[str]:
    """Runs everything at the same moment; counts outcomes: done, or the refusal's code."""

    def run(task: Callable[[], None]) -> str:
        try:
            task()
        except (Short, NothingReserved, NotIssued, MoreThanIssued) as refusal:
            return refusal.code
        return "done"

    return Counter(at_once(*[partial(run, task) for task in tasks]))


def test_fifty_takers_of_ten_tents(store: Store, system: Actor) -> None:
    def take(n: int) -> Callable[[], None]:
        def run() -> None:
            with store.work.begin(system) as uow:
                service.reserve(uow, Reserve(f"M{2000 + n}", store.line("tent", 1)))

        return run

    outcomes = all_at_once([take(n) for n in range(TAKERS)])

    assert outcomes == {"done": 10, "stock.short": 40}
    assert store.rows()[store.district, "tent", "T-1"] == (10, 10)
    store.is_right()


def test_the_last_tent_goes_to_one_of_two(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("tent", 9)))

    def take(mission: str) -> Callable[[], None]:
        def run() -> None:
            with store.work.begin(system) as uow:
                service.issue(uow, IssueGoods(mission, store.line("tent", 1)))

        return run

    assert all_at_once([take("M1002"), take("M1003")]) == {"done": 1, "stock.short": 1}
    store.is_right()


def test_one_press_by_two_keepers_issues_once(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("quilt", 50)))

    def press() -> None:
        with store.work.begin(system) as uow:
            service.issue(uow, IssueGoods("M1001"))

    assert all_at_once([press, press]) == {"done": 1, "stock.nothing_reserved": 1}
    assert store.free("quilt") == 50
    store.is_right()


def test_goods_received_twice_at_once_arrive_once(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("quilt", 50)))

    def press() -> None:
        with store.work.begin(system) as uow:
            service.receive(uow, ReceiveGoods("M1001"))

    assert all_at_once([press, press, press]) == {"done": 1, "stock.not_issued": 2}
    store.is_right()


def test_lines_in_any_order_never_lock_each_other_out(store: Store, system: Actor) -> None:
    lines = (Line(store.district, "quilt", 1), Line(store.town, "quilt", 1), Line(store.district, "tent", 1))

    def both_ways(n: int) -> Callable[[], None]:
        mission, asked = f"M{3000 + n}", lines if n % 2 else tuple(reversed(lines))

        def run() -> None:
            with store.work.begin(system) as uow:
                service.reserve(uow, Reserve(mission, asked))
            with store.work.begin(system) as uow:
                if n % 3:
                    service.issue(uow, IssueGoods(mission))
                else:
                    service.release(uow, mission)

        return run

    def carry(there: str, back: str) -> Callable[[], None]:
        def run() -> None:
            with store.work.begin(system) as uow:
                transfers.send_transfer(uow, SendTransfer(there, back, (("quilt", 2),)))

        return run

    tasks = [both_ways(n) for n in range(9)]
    tasks += [carry(store.district, store.town), carry(store.town, store.district)]

    assert all_at_once(tasks) == {"done": len(tasks)}
    store.is_right()


@pytest.mark.parametrize("missions", [("M1001", "M1001"), ("M1001", "M1002")])
def test_releasing_and_issuing_at_once_leaves_nothing_odd(
    store: Store, system: Actor, missions: tuple[str, str]
) -> None:
    with store.work.begin(system) as uow:
        for mission in sorted(set(missions)):
            service.reserve(uow, Reserve(mission, store.line("quilt", 30)))

    def release() -> None:
        with store.work.begin(system) as uow:
            service.release(uow, missions[0])

    def issue() -> None:
        with store.work.begin(system) as uow:
            service.issue(uow, IssueGoods(missions[1]))

    all_at_once([release, issue])

    with_stock = store.rows()
    assert sum(reserved for _on_hand, reserved in with_stock.values()) == 0
    store.is_right()
