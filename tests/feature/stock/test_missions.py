"""What missions do with goods."""

import pytest

from responder.kernel.actors import Actor
from responder.kernel.refusals import NotFound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.stock import records, service
from responder.stock.commands import Arrived, IssueGoods, Line, ReceiveGoods, Reserve, TakeBack
from responder.stock.rules import BadQuantity, MoreThanIssued, NothingReserved, NotIssued, Short, UnknownItem
from tests.feature.stock.conftest import DISTRICT, STRANGER, TOWN, Store


def reserve(store: Store, actor: Actor, mission: str, lines: tuple[Line, ...], **more: str) -> None:
    with store.work.begin(actor) as uow:
        service.reserve(uow, Reserve(mission, lines, "S1001", "漕泾镇海涯村", TOWN, **more))


def test_reserving_keeps_the_lots_that_leave_first(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("棉被", 50))

    rows = store.rows()
    assert rows[store.district, "quilt", "Q-first"] == (40, 40)
    assert rows[store.district, "quilt", "Q-later"] == (60, 10)
    store.is_right()


def test_the_last_one_is_given_once(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("tent", 10))

    with pytest.raises(Short) as refused:
        reserve(store, system, "M1002", store.line("tent", 1))

    assert refused.value.params == {"item": "tent", "asked": 1, "available": 0, "warehouse": "区备灾仓库"}


def test_one_short_line_keeps_nothing_at_all(store: Store, system: Actor) -> None:
    with pytest.raises(Short):
        reserve(store, system, "M1001", store.line("quilt", 10) + store.line("tent", 11))

    assert store.free("quilt") == 100
    store.is_right()


def test_two_lines_of_one_item_count_together(store: Store, system: Actor) -> None:
    with pytest.raises(Short) as refused:
        reserve(store, system, "M1001", store.line("tent", 6) + store.line("帐篷", 6))

    assert refused.value.params["asked"] == 12


def test_releasing_gives_everything_back_and_twice_does_nothing(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("quilt", 50))

    for _time in range(2):
        with store.work.begin(system) as uow:
            service.release(uow, "M1001")

    assert store.free("quilt") == 100
    store.is_right()


def test_what_was_reserved_leaves_by_one_press(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", (*store.line("quilt", 50), Line(store.town, "quilt", 5)))

    with store.work.begin(system) as uow:
        papers = service.issue(uow, IssueGoods("M1001", authorised_by="周慧敏"))

    assert len(papers) == 2, "one paper per warehouse"
    rows = store.rows()
    assert (store.district, "quilt", "Q-first") not in rows, "an empty shelf isn't shown"
    assert rows[store.district, "quilt", "Q-later"] == (50, 0)
    assert rows[store.town, "quilt", "Q-first"] == (15, 0)
    with store.work.read() as session:
        paper = records.document(session, Scope(DISTRICT), papers[0])
        goods = records.mission_goods(session, Scope(DISTRICT), "M1001")
    assert paper is not None
    assert (paper.incident, paper.place, paper.place_division, paper.authorised_by) == (
        "S1001", "漕泾镇海涯村", TOWN, "周慧敏",
    )  # fmt: skip
    assert {(line.lot, line.qty, line.from_location, line.to_location) for line in paper.lines} == {
        ("Q-first", 40, store.district, "transit:M1001"), ("Q-later", 10, store.district, "transit:M1001"),
    }  # fmt: skip
    assert {(g.warehouse, g.reserved, g.under_way, g.received) for g in goods} == {
        (store.district, 0, 50, 0), (store.town, 0, 5, 0),
    }  # fmt: skip
    store.is_right()


def test_lines_take_the_missions_own_reserve_first_then_free_goods(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("tent", 4))
    reserve(store, system, "M1002", store.line("tent", 3))

    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("tent", 6)))

    assert store.rows()[store.district, "tent", "T-1"] == (4, 3)
    with pytest.raises(Short) as refused, store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("tent", 2)))
    assert refused.value.params["available"] == 1, "what others reserved isn't there for this mission"
    store.is_right()


def test_issuing_less_than_reserved_leaves_the_rest_reserved(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("quilt", 50))

    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("quilt", 45)))

    rows = store.rows()
    assert rows[store.district, "quilt", "Q-later"] == (55, 5)
    with store.work.read() as session:
        assert [line.qty for line in records.kept(session, Scope(DISTRICT), "M1001")] == [5]
    store.is_right()


def test_a_mission_with_nothing_reserved_gets_nothing_by_one_press(store: Store, system: Actor) -> None:
    with pytest.raises(NothingReserved), store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001"))


