"""The consolidated sheets on both databases: what counts, at each tier, traceable, in any order."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.platform.scope import Scope
from responder.reports import service, sheets, standings
from responder.reports.commands import FileReport
from responder.reports.models import Report, Standing
from tests import cast
from tests.at_once import at_once
from tests.feature.reports.conftest import DISTRICT, OTHER_TOWN, STRANGER, TOWN, VILLAGE, Desk
from tests.feature.reports.filing import FAR, incident, key_of, say, sheet

NOW = datetime(2026, 9, 12, 4, tzinfo=UTC)


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
            counted = session.scalar(select(func.count(Report.id)).where(Report.incident_id == key_of(name)))
        assert counted == len(made)
        assert tiers[DISTRICT].tier.figures == desk.incidents()[0].figures
    assert found[0] == found[1]


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
        assert standings.rebuild(uow, key_of(name)) == desk.incidents()[0].figures
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


def test_a_day_s_sheet_of_one_tier_is_that_part_of_the_whole(desk: Desk) -> None:
    name = incident(desk)
    say(desk, "village", ref=name, affected=87)
    say(desk, "town", TOWN, ref=name, affected=90)
    say(desk, "coordinator", FAR, ref=name, affected=3)
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    with desk.house.work.read() as session:
        whole = sheets.day_sheet(session, Scope(DISTRICT), today).rows
        for tier, within in ((DISTRICT, {DISTRICT, TOWN, OTHER_TOWN}), (TOWN, {TOWN, VILLAGE})):
            part = sheets.day_sheet(session, Scope(DISTRICT), today, tier=tier).rows
            assert part == {code: whole[code] for code in within}
