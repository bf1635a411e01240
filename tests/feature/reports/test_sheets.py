"""The chain and the consolidated sheets on both databases: what counts, at each tier, traceable, in any order."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from responder.incidents import service as incident_service
from responder.incidents.authorised import Authorised
from responder.incidents.commands import OpenIncident
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.ids import INCIDENT, number
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.messaging.models import Outbound
from responder.places.queries import places
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.reports import forwarding, rules, service, sheets, standings
from responder.reports.commands import Amend, FileReport, Forward, Review, Settle
from responder.reports.models import Report, ReportAmendment, Standing
from responder.reports.queries import ReportView
from responder.reports.sheets import Sheet
from tests import cast
from tests.at_once import at_once
from tests.feature.reports.conftest import DISTRICT, OTHER_TOWN, STRANGER, TOWN, VILLAGE, Desk

FAR = "310116102201"
NOW = datetime(2026, 9, 12, 4, tzinfo=UTC)


def incident(desk: Desk) -> str:
    """A fresh incident of the district without reports."""
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        return number(INCIDENT, incident_service.open_incident(uow, OpenIncident(DISTRICT, "flood", "金山区")))


def say(desk: Desk, who: str, division: str = VILLAGE, kind: str = "followup", **more: Any) -> ReportView:
    """Files a report; what isn't told has the form's defaults. Other keywords than the command's are figures."""
    fields = {name: more.pop(name) for name in list(more) if name in FileReport.__dataclass_fields__}
    with desk.house.work.begin(desk.actor(who)) as uow:
        return service.file(
            uow, FileReport(**{"kind": kind, "hazard": "flood", "division": division, "figures": more, **fields})
        )


def sheet(desk: Desk, name: str, division: str = DISTRICT, scope: str = DISTRICT) -> Sheet:
    """A tier's sheet."""
    with desk.house.work.read() as session:
        found = sheets.sheet(session, Scope(scope), name, division)
    assert found is not None
    return found


def kinds(desk: Desk) -> list[str]:
    """The kinds of all events, oldest first."""
    with desk.house.work.read() as session:
        return [one.kind for one in eventlog.since(session, everything(), 0, 1000)]


def test_the_sheets_add_up_at_each_tier_after_every_report(desk: Desk) -> None:
    name = incident(desk)
    said: list[tuple[str, dict[str, Any], dict[str, int]]] = [
        (VILLAGE, {"affected": 87}, {"affected": 87}),
        (FAR, {"affected": 13, "deaths": 0}, {"affected": 100, "deaths": 0}),
        (VILLAGE, {"affected": 120, "relocated": 9}, {"affected": 133, "deaths": 0, "relocated": 9}),
        (FAR, {"affected": 12}, {"affected": 132, "deaths": 0, "relocated": 9}),
    ]
    for division, figures, total in said:
        say(desk, "coordinator", division, ref=name, **figures)
        found = sheet(desk, name)
        assert found.tier.figures == total == desk.incidents()[0].figures
        assert found.tier.below == total
        assert [(row.division, row.silent) for row in found.rows if row.division in (TOWN, OTHER_TOWN)] == [
            (OTHER_TOWN, found.rows[0].silent), (TOWN, False)
        ]  # fmt: skip
    town = sheet(desk, name, TOWN)
    assert town.rows[0].own["affected"].value == 120
    assert town.tier.own == {}


def test_a_tier_s_own_total_addition_and_difference_are_shown_and_nothing_counts_twice(desk: Desk) -> None:
    name = incident(desk)
    first = say(desk, "village", ref=name, affected=87)
    own = say(desk, "town", TOWN, ref=name, affected=80)
    assert own.warnings == ["“受灾人口”填80，下级合计87，相差-7，请核对"]
    found = sheet(desk, name, TOWN)
    assert (found.tier.figures, found.tier.below, found.tier.differences) == (
        {"affected": 87}, {"affected": 87}, {"affected": -7}
    )  # fmt: skip
    say(desk, "town", TOWN, ref=name, basis="addition", affected=5)
    assert sheet(desk, name, TOWN).tier.figures == {"affected": 92}
    say(desk, "town", TOWN, "correction", ref=name, affected=85)
    assert sheet(desk, name).tier.figures == {"affected": 85}
    assert found.rows[0].own["affected"].report == first.number


