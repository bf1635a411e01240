"""The evening of the flood: first reports, the towns, people in danger, the level, the night."""

from collections import Counter
from datetime import timedelta

from responder.messaging.models import Outbound
from responder.platform.scope import Scope
from responder.reports import forwarding, service
from responder.reports.commands import Amend
from tests.scenarios.day import Day
from tests.scenarios.district import ROOT, at
from tests.scenarios.oracle import Figures

FLOOD = "S1001"
FIRST, LATE, TOTAL, LOW, ADDS = "310116112", "310116101", "310116102", "310116103", "310116104"
DEATH, MISSING, RETURNS = "310116105", "310116107", "310116109"
"""Towns with a part of their own: the first hit, one that sleeps, one that counts more than its villages, one that
counts fewer, one with a shelter of its own; of a death, of people missing, one that returns a report."""


def first_hour(day: Day) -> None:
    """Three villages of one town, one of them through two people."""
    d = day.district
    _haiya, zengfeng, donghai, _quiet = d.villages[FIRST]
    first = day.text("village", "19时许海涯村内涝，转移30人，受灾120人", "initial", {"relocated": 30, "affected": 120})
    assert day.incident(FLOOD).opened_at == d.now

    # A second person, another number: never added, and asked.
    other = day.text("deputy", "海涯村内涝，转移42人", "followup", {"relocated": 42})
    assert day.incident(FLOOD).figures["relocated"] == 42
    d.work()
    assert "更正" in d.row(Outbound)["body"]
    assert d.heard(d.text("deputy", "1"))["outcome"] == "reply"
    day.turned(other, kind="correction")

    d.until(at(8, "19:15"))
    day.keyed(zengfeng, "initial", {"deaths": 0, "injured": 2, "relocated": 25, "houses_collapsed": 4})
    assert len(day.books) == 2
    assert any(one.subject == "S1002" for one in day.events("incident.join_proposed"))
    day.join(FLOOD, "S1002")

    # The form shows what is open nearby; who is in it already sees it under its new, wider place too.
    for who in ("town", zengfeng):
        assert FLOOD in d.page(who, f"/reports/_likely?division={d.people[who].division}&hazard=flood")
    day.form(donghai, donghai, "initial", {"relocated": 16, "affected": 60}, FLOOD)
    d.until(at(8, "19:30"))
    day.accept(first)
    d.work()
    assert day.settled()["initial", FIRST] == "met"
    assert [one for who, one in d.told("due_reminder") if who in (FIRST, "town")] == []


def evening(day: Day) -> None:
    """Ten more towns, three villages each: by text, by telephone, on a screen. Every one is joined."""
    d = day.district
    for n, town in enumerate(code for code in d.towns if code != FIRST):
        a, b, c, _quiet = d.villages[town]
        d.until(at(8, "19:35") + timedelta(minutes=5 * n))
        body = f"{d.names[a]}内涝，受灾{90 + n}人，转移{40 + n}人，倒塌房屋{n}间"
        figures: Figures = {"affected": 90 + n, "relocated": 40 + n, "houses_collapsed": n}
        report = day.text(a, body, "initial", figures)
        day.join(FLOOD, next(name for name in day.books if name != FLOOD))
        day.keyed(b, "initial", {"injured": n % 3, "relocated": 10 + n})
        day.join(FLOOD, next(name for name in day.books if name != FLOOD))
        day.form(c, c, "initial", {"affected": 50 + n, "relocated": 5}, FLOOD)
        if town != LATE:
            day.accept(report)
        # The provider delivers again, and the sender presses again: nothing is new.
        name = d.text(a, body)
        assert d.heard(name)["outcome"] == "repeat"
        d.text(a, body, name=name)
    day.check(FLOOD)
    assert set(day.books) == {FLOOD}
    assert len({word.division for word in day.words.values()}) == 33

    # Only the town that sleeps is reminded, once; then it is asked twice, and the district is told once.
    d.until(at(8, "21:40"), step=timedelta(minutes=5))
    assert d.told("due_reminder") == [(LATE, at(8, "20:25"))]
    assert d.told("due_above") == [("coordinator", at(8, "20:40"))]
    assert d.told("due_overdue") == [(LATE, at(8, "20:40")), (LATE, at(8, "21:10"))]
    late = next(name for name, word in day.words.items() if word.division.startswith(LATE))
    day.accept(late)
    d.until(at(8, "21:50"))
    states = day.settled()
    assert {town: states["initial", town] for town in d.towns} == {
        town: "late" if town == LATE else "met" for town in d.towns
    }
    assert [one.kind for one in day.owed()] == ["red_cross"]


def towns_speak(day: Day) -> None:
    """Totals and additions of towns themselves; what the government says stands beside."""
    d = day.district
    day.text(TOTAL, f"{FLOOD} 全镇累计转移300人", "followup", {"relocated": 300}, of=TOTAL)
    sheet = d.sheet(FLOOD, TOTAL)
    assert sheet is not None
    assert sheet.tier.figures["relocated"] == 300
    assert sheet.tier.differences["relocated"] == 300 - sheet.tier.below["relocated"] > 0
    day.text(LOW, f"{FLOOD} 全镇累计转移10人", "followup", {"relocated": 10}, of=LOW)
    sheet = d.sheet(FLOOD, LOW)
    assert sheet is not None
    assert sheet.tier.figures["relocated"] == sheet.tier.below["relocated"] > 10
    d.does(ADDS, f"/reports/sheet/{FLOOD}/{ADDS}/add", relocated="35", text="镇中学安置点", idempotency_key="add")
    day.said(day.newest(), ADDS, "followup", {"relocated": 35}, addition=True)
    day.form(LOW, LOW, "followup", {"relocated": 990, "affected": 5000}, FLOOD, source="government")
    day.check(FLOOD)


