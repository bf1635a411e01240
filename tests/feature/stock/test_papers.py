"""Papers of the store itself: taking in, counting, transfers, warehouses."""

from datetime import date

import pytest

from responder.accounts.models import Delegation
from responder.kernel.actors import Actor
from responder.kernel.refusals import NotFound
from responder.platform.scope import Scope
from responder.stock import keeping, queries, records, rules, service, transfers
from responder.stock.commands import (
    AcceptTransfer,
    Arrived,
    Counted,
    DecideCount,
    DraftCount,
    LotLine,
    Reserve,
    SaveWarehouse,
    SendTransfer,
    TakeIn,
)
from tests.feature.stock.conftest import DISTRICT, TOWN, Store


def take_in(store: Store, actor: Actor, *lines: LotLine, source: str = "donation", warehouse: str = "") -> str:
    with store.work.begin(actor) as uow:
        return keeping.take_in(uow, TakeIn(warehouse or store.district, source, lines, "市红十字会"))


def test_goods_come_in_on_a_numbered_paper(store: Store) -> None:
    paper = take_in(store, store.actor("keeper"), LotLine("方便面", 30, produced=date(2026, 9, 1)))

    with store.work.read() as session:
        found = records.document(session, Scope(DISTRICT), paper)
    assert found is not None
    (line,) = found.lines
    assert (line.item, line.qty, line.from_location, line.to_location) == (
        "instant_noodles", 30, "supplier", store.district,
    )  # fmt: skip
    assert line.lot == paper, "a lot without a code of its own is called after its paper"
    assert line.expires == date(2027, 3, 1), "six months by the catalogue"
    assert found.actor == "朱国平"
    store.is_right()


def test_the_same_lot_again_adds_to_it_but_not_with_other_dates(store: Store) -> None:
    keeper = store.actor("keeper")
    take_in(store, keeper, LotLine("quilt", 5, "Q-first"))

    assert store.rows()[store.district, "quilt", "Q-first"] == (45, 0)
    with pytest.raises(rules.LotDiffers):
        take_in(store, keeper, LotLine("quilt", 5, "Q-first", expires=date(2031, 5, 1)))
    assert store.rows()[store.district, "quilt", "Q-first"] == (45, 0)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (LotLine("quilt", 5, "old", expires=date(2020, 1, 1)), rules.LotExpired),
        (LotLine("quilt", 5, "odd", date(2030, 1, 1), date(2029, 1, 1)), rules.DatesContradict),
        (LotLine("quilt", 0), rules.BadQuantity),
        (LotLine("金条", 1), rules.UnknownItem),
    ],
)
def test_bad_goods_dont_come_in(store: Store, line: LotLine, refusal: type[Exception]) -> None:
    before = store.rows()

    with pytest.raises(refusal):
        take_in(store, store.actor("keeper"), LotLine("tent", 3), line)

    assert store.rows() == before, "all lines or none"


def test_goods_need_a_source_and_a_warehouse_within_reach(store: Store) -> None:
    with pytest.raises(rules.NoSource):
        take_in(store, store.actor("keeper"), LotLine("quilt", 5), source="found")
    with pytest.raises(NotFound):
        take_in(store, store.actor("keeper"), LotLine("quilt", 5), warehouse=store.other)
    with pytest.raises(NotFound):
        take_in(store, store.actor("town"), LotLine("quilt", 5))


def count(store: Store, actor: Actor, lot: str, counted: int, item: str = "quilt") -> str:
    with store.work.begin(actor) as uow:
        lines = (Counted(item, lot, counted),)
        return keeping.draft_count(uow, DraftCount(store.district, lines, "月度盘点"))


def decide(store: Store, actor: Actor, paper: str, *, approve: bool = True) -> None:
    with store.work.begin(actor) as uow:
        keeping.decide_count(uow, DecideCount(paper, approve, "核过"))


def test_a_count_changes_nothing_before_it_is_approved(store: Store) -> None:
    paper = count(store, store.actor("keeper"), "Q-first", 37)
    assert store.rows()[store.district, "quilt", "Q-first"] == (40, 0)

    decide(store, store.actor("supervisor"), paper)

    assert store.rows()[store.district, "quilt", "Q-first"] == (37, 0)
    with store.work.read() as session:
        found = records.document(session, Scope(DISTRICT), paper)
    assert found is not None
    assert (found.state, found.approver, found.own) == (rules.DONE, "高卫东", False)
    assert [(line.from_location, line.to_location, line.qty) for line in found.lines] == [
        (store.district, "adjustment", 3)
    ]
    store.is_right()


def test_a_count_keeps_what_moved_since(store: Store, system: Actor) -> None:
    paper = count(store, store.actor("keeper"), "Q-first", 45)
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("quilt", 10)))

    decide(store, store.actor("supervisor"), paper)

    assert store.rows()[store.district, "quilt", "Q-first"] == (45, 10)
    store.is_right()


def test_a_count_to_zero_and_an_uncounted_lot_differ(store: Store) -> None:
    paper = count(store, store.actor("keeper"), "Q-first", 0)
    decide(store, store.actor("supervisor"), paper)

    rows = store.rows()
    assert (store.district, "quilt", "Q-first") not in rows
    assert rows[store.district, "quilt", "Q-later"] == (60, 0)


