"""Everything that came in: found by words, name, number's end, place, number, gateway, outcome and day, in scope."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from responder.accounts import sessions
from responder.app import House, build
from responder.messaging import inbox
from responder.messaging.inbox import Search
from responder.messaging.models import Inbound
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from tests import cast
from tests.cast import SYSTEM

AT = datetime(2026, 7, 1, 2, tzinfo=UTC)
SEES = frozenset({"message.see", "phone.see"})


@pytest.fixture(autouse=True)
def letters(house: House) -> None:
    """Five texts, a day apart: of the village, the town, a stranger, a carrier, another branch."""
    rows = [
        ("kannel", "+8619900000004", "王秀兰", "海涯村内涝，转移20人", "report", "R1001", "310116112218"),
        ("twilio", "+8619900000003", "吴建国", "100%_都好", "waiting", "", "310116112"),
        ("kannel", "+8613800138000", "", "桥塌了吗", "settled", "S1001", "310116"),
        ("kannel", "10086", "", "【中国移动】流量", "automatic", "", "310116"),
        ("kannel", "+8619900000010", "何伟", "海涯村的事", "waiting", "", "310117"),
    ]
    with house.work.begin(SYSTEM) as uow:
        for n, (gateway, number, name, body, outcome, subject, division) in enumerate(rows):
            text = Inbound(
                world=0, division_code=division, gateway=gateway, provider_id=str(n), number=number, body=body,
                name=name, outcome=outcome, subject=subject, received_at=AT + timedelta(days=n),
            )  # fmt: skip
            uow.session.add(text)
            uow.session.flush()


def found(house: House, scope: Scope, asked: Search, cursor: Cursor | None = None) -> list[int]:
    with house.work.read() as session:
        return [one.id for one in inbox.search(session, scope, asked, cursor or Cursor(None, 50))]


BRANCH = Scope("310116", 0, SEES)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (Search(), [4, 3, 2, 1]),
        (Search(words="海涯村"), [1]),
        (Search(words="转移 海涯"), [1]),
        (Search(words="转移 桥"), []),
        (Search(words="吴建国"), [2]),
        (Search(words="%_"), [2]),
        (Search(words="0004"), [1]),
        (Search(words="19900000004"), [1]),
        (Search(words="8000"), [3]),
        (Search(division="310116112"), [2, 1]),
        (Search(division="310117"), []),
        (Search(subject="r1001"), [1]),
        (Search(gateway="twilio"), [2]),
        (Search(outcome="automatic"), [4]),
        (Search(since=AT + timedelta(days=1)), [4, 3, 2]),
        (Search(since=AT + timedelta(days=1), until=AT + timedelta(days=3)), [3, 2]),
        (Search(words="村", gateway="kannel", outcome="report"), [1]),
    ],
)
def test_what_is_looked_for_is_found(house: House, asked: Search, ids: list[int]) -> None:
    assert found(house, BRANCH, asked) == ids


def test_everybody_finds_what_is_theirs(house: House) -> None:
    assert found(house, Scope("310116112", 0, SEES), Search(words="海涯村")) == [1]
    assert found(house, Scope("310117", 0, SEES), Search(words="海涯村")) == [5]
    assert found(house, Scope("310116102", 0, SEES), Search()) == []
    assert found(house, Scope("310116", 7, SEES), Search()) == [4, 3, 2, 1]


def test_nobody_finds_out_a_masked_number_by_searching(house: House) -> None:
    masked = Scope("310116", 0, frozenset({"message.see"}))
    assert found(house, masked, Search(words="0004")) == [1]
    assert found(house, masked, Search(words="00004")) == []
    assert found(house, masked, Search(words="19900000004")) == []


def test_a_page_goes_on_where_the_last_one_ended(house: House) -> None:
    assert found(house, BRANCH, Search(), Cursor(None, 2)) == [4, 3, 2]
    assert found(house, BRANCH, Search(), Cursor(3, 2)) == [2, 1]


def test_gateways_are_those_by_which_texts_came(house: House) -> None:
    with house.work.read() as session:
        assert inbox.gateways(session) == ["kannel", "twilio"]


@pytest.fixture
def browser(house: House) -> Callable[[str], FlaskClient]:
    app = build(house)

    def opened(who: str) -> FlaskClient:
        client = app.test_client()
        client.set_cookie(sessions.COOKIE, cast.session_for(house, who))
        return client

    return opened


def test_the_page_finds_by_its_fields(browser: Callable[[str], FlaskClient]) -> None:
    office = browser("coordinator")

    def shown(query: str) -> str:
        answer = office.get(f"/messages?show=all&{query}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    everything = shown("")
    assert "海涯村内涝" in everything
    assert "海涯村的事" not in everything
    assert "流量" in everything
    assert "海涯村内涝" not in shown("outcome=automatic")
    assert "海涯村内涝" in shown("since=2026-07-01&until=2026-07-01")
    assert "100%_都好" not in shown("since=2026-07-01&until=2026-07-01")
    assert "没有找到" in shown("q=没有这样的字")
    assert "海涯村内涝" in shown("since=xx&division=abc&cursor=")
    assert "流量" not in office.get("/messages").get_data(as_text=True)
