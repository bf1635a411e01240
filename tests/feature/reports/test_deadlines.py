"""Who owes what by when, with a moving clock: opened, met, late, reminded, told above; each once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from responder.app import House
from responder.drills import service as drills
from responder.drills.commands import EndDrill, PlanDrill, StartDrill
from responder.incidents.authorised import Authorised
from responder.kernel.actors import Actor
from responder.kernel.refusals import NotAllowed, NotFound
from responder.messaging.models import Outbound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.platform.work import Work
from responder.reports import forwarding
from responder.reports import service as reports
from responder.reports.commands import FileReport, Forward, Review, Said
from responder.reports.deadlines import jobs, queries, service
from responder.reports.deadlines.commands import AskAgain, DeclareStable, ToldOutside, Waive
from responder.reports.deadlines.queries import DueView
from responder.reports.deadlines.rules import AskedJustNow, NotOwed
from tests import cast
from tests.at_once import at_once

from .conftest import DISTRICT, OTHER_TOWN, STRANGER, TOWN, VILLAGE

START = datetime(2026, 7, 1, 2, tzinfo=UTC)
"""10:00 in Jinshan."""


@dataclass
class Stage:
    """One house and its clock, minutes after 10:00."""

    house: House
    clock: time_machine.Traveller

    @property
    def work(self) -> Work:
        return self.house.work

    def at(self, minutes: float) -> None:
        """Moves the clock and runs the jobs, as the worker would."""
        self.clock.move_to(START + timedelta(minutes=minutes))
        self.run()

    def run(self) -> int:
        jobs.calendar(self.work)
        return jobs.chase(self.work)

    def actor(self, who: str) -> Actor:
        division, name, _roles, _phone = cast.PEOPLE[who]
        return Actor(cast.person_id(self.house, who), name, division, "web")

    def file(self, who: str, division: str = VILLAGE, **more: Any) -> str:
        told: dict[str, Any] = {"kind": "initial", "hazard": "flood", "figures": {"relocated": 5}, **more}
        with self.work.begin(self.actor(who)) as uow:
            return reports.file(uow, FileReport(division=division, **told)).number

    def accept(self, who: str, number: str) -> None:
        with self.work.begin(self.actor(who)) as uow:
            reports.review(uow, Review(number, True))

    def owed(self, division: str = DISTRICT) -> list[tuple[str, str, str]]:
        """(kind, division, state) of everything not yet met."""
        return [(one.kind, one.division, one.state) for one in self.dues(division)]

    def dues(self, division: str = DISTRICT) -> list[DueView]:
        with self.work.read() as session:
            return queries.owed(session, Scope(division), self.now)

    def met(self, division: str = DISTRICT) -> dict[tuple[str, str], str]:
        with self.work.read() as session:
            found = queries.settled(session, Scope(division), self.now)
        return {(one.kind, one.division): one.state for one in found}

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def texts(self, *templates: str) -> list[tuple[str, int | None]]:
        with self.work.read() as session:
            rows = session.scalars(select(Outbound).order_by(Outbound.id)).all()
        wanted = templates or ("due_reminder", "due_overdue", "due_above", "zero_prompt", "zero_unreached")
        return [(row.template, row.person_id) for row in rows if row.template in wanted]

    def events(self, prefix: str = "due.") -> list[str]:
        with self.work.read() as session:
            found = eventlog.since(session, everything(), 0, 500)
        return [one.kind for one in found if one.kind.startswith(prefix)]

    def id(self, who: str) -> int:
        return cast.person_id(self.house, who)


@pytest.fixture
def stage(house: House) -> Iterator[Stage]:
    with time_machine.travel(START, tick=False) as clock:
        yield Stage(house, clock)


def test_a_villages_report_is_its_own_initial_and_starts_the_towns_clock(stage: Stage) -> None:
    stage.file("village", occurred_at=START - timedelta(minutes=20))
    stage.run()
    assert stage.met() == {("initial", VILLAGE): "met"}
    (town,) = [one for one in stage.dues() if one.division == TOWN]
    assert (town.kind, town.to, town.due_at) == ("initial", DISTRICT, START + timedelta(minutes=40))
    (red,) = [one for one in stage.dues() if one.kind == "red_cross"]
    assert (red.division, red.due_at) == (DISTRICT, START - timedelta(minutes=20) + timedelta(hours=24))


def test_told_too_late_is_late(stage: Stage) -> None:
    stage.file("village", occurred_at=START - timedelta(minutes=31))
    stage.run()
    assert stage.met() == {("initial", VILLAGE): "late"}


@pytest.mark.parametrize("way", ["accept", "own", "proxy", "district", "forward"])
def test_the_towns_clock_is_stopped_by_what_the_town_does(stage: Stage, way: str) -> None:
    number = stage.file("village")
    stage.at(59)
    assert ("initial", TOWN, "soon") in stage.owed()
    if way == "accept":
        stage.accept("town", number)
    elif way == "own":
        stage.file("town", TOWN, kind="followup", hazard=None, ref="S1001", figures={"relocated": 9})
    elif way == "proxy":
        stage.file("town", kind="followup", hazard=None, channel="proxy", said=Said("王大爷"))
    elif way == "forward":
        with stage.work.begin(stage.actor("town")) as uow:
            forwarding.forward(uow, Forward("S1001", TOWN, Authorised("phone", "陆海峰", "镇长")))
    else:
        stage.accept("coordinator", number)
    stage.at(61)
    assert stage.met()["initial", TOWN] == "met"
    assert "due.overdue" not in stage.events()


def test_accepted_too_late(stage: Stage) -> None:
    number = stage.file("village")
    stage.at(75)
    assert ("initial", TOWN, "overdue") in stage.owed()
    stage.accept("town", number)
    stage.run()
    assert stage.met()["initial", TOWN] == "late"


def test_another_towns_report_stops_nothing(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    stage.file("coordinator", OTHER_TOWN, hazard="fire")
    stage.run()
    assert ("initial", TOWN, "open") in stage.owed()


def test_reminder_then_the_parent_once_then_two_nags(stage: Stage) -> None:
    stage.file("village")
    for minute in range(0, 180, 5):
        stage.at(minute)
        stage.run()
    town, above = stage.id("town"), stage.id("coordinator")
    assert stage.texts() == [
        ("due_reminder", town), ("due_above", above), ("due_overdue", town), ("due_overdue", town)
    ] or sorted(stage.texts()) == sorted(
        [("due_reminder", town), ("due_above", above), ("due_overdue", town), ("due_overdue", town)]
    )  # fmt: skip
    assert stage.events().count("due.overdue") == 1


def test_who_reports_in_time_gets_no_text(stage: Stage) -> None:
    number = stage.file("village")
    stage.at(20)
    stage.accept("town", number)
    stage.at(200)
    assert stage.texts() == []


def test_two_workers_at_once_do_everything_once(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    for minutes in (46, 61, 95):
        stage.clock.move_to(START + timedelta(minutes=minutes))
        at_once(*[lambda: jobs.chase(stage.work)] * 4)
    assert len(stage.texts("due_reminder")) == 1
    assert len(stage.texts("due_above")) == 1
    assert len(stage.texts("due_overdue")) == 2
    assert stage.events().count("due.overdue") == 1


def test_jobs_run_again_change_nothing(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    before = stage.dues()
    assert [stage.run(), stage.run()] == [0, 0]
    assert stage.dues() == before


def test_a_drill_has_clocks_of_its_own_which_end_with_it(stage: Stage) -> None:
    with stage.work.begin(stage.actor("director")) as uow:
        name = drills.plan(uow, PlanDrill("演练", "joint", DISTRICT, stage.now + timedelta(hours=1)))
    with stage.work.begin(stage.actor("director")) as uow:
        drills.start(uow, StartDrill(name))
        world = uow.world
    with stage.work.begin(stage.actor("village").within(world)) as uow:
        reports.file(uow, FileReport(kind="initial", hazard="flood", division=VILLAGE, figures={"relocated": 5}))
    stage.at(1)
    assert stage.owed() == []
    with stage.work.read(world) as session:
        assert {one.kind for one in queries.owed(session, Scope(DISTRICT, world), stage.now)} == {
            "initial",
            "red_cross",
        }
    with stage.work.begin(stage.actor("director")) as uow:
        drills.end(uow, EndDrill(name, "结束"))
    stage.at(180)
    with stage.work.read(world) as session:
        assert queries.owed(session, Scope(DISTRICT, world), stage.now) == []
    assert stage.texts() == []


def test_old_news_start_no_clock(stage: Stage) -> None:
    stage.file("village")
    stage.at(60 * 24 * 3)
    assert stage.owed() == []
    assert stage.texts() == []


def test_verification_begins_when_the_situation_is_stable(stage: Stage) -> None:
    stage.accept("town", stage.file("village"))
    stage.at(60)
    for _ in range(2):
        with stage.work.begin(stage.actor("coordinator")) as uow:
            service.declare_stable(uow, DeclareStable("S1001"))
    (due,) = [one for one in stage.dues() if one.kind == "verification"]
    assert (due.division, due.due_at) == (TOWN, START + timedelta(minutes=60, hours=24))
    assert stage.events("incident.stable") == ["incident.stable"]
    stage.file("town", TOWN, kind="followup", hazard=None, ref="S1001")
    stage.run()
    assert ("verification", TOWN, "open") in stage.owed()
    stage.at(120)
    stage.file("town", TOWN, kind="verification", hazard=None, ref="S1001", figures={"relocated": 5})
    stage.run()
    assert stage.met()["verification", TOWN] == "met"


def test_drought_every_ten_days(stage: Stage) -> None:
    stage.accept("town", stage.file("village", hazard="drought"))
    stage.at(1)
    day = timedelta(days=1)
    assert [one.due_at - START for one in stage.dues() if one.kind == "followup"] == [10 * day]
    stage.clock.move_to(START + 9 * day)
    stage.file("town", TOWN, kind="followup", hazard=None, ref="S1001")
    stage.run()
    assert stage.met()["followup", TOWN] == "met"
    stage.clock.move_to(START + 11 * day)
    stage.run()
    assert [one.due_at - START for one in stage.dues() if one.kind == "followup"] == [20 * day]


def test_waived_by_the_office_that_would_receive_it(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    (due,) = [one for one in stage.dues() if one.division == TOWN]
    with pytest.raises(NotAllowed), stage.work.begin(stage.actor("town")) as uow:
        service.waive(uow, Waive(due.id, "不用"))
    with pytest.raises(NotFound), stage.work.begin(stage.actor("stranger")) as uow:
        service.waive(uow, Waive(due.id, "不用"))
    with stage.work.begin(stage.actor("coordinator")) as uow:
        service.waive(uow, Waive(due.id, "电话已报"))
    with pytest.raises(NotOwed), stage.work.begin(stage.actor("coordinator")) as uow:
        service.waive(uow, Waive(due.id, "电话已报"))
    stage.at(180)
    assert stage.met()["initial", TOWN] == "waived"
    assert stage.texts() == []


def test_asked_by_hand_but_not_twice_in_a_row(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    (due,) = [one for one in stage.dues() if one.division == TOWN]
    with stage.work.begin(stage.actor("coordinator")) as uow:
        service.ask_again(uow, AskAgain(due.id))
    with pytest.raises(AskedJustNow), stage.work.begin(stage.actor("coordinator")) as uow:
        service.ask_again(uow, AskAgain(due.id))
    assert stage.texts() == [("due_reminder", stage.id("town"))]


def test_the_higher_red_cross_is_told_outside(stage: Stage) -> None:
    stage.file("village")
    stage.run()
    (due,) = [one for one in stage.dues() if one.kind == "red_cross"]
    with stage.work.begin(stage.actor("coordinator")) as uow:
        service.told_outside(uow, ToldOutside(due.id, "电话报市红十字会值班室"))
    assert stage.met()["red_cross", DISTRICT] == "met"


def test_on_time_rate(stage: Stage) -> None:
    stage.file("village")
    stage.file("town", TOWN, hazard="fire")
    stage.at(100)
    with stage.work.read() as session:
        found = queries.rates(session, Scope(DISTRICT), [TOWN, VILLAGE], stage.now)
    assert [(one.division, one.on_time, one.late, one.missed, one.percent) for one in found] == [
        (TOWN, 1, 0, 1, 50), (VILLAGE, 1, 0, 0, 100),
    ]  # fmt: skip


def test_a_stranger_sees_nothing_of_it(stage: Stage) -> None:
    stage.file("village")
    stage.at(61)
    with stage.work.read() as session:
        scope = Scope(STRANGER)
        assert queries.owed(session, scope, stage.now) == []
        assert queries.settled(session, scope, stage.now) == []
        assert queries.rates(session, scope, [TOWN, VILLAGE], stage.now) == []
        assert queries.waiting(session, scope, stage.now) == queries.Waiting(0, 0, 0, None)
        assert queries.zero_round(session, scope, stage.now) == ("", [])
        assert queries.waiting(session, Scope(DISTRICT), stage.now).overdue == 1