def test_other_sources_stand_beside(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    say(desk, "coordinator", DISTRICT, ref=name, source="government", affected=500)
    found = sheet(desk, name)
    assert found.tier.figures == {"affected": 87}
    assert found.sources["government"].figures == {"affected": 500}
    assert desk.incidents()[0].figures == {"affected": 87}


def test_every_number_leads_to_the_reports_that_make_it(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=80, text="受灾80人")
    one = say(desk, "village", ref=name, affected=87, text="受灾87人")
    say(desk, "town", TOWN, ref=name, affected=50, text="不足")
    two = say(desk, "town", TOWN, ref=name, basis="addition", affected=5)
    three = say(desk, "coordinator", FAR, ref=name, affected=13)
    with desk.house.work.read() as session:
        found = sheets.trace(session, Scope(DISTRICT), name, DISTRICT, "affected")
        assert sheets.trace(session, Scope(STRANGER), name, DISTRICT, "affected") == []
    assert {part.report: (part.value, part.addition) for part in found} == {
        one.number: (87, False), two.number: (5, True), three.number: (13, False),
    }  # fmt: skip
    assert sum(part.value for part in found) == sheet(desk, name).tier.figures["affected"]
    assert next(part.text for part in found if part.report == one.number) == "受灾87人"


def test_nobody_reads_a_sheet_outside_their_area(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    with desk.house.work.read() as session:
        assert sheets.sheet(session, Scope(STRANGER), name, DISTRICT) is None
        assert sheets.sheet(session, Scope(STRANGER), name, STRANGER) is None
        assert sheets.sheet(session, Scope(OTHER_TOWN), name, TOWN) is None
        assert sheets.sheet(session, Scope(DISTRICT, world=7), name, DISTRICT) is None
        assert sheets.day_sheet(session, Scope(STRANGER), clock.now().date()).rows == {}
        assert sheets.day_sheet(session, Scope(DISTRICT, world=7), clock.now().date()).rows == {}


def test_what_was_said_earlier_and_sent_later_changes_nothing_that_stands(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    say(desk, "village", ref=name, said_at=clock.now() - timedelta(hours=2), affected=40, injured=1)
    assert sheet(desk, name).tier.figures == {"affected": 87, "injured": 1}


def test_a_time_to_come_is_now(desk: Desk) -> None:
    name = incident(desk)
    ahead = say(desk, "village", ref=name, said_at=clock.now() + timedelta(hours=2), affected=40)
    assert ahead.said_at <= clock.now()
    say(desk, "village", ref=name, affected=41)
    assert sheet(desk, name).tier.figures == {"affected": 41}


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
    assert sheet(desk, name).tier.figures == {"affected": 85}


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


def test_a_day_s_sheet_holds_what_was_known_at_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = NOW
    monkeypatch.setattr(clock, "now", lambda: moment)
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    say(desk, "coordinator", FAR, ref=name, affected=10)
    today = NOW.date()
    moment = NOW + timedelta(days=2)
    say(desk, "village", ref=name, affected=120)
    say(desk, "village", ref=name, affected=121)
    with desk.house.work.read() as session:
        days = {n: sheets.day_sheet(session, Scope(DISTRICT), today + timedelta(days=n)) for n in (-1, 0, 1, 2, 3)}
        one = sheets.day_sheet(session, Scope(DISTRICT), today, name)
        town = sheets.day_sheet(session, Scope(TOWN), today + timedelta(days=2))
        assert sheets.day_sheet(session, Scope(DISTRICT), today, "S99999").rows == {}
    assert {n: {c: r.figures for c, r in d.level(5).items()} for n, d in days.items()} == {
        -1: {},
        0: {VILLAGE: {"affected": 87}, FAR: {"affected": 10}},
        1: {VILLAGE: {"affected": 87}, FAR: {"affected": 10}},
        2: {VILLAGE: {"affected": 121}, FAR: {"affected": 10}},
        3: {VILLAGE: {"affected": 121}, FAR: {"affected": 10}},
    }
    assert [days[n].rows[DISTRICT].figures for n in (0, 2)] == [{"affected": 97}, {"affected": 131}]
    assert one == days[0]
    assert set(town.rows) == {TOWN, VILLAGE}


DIVISIONS = {VILLAGE: "village", FAR: "coordinator", TOWN: "town", OTHER_TOWN: "coordinator", DISTRICT: "coordinator"}
MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(sorted(DIVISIONS)),
        st.sampled_from(["initial", "followup", "correction"]),
        st.sampled_from(["total", "total", "addition"]),
        st.dictionaries(st.sampled_from(["affected", "relocated", "crop_affected"]), st.integers(0, 50), max_size=2),
    ),
    min_size=1,
    max_size=6,
)


# A database per example would cost too much: each has incidents of its own, and nothing is shrunk.
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(MESSAGES, st.integers(0, 10**6))
def test_any_order_and_repetition_of_the_same_messages_gives_the_same_sheets(
    desk: Desk, messages: list[Any], seed: int
) -> None:
    base, mark = clock.now() - timedelta(hours=3), uuid.uuid4().hex
    made = [
        {
            "division": division, "kind": kind, "basis": basis, "figures": figures, "hazard": "flood",
            "said_at": base + timedelta(minutes=n), "text": f"{mark} {n}",
        }
        for n, (division, kind, basis, figures) in enumerate(messages)
    ]  # fmt: skip
    dice = random.Random(seed)
    mixed = [*made, *dice.choices(made, k=3)]
    dice.shuffle(mixed)
    found = []
    for round_, order in enumerate((made, mixed)):
        name = incident(desk)
        for one in order:
            words = {"ref": name, "text": f"{round_} {one['text']}"}
            with desk.house.work.begin(desk.actor(DIVISIONS[one["division"]])) as uow:
                service.file(uow, FileReport(**{**one, **words}))
        tiers = {code: sheet(desk, name, code) for code in (DISTRICT, TOWN, OTHER_TOWN) if _has(desk, name, code)}
        found.append({code: [_plain(row) for row in (one.tier, *one.rows)] for code, one in tiers.items()})
        with desk.house.work.read() as session:
            counted = session.scalar(select(func.count(Report.id)).where(Report.incident_id == _key(name)))
        assert counted == len(made)
        assert tiers[DISTRICT].tier.figures == desk.incidents()[0].figures
    assert found[0] == found[1]


def _key(name: str) -> int:
    return int(name[1:]) - 1000


def _has(desk: Desk, name: str, code: str) -> bool:
    with desk.house.work.read() as session:
        return sheets.sheet(session, Scope(DISTRICT), name, code) is not None


def _plain(row: sheets.Row) -> tuple[Any, ...]:
    said = {slug: cell.value for slug, cell in (*row.own.items(), *row.additions.items())}
    return row.division, row.figures, row.below, said


def test_what_is_kept_by_differences_is_what_a_fold_of_everything_gives(desk: Desk) -> None:
    name = incident(desk)
    dice = random.Random(3)
    for _ in range(25):
        division = dice.choice(sorted(DIVISIONS))
        figures = {slug: dice.randint(0, 90) for slug in dice.sample(["affected", "relocated", "injured"], 2)}
        early = clock.now() - timedelta(minutes=dice.randint(0, 90))
        say(desk, "coordinator", division, dice.choice(["followup", "correction"]), ref=name, said_at=early, **figures)

    def kept() -> list[Any]:
        with desk.house.work.read() as session:
            columns = (Standing.division_code, Standing.own, Standing.added, Standing.below, Standing.figures)
            return [tuple(row) for row in session.execute(select(*columns).order_by(Standing.division_code))]

    before = kept()
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        assert standings.rebuild(uow, _key(name)) == desk.incidents()[0].figures
    assert kept() == before


def test_sibling_villages_that_report_at_once_both_count(desk: Desk) -> None:
    name = incident(desk)
    actors = [Actor(cast.person_id(desk.house, who), who, DISTRICT, "web") for who in ("coordinator", "director")]

    def report(me: int) -> None:
        division = (VILLAGE, FAR)[me % 2]
        for n in range(5):
            with desk.house.work.begin(actors[me % 2]) as uow:
                command = FileReport("followup", "flood", division, figures={"affected": 10 + n}, ref=name)
                service.file(uow, command)

    at_once(lambda: report(0), lambda: report(1))
    assert sheet(desk, name).tier.figures == {"affected": 28} == desk.incidents()[0].figures


def test_a_sheet_goes_upward_with_its_authority_and_the_office_above_is_told(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    say(desk, "town", TOWN, ref=name, affected=90)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.forward(uow, Forward(name, TOWN, Authorised("phone", "陆海峰", "镇长"), "首报"))
    say(desk, "village", ref=name, affected=120)
    with desk.house.work.read() as session:
        (one,) = forwarding.submissions(session, Scope(DISTRICT), name)
        assert forwarding.submissions(session, Scope(STRANGER), name) == []
        texts = list(session.scalars(select(Outbound).where(Outbound.template == "sheet_forwarded")))
    assert (one.to, one.figures, one.difference, one.leap, one.reporting) == (
        [DISTRICT], {"affected": 90}, {"affected": 3}, False, 1
    )  # fmt: skip
    assert (one.by, one.authorised_by, one.how, one.note) == ("吴建国", "陆海峰", "phone", "首报")
    assert cast.phone("coordinator") in {text.number for text in texts}
    assert all("90" in text.body for text in texts)
    assert "report.forwarded" in kinds(desk)


def test_what_can_t_go_upward(desk: Desk) -> None:
    name = incident(desk)
    for who, where, division in (("stranger", name, DISTRICT), ("town", name, DISTRICT), ("town", "S99999", TOWN)):
        with pytest.raises(NotFound), desk.house.work.begin(desk.actor(who)) as uow:
            service.forward(uow, Forward(where, division))
    with pytest.raises(rules.NothingToForward), desk.house.work.begin(desk.actor("town")) as uow:
        service.forward(uow, Forward(name, TOWN))


def test_ten_dead_or_missing_leap_past_the_next_office(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "coordinator", FAR, ref=name, deaths=4)
    with desk.house.work.read() as session:
        tree = places(session)
        assert forwarding.targets(tree, DISTRICT, {"deaths": 4, "missing": 5}) == ["3101"]
        assert forwarding.targets(tree, DISTRICT, {"deaths": 4, "missing": 6}) == ["3101", "31"]
        assert forwarding.targets(tree, TOWN, {"deaths": 400}) == [DISTRICT]
        assert forwarding.targets(tree, "31", {}) == []
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        service.forward(uow, Forward(name, DISTRICT))
