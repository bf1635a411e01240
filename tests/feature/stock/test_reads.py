"""What may be seen of the store, and what it adds up to."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from responder.kernel.actors import Actor
from responder.platform.scope import Scope
from responder.stock import keeping, proof, queries, records, service
from responder.stock.commands import IssueGoods, LotLine, Reserve, TakeIn
from responder.stock.models import Balance
from tests.feature.stock.conftest import DISTRICT, STRANGER, TOWN, Store


def test_everybody_sees_their_own_tree(store: Store) -> None:
    with store.work.read() as session:
        seen = {
            division: {w.number for w in queries.warehouses(session, Scope(division))}
            for division in (DISTRICT, TOWN, STRANGER, "310116112218")
        }
        assert queries.warehouse(session, Scope(STRANGER), store.district) is None
        assert queries.warehouse(session, Scope(TOWN), "X1") is None

    assert seen[DISTRICT] == {store.district, store.town}
    assert seen[TOWN] == {store.town}
    assert seen[STRANGER] == {store.other}
    assert seen["310116112218"] == set()
    assert {key[0] for key in store.rows(STRANGER)} == {store.other}


def test_the_planner_draws_on_the_offices_above_and_not_beside(store: Store) -> None:
    with store.work.read() as session:
        holdings = queries.availability(session, Scope(TOWN), ["quilt", "tent"])
        everything = queries.availability(session, Scope(STRANGER))

    assert {(h.warehouse, h.item, h.available) for h in holdings} == {
        (store.district, "quilt", 100), (store.district, "tent", 10), (store.town, "quilt", 20),
    }  # fmt: skip
    assert (holdings[0].lat, holdings[0].lng, holdings[0].tier) == (30.74, 121.34, 1)
    assert {h.warehouse for h in everything} == {store.other}


def test_reserved_and_expired_goods_cant_be_drawn_on(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("water", 30)))

    def water() -> list[int]:
        with store.work.read() as session:
            return [h.available for h in queries.availability(session, Scope(DISTRICT), ["water"])]

    assert water() == [70]
    # Good through 1 January 2036 by the clock of Shanghai.
    with time_machine.travel(datetime(2036, 1, 1, 15, 59, tzinfo=UTC), tick=False):
        assert water() == [70]
    with time_machine.travel(datetime(2036, 1, 1, 16, 1, tzinfo=UTC), tick=False):
        assert water() == []
        (row,) = [r for r in _rows(store) if r.item == "water"]
        assert (row.on_hand, row.available, row.expired) == (100, 0, True)


def _rows(store: Store) -> list[queries.StockRow]:
    with store.work.read() as session:
        return queries.stock(session, Scope(DISTRICT))


def test_stock_is_read_in_pages_newest_first(store: Store) -> None:
    with store.work.read() as session:
        whole = [r.id for r in queries.stock(session, Scope(DISTRICT))]
        first = [r.id for r in queries.stock(session, Scope(DISTRICT), limit=2)]
        rest = [r.id for r in queries.stock(session, Scope(DISTRICT), before=first[-1])]

    assert first + rest == whole == sorted(whole, reverse=True)


def test_totals_stand_against_the_sum_of_the_lists_lowest_first(store: Store) -> None:
    with store.work.read() as session:
        totals = queries.totals(session, Scope(DISTRICT))
        of_town = {t.item: t for t in queries.totals(session, Scope(DISTRICT), store.town)}

    by_item = {t.item: t for t in totals}
    quilt = by_item["quilt"]
    assert (quilt.available, quilt.minimum, quilt.maximum, quilt.level) == (120, 1650, 3300, "low")
    assert by_item["water"].level == "none"
    assert by_item["mask"].available == 0, "what stands on the list is shown where there is none of it"
    assert [t.level for t in totals].index("none") > [t.level for t in totals].index("low")
    assert (of_town["quilt"].available, of_town["quilt"].minimum) == (20, 150)
    assert "water" not in of_town


def test_the_ledger_of_a_lot_tells_its_way(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        service.issue(uow, IssueGoods("M1001", store.line("quilt", 5), division=TOWN))

    with store.work.read() as session:
        found = records.movements(session, Scope(DISTRICT), item="quilt", lot="Q-first")

    assert [(m.kind, m.from_location, m.to_location, m.qty) for m in found] == [
        ("issue", store.district, "transit:M1001", 5),
        ("intake", "supplier", store.town, 20),
        ("intake", "supplier", store.district, 40),
    ]


def test_a_balance_that_isnt_the_ledgers_is_found(store: Store, system: Actor) -> None:
    with store.work.begin(system) as uow:
        uow.session.execute(update(Balance).where(Balance.item == "tent").values(on_hand=11, reserved=2))

    with store.work.read() as session:
        found = proof.differences(session)

    assert [(d.what, d.location, d.item, d.kept, d.proven) for d in found] == [
        ("on_hand", store.district, "tent", 11, 10), ("reserved", store.district, "tent", 2, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("values", [{"on_hand": -1}, {"reserved": -1}, {"reserved": 11}])
def test_the_database_itself_refuses_what_cant_be(store: Store, system: Actor, values: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), store.work.begin(system) as uow:
        uow.session.execute(update(Balance).where(Balance.item == "tent").values(**values))


def test_a_drill_begins_with_the_real_goods_and_touches_none_of_them(store: Store, system: Actor) -> None:
    world = store.drill()
    with store.work.begin(system) as uow:
        service.reserve(uow, Reserve("M1001", store.line("quilt", 30)))
        assert service.open_world(uow, world) == 2
    drill = system.within(world)
    inside = store.rows(world=world)
    assert inside[store.district, "quilt", "Q-first"] == (40, 0), "what is reserved in earnest is free in the drill"

    with store.work.begin(drill) as uow:
        assert service.open_world(uow, world) == 0, "opened once"
        service.reserve(uow, Reserve("M1002", store.line("tent", 10)))
        service.issue(uow, IssueGoods("M1002"))
        keeping.take_in(uow, TakeIn(store.district, "purchase", (LotLine("tent", 3, "T-drill"),)))

    assert store.rows()[store.district, "tent", "T-1"] == (10, 0)
    assert (store.district, "tent", "T-drill") not in store.rows()
    assert store.rows(world=world)[store.district, "tent", "T-drill"] == (3, 0)
    with store.work.read() as session:
        assert records.mission_goods(session, Scope(DISTRICT), "M1002") == []
        assert all(p.mission != "M1002" for p in records.documents(session, Scope(DISTRICT)))
    store.is_right()
    store.is_right(world)


def test_the_real_world_isnt_opened_from_itself(store: Store, system: Actor) -> None:
    with pytest.raises(ValueError, match="real world"), store.work.begin(system) as uow:
        service.open_world(uow, 0)


def test_a_drill_by_a_town_takes_its_own_goods_and_those_above(store: Store) -> None:
    world = store.drill()
    with store.work.begin(store.actor("town")) as uow:
        service.open_world(uow, world)

    assert {key[0] for key in store.rows("", world=world)} == {store.district, store.town}


def test_low_items_are_counted_by_warehouse(store: Store) -> None:
    with store.work.read() as session:
        low = queries.low_items(session, Scope(DISTRICT))
        listed = {t.item for t in queries.totals(session, Scope(DISTRICT), store.town) if t.level == "low"}

    assert set(low) == {store.district, store.town}
    assert low[store.town] == len(listed)
    assert "quilt" in listed
