"""A tier's word on what came from below: accepted, or returned with a reason that its reporter gets by text."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging.models import Outbound
from responder.platform import eventlog
from responder.platform.scope import everything
from responder.reports import service
from responder.reports.commands import FileReport, Review
from responder.reports.rules import AlreadyReviewed, OwnReport
from tests import cast
from tests.at_once import at_once
from tests.feature.reports.conftest import VILLAGE, Desk


def _file(desk: Desk, who: str = "village", **more: Any) -> str:
    with desk.house.work.begin(desk.actor(who)) as uow:
        command = FileReport(**{"kind": "initial", "hazard": "flood", "division": VILLAGE, **more})
        return service.file(uow, command).number


def _review(desk: Desk, number: str, who: str = "town", *, accept: bool = True, reason: str = "") -> None:
    with desk.house.work.begin(desk.actor(who)) as uow:
        service.review(uow, Review(number, accept, reason))


def _texts(desk: Desk) -> list[Outbound]:
    with desk.house.work.read() as session:
        return list(session.scalars(select(Outbound).order_by(Outbound.id)))


def _subjects(desk: Desk, kind: str) -> list[str]:
    with desk.house.work.read() as session:
        return [e.subject for e in eventlog.since(session, everything(), 0, 1000) if e.kind == kind]


def test_accepted(desk: Desk) -> None:
    number = _file(desk)
    _review(desk, number)
    (one,) = desk.reports()
    assert (one.status, one.reviewed_by) == ("accepted", "吴建国")
    assert _subjects(desk, "report.accepted") == [number]
    assert _texts(desk) == []


def test_returned_with_a_reason_by_text_and_out_of_the_totals(desk: Desk) -> None:
    _file(desk, figures={"relocated": 87, "houses_collapsed": 4})
    later = _file(desk, kind="followup", hazard=None, figures={"relocated": 870})
    assert desk.incidents()[0].figures == {"relocated": 870, "houses_collapsed": 4}
    _review(desk, later, accept=False, reason="转移人数不符")
    assert desk.incidents()[0].figures == {"relocated": 87, "houses_collapsed": 4}
    (text,) = _texts(desk)
    assert (text.number, text.template, text.subject) == (cast.phone("village"), "report_returned", later)
    assert "转移人数不符" in text.body
    assert later in text.body
    assert _subjects(desk, "report.returned") == [later]


def test_the_only_report_returned_leaves_no_figures(desk: Desk) -> None:
    number = _file(desk, figures={"relocated": 87})
    _review(desk, number, accept=False, reason="误报")
    assert desk.incidents()[0].figures == {}


def test_a_number_in_small_letters_is_told_as_it_stands(desk: Desk) -> None:
    number = _file(desk)
    _review(desk, number.lower(), accept=False, reason="误报")
    assert _subjects(desk, "report.returned") == [number]
    assert number in _texts(desk)[0].body


@pytest.mark.parametrize(
    ("who", "accept", "reason", "refusal"),
    [("village", True, "", OwnReport), ("town", False, " ", Invalid), ("stranger", True, "", NotFound)],
)
def test_who_may_not(desk: Desk, who: str, accept: bool, reason: str, refusal: type[Refusal]) -> None:
    number = _file(desk)
    with pytest.raises(refusal):
        _review(desk, number, who, accept=accept, reason=reason)
    assert desk.reports()[0].status == "received"


def test_what_one_typed_for_a_caller_one_doesn_t_review(desk: Desk) -> None:
    browser = desk.browser("coordinator")
    browser.file("/reports/new?proxy=1", said_name="李大爷")
    number = desk.reports()[0].number
    browser.review(number, accept="1")
    assert desk.reports()[0].status == "received"
    desk.browser("town").review(number, accept="1")
    assert desk.reports()[0].status == "accepted"


def test_reviewed_once(desk: Desk) -> None:
    number = _file(desk)
    _review(desk, number)
    with pytest.raises(AlreadyReviewed):
        _review(desk, number, "coordinator", accept=False, reason="晚了")
    assert _texts(desk) == []


def test_of_two_at_once_one_is_told_that_it_is_done(desk: Desk) -> None:
    number = _file(desk)

    def too_late(who: str, accept: bool) -> bool:
        try:
            _review(desk, number, who, accept=accept, reason="不符")
        except AlreadyReviewed:
            return True
        return False

    refused = at_once(partial(too_late, "town", True), partial(too_late, "coordinator", False))
    assert sorted(refused) == [False, True]
    said = _subjects(desk, "report.accepted") + _subjects(desk, "report.returned")
    assert said == [number]


@pytest.mark.parametrize("number", ["R9999", "R1000", "S1001", "x"])
def test_a_report_that_isn_t_there(desk: Desk, number: str) -> None:
    _file(desk)
    with pytest.raises(NotFound):
        _review(desk, number)


def test_by_the_page(desk: Desk) -> None:
    number = _file(desk)
    town = desk.browser("town")
    assert town.review(number).status_code == 302
    assert desk.reports()[0].status == "received", "a return needs a reason"
    assert town.review(number, reason="户数不符").status_code == 302
    assert desk.reports()[0].status == "returned"
    page = desk.browser("village").client.get(f"/reports/{number}").text
    assert "户数不符" in page
    assert desk.browser("stranger").review(number, accept="1").status_code == 404
    assert desk.browser("village").review(number, accept="1").status_code == 403


def test_the_way_back_stays_inside(desk: Desk) -> None:
    number = _file(desk)
    away = desk.browser("town").review(number, accept="1", next="https://evil.example/")
    assert away.location == f"/reports/{number}"
