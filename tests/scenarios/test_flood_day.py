"""A day of flood across one district: eleven towns, thirty-three villages, by text, telephone and web.

After every report each tier's sheet is held against an oracle of its own (``oracle``); clocks and nags are told from
the script. The same on SQLite and PostgreSQL.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from responder.app import House
from responder.messaging.models import Inbound, Outbound
from responder.platform import eventlog
from responder.reports.deadlines import queries as due
from responder.reports.models import Report
from tests.scenarios import evening
from tests.scenarios.day import Day
from tests.scenarios.district import ROOT, at, opened
from tests.scenarios.evening import ADDS, FIRST, FLOOD, LATE
from tests.scenarios.oracle import Figures, added_up


@pytest.fixture
def day(house: House) -> Iterator[Day]:
    with opened(house, at(8, "19:10")) as district:
        yield Day(district)


def test_a_day_of_flood(day: Day) -> None:
    evening.first_hour(day)
    evening.evening(day)
    evening.towns_speak(day)
    evening.people_in_danger(day)
    evening.level(day)
    evening.night(day)
    _zero_round(day)
    _morning(day)
    _verification(day)
    _close(day)
    _nothing_lost(day)


def _zero_round(day: Day) -> None:
    """In the morning only the villages without news are asked, once; who isn't reached is never counted."""
    d = day.district
    quiet = [d.villages[town][3] for town in d.towns]
    before = day.incident(FLOOD).figures
    d.until(at(9, "06:45"), step=timedelta(minutes=15))
    assert sorted(d.told("zero_prompt")) == sorted((village, at(9, "06:30")) for village in quiet)
    for village in quiet[:5]:
        assert d.heard(d.text(village, "0"))["outcome"] == "report"
    assert "已上报" in d.call(quiet[5]).key("3", "1")
    owed = _own_zero(day, quiet[6])
    d.does(quiet[6], f"/reports/due/{owed}/zero")
    for village in quiet[7:9]:
        d.does(village[:9], "/reports/zero-round", reached=[village])
    d.until(at(9, "07:45"), step=timedelta(minutes=5))
    states = day.zero_states()
    assert {village: states[village] for village in quiet} == {
        village: "unreached" if village in quiet[9:] else "zero" for village in quiet
    }
    assert Counter(states.values()) == {"report": 33, "zero": 9, "unreached": 2}
    unreached = [(village[:9], at(9, "07:30")) for village in quiet[9:]]
    assert sorted(d.told("zero_unreached")) == sorted(unreached)
    # At the next cut-off the district is told of the towns that couldn't close their round: one text for both.
    d.until(at(9, "08:40"), step=timedelta(minutes=5))
    assert d.told("zero_unreached")[2:] == [("coordinator", at(9, "08:00"))]
    d.does(quiet[9][:9], "/reports/zero-round", reached=[quiet[9]])
    d.work()
    settled = day.settled()
    assert settled["zero", quiet[9][:9]] == "late"
    assert {settled["zero", village[:9]] for village in quiet[:9]} == {"met"}
    assert day.zero_states()[quiet[10]] == "unreached"
    assert len([row for row in d.rows(Report) if row["kind"] == "zero"]) == 10
    assert day.incident(FLOOD).figures == before
    day.check(FLOOD)


def _own_zero(day: Day, village: str) -> int:
    with day.district.house.work.read() as session:
        found = due.open_prompt(session, day.district.people[village].id, 0)
    assert found is not None
    return found.id


def _morning(day: Day) -> None:
    """Twelve hours after the level began every town owes its follow-up: it sends its sheet up."""
    d = day.district
    started = day.level().started_at
    limit = started + timedelta(hours=12)
    d.until(at(9, "09:00"))
    for town in d.towns:
        if town != LATE:
            day.forward(town, FLOOD, town)
    told = {kind: len(d.told(kind)) for kind in ("due_reminder", "due_overdue", "due_above")}
    d.until(limit.astimezone(d.now.tzinfo) + timedelta(minutes=45), step=timedelta(minutes=5))
    assert d.told("due_reminder")[told["due_reminder"] :] == [(LATE, limit - timedelta(minutes=15))]
    assert d.told("due_above")[told["due_above"] :] == [("coordinator", limit)]
    assert d.told("due_overdue")[told["due_overdue"] :] == [(LATE, limit), (LATE, limit + timedelta(minutes=30))]
    day.forward(LATE, FLOOD, LATE)
    d.work()
    assert {town: day.settled()["followup", town] for town in d.towns} == {
        town: "late" if town == LATE else "met" for town in d.towns
    }


