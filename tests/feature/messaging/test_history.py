"""However much has been sent before: what is asked at every turn, and for every page, is read by index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from responder.app import House
from responder.kernel import clock
from responder.messaging import inbox, keeping, outbox, roadbook
from responder.messaging.fleet import fleet
from responder.messaging.gateways import Capabilities, Letter, Sent
from responder.messaging.inbox import Search
from responder.messaging.manners import manners
from responder.messaging.models import Attempt
from responder.platform.api import Cursor
from responder.platform.scope import Scope

_attempt: Any = Attempt.__table__
TOWN = Scope("310116112")
BRANCH = Scope("310116")
PAGE = Cursor(None, 50)
NEWEST = ""
"""No index but the key, backwards."""


class Stand:
    """A road with budgets."""

    name = "kannel"
    can = Capabilities(per_hour=100, per_day=500)

    def send(self, letter: Letter) -> Sent:
        raise AssertionError(letter)


def attempt(at: datetime, number: str = "+8619900000001", **more: Any) -> dict[str, Any]:
    row = {
        "outbound_id": 1, "nth": 1, "gateway": "kannel", "line": "", "number": number, "at": at, "words": "w",
        "template": "help", "taken": True, "voice": False, "provider_id": "", "code": "", "category": "",
        "segments": 1, "cost": 0, "world": 0,
    }  # fmt: skip
    return row | more


@contextmanager
def planned(house: House, session: Session) -> Iterator[list[str]]:
    """The plans of the statements that run meanwhile, a text each, as for large tables."""
    asked: list[tuple[str, Any]] = []
    plans: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_rest: object) -> None:
        asked.append((statement, given))

    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    event.listen(house.work.database.reader, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(house.work.database.reader, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    for statement, given in asked:
        plans.append("\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, given)))


def test_budgets_are_counted_in_an_index_alone(house: House) -> None:
    now = clock.now()
    with house.work.read() as session, planned(house, session) as plans:
        roadbook.standings(session.connection(), fleet([Stand()], manners()), now)
    (counted,) = [plan for plan in plans if "ix_attempt" in plan]
    assert "ix_attempt_gateway_line_at" in counted
    assert "COVERING" in counted or "Index Only Scan" in counted
    assert "TEMP B-TREE" not in counted


def test_caps_and_queues_are_read_by_index(house: House) -> None:
    with house.work.read() as session, planned(house, session) as plans:
        roadbook.tallies(session.connection(), ["+8619900000001", "+8619900000002"], clock.now())
        roadbook.queues(session.connection(), ["kannel"])
    assert "ix_attempt_number_at" in plans[0]
    if house.work.database.is_sqlite:
        assert "COVERING INDEX ix_outbound_status_road" in plans[1]
    else:
        # Of a table as small as this PostgreSQL may take any of the indexes that know what waits.
        assert "ix_outbound_status" in plans[1] or "ix_outbound_waits" in plans[1]
    assert "Seq Scan" not in plans[1]


READS: dict[str, tuple[Callable[[Session], object], str]] = {
    "a town's texts in": (
        lambda session: inbox.search(session, TOWN, Search(), PAGE), "ix_inbound_division_9_id",
    ),
    "what of a branch failed": (lambda session: outbox.search(session, BRANCH, PAGE, statuses=("failed",)), NEWEST),
    "a branch's texts in": (lambda session: inbox.search(session, BRANCH, Search(), PAGE), NEWEST),
    "of them some words": (
        lambda session: inbox.search(session, TOWN, Search(words="上涨"), PAGE), "ix_inbound_division_9_id",
    ),
    "a town's texts out": (lambda session: outbox.search(session, TOWN, PAGE), "ix_outbound_division_9_id"),
    "a day's bill": (
        lambda session: outbox.total_since(session, BRANCH, clock.now() - timedelta(days=1)),
        "ix_outbound_created_at",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_pages_are_read_by_index(house: House, name: str) -> None:
    read, index = READS[name]
    with house.work.read() as session, planned(house, session) as plans:
        read(session)
    assert index in plans[0]
    assert "TEMP B-TREE" not in plans[0]
    assert "Sort" not in plans[0]


def test_budgets_count_the_road_s_own_lines_and_the_last_day(house: House) -> None:
    now = clock.now()
    rows = [
        attempt(now - timedelta(minutes=5)), attempt(now - timedelta(hours=5)), attempt(now - timedelta(hours=25)),
        attempt(now, taken=False), attempt(now, voice=True), attempt(now, gateway="twilio"), attempt(now, line="gone"),
    ]  # fmt: skip
    with house.work.database.writer.connect() as connection:
        connection.execute(_attempt.insert(), rows)
        (line,) = roadbook.standings(connection, fleet([Stand()], manners()), now)["kannel"]
    assert (line.budget.hour, line.budget.day) == (1, 2)


def test_old_tries_are_removed_and_what_caps_count_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_BATCH", 4)
    now, days = clock.now(), manners().keeping.attempts_days
    with house.work.database.writer.begin() as connection:
        old = [attempt(now - timedelta(days=days, minutes=n), world=n % 2) for n in range(9, 0, -1)]
        connection.execute(_attempt.insert(), [*old, attempt(now - timedelta(days=days - 1)), attempt(now)])
    assert keeping.forget(house.work) == 9
    assert keeping.forget(house.work) == 0
    with house.work.read() as session:
        assert session.scalar(select(func.count()).select_from(_attempt)) == 2
