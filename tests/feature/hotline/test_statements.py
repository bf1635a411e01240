"""One text is one transaction: how many statements each kind of text costs is fixed here, so that no change adds one
unseen. PostgreSQL takes one more, the lock under which the event log goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from responder.app import House
from responder.places import queries as tree
from tests import cast
from tests.feature.hotline.conftest import P02, Hotline

FIRST, FOLLOW_UP, REPEAT, ANSWER, ZERO = 11, 11, 6, 14, 10


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    database = house.work.database
    event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.reader, "before_cursor_execute", note)


@pytest.fixture
def warm(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """The divisions are in memory, as in a process that has answered before; whether they have changed is asked every
    two seconds, by whichever text comes then, and not counted here."""
    monkeypatch.setattr(tree, "CHECK_SECONDS", 3600.0)
    hotline.text("stranger", "你好")
    return hotline


def cost(hotline: Hotline, who: str, body: str, outcome: str) -> int:
    """Statements of one text, without the lock that only PostgreSQL takes and the simulator's own switches."""
    with counted(hotline.house) as seen:
        hotline.client.post("/simulator/sms", json={"from": cast.phone(who), "body": body})
    assert hotline.inbox()[-1]["outcome"] == outcome
    return sum("pg_advisory" not in statement and "pretend_phone" not in statement for statement in seen)


def test_a_first_report_and_what_follows(warm: Hotline) -> None:
    assert cost(warm, "village", P02, "report") == FIRST
    assert cost(warm, "village", "续报：转移120人，倒塌简易房6间", "report") == FOLLOW_UP
    assert cost(warm, "village", "更正：转移110人", "report") == FOLLOW_UP
    assert cost(warm, "village", "更正：转移110人", "repeat") == REPEAT


def test_however_much_was_said_before(warm: Hotline) -> None:
    for n in range(12):
        warm.text("village", f"续报：海涯村内涝转移{100 + n}人" if n else P02)
    assert cost(warm, "village", "续报：转移150人", "report") == FOLLOW_UP


def test_a_zero_report(warm: Hotline) -> None:
    assert cost(warm, "village", "零报告", "report") == ZERO


def test_an_answer_to_a_mission(warm: Hotline) -> None:
    warm.send_out(warm.team())
    assert cost(warm, "leader", "1", "answer") == ANSWER