def test_nobody_approves_their_own_count(store: Store) -> None:
    paper = count(store, store.actor("keeper"), "Q-first", 37)

    with pytest.raises(rules.OwnDocument):
        decide(store, store.actor("keeper"), paper)

    assert store.rows()[store.district, "quilt", "Q-first"] == (40, 0)


def test_a_branch_may_delegate_it_and_the_exception_is_on_the_paper(store: Store, system: Actor) -> None:
    keeper = store.actor("keeper")
    with store.work.begin(system) as uow:
        uow.session.add(
            Delegation(
                kind="own_documents", division_code=DISTRICT, person_id=keeper.person_id, reason="只有一人",
                valid_until=uow.now.replace(year=uow.now.year + 1), created_at=uow.now,
                granted_by=store.actor("admin").person_id or 0,
            )
        )  # fmt: skip
    paper = count(store, keeper, "Q-first", 37)

    decide(store, keeper, paper)

    with store.work.read() as session:
        found = records.document(session, Scope(DISTRICT), paper)
    assert found is not None
    assert found.own


def test_a_count_is_decided_once(store: Store) -> None:
    paper = count(store, store.actor("keeper"), "Q-first", 37)
    decide(store, store.actor("supervisor"), paper, approve=False)

    with pytest.raises(rules.AlreadyDecided):
        decide(store, store.actor("supervisor"), paper)
    assert store.rows()[store.district, "quilt", "Q-first"] == (40, 0)


def test_a_count_never_takes_what_missions_have_reserved(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("tent", 8)))
    paper = count(store, store.actor("keeper"), "T-1", 5, "tent")

    with pytest.raises(rules.CountBelowReserved) as refused:
        decide(store, store.actor("supervisor"), paper)

    assert refused.value.params == {"item": "tent", "lot": "T-1", "reserved": 8, "left": 5}
    store.is_right()


def test_a_lot_that_isnt_there_cant_be_counted(store: Store) -> None:
    with pytest.raises(NotFound):
        count(store, store.actor("keeper"), "SJ-1", 5)


def test_a_transfer_is_out_on_the_road_and_in(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        paper = transfers.send_transfer(uow, SendTransfer(store.district, store.town, (("quilt", 50),)))
    assert store.free("quilt") == 50
    assert store.free("quilt", store.town) == 20
    store.is_right()

    with store.work.begin(system) as uow:
        transfers.accept_transfer(uow, AcceptTransfer(paper, (Arrived("quilt", 45),)))
    with store.work.read() as session:
        found = records.document(session, Scope(TOWN), paper)
    assert found is not None
    assert (found.state, found.left) == (rules.UNDER_WAY, (("quilt", 5),))

    with store.work.begin(store.actor("town")) as uow:
        transfers.accept_transfer(uow, AcceptTransfer(paper))
    assert store.free("quilt", store.town) == 70
    with pytest.raises(rules.AlreadyDecided), store.work.begin(system) as uow:
        transfers.accept_transfer(uow, AcceptTransfer(paper))
    store.is_right()


def test_a_transfer_needs_goods_and_two_warehouses(store: Store) -> None:
    keeper = store.actor("keeper")
    for target, qty, refusal in (
        (store.town, 101, rules.Short), (store.district, 1, rules.SameWarehouse), (store.other, 1, NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal), store.work.begin(keeper) as uow:
            transfers.send_transfer(uow, SendTransfer(store.district, target, (("quilt", qty),)))
    assert store.free("quilt") == 100


def test_only_those_at_the_other_end_accept_a_transfer(store: Store) -> None:
    with store.work.begin(store.actor("keeper")) as uow:
        paper = transfers.send_transfer(uow, SendTransfer(store.district, store.town, (("quilt", 5),)))

    with pytest.raises(NotFound), store.work.begin(store.actor("stranger")) as uow:
        transfers.accept_transfer(uow, AcceptTransfer(paper))


def test_a_warehouse_saved_again_is_changed_not_doubled(store: Store) -> None:
    admin = store.actor("admin")
    with store.work.begin(admin) as uow:
        number = keeping.save_warehouse(uow, SaveWarehouse(TOWN, "漕泾镇物资点", 2, "漕廊公路 1 号", active=False))

    assert number == store.town
    with store.work.read() as session:
        found = queries.warehouse(session, Scope(DISTRICT), number)
    assert found is not None
    assert (found.address, found.active) == ("漕廊公路 1 号", False)
    with pytest.raises(NotFound), store.work.begin(admin) as uow:
        keeping.save_warehouse(uow, SaveWarehouse("310117", "别处", 1))


def test_a_closed_warehouse_gives_nothing(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        keeping.save_warehouse(uow, SaveWarehouse(TOWN, "漕泾镇物资点", 2, active=False))

    with store.work.read() as session:
        assert {h.warehouse for h in queries.availability(session, Scope(DISTRICT), ["quilt"])} == {store.district}
    with pytest.raises(NotFound), store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("quilt", 1, store.town)))
