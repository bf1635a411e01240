"""Response levels: who may start one, how it is authorised and countersigned, ordered below, ended."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from responder.app import House
from responder.incidents import authority, responses
from responder.incidents.authorised import Authorised
from responder.incidents.authority import NotTheSigner
from responder.incidents.models import Authorisation, Response
from responder.incidents.responses import EndLevel, LevelRunning, OrderLevel, StartLevel
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotFound
from responder.messaging.models import Outbound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.reports import service as reports
from responder.reports.commands import FileReport
from tests import cast
from tests.at_once import at_once

VILLAGE, TOWN, DISTRICT = "310116112218", "310116112", "310116"


def actor(house: House, who: str) -> Actor:
    division, name, _roles, _phone = cast.PEOPLE[who]
    return Actor(cast.person_id(house, who), name, division, "web")


def report(house: House, **more: Any) -> str:
    with house.work.begin(actor(house, "village")) as uow:
        command = {"kind": "initial", "hazard": "flood", "division": VILLAGE, "figures": {"relocated": 87}, **more}
        filed = reports.file(uow, FileReport(**command))
    assert filed.incident is not None
    return filed.incident


def start(house: House, who: str = "coordinator", level: str = "IV", **more: Any) -> int:
    with house.work.begin(actor(house, who)) as uow:
        return responses.start(uow, StartLevel("S1001", level, **{"by": Authorised(), **more}))


def running(house: House) -> list[tuple[str, str, int]]:
    with house.work.read() as session:
        return [(one.division, one.level, one.report_every_hours) for one in responses.running(session)]


def events(house: House, kind: str) -> list[eventlog.EventView]:
    with house.work.read() as session:
        return [event for event in eventlog.since(session, everything(), 0, 1000) if event.kind == kind]


def test_a_level_is_told_once_and_again_when_it_rises(house: House) -> None:
    report(house)
    for people in (90, 120, 510, 520):
        report(house, kind="followup", figures={"relocated": people})
    told = [(e.data["level"], e.data["value"], e.data["least"]) for e in events(house, "incident.level_suggested")]
    assert told == [("IV", 87, 50), ("III", 510, 500)]
    assert events(house, "incident.level_suggested")[0].summary("zh").endswith("（转移 87 ≥ 50）")


def test_below_every_threshold_nothing_is_told(house: House) -> None:
    report(house, figures={"relocated": 49})
    assert events(house, "incident.level_suggested") == []


def test_the_duty_leader_starts_level_four_alone_but_not_three(house: House) -> None:
    report(house)
    start(house)
    assert running(house) == [(DISTRICT, "IV", 24)]
    with pytest.raises(NotTheSigner):
        start(house, level="III")
    start(house, "supervisor", "III")
    assert running(house) == [(DISTRICT, "III", 12)]
    assert [event.data["before"] for event in events(house, "incident.level_started")] == ["", "IV"]


def test_an_oral_decision_counts_at_once_and_is_countersigned(house: House) -> None:
    report(house)
    start(house, level="II", by=Authorised("phone", "张副会长", "常务副会长"))
    scope = Scope(DISTRICT)
    with house.work.read() as session:
        (owed,) = authority.unsigned(session, scope)
    assert (owed.subject, owed.by_name, owed.how, owed.recorded_by) == ("S1001", "张副会长", "phone", "周慧敏")
    assert not owed.overdue(clock.now())
    assert owed.overdue(clock.now() + timedelta(hours=25))
    with pytest.raises(NotTheSigner), house.work.begin(actor(house, "coordinator")) as uow:
        authority.countersign(uow, owed.id)
    with house.work.begin(actor(house, "supervisor")) as uow:
        assert authority.countersign(uow, owed.id) == "S1001"
    with pytest.raises(authority.AlreadySigned), house.work.begin(actor(house, "supervisor")) as uow:
        authority.countersign(uow, owed.id)
    with house.work.read() as session:
        assert authority.unsigned(session, scope) == []


def test_who_authorised_is_named_and_not_in_time_to_come(house: House) -> None:
    report(house)
    for by in (Authorised("oral"), Authorised("oral", "张", at=clock.now() + timedelta(hours=1))):
        with pytest.raises(Invalid):
            start(house, level="I", by=by)
    assert running(house) == []


def test_two_starts_at_once_are_one(house: House) -> None:
    report(house)

    def press() -> str:
        try:
            start(house)
        except LevelRunning:
            return "running"
        return "started"

    assert sorted(at_once(press, press, press)) == ["running", "running", "started"]
    assert running(house) == [(DISTRICT, "IV", 24)]
    assert len(events(house, "incident.level_started")) == 1


def test_an_order_waits_below_and_is_taken(house: House) -> None:
    report(house)
    above = start(house, "supervisor", "III")
    with house.work.begin(actor(house, "supervisor")) as uow:
        ordered = responses.order(uow, OrderLevel(above, TOWN, "IV", Authorised()))
    assert running(house) == [(DISTRICT, "III", 12)]
    with pytest.raises(LevelRunning), house.work.begin(actor(house, "supervisor")) as uow:
        responses.order(uow, OrderLevel(above, TOWN, "IV", Authorised()))
    with house.work.begin(actor(house, "town")) as uow:
        responses.take_order(uow, ordered)
    assert running(house) == [(DISTRICT, "III", 12), (TOWN, "IV", 24)]
    with pytest.raises(responses.LevelEnded), house.work.begin(actor(house, "town")) as uow:
        responses.take_order(uow, ordered)


def test_an_order_ends_with_the_level_that_gave_it(house: House) -> None:
    report(house)
    above = start(house, "supervisor", "III")
    with house.work.begin(actor(house, "supervisor")) as uow:
        ordered = responses.order(uow, OrderLevel(above, TOWN, "IV", Authorised()))
    with house.work.begin(actor(house, "supervisor")) as uow:
        responses.end(uow, EndLevel(above, Authorised(), "水退了"))
    with pytest.raises(responses.LevelEnded), house.work.begin(actor(house, "town")) as uow:
        responses.take_order(uow, ordered)
    assert running(house) == []


def test_the_end_has_a_summary_and_a_name(house: House) -> None:
    report(house)
    key = start(house)
    with pytest.raises(Invalid), house.work.begin(actor(house, "coordinator")) as uow:
        responses.end(uow, EndLevel(key, Authorised(), " "))
    with house.work.begin(actor(house, "coordinator")) as uow:
        responses.end(uow, EndLevel(key, Authorised(), "水退，群众返家"))
    assert running(house) == []
    with house.work.read() as session:
        row = session.get_one(Response, key)
        by = session.get_one(Authorisation, row.ended_authorised_id)
        assert (row.summary, by.by_name, by.act) == ("水退，群众返家", "周慧敏", "level_end")


def test_the_offices_concerned_get_a_text(house: House) -> None:
    report(house)
    start(house, "supervisor", "III")
    with house.work.read() as session:
        texts = session.scalars(select(Outbound.body)).all()
    assert any("三级响应" in text and "12小时" in text for text in texts)


def test_strangers_and_those_below_start_nothing_here(house: House) -> None:
    report(house)
    key = start(house)
    for who in ("stranger",):
        with pytest.raises(NotFound):
            start(house, who)
        with pytest.raises(NotFound), house.work.begin(actor(house, who)) as uow:
            responses.end(uow, EndLevel(key, Authorised(), "x"))
    with pytest.raises(NotFound):
        start(house, "town", division=DISTRICT)
    with house.work.read() as session:
        assert authority.of_subject(session, Scope("310117"), "S1001") == []
        assert authority.unsigned(session, Scope("310117")) == []
