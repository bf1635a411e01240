"""Whatever happens in whatever order: the ledger adds up and nothing is below zero."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from responder.kernel.actors import Actor
from responder.kernel.refusals import Refusal
from responder.platform.work import UnitOfWork
from responder.stock import keeping, service, transfers
from responder.stock.commands import (
    AcceptTransfer,
    Arrived,
    Counted,
    DecideCount,
    DraftCount,
    IssueGoods,
    Line,
    LotLine,
    ReceiveGoods,
    Reserve,
    SendTransfer,
    TakeBack,
    TakeIn,
)
from responder.stock.models import Balance, Document
from tests.feature.stock.conftest import Store

MISSIONS = ("M1001", "M1002", "M1003")
LOTS = (("quilt", "Q-first"), ("quilt", "Q-later"), ("tent", "T-1"))

step = st.tuples(
    st.sampled_from(
        ("reserve", "release", "issue", "issue_lines", "receive", "receive_lines", "take_back", "take_in", "count",
         "transfer", "accept")
    ),
    st.sampled_from(MISSIONS),
    st.sampled_from(("quilt", "tent")),
    st.sampled_from((0, 1)),
    st.integers(0, 70),
)  # fmt: skip


def perform(store: Store, uow: UnitOfWork, what: str, mission: str, item: str, side: int, qty: int) -> None:
    warehouse, other = (store.district, store.town)[:: 1 if side else -1]
    lines, lot = (Line(warehouse, item, qty),), LOTS[qty % len(LOTS)]
    if what == "reserve":
        service.reserve(uow, Reserve(mission, lines, "S1001"))
    elif what == "release":
        service.release(uow, mission)
    elif what == "issue":
        service.issue(uow, IssueGoods(mission))
    elif what == "issue_lines":
        service.issue(uow, IssueGoods(mission, lines))
    elif what == "receive":
        service.receive(uow, ReceiveGoods(mission))
    elif what == "receive_lines":
        service.receive(uow, ReceiveGoods(mission, (Arrived(item, qty),)))
    elif what == "take_back":
        service.take_back(uow, TakeBack(mission, warehouse, (Arrived(item, qty),)))
    elif what == "take_in":
        keeping.take_in(uow, TakeIn(warehouse, "purchase", (LotLine(lot[0], qty, lot[1]),)))
    elif what == "count":
        paper = keeping.draft_count(uow, DraftCount(warehouse, (Counted(lot[0], lot[1], qty),), ""))
        keeping.decide_count(uow, DecideCount(paper, approve=True))
    elif what == "transfer":
        transfers.send_transfer(uow, SendTransfer(warehouse, other, ((item, qty),)))
    else:
        last = uow.session.scalar(select(func.max(Document.id)).where(Document.kind == "transfer"))
        transfers.accept_transfer(uow, AcceptTransfer(f"D{1000 + (last or 0)}"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, min_size=1, max_size=12))
def test_the_ledger_adds_up_after_any_sequence(
    store: Store, system: Actor, steps: list[tuple[str, str, str, int, int]]
) -> None:
    # The store is the same for all examples: each goes on from where the last one ended.
    for what, mission, item, side, qty in steps:
        before = store.rows()
        try:
            with store.work.begin(system) as uow:
                perform(store, uow, what, mission, item, side, qty)
        except Refusal:
            assert store.rows() == before, "a refusal leaves nothing half-done"
        store.is_right()
    with store.work.read() as session:
        for on_hand, reserved in session.execute(select(Balance.on_hand, Balance.reserved)):
            assert 0 <= reserved <= on_hand