def people_in_danger(day: Day) -> None:
    """A death and eleven missing: red at once, handed over, told past the next tier; then the eleven are found."""
    d = day.district
    victim, boat = d.villages[DEATH][0], d.villages[MISSING][0]
    day.text(victim, "续报 死亡1人，受伤3人", "followup", {"deaths": 1, "injured": 3})
    assert day.incident(FLOOD).urgent
    assert set(day.hand_offs_open()) == {"ambulance", "command"}
    day.text(boat, "续报 失踪11人", "followup", {"missing": 11})
    assert set(day.hand_offs_open()) == {"ambulance", "command", "police"}
    d.work()
    alarmed = Counter(who for who, _at in d.told("report_urgent"))
    assert alarmed == {"coordinator": 2, DEATH: 1, MISSING: 1}
    for line in ("ambulance", "police", "command"):
        d.does("coordinator", f"/incidents/{FLOOD}/hand-off", line=line, told_to="值班席", needed="1")
    assert day.hand_offs_open() == []

    # Twelve dead and missing: past the city to the province (越级).
    day.forward(MISSING, FLOOD, MISSING)
    day.forward("coordinator", FLOOD, ROOT)
    with d.house.work.read() as session:
        upward, from_town = forwarding.submissions(session, Scope(ROOT), FLOOD)
    assert (upward.leap, list(upward.to)) == (True, ["3101", "31"])
    assert (from_town.leap, list(from_town.to)) == (False, [ROOT])
    assert upward.figures == day.books[FLOOD].totals()[ROOT]
    assert [who for who, _at in d.told("sheet_forwarded")] == ["coordinator"]

    day.text(boat, "更正：失踪0人，11人均已找到平安", "correction", {"missing": 0})
    assert day.incident(FLOOD).figures["missing"] == 0


def level(day: Day) -> None:
    """The software proposes, a named person starts."""
    d = day.district
    assert day.reached == "I"
    assert day.events("incident.level_started") == []
    # The town's liaison isn't the one who decides for the district.
    assert d.post(FIRST, f"/incidents/{FLOOD}/start-level", level="III", division=ROOT, how="system").status_code in (
        302, 404,
    )  # fmt: skip
    assert day.events("incident.level_started") == []
    d.does("supervisor", f"/incidents/{FLOOD}/start-level", level="III", division=ROOT, how="system", reason="多镇受淹")
    assert (day.level().level, day.level().division, day.level().report_every_hours) == ("III", ROOT, 12)
    d.work()
    assert ("coordinator", d.now) in d.told("level_started")


def night(day: Day) -> None:
    """Only what changed, by every road; a return with its reason; a phone that had no network."""
    d = day.district
    wrong = next(n for n, word in day.words.items() if word.division == d.villages[RETURNS][0])
    # It was accepted in the evening: a second look needs a newer report.
    d.until(at(8, "22:10"))
    wrong = day.text(d.villages[RETURNS][0], "续报 转移480人", "followup", {"relocated": 480})
    d.does(RETURNS, f"/reports/{wrong}/review", accept="0", reason="与网格员所报不符，请核实")
    day.turned(wrong, returned=True)
    d.work()
    returned = d.row(Outbound)
    assert (returned["template"], returned["number"]) == ("report_returned", d.people[d.villages[RETURNS][0]].number)
    assert "网格员" in returned["body"]
    day.text(d.villages[RETURNS][0], "转移48人", "correction", {"relocated": 48})

    wrote = d.now
    for n, town in enumerate(d.towns):
        a, b, c, _quiet = d.villages[town]
        d.until(at(8, "22:20") + timedelta(minutes=5 * n))
        if town not in (RETURNS, FIRST):
            day.text(a, f"续报 转移增至{70 + n}人", "followup", {"relocated": 70 + n})
        day.keyed(b, "followup", {"relocated": 30 + n, "houses_collapsed": 1})
        if n == 3:
            # The town for a village that it can't reach.
            body = f"{FLOOD} 续报 {d.names[c]}转移{21 + n}人"
            day.text(town, body, "followup", {"relocated": 21 + n}, of=c)
    d.until(at(8, "23:50"))
    for n, town in enumerate(d.towns):
        c = d.villages[town][2]
        d.until(d.now + timedelta(minutes=1))
        fields: Figures = {"relocated": 11 + n, "affected": 61 + n}
        for repeated in (False, True):
            waited = d.now - (wrote + timedelta(minutes=n))
            answered = d.kept(c, c, waited, f"night-{n}", kind="followup", ref=FLOOD, **fields)
            assert answered.status_code == (200 if repeated else 201), answered.text
        day.said(answered.get_json()["number"], c, "followup", fields)
    # What the town said later of the village it couldn't reach still stands.
    (told,) = d.trace(FLOOD, d.villages[d.towns[3]][2], "relocated")
    assert (told.value, told.channel) == (24, "sms")
    # The town sets a village's report right, and leaves a trace: its word stands over what comes from below.
    amended = next(name for name, word in reversed(day.words.items()) if word.division == d.villages[DEATH][1])
    with d.house.work.begin(d.actor(DEATH)) as uow:
        service.amend(uow, Amend(amended, "两户重复登记", figures={"relocated": 28}))
    day.turned(amended, amended=True, figures={**day.words[amended].figures, "relocated": 28})
    # Words that are no report wait for a person.
    assert d.heard(d.text("town", "明天还开会吗"))["outcome"] == "waiting"
    assert d.heard(d.text("+8613900001111", "这里进水了快来"))["outcome"] == "waiting"
    day.check(FLOOD)
