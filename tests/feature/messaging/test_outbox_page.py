"""What went out: its road, its attempts with the reasons, what it cost, what comes next."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from responder.accounts import sessions
from responder.app import House, build
from responder.kernel import clock
from responder.messaging import outbox
from responder.messaging.models import Attempt, Outbound
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from tests import cast
from tests.cast import SYSTEM

BRANCH = Scope("310116")


@pytest.fixture(autouse=True)
def texts(house: House) -> None:
    """One delivered, one failed after two roads, one that waits for its next try, one of another branch."""
    rows = [
        ("mission_alert", "delivered", "kannel", "M1001", 1, 45, "310116112218"),
        ("report_receipt", "failed", "twilio", "R1001", 2, 90, "310116112218"),
        ("help", "queued", "", "", 1, 0, "310116112"),
        ("help", "delivered", "kannel", "", 1, 45, "310117"),
    ]
    with house.work.begin(SYSTEM) as uow:
        for n, (template, status, gateway, subject, segments, cost, division) in enumerate(rows):
            text = Outbound(
                world=0, division_code=division, dedup=str(n), person_id=None, number="+8619900000004",
                template=template, lang="zh", body=f"正文{n}", priority=3, subject=subject, wanted="", status=status,
                created_at=uow.now, next_at=uow.now, gateway=gateway, segments=segments, cost=cost,
                category="content" if status == "failed" else "",
            )  # fmt: skip
            uow.session.add(text)
            uow.session.flush()
        for gateway, category in (("kannel", "temporary"), ("twilio", "content")):
            tried = Attempt(
                world=0, outbound_id=2, gateway=gateway, number="+8619900000004", at=uow.now, words="w", taken=False,
                code="30007", category=category,
            )  # fmt: skip
            uow.session.add(tried)


def found(house: House, scope: Scope = BRANCH, **asked: object) -> list[int]:
    with house.work.read() as session:
        return [one.id for one in outbox.search(session, scope, Cursor(None, 50), **asked)]  # type: ignore[arg-type]


def test_it_is_narrowed_by_status_kind_and_gateway_in_scope(house: House) -> None:
    assert found(house) == [3, 2, 1]
    assert found(house, statuses=("failed",)) == [2]
    assert found(house, statuses=outbox.ON_ITS_WAY) == [3]
    assert found(house, kind="alert") == [1]
    assert found(house, gateway="twilio") == [2]
    assert found(house, Scope("310117")) == [4]
    assert found(house, Scope("310116112218")) == [2, 1]


def test_the_bill_counts_what_was_handed_to_a_gateway(house: House) -> None:
    with house.work.read() as session:
        since = clock.now().replace(year=2020)
        assert outbox.total_since(session, BRANCH, since) == outbox.Total(2, 3, 135)
        assert outbox.total_since(session, BRANCH, clock.now().replace(year=2099)) == outbox.Total(0, 0, 0)
        assert outbox.total_about(session, BRANCH, ["R1001", "M1001"]) == outbox.Total(2, 3, 135)
        assert outbox.total_about(session, BRANCH, ["M1001"]) == outbox.Total(1, 1, 45)
        assert outbox.total_about(session, Scope("310117"), ["M1001"]) == outbox.Total(0, 0, 0)
        assert outbox.total_about(session, BRANCH, []) == outbox.Total(0, 0, 0)


def test_the_page_tells_why(house: House) -> None:
    app = build(house)

    def opened(who: str) -> FlaskClient:
        client = app.test_client()
        client.set_cookie(sessions.COOKIE, cast.session_for(house, who))
        return client

    page: Callable[[str], str] = lambda query: (  # noqa: E731
        opened("coordinator").get(f"/messages/outbox?{query}").get_data(as_text=True)
    )
    everything = page("")
    assert "今天发出 2 条短信，按 3 条计费，¥0.14" in everything
    assert "试了 2 次" in everything
    assert "内容被拦截" in everything
    assert "30007" in everything
    assert "正文3" not in everything
    assert "正文0" not in page("show=failed")
    assert "正文1" in page("show=failed")
    assert "正文0" in page("kind=alert")
    assert "正文1" not in page("kind=alert")
    assert "没有找到" in page("gateway=aliyun")
    assert opened("leader").get("/messages/outbox").status_code == 403
