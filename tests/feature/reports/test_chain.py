"""The chain of one division: who continues it, what is asked, what closes it, what a tier sets right."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from responder.kernel import clock
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.reports import rules, service
from responder.reports.commands import Amend, Review, Settle
from responder.reports.models import ReportAmendment
from tests.feature.reports.conftest import OTHER_TOWN, TOWN, Desk
from tests.feature.reports.filing import FAR, incident, kinds, say, sheet


def test_a_second_first_report_continues_the_chain_and_asks(desk: Desk) -> None:
    first = say(desk, "village", kind="initial", affected=87)
    second = say(desk, "town", kind="initial", affected=90)
    assert (first.kind, first.asks, second.kind, second.asks) == ("initial", "", "followup", "update_or_correction")
    assert second.incident == first.incident
    assert desk.incidents()[0].figures == {"affected": 90}
    assert "“受灾人口”本次90，另有人报87：是情况更新，还是更正？" in second.warnings
    assert "report.differs" in kinds(desk)


def test_the_same_person_s_or_the_same_number_asks_nothing(desk: Desk) -> None:
    say(desk, "village", kind="initial", affected=87)
    assert say(desk, "village", kind="initial", affected=90).asks == ""
    assert say(desk, "town", kind="initial", affected=90).asks == ""
    assert say(desk, "town", kind="followup", affected=95).asks == ""
    assert say(desk, "village", kind="followup", affected=94).asks == "update_or_correction"


@pytest.mark.parametrize(("answer", "kind"), [("update", "followup"), ("correction", "correction")])
def test_update_or_correction_is_answered_once(desk: Desk, answer: str, kind: str) -> None:
    say(desk, "village", kind="initial", affected=87)
    asked = say(desk, "town", kind="initial", affected=80)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.settle_question(uow, Settle(asked.number, answer, "重复统计"))
    (found,) = [one for one in desk.reports() if one.number == asked.number]
    assert (found.kind, found.asks) == (kind, "")
    with pytest.raises(rules.NothingAsked), desk.house.work.begin(desk.actor("town")) as uow:
        service.settle_question(uow, Settle(asked.number, answer))
    with pytest.raises(NotFound), desk.house.work.begin(desk.actor("stranger")) as uow:
        service.settle_question(uow, Settle(asked.number, answer))


def test_the_same_person_s_same_text_twice_is_one_report(desk: Desk) -> None:
    first = say(desk, "village", kind="initial", text="海涯村内涝，受灾87人", affected=87)
    say(desk, "village", text="续报 受灾90人", affected=90)
    again = say(desk, "village", kind="initial", text=" 海涯村内涝，受灾87人 ", affected=87)
    assert (again.number, again.repeated, len(desk.reports())) == (first.number, True, 2)
    assert desk.incidents()[0].figures == {"affected": 90}
    other = say(desk, "town", kind="initial", text="海涯村内涝，受灾87人", affected=87)
    assert not other.repeated


def test_a_correction_may_be_taken_back_in_the_same_words(desk: Desk) -> None:
    say(desk, "village", kind="initial", affected=80)
    one = say(desk, "village", kind="correction", text="更正 受灾87人", affected=87)
    assert say(desk, "village", kind="correction", text="更正 受灾87人", affected=87).number == one.number
    say(desk, "village", kind="correction", text="更正 受灾90人", affected=90)
    assert not say(desk, "village", kind="correction", text="更正 受灾87人", affected=87).repeated
    assert desk.incidents()[0].figures == {"affected": 87}


def test_the_same_words_a_day_later_or_after_a_return_are_a_report(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    name = incident(desk)
    first = say(desk, "village", ref=name, text="一切照旧", affected=87)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.review(uow, Review(first.number, False, "数字不对"))
    again = say(desk, "village", ref=name, text="一切照旧", affected=87)
    assert not again.repeated
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not say(desk, "village", ref=name, text="一切照旧", affected=87).repeated


def test_a_verification_closes_the_chain_s_figures(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    verified = say(desk, "village", kind="verification", ref=name, affected=85, reason="逐户核实")
    for kind in ("followup", "initial", "verification"):
        with pytest.raises(rules.ChainClosed) as caught:
            say(desk, "village", kind=kind, ref=name, affected=99)
        assert caught.value.params["number"] == verified.number
    say(desk, "village", ref=name, said_at=verified.said_at - timedelta(hours=1), affected=99)
    say(desk, "village", ref=name, text="水已退，求助解除")
    assert sheet(desk, name).tier.figures == {"affected": 85}
    assert sheet(desk, name, TOWN).rows[0].closed == verified.number
    say(desk, "village", kind="correction", ref=name, affected=84)
    assert sheet(desk, name).tier.figures == {"affected": 84}
    say(desk, "coordinator", FAR, ref=name, affected=6)
    assert sheet(desk, name).tier.figures == {"affected": 90}


def test_people_in_danger_are_heard_after_a_verification_too(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", kind="verification", ref=name, affected=85)
    urgent = say(desk, "village", ref=name, text="又有3人被困", missing=3)
    assert urgent.in_danger
    assert sheet(desk, name).tier.figures == {"affected": 85, "missing": 3}
    with pytest.raises(rules.ChainClosed):
        say(desk, "village", ref=name, affected=90)
    assert sheet(desk, name).tier.figures == {"affected": 85, "missing": 3}


def test_a_return_takes_the_words_out_and_a_new_report_puts_them_in(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    wrong = say(desk, "village", ref=name, affected=870, injured=2)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.review(uow, Review(wrong.number, False, "多了一个零"))
    assert sheet(desk, name).tier.figures == {"affected": 87}
    say(desk, "village", ref=name, affected=88)
    assert sheet(desk, name).tier.figures == {"affected": 88}


def test_an_amendment_leaves_a_trace_and_decides(desk: Desk) -> None:
    name = incident(desk)
    one = say(desk, "village", ref=name, affected=870, injured=2)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.amend(uow, Amend(one.number, "多了一个零", figures={"affected": 87, "injured": None}))
    assert sheet(desk, name).tier.figures == {"affected": 87}
    (found,) = desk.reports()
    assert (found.status, found.reviewed_by, found.amended) == ("accepted", "吴建国", True)
    with desk.house.work.read() as session:
        (trace,) = session.scalars(select(ReportAmendment))
    assert (trace.by_name, trace.reason) == ("吴建国", "多了一个零")
    assert trace.before == {"figures": {"affected": 870, "injured": 2}}
    assert trace.after == {"figures": {"affected": 87}}
    assert "report.amended" in kinds(desk)


def test_an_amended_place_moves_the_figures_and_the_incident(desk: Desk) -> None:
    one = say(desk, "village", kind="initial", affected=87)
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        service.amend(uow, Amend(one.number, "村名写错", division=FAR, hazard="wind", place="三岔路口"))
    (found,) = desk.incidents()
    assert (found.division, found.hazard, found.figures) == (FAR, "wind", {"affected": 87})
    assert found.place.endswith("三岔路口")
    name = found.number
    assert sheet(desk, name, OTHER_TOWN).tier.figures == {"affected": 87}
    assert sheet(desk, name, TOWN).tier.figures == {}


@pytest.mark.parametrize(
    ("who", "change", "refusal"),
    [
        ("village", {"place": "x"}, rules.OwnReport),
        ("stranger", {"place": "x"}, NotFound),
        ("town", {"reason": " "}, Invalid),
        ("town", {"figures": {"affected": -1}}, Invalid),
        ("town", {"figures": {"gossip": 1}}, Invalid),
        ("town", {"kind": "gossip"}, Invalid),
        ("town", {"hazard": "gossip"}, Invalid),
        ("town", {"division": FAR}, rules.UnknownPlace),
        ("town", {"kind": "verification", "figures": {"deaths": 99}}, rules.Contradiction),
    ],
)
def test_what_can_t_be_amended(desk: Desk, who: str, change: dict[str, Any], refusal: type[Refusal]) -> None:
    one = say(desk, "village", kind="initial", affected=87)
    with pytest.raises(refusal), desk.house.work.begin(desk.actor(who)) as uow:
        service.amend(uow, Amend(**{"report": one.number, "reason": "核对", **change}))
    assert desk.reports()[0] == one


def test_a_phone_tells_of_a_neighbour_and_puts_right_only_what_it_told(desk: Desk) -> None:
    say(desk, "coordinator", FAR, kind="initial", affected=40)
    with pytest.raises(rules.UnknownPlace):
        say(desk, "village", FAR, kind="correction", channel="sms", affected=4)
    with pytest.raises(rules.UnknownPlace):
        say(desk, "village", FAR, kind="verification", channel="sms", affected=4)
    say(desk, "village", FAR, kind="initial", channel="sms", affected=45)
    assert say(desk, "village", FAR, kind="correction", channel="sms", affected=44, text="更正 44").kind == "correction"
