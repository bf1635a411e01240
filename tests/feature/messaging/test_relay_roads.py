"""Texts that change their road: breakers, caps, last roads, receipts, bundles, time. On both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text

from responder.kernel.actors import Actor
from responder.kernel.notices import ALERT, ROUTINE, Notice
from responder.messaging import claiming, roadbook, service
from responder.messaging.commands import Receipt
from responder.messaging.gateways import SendFailed
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Attempt, Outbound, Road
from responder.messaging.relay import Relay
from tests import cast
from tests.feature.messaging.conftest import Line
from tests.feature.messaging.stands import Ringing, Stand

_NOON = datetime(2026, 7, 8, 4, 0, tzinfo=UTC)
_MIDNIGHT = datetime(2026, 7, 8, 16, 0, tzinfo=UTC)
_ALERT = "text_urgent"
"""A template of kind alert."""


@pytest.fixture(autouse=True)
def noon() -> Any:
    """Noon in Jinshan: nothing waits for the morning, unless a test says so."""
    with time_machine.travel(_NOON, tick=False) as clock:
        yield clock


def relay(line: Line, *stands: Stand, wanted: dict[str, Callable[..., bool]] | None = None) -> Relay:
    return Relay(line.house.work, stands, wanted or {})


def send(line: Line, *notices: Notice, world: int = 0) -> None:
    with line.house.work.begin(Actor(None, "system", "310116", "job", world)) as uow:
        for notice in notices:
            uow.send(notice)


def rows(line: Line, model: type[Any]) -> list[dict[str, Any]]:
    with line.house.work.read() as session:
        table = model.__table__
        return [dict(row) for row in session.execute(select(table)).mappings()]


def alert(line: Line, key: str = "a", who: str = "leader") -> Notice:
    return Notice(_ALERT, key, person=cast.person_id(line.house, who), priority=ALERT, subject="S1001")


def to(
    key: str, number: str = "+8613700000001", template: str = "help", priority: int = ROUTINE, **more: Any
) -> Notice:
    return Notice(template, key, number=number, priority=priority, **more)


def statuses(line: Line) -> list[str]:
    return [row["status"] for row in line.outbox()]


def test_a_road_that_fails_is_left_alone_and_its_queue_goes_elsewhere(line: Line, noon: Any) -> None:
    down, up = Stand("down", "temporary", senders=1), Stand("up")
    send(line, *[to(f"n{n}", f"+86137000000{n:02d}") for n in range(40)])
    found = relay(line, down, up)
    found.turn()
    assert set(statuses(line)) == {"sent"}
    assert (down.asked, len(up.took)) == (5, 40)
    with line.house.work.read() as session:
        assert roadbook.breakers(session) == {"down": "open"}
    assert line.kinds().count("message.road_down") == 1
    down.refuse = None
    noon.shift(timedelta(minutes=1))
    send(line, to("later", "+8613700000099"))
    found.turn()
    assert len(down.took) == 1, "one text tried it again"
    with line.house.work.read() as session:
        assert roadbook.breakers(session) == {}
    assert "message.road_well" in line.kinds()


def test_a_wrong_setting_is_told_to_administrators_once(line: Line) -> None:
    wrong, up = Stand("wrong", "config", senders=1), Stand("up")
    send(line, *[to(f"n{n}", f"+86137000000{n:02d}") for n in range(5)])
    relay(line, wrong, up).turn()
    assert wrong.asked == 1
    told = [row for row in line.outbox() if row["template"] == "road_down"]
    assert len(told) == len({row["person_id"] for row in told})
    assert {row["status"] for row in line.outbox()} == {"sent"}


def test_what_none_carries_stands_on_a_list_with_every_reason(line: Line, noon: Any) -> None:
    send(line, alert(line))
    found = relay(line, Stand("a", "content"), Stand("b", serves=("+852",)))
    found.turn()
    assert statuses(line)[0] == "by_hand"
    (call,) = rows(line, HandCall)
    assert (call["reason"], call["subject"], call["outbound_id"]) == ("content", "S1001", line.outbox()[0]["id"])
    assert "a E1" in call["detail"]
    assert "b 不通该地区" in call["detail"]


def test_an_alert_s_patience_ends_and_a_routine_text_s_doesn_t(line: Line, noon: Any) -> None:
    send(line, alert(line), to("r"))
    found = relay(line, Stand("down", "temporary"))
    for _ in range(5):
        found.turn()
        noon.shift(timedelta(minutes=1))
    assert statuses(line)[:2] == ["by_hand", "held"]


def test_a_call_comes_before_a_person_and_is_capped(line: Line, noon: Any) -> None:
    ringing = Ringing("a", "content")
    found = relay(line, ringing)
    for n in range(5):
        send(line, alert(line, f"a{n}"))
        found.turn()
        noon.shift(timedelta(minutes=2))
    assert len(ringing.rang) == 3
    assert [status for status in statuses(line) if status in ("sent", "by_hand")] == ["sent"] * 3 + ["by_hand"] * 2
    assert {row["voice"] for row in rows(line, Attempt) if row["taken"]} == {True}


def test_a_failed_receipt_sends_an_alert_on(line: Line) -> None:
    first, second = Stand("a"), Stand("b")
    send(line, alert(line))
    found = relay(line, first, second)
    found.turn()
    ref = line.outbox()[0]["id"]

    def receipt(provider_id: str, status: str, category: str = "") -> bool:
        with line.house.work.begin(Actor(None, "a", "", "job")) as uow:
            return service.note_receipt(uow, Receipt(ref, provider_id, status, "30003", category))

    assert receipt("a1", "failed", "temporary")
    found.turn()
    assert (len(second.took), statuses(line)[0]) == (1, "sent")
    assert not receipt("a1", "failed", "temporary"), "an old road's word changes nothing"
    assert receipt("b1", "delivered")
    assert not receipt("b1", "failed", "temporary")
    assert statuses(line)[0] == "delivered"


def test_a_failed_receipt_of_a_routine_text_is_told(line: Line) -> None:
    send(line, to("r"))
    relay(line, Stand("a"), Stand("b")).turn()
    with line.house.work.begin(Actor(None, "a", "", "job")) as uow:
        service.note_receipt(uow, Receipt(line.outbox()[0]["id"], "a1", "failed", "30003", "temporary"))
    assert statuses(line) == ["failed"]
    assert line.kinds().count("message.failed") == 1


def test_no_number_gets_more_than_its_cap_whoever_races(line: Line) -> None:
    stand = Stand("a", same_per_day=2, different_per_day=4)
    send(line, *[to(f"n{n}") for n in range(6)])
    relays = [relay(line, stand) for _ in range(3)]
    for one in relays:
        one.router.turn()
    claims = [(one.senders[0], one.senders[0].claim(4, 4)) for one in relays]
    assert sum(len(claimed) for _sender, claimed in claims) == 2, "what is on its way counts"
    for sender, claimed in claims:
        sender.note([sender.carry(claim) for claim in claimed])
    relays[0].turn()
    assert len(stand.took) == 2
    assert sorted(statuses(line)) == ["failed"] * 4 + ["sent"] * 2


def test_killed_between_claim_and_note_it_is_sent_again(line: Line, noon: Any) -> None:
    stand = Stand("a")
    send(line, to("r"))
    dead = relay(line, stand)
    dead.router.turn()
    (claim,) = dead.senders[0].claim(4, 4)
    dead.senders[0].carry(claim)
    found = relay(line, stand)
    assert found.turn() == 0
    noon.shift(claiming.CLAIM + timedelta(seconds=1))
    assert found.turn() == 1
    assert (statuses(line), len(stand.took)) == (["sent"], 2), "its outcome was unknown: twice beats never"


def test_a_text_too_old_is_not_sent(line: Line, noon: Any) -> None:
    send(line, alert(line), to("r"))
    noon.shift(timedelta(hours=4))
    stand = Stand("a")
    relay(line, stand).turn()
    assert statuses(line) == ["late", "late"]
    assert stand.took == []
    assert [call["reason"] for call in rows(line, HandCall)] == ["late"]
    assert line.kinds().count("message.late") == 1


def test_what_can_wait_waits_for_the_morning_and_alerts_don_t(line: Line, noon: Any) -> None:
    noon.move_to(_MIDNIGHT)
    send(line, to("r", template="broadcast_news"), alert(line))
    stand = Stand("a")
    found = relay(line, stand)
    found.turn()
    assert statuses(line) == ["held", "sent"]
    noon.move_to(_MIDNIGHT + timedelta(hours=7))
    found.turn()
    assert statuses(line) == ["sent", "sent"]


def test_low_texts_to_one_number_go_together_and_share_a_receipt(line: Line, noon: Any) -> None:
    stand = Stand("a")
    found = relay(line, stand)
    several = [to(f"n{n}", template="level_ended", params={"place": "漕泾镇", "number": f"S100{n}"}) for n in range(3)]
    send(line, several[0])
    found.turn()
    send(line, *several[1:])
    found.turn()
    assert statuses(line) == ["sent", "held", "held"], "the second waits a little for others"
    noon.shift(timedelta(minutes=3))
    found.turn()
    assert statuses(line) == ["sent", "sent", "bundled"]
    assert stand.took[-1].body.startswith("(1) ")
    assert "(2) " in stand.took[-1].body
    lead = line.outbox()[1]
    assert (lead["body"], line.outbox()[2]["bundle_id"]) == (stand.took[-1].body, lead["id"])
    with line.house.work.begin(Actor(None, "a", "", "job")) as uow:
        service.note_receipt(uow, Receipt(lead["id"], "a2", "delivered"))
    assert statuses(line) == ["sent", "delivered", "delivered"]


def test_a_refused_bundle_is_taken_apart(line: Line, noon: Any) -> None:
    stand = Stand("a", "content")
    send(line, *[to(f"n{n}", template="level_ended", params={"number": f"S{n}"}) for n in range(2)])
    found = relay(line, stand)
    found.router.turn()
    (claim,) = found.senders[0].claim(4, 4)
    assert len(claim.mates) == 1
    found.senders[0].note([found.senders[0].carry(claim)])
    assert {row["bundle_id"] for row in line.outbox()} == {None}
    assert "bundled" not in statuses(line)


def test_everybody_s_first_goes_before_anybody_s_second(line: Line) -> None:
    stand = Stand("a")
    send(line, *[to(f"a{n}", "+8613700000001") for n in range(3)], *[to(f"b{n}", "+8613700000002") for n in range(3)])
    relay(line, stand).turn()
    assert [letter.number[-1] for letter in stand.took] == ["1", "2"] * 3


def test_tokens_hold_a_road_back_and_an_alert_has_its_own(line: Line, noon: Any) -> None:
    stand = Stand("a", per_second=1, burst=3)
    send(line, *[to(f"n{n}", f"+861370000000{n}") for n in range(9)])
    found = relay(line, stand)
    found.turn()
    assert len(stand.took) == 2
    send(line, alert(line))
    found.turn()
    assert [letter.priority for letter in stand.took] == [ROUTINE, ROUTINE, ALERT]
    noon.shift(timedelta(seconds=1))
    assert found.turn() == 0, "the alert's token is given back first"


def test_a_provider_that_asks_for_time_gets_it(line: Line, noon: Any) -> None:
    stand = Stand("a")
    stand.send = lambda letter: (_ for _ in ()).throw(SendFailed("429", "temporary", after=120))  # type: ignore[method-assign]
    send(line, to("r"))
    relay(line, stand).turn()
    (road,) = rows(line, Road)
    assert road["free_at"] >= _NOON + timedelta(seconds=120)


def test_what_it_costs_stands_with_the_text(line: Line) -> None:
    stand = Stand("a", price=45)
    send(line, to("r"))
    relay(line, stand).turn()
    (row,), (attempt,) = line.outbox(), rows(line, Attempt)
    assert (row["segments"], row["cost"]) == (attempt["segments"], attempt["cost"]) == (1, 45)


def test_claims_are_served_by_their_index(line: Line) -> None:
    """The best text of a road among thousands is found without sorting them."""
    send(line, to("r"))
    database = line.house.work.database
    table: Any = Outbound.__table__
    with line.house.work.begin(Actor(None, "x", "", "job")) as uow:
        first = dict(uow.session.execute(select(table)).mappings().one())
        many = [first | {"id": None, "dedup": f"x{n}", "road": "a" if n % 2 else ""} for n in range(3000)]
        for one in many:
            del one["id"]
        uow.session.connection().execute(table.insert(), many)
    t = table.c
    best = select(t.id).where(t.status == "queued", t.road == "a").order_by(t.priority, t.turn, t.id).limit(4)
    written = str(best.compile(database.reader, compile_kwargs={"literal_binds": True}))
    with database.reader.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text("ANALYZE outbound"))
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = "\n".join(str(row) for row in connection.execute(text(explain + written)))
    assert "ix_outbound_status_road" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_a_deputy_gets_a_copy(line: Line) -> None:
    with line.house.work.begin(Actor(None, "x", "", "job")) as uow:
        person = cast.person_id(line.house, "village")
        uow.session.execute(text("UPDATE person SET post = 'A' WHERE id = :id"), {"id": person})
        division = uow.session.scalar(text("SELECT division_code FROM person WHERE id = :id"), {"id": person})
        made = uow.session.scalar(
            text(
                "INSERT INTO person (name, division_code, created_at, lang, demo, must_change_password, post)"
                " SELECT '副', division_code, created_at, lang, demo, must_change_password, 'B' FROM person"
                " WHERE id = :id RETURNING id"
            ),
            {"id": person},
        )
        uow.session.execute(text("INSERT INTO role_grant (person_id, role) VALUES (:id, 'liaison')"), {"id": made})
        uow.session.execute(
            text(
                "INSERT INTO phone (person_id, e164, is_primary, label, state)"
                " VALUES (:id, '+8613700000077', :yes, '', 'ok')"
            ),
            {"id": made, "yes": True},
        )
    assert division
    stand = Stand("a", serves=("+8613700000077",))
    send(line, alert(line, who="village"))
    relay(line, stand).turn()
    assert [letter.number for letter in stand.took] == ["+8613700000077"]
    assert statuses(line) == ["by_hand", "sent"]