def test_goods_arrive_in_parts_and_never_more_than_left(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("quilt", 50))
    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001"))

    with store.work.begin(system) as uow:
        service.receive(uow, ReceiveGoods("M1001", (Arrived("棉被", 45, store.district),)))
    with pytest.raises(MoreThanIssued) as refused, store.work.begin(system) as uow:
        service.receive(uow, ReceiveGoods("M1001", (Arrived("quilt", 6),)))
    assert refused.value.params == {"item": "quilt", "asked": 6, "left": 5}
    with store.work.begin(system) as uow:
        paper = service.receive(uow, ReceiveGoods("M1001"))

    with store.work.read() as session:
        found = records.document(session, Scope(TOWN), paper)
        (goods,) = records.mission_goods(session, Scope(TOWN), "M1001")
    assert found is not None
    assert (found.division, found.place) == (TOWN, "漕泾镇海涯村")
    assert (goods.issued, goods.received, goods.under_way) == (50, 50, 0)
    with pytest.raises(NotIssued), store.work.begin(system) as uow:
        service.receive(uow, ReceiveGoods("M1001"))
    store.is_right()


@pytest.mark.parametrize("line", [Arrived("tent", 1), Arrived("quilt", 1, "W1999")])
def test_what_never_left_cant_arrive(store: Store, system: Actor, line: Arrived) -> None:
    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("quilt", 5)))

    with pytest.raises(NotIssued), store.work.begin(system) as uow:
        service.receive(uow, ReceiveGoods("M1001", (line,)))


def test_goods_not_handed_out_come_back_to_the_shelf(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("quilt", 50)))

    with store.work.begin(system) as uow:
        service.take_back(uow, TakeBack("M1001", store.district, (Arrived("quilt", 30),)))

    assert store.free("quilt") == 80
    with pytest.raises(MoreThanIssued), store.work.begin(system) as uow:
        service.receive(uow, ReceiveGoods("M1001", (Arrived("quilt", 21),)))
    store.is_right()


def test_a_town_draws_on_its_district_but_only_the_district_issues(store: Store) -> None:
    town = store.actor("town")
    reserve(store, town, "M1001", store.line("quilt", 5))

    with pytest.raises(NotFound), store.work.begin(town) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("quilt", 5)))
    with pytest.raises(NothingReserved), store.work.begin(town) as uow:
        service.issue(uow, IssueGoods("M1001"))
    with store.work.begin(store.actor("keeper")) as uow:
        assert service.issue(uow, IssueGoods("M1001"))


def test_another_branchs_warehouse_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound):
        reserve(store, store.actor("coordinator"), "M1001", store.line("quilt", 1, store.other))
    with pytest.raises(NotFound):
        reserve(store, store.actor("stranger"), "M1001", store.line("quilt", 1))
    with pytest.raises(NotFound):
        reserve(store, store.actor("coordinator"), "M1001", store.line("quilt", 1, "W9999"))


@pytest.mark.parametrize(
    ("item", "qty", "refusal"),
    [("金条", 1, UnknownItem), ("quilt", 0, BadQuantity), ("quilt", -5, BadQuantity)],
)
def test_bad_lines_are_refused(store: Store, system: Actor, item: str, qty: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        reserve(store, system, "M1001", store.line(item, qty))


def test_events_carry_what_boards_and_clocks_need(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("quilt", 50))
    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001"))
        service.receive(uow, ReceiveGoods("M1001"))

    with store.work.read() as session:
        events = eventlog.about(session, everything(), ["M1001"])
    assert [(e.kind, e.division) for e in events] == [
        ("stock.reserved", DISTRICT), ("stock.issued", DISTRICT), ("stock.received", TOWN),
    ]  # fmt: skip
    for event in events:
        assert event.data["incident"] == "S1001"
        assert event.data["goods"] == [{"item": "quilt", "qty": 50, "unit": "quilt"}]
        assert event.data["place"] == "漕泾镇海涯村"
    assert events[1].summary("zh") == "区备灾仓库 出库 棉被50床，送 漕泾镇海涯村（D1004）"
    assert events[2].summary("en") == "漕泾镇海涯村 received 50 x quilt (D1005)"


def test_a_stranger_sees_none_of_it(store: Store, system: Actor) -> None:
    reserve(store, system, "M1001", store.line("quilt", 50))
    with store.work.begin(system) as uow:
        (paper,) = service.issue(uow, IssueGoods("M1001"))

    stranger = Scope(STRANGER)
    with store.work.read() as session:
        assert records.document(session, stranger, paper) is None
        assert all(p.division == STRANGER for p in records.documents(session, stranger))
        assert records.kept(session, stranger) == []
        assert records.mission_goods(session, stranger, "M1001") == []
        assert {m.document for m in records.movements(session, stranger, item="quilt")} == {"D1003"}
