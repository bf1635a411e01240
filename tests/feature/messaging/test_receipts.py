"""Receipts that come late, twice and out of order, of texts that have gone on by another road since."""

from typing import Any

import pytest
from sqlalchemy import update

from responder.accounts.commands import MarkPhone
from responder.accounts.credentials import mark_phone
from responder.app import House, build
from responder.kernel import clock
from responder.kernel.notices import ALERT
from responder.messaging import queries, service
from responder.messaging.commands import Receipt
from responder.messaging.models import Outbound
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.tried import tried

_out: Any = Outbound.__table__


@pytest.fixture
def line(house: House) -> Line:
    return Line(house, build(house).test_client())


def say(line: Line, ref: int, status: str, name: str = "P1", gateway: str = "", category: str = "temporary") -> bool:
    """A provider's word, as its hook brings it."""
    failed = status == "failed"
    receipt = Receipt(ref, name, status, "E1" if failed else "", category if failed else "", gateway)
    with line.house.work.begin(cast.SYSTEM) as uow:
        return service.note_receipt(uow, receipt)


def alert(line: Line) -> int:
    """A text that must reach somebody, on its way by a first road."""
    ref = line.put("a", template="mission_alert", priority=ALERT)
    tried(line.house.work, ref, "http:one", "P1")
    return ref


def row(line: Line, ref: int) -> dict[str, Any]:
    return next(one for one in line.outbox() if one["id"] == ref)


def test_a_text_that_went_on_is_still_found_by_its_first_provider_s_id(line: Line) -> None:
    ref = alert(line)
    say(line, ref, "failed")
    assert (row(line, ref)["status"], row(line, ref)["provider_id"]) == ("queued", "")
    with line.house.work.read() as session:
        assert queries.refs_of(session, "http:one", "P1") == [ref]
        assert queries.refs_of(session, "http:one", "P1", cast.phone("leader")) == [ref]
        assert queries.refs_of(session, "http:one", "P1", cast.phone("village")) == []
        assert queries.refs_of(session, "http:two", "P1") == []
    tried(line.house.work, ref, "http:two", "P2")
    assert say(line, ref, "delivered", gateway="http:one"), "the phone was switched on: it has the first copy"
    assert (row(line, ref)["status"], row(line, ref)["error"]) == ("delivered", "")


@pytest.mark.parametrize("stands", ["by_hand", "queued"])
def test_a_failure_told_twice_moves_nothing_twice(line: Line, stands: str) -> None:
    """Else a text on a person's list would go out again, and one that waits would lose its place."""
    ref = alert(line)
    assert say(line, ref, "failed")
    later = clock.now().replace(year=2037)
    with line.house.work.begin(cast.SYSTEM) as uow:
        values = {"status": stands, "next_at": later}
        uow.session.connection().execute(update(_out).where(_out.c.id == ref).values(values))
    for _ in range(2):
        assert not say(line, ref, "failed")
    assert (row(line, ref)["status"], row(line, ref)["next_at"]) == (stands, later)


def test_a_number_that_was_put_right_isn_t_marked_again_by_an_old_word(line: Line) -> None:
    ref = alert(line)
    say(line, ref, "failed", category="permanent_number")
    assert line.kinds().count("message.number_dead") == 1
    with line.house.work.begin(cast.SYSTEM) as uow:
        mark_phone(uow, MarkPhone(cast.phone("leader"), "ok"))
    say(line, ref, "failed", category="permanent_number")
    assert line.kinds().count("message.number_dead") == 1


def test_delivered_after_failed_is_delivered_with_all_that_was_inside(line: Line) -> None:
    ref, mate = line.put("a"), line.put("b")
    tried(line.house.work, ref, "http:one", "P1")
    with line.house.work.begin(cast.SYSTEM) as uow:
        inside = {"status": "bundled", "bundle_id": ref}
        uow.session.connection().execute(update(_out).where(_out.c.id == mate).values(inside))
    say(line, ref, "failed")
    assert [one["status"] for one in line.outbox()] == ["failed", "failed"]
    say(line, ref, "delivered")
    say(line, ref, "failed")
    assert [(one["status"], one["error"]) for one in line.outbox()] == [("delivered", ""), ("delivered", "")]


def test_before_the_provider_s_answer_was_written_a_receipt_counts(line: Line) -> None:
    ref = line.put("a")
    tried(line.house.work, ref, "http:one", "")
    assert not say(line, ref, "delivered", "P9", gateway="http:two"), "of its own provider alone"
    assert say(line, ref, "delivered", "P9", gateway="http:one")
    assert row(line, ref)["status"] == "delivered"
