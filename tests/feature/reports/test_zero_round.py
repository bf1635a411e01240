"""Zero reports: asked only where a level runs, once, answered in one sign; who isn't reached is never counted."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from responder.accounts.models import Person, Phone, RoleGrant
from responder.app import House
from responder.incidents import responses
from responder.incidents.authorised import Authorised
from responder.kernel.refusals import NotFound
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import queries as reports_read
from responder.reports.deadlines import queries, service
from responder.reports.deadlines.commands import AnswerZero, FileRound
from responder.reports.deadlines.rules import NotOwed
from tests import cast
from tests.at_once import at_once

from .conftest import DISTRICT, STRANGER, TOWN, VILLAGE
from .test_deadlines import Stage

EVENING = datetime(2026, 6, 30, 12, tzinfo=UTC)
"""20:00 in Jinshan on 30 June."""
MIDNIGHT, ASKED, CUT_OFF, TOWNS = 4 * 60, 10.5 * 60, 11.5 * 60, 12 * 60
"""Minutes after that: 00:00, 06:30, 07:30 and 08:00 on 1 July."""
OTHER_VILLAGE = "310116102201"


class Night(Stage):
    """A flood at 海涯村 under a running level."""

    def at(self, minutes: float) -> None:
        self.clock.move_to(EVENING + timedelta(minutes=minutes))
        self.run()

    def begin_level(self, level: str = "IV") -> int:
        with self.work.begin(self.actor("supervisor")) as uow:
            by = Authorised()
            return responses.start(uow, responses.StartLevel("S1001", level, by, DISTRICT))

    def states(self, division: str = DISTRICT) -> dict[str, str]:
        with self.work.read() as session:
            _day, offices = queries.zero_round(session, Scope(division), self.now)
        return {one.division: one.state for office in offices for one in office.asked}

    def prompt(self, who: str = "village") -> queries.Prompt | None:
        with self.work.read() as session:
            return queries.open_prompt(session, self.id(who), 0)

    def answer(self, who: str = "village") -> str:
        found = self.prompt(who)
        assert found
        with self.work.begin(self.actor(who)) as uow:
            return service.answer_zero(uow, AnswerZero(found.id, "0", "sms")).number

    def reports(self) -> list[reports_read.ReportView]:
        with self.work.read() as session:
            return reports_read.reports(session, Scope(DISTRICT), Cursor(None, 50))

    def join(self) -> None:
        """A liaison of a second village, in the next town, with news of the same flood."""
        with self.work.begin(cast.SYSTEM) as uow:
            person = Person(name="李国华", division_code=OTHER_VILLAGE, created_at=self.now)
            uow.session.add(person)
            uow.session.flush()
            uow.session.add(Phone(person_id=person.id, e164="+8619900000099", primary=True))
            uow.session.add(RoleGrant(person_id=person.id, role="liaison"))
        self.file("coordinator", OTHER_VILLAGE, ref="S1001")


@pytest.fixture
def night(house: House) -> Iterator[Night]:
    # What was told before the last cut-off answers no question of today's.
    with time_machine.travel(EVENING - timedelta(hours=13), tick=False) as clock:
        stage = Night(house, clock)
        stage.accept("town", stage.file("village"))
        yield stage


def test_without_a_level_nobody_is_asked(night: Night) -> None:
    night.at(ASKED)
    assert night.states() == {}
    assert night.texts("zero_prompt") == []


def test_asked_once_before_the_cut_off(night: Night) -> None:
    night.at(0)
    night.begin_level()
    night.at(MIDNIGHT + 1)
    assert night.states() == {VILLAGE: "waiting"}
    assert night.prompt() is None
    for minutes in range(0, 60, 7):
        night.at(ASKED + minutes)
    assert night.texts("zero_prompt") == [("zero_prompt", night.id("village"))]
    assert night.states() == {VILLAGE: "asked"}
    assert night.prompt("stranger") is None
    assert night.events().count("due.asked") == 1


def test_nothing_new_is_a_whole_zero_report(night: Night) -> None:
    night.begin_level()
    night.at(ASKED)
    number = night.answer()
    assert night.states() == {VILLAGE: "zero"}
    with night.work.read() as session:
        found = reports_read.report(session, Scope(DISTRICT), number)
    assert found
    assert (found.kind, found.division, found.reporter_id, found.figures) == ("zero", VILLAGE, night.id("village"), {})
    assert night.prompt() is None
    # All below have answered: their town owes the district nothing more.
    assert night.met(TOWN)["zero", TOWN] == "met"
    night.at(TOWNS + 60)
    assert night.texts("zero_unreached") == []
    assert "zero" not in {kind for kind, _division, _state in night.owed()}


def test_zero_again_on_the_next_day_is_another_report(night: Night) -> None:
    night.begin_level()
    night.at(ASKED)
    first = night.answer()
    night.at(ASKED + 24 * 60 - 5)
    night.at(ASKED + 24 * 60)
    assert night.answer() != first


def test_who_has_reported_since_the_last_cut_off_is_not_asked(night: Night) -> None:
    night.begin_level()
    night.at(0)
    night.file("village", kind="followup", hazard=None, ref="S1001", figures={"relocated": 8})
    night.at(ASKED)
    assert night.texts("zero_prompt") == []
    assert night.states() == {VILLAGE: "report"}


def test_news_after_the_prompt_answer_it(night: Night) -> None:
    night.begin_level()
    night.at(ASKED)
    night.file("village", kind="followup", hazard=None, ref="S1001", figures={"relocated": 8})
    night.run()
    assert night.states() == {VILLAGE: "report"}
    assert night.prompt() is None


def test_unreached_at_the_cut_off_is_told_once_and_never_counted(night: Night) -> None:
    night.join()
    night.begin_level()
    night.at(ASKED)
    night.answer()
    for minutes in (0, 1, 20):
        night.at(CUT_OFF + minutes)
    assert night.states() == {VILLAGE: "zero", OTHER_VILLAGE: "unreached"}
    # Nobody sits in that town: its district is told.
    assert night.texts("zero_unreached") == [("zero_unreached", night.id("coordinator"))]
    assert night.events().count("due.unreached") == 1
    with night.work.read() as session:
        _day, offices = queries.zero_round(session, Scope(DISTRICT), night.now)
    assert [(one.count("zero"), one.count("report"), one.count("unreached")) for one in offices] == [
        (0, 0, 1), (1, 0, 0)
    ]  # fmt: skip


def test_an_answer_after_the_cut_off_is_late(night: Night) -> None:
    night.begin_level()
    night.at(ASKED)
    night.at(CUT_OFF + 20)
    night.answer()
    night.run()
    assert night.met(VILLAGE)["zero", VILLAGE] == "late"


def test_the_office_files_whom_it_reached_by_telephone(night: Night) -> None:
    night.begin_level()
    night.at(ASKED + 10)
    with night.work.begin(night.actor("town")) as uow:
        assert service.file_round(uow, FileRound((VILLAGE,))) == 1
    with night.work.begin(night.actor("town")) as uow:
        assert service.file_round(uow, FileRound((VILLAGE,))) == 0
    assert night.states() == {VILLAGE: "zero"}
    (told,) = [one for one in night.reports() if one.kind == "zero"]
    assert (told.channel, told.reporter_name, told.typed_by_name) == ("proxy", "吴建国", "吴建国")
    for who, code in (("stranger", VILLAGE), ("town", OTHER_VILLAGE), ("town", TOWN)):
        with pytest.raises(NotFound), night.work.begin(night.actor(who)) as uow:
            service.file_round(uow, FileRound((code,)))


def test_ticked_and_answered_at_once_is_one_report(night: Night) -> None:
    night.begin_level()
    night.at(ASKED)
    found = night.prompt()
    assert found

    def tick() -> None:
        with night.work.begin(night.actor("town")) as uow:
            service.file_round(uow, FileRound((VILLAGE,)))

    def answer() -> None:
        with suppress(NotOwed), night.work.begin(night.actor("village")) as uow:
            service.answer_zero(uow, AnswerZero(found.id))

    at_once(tick, answer, tick, answer)
    assert len([one for one in night.reports() if one.kind == "zero"]) == 1


def test_the_end_of_the_level_ends_the_round(night: Night) -> None:
    response = night.begin_level()
    night.at(MIDNIGHT + 1)
    with night.work.begin(night.actor("supervisor")) as uow:
        responses.end(uow, responses.EndLevel(response, Authorised(), "水退了"))
    night.at(ASKED)
    assert night.texts("zero_prompt") == []
    assert night.states() == {}
    # The end of the last level starts the verification.
    assert ("verification", TOWN, "open") in night.owed()


def test_a_running_level_asks_for_follow_ups_in_its_interval(night: Night) -> None:
    night.at(0)
    night.begin_level("II")
    night.at(1)
    due = [one for one in night.dues() if one.kind == "followup"]
    assert [(one.division, one.to, one.due_at) for one in due] == [(TOWN, DISTRICT, EVENING + timedelta(hours=6))]
    night.at(120)
    night.file("town", TOWN, kind="followup", hazard=None, ref="S1001")
    night.run()
    assert night.met()["followup", TOWN] == "met"
    night.at(361)
    due = [one for one in night.dues() if one.kind == "followup"]
    assert [one.due_at for one in due] == [EVENING + timedelta(hours=12)]


def test_a_stranger_sees_no_round(night: Night) -> None:
    night.begin_level()
    night.at(ASKED)
    assert night.states(STRANGER) == {}
    found = night.prompt()
    assert found
    with pytest.raises(NotFound), night.work.begin(night.actor("stranger")) as uow:
        service.answer_zero(uow, AnswerZero(found.id))