def _verification(day: Day) -> None:
    """The level ends, villages verify, then their towns: the total is the sum of what was verified."""
    d = day.district
    d.until(at(9, "13:00"), step=timedelta(minutes=30))
    d.does(
        "supervisor", f"/incidents/{FLOOD}/end-level", response=day.level().id, summary="水已退，群众返家", how="system"
    )
    d.until(at(9, "13:10"))
    assert {one.division for one in day.owed() if one.kind == "verification"} == set(d.towns)
    verified: dict[str, Figures] = {}
    for n, town in enumerate(d.towns):
        for m, village in enumerate(d.villages[town][:3]):
            d.until(d.now + timedelta(minutes=1))
            figures: Figures = {"affected": 130 + n + m, "relocated": 60 + n - m, "houses_collapsed": m}
            body = f"核报：受灾{130 + n + m}人，转移{60 + n - m}人，倒塌房屋{m}间"
            if m == 2:
                day.form(village, village, "verification", figures, FLOOD)
            else:
                who = "village" if village == d.people["village"].division else village
                day.text(who, body, "verification", figures)
            verified[village] = figures
    # Closed figures move only by a correction.
    closed = d.villages[ADDS][0]
    assert d.heard(d.text(closed, "续报 转移增至999人"))["outcome"] == "waiting"
    day.check(FLOOD)
    day.text(closed, "更正：转移59人", "correction", {"relocated": 59})
    verified[closed]["relocated"] = 59

    for town in d.towns:
        d.until(d.now + timedelta(minutes=1))
        figures = added_up([verified[village] for village in d.villages[town][:3]])
        if town == ADDS:
            figures["relocated"] += 35
        day.form(town, town, "verification", figures, FLOOD)
        verified[town] = figures
    d.work()
    assert {day.settled()["verification", town] for town in d.towns} == {"met"}
    total = day.incident(FLOOD).figures
    for slug in ("affected", "relocated", "houses_collapsed"):
        assert total[slug] == sum(verified[town][slug] for town in d.towns)
        assert total[slug] == sum(one[slug] for code, one in verified.items() if len(code) == 12) + (
            35 if slug == "relocated" else 0
        )
        parts = d.trace(FLOOD, ROOT, slug)
        assert sum(part.value for part in parts) == total[slug]
        assert {part.division for part in parts} == set(d.towns)
    assert (total["deaths"], total["missing"]) == (1, 0)
    for who, division in (("coordinator", ROOT), (FIRST, FIRST)):
        sheet = d.sheet(FLOOD, division)
        assert sheet is not None
        page = d.page(who, f"/reports/sheet/{FLOOD}/{division}").replace(",", "")
        assert all(f"{sheet.tier.figures[slug]:g}" in page for slug in ("affected", "relocated"))
    assert d.browser("stranger")[0].get(f"/reports/sheet/{FLOOD}/{ROOT}").status_code == 404


def _close(day: Day) -> None:
    """Told to the higher Red Cross, verified by a leader, closed; the dead are public only once released."""
    d = day.district
    (outside,) = [one for one in day.owed() if one.kind == "red_cross"]
    d.does("coordinator", f"/reports/due/{outside.id}/told", how="电话报市红十字会")
    d.does("supervisor", f"/incidents/{FLOOD}/verify")
    assert day.incident(FLOOD).status == "verified"
    d.does("coordinator", f"/incidents/{FLOOD}/close")
    d.does("supervisor", f"/incidents/{FLOOD}/publish")
    (public,) = d.phones.get("/public/incidents.json").get_json()["items"]
    assert not {"deaths", "missing"} & {slug for slug, value in public["figures"].items() if value is not None}
    assert public["figures"]["relocated"] == day.incident(FLOOD).figures["relocated"]
    d.does("supervisor", f"/incidents/{FLOOD}/release")
    (public,) = d.phones.get("/public/incidents.json").get_json()["items"]
    assert public["figures"]["deaths"] == 1
    assert day.incident(FLOOD).released_by == d.people["supervisor"].name
    day.check(FLOOD)


def _nothing_lost(day: Day) -> None:
    """Every message is there once and has an outcome; nothing is owed; the log is whole."""
    d = day.district
    for minutes in (20, 60, 600):
        d.clock.shift(timedelta(minutes=minutes))
        d.work()
    came = d.rows(Inbound)
    assert sorted(row["provider_id"] for row in came if row["gateway"] == "simulator") == sorted(set(d.sent))
    assert len(d.sent) > len(set(d.sent))
    assert len(came) == len(set(d.sent)) + d.rung
    assert {row["outcome"] for row in came} <= {"report", "reply", "repeat", "waiting"}
    filed = d.rows(Report)
    heard = [row["inbound_id"] for row in filed if row["inbound_id"] is not None]
    assert len(heard) == len(set(heard))
    made = {f"R{1000 + row['id']}": row["inbound_id"] for row in filed}
    for row in came:
        if row["outcome"] == "report":
            assert made[row["subject"]] == row["id"]
    assert {one for one, row in zip(made, filed, strict=True) if row["kind"] != "zero"} == set(day.words)
    assert day.owed() == []
    asked = Counter((row["dedup"]) for row in d.rows(Outbound))
    assert set(asked.values()) == {1}
    assert {row["status"] for row in d.rows(Outbound)} <= {"delivered", "sent", "cancelled", "bundled"}
    with d.house.work.read() as session:
        assert eventlog.broken_at(session) is None
