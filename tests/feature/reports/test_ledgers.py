"""Ledgers of the dead, the missing and the houses: who sees names, what counts, what a verification needs."""

import io

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from responder.incidents import service as incident_service
from responder.incidents.commands import OpenIncident
from responder.incidents.models import Incident
from responder.kernel import ids
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.reports import joining
from responder.reports import rules as report_rules
from responder.reports import service as reports
from responder.reports.commands import Amend
from responder.reports.ledgers import queries, rules, service
from responder.reports.ledgers.commands import NoteCasualty, NoteHouse, Strike, TurnCasualty
from tests.at_once import at_once
from tests.feature.reports.conftest import DISTRICT, OTHER_TOWN, STRANGER, TOWN, VILLAGE, Desk
from tests.feature.reports.filing import say, sheet

FAR = "310116102201"
NAME = "顾秀英"


def incident(desk: Desk) -> str:
    """A flood that the village told of."""
    found = say(desk, "village", kind="initial", affected=87).incident
    assert found is not None
    return found


def person(desk: Desk, number: str, name: str = NAME, state: str = "missing", who: str = "town", **more: object) -> int:
    """Somebody is put into the ledger."""
    fields: dict[str, object] = {"division": VILLAGE, **more}
    with desk.house.work.begin(desk.actor(who)) as uow:
        return service.note_casualty(uow, NoteCasualty(number, name=name, state=state, **fields))  # type: ignore[arg-type]


def house(desk: Desk, number: str, household: str = "陆阿根", who: str = "town", **more: object) -> int:
    """A household is put into the ledger."""
    fields: dict[str, object] = {"division": VILLAGE, "collapsed": 2, **more}
    with desk.house.work.begin(desk.actor(who)) as uow:
        return service.note_house(uow, NoteHouse(number, household=household, **fields))  # type: ignore[arg-type]


def counts(desk: Desk, number: str, division: str = DISTRICT) -> tuple[int, int, int, int, int]:
    """Dead, missing, households collapsed, households severe, turned."""
    with desk.house.work.read() as session:
        key = int(number[1:]) - 1000
        found = queries.counts(session, Scope(DISTRICT), key, division)
    figures = found.figures
    return (
        figures["deaths"], figures["missing"], figures["houses_collapsed_households"],
        figures["houses_severe_households"], found.turned,
    )  # fmt: skip


def page(desk: Desk, who: str, number: str) -> TestResponse:
    """The ledger as somebody opens it."""
    return desk.browser(who).client.get(f"/reports/ledger/{number}")


def post(desk: Desk, who: str, path: str, **fields: str) -> TestResponse:
    """A form sent by somebody."""
    browser = desk.browser(who)
    return browser.client.post(path, data={"csrf_token": browser.hidden()["csrf_token"], **fields})


def test_lines_are_counted_where_they_belong_and_a_struck_one_no_more(desk: Desk) -> None:
    number = incident(desk)
    person(desk, number)
    person(desk, number, "张阿大", "dead")
    person(desk, number, "李四", who="coordinator", division=FAR)
    house(desk, number)
    house(desk, number, "王五", collapsed=0, severe=1)
    house(desk, number, "赵六", dwelling=False)
    assert counts(desk, number) == (1, 2, 1, 1, 0)
    assert counts(desk, number, TOWN) == (1, 1, 1, 1, 0)
    assert counts(desk, number, OTHER_TOWN) == (0, 1, 0, 0, 0)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.strike_casualty(uow, Strike(2, "与上一行是同一人"))
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.strike_house(uow, Strike(1, "登记错了"))
    assert counts(desk, number) == (0, 2, 0, 1, 0)
    with pytest.raises(rules.AlreadyStruck), desk.house.work.begin(desk.actor("town")) as uow:
        service.strike_casualty(uow, Strike(2, "再划一次"))
    shown = page(desk, "town", number).text
    assert "<s>张阿大</s>" in shown
    assert "与上一行是同一人" in shown


def test_a_line_says_who_and_where_or_is_refused(desk: Desk) -> None:
    number = incident(desk)
    for more in ({"name": " "}, {"state": "found"}, {"sex": "x"}, {"age": 131}, {"name": "长" * 61}):
        with pytest.raises(Invalid):
            person(desk, number, **more)
    for wrong in ({"collapsed": 0}, {"collapsed": -1}, {"household": ""}, {"severe": 201}):
        with pytest.raises(Invalid):
            house(desk, number, **wrong)
    for place in (OTHER_TOWN, STRANGER, "nowhere", ""):
        with pytest.raises(report_rules.UnknownPlace):
            person(desk, number, division=place)
    with pytest.raises(NotFound):
        person(desk, "S9999")
    with pytest.raises(NotFound):
        person(desk, number, who="stranger", division=STRANGER)
    assert counts(desk, number) == (0, 0, 0, 0, 0)


def test_a_person_counts_once_also_when_two_note_them_at_once(desk: Desk) -> None:
    number = incident(desk)

    def note(who: str) -> str:
        try:
            person(desk, number, who=who)
        except rules.AlreadyListed:
            return "listed"
        return "noted"

    assert sorted(at_once(lambda: note("town"), lambda: note("coordinator"))) == ["listed", "noted"]
    house(desk, number)
    with pytest.raises(rules.AlreadyListed):
        house(desk, number)
    person(desk, number, age=61)
    assert counts(desk, number)[1] == 2


def test_a_verification_needs_the_names_of_the_dead(desk: Desk) -> None:
    number = incident(desk)
    say(desk, "village", ref=number, deaths=1, missing=1)
    with pytest.raises(report_rules.Contradiction, match="台账有0条"):
        say(desk, "town", TOWN, "verification", ref=number, deaths=1, missing=1)
    person(desk, number, "张阿大", "dead")
    person(desk, number)
    filed = say(desk, "town", TOWN, "verification", ref=number, deaths=1, missing=1, houses_collapsed_households=1)
    assert any("台账有0条" in words for words in filed.warnings)
    assert sheet(desk, number, TOWN).tier.figures["deaths"] == 1


def test_other_reports_never_wait_for_the_ledger(desk: Desk) -> None:
    number = incident(desk)
    for kind in ("followup", "correction"):
        assert not any("台账" in words for words in say(desk, "village", kind=kind, ref=number, deaths=2).warnings)
    person(desk, number, "张阿大", "dead")
    amended = say(desk, "village", ref=number, deaths=3)
    with pytest.raises(report_rules.Contradiction), desk.house.work.begin(desk.actor("town")) as uow:
        reports.amend(uow, Amend(amended.number, "核报", kind="verification"))


def test_the_missing_fall_when_the_ledger_says_that_they_were_found(desk: Desk) -> None:
    number = incident(desk)
    line = person(desk, number)
    say(desk, "village", ref=number, missing=1)
    silent = say(desk, "village", ref=number, missing=0, text="失踪 0")
    assert any("请说明找到的人" in words for words in silent.warnings)
    say(desk, "village", kind="correction", ref=number, missing=1)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.turn_casualty(uow, TurnCasualty(line, "found", "本人来电"))
    assert counts(desk, number) == (0, 0, 0, 0, 1)
    assert say(desk, "village", ref=number, missing=0).warnings == []
    with pytest.raises(rules.NotMissing), desk.house.work.begin(desk.actor("town")) as uow:
        service.turn_casualty(uow, TurnCasualty(line, "dead", "派出所"))


def test_one_who_was_missing_and_is_dead_counts_among_the_dead(desk: Desk) -> None:
    number = incident(desk)
    line = person(desk, number)
    for state, note in (("missing", "x"), ("dead", " ")):
        with pytest.raises(Invalid), desk.house.work.begin(desk.actor("town")) as uow:
            service.turn_casualty(uow, TurnCasualty(line, state, note))
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.turn_casualty(uow, TurnCasualty(line, "dead", "派出所确认"))
    assert counts(desk, number) == (1, 0, 0, 0, 1)


def test_events_carry_counts_and_never_a_name(desk: Desk) -> None:
    number = incident(desk)
    line = person(desk, number, home="六组12号", source="其子顾明", note="穿红衣")
    house(desk, number)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.turn_casualty(uow, TurnCasualty(line, "found", f"{NAME}在亲戚家"))
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.strike_casualty(uow, Strike(line, f"{NAME}登记重了"))
    with desk.house.work.read() as session:
        events = [one for one in eventlog.since(session, everything(), 0, 1000) if one.kind.startswith("ledger.")]
    assert [one.kind for one in events] == ["ledger.casualties", "ledger.houses", *["ledger.casualties"] * 2]
    for secret in (NAME, "陆阿根", "六组", "顾明", "红衣", "亲戚"):
        assert not any(secret in str((one.data, one.subject, one.summary("zh"))) for one in events)
    assert "失踪 1 人" in events[0].summary("zh")


@pytest.mark.parametrize(
    ("who", "status"),
    [("coordinator", 200), ("supervisor", 200), ("town", 200), ("village", 403), ("director", 403), ("auditor", 403),
     ("keeper", 403), ("leader", 403), ("admin", 403), ("stranger", 404)],
)  # fmt: skip
def test_names_are_for_those_who_check_them(desk: Desk, who: str, status: int) -> None:
    number = incident(desk)
    person(desk, number)
    house(desk, number)
    base = f"/reports/ledger/{number}"
    for path in (base, f"{base}.xlsx", f"{base}/person", f"{base}/house"):
        answer = desk.browser(who).client.get(path)
        # The supervisor checks the names and adds none.
        may = 403 if who == "supervisor" and path.count("/") > 3 else status
        assert answer.status_code == may, path
        if may != 200:
            assert NAME not in answer.text
            assert "陆阿根" not in answer.text


def test_each_town_reads_its_own_lines_alone(desk: Desk) -> None:
    number = incident(desk)
    person(desk, number, "外镇人", who="coordinator", division=FAR)
    person(desk, number)
    text = page(desk, "town", number).text
    assert NAME in text
    assert "外镇人" not in text
    assert "外镇人" in page(desk, "coordinator", number).text
    with desk.house.work.read() as session:
        assert queries.casualties(session, Scope(TOWN), number) == []
        assert queries.houses(session, Scope(TOWN), number) == []
    with pytest.raises(NotFound), desk.house.work.begin(desk.actor("town")) as uow:
        service.strike_casualty(uow, Strike(1, "不是我的"))


@pytest.mark.parametrize("who", ["village", "stranger", "supervisor"])
def test_who_may_not_writes_nothing(desk: Desk, who: str) -> None:
    number = incident(desk)
    line, home = person(desk, number), house(desk, number)
    before = counts(desk, number)
    base = f"/reports/ledger/{number}"
    sent = {"name": "某人", "state": "dead", "division": VILLAGE, "household": "某户", "collapsed": "1"}
    forms = {
        "person": sent, "house": sent, f"person/{line}/found": {"state": "found", "note": "x"},
        f"person/{line}/strike": {"reason": "x"}, f"house/{home}/strike": {"reason": "x"},
    }  # fmt: skip
    for path, fields in forms.items():
        assert post(desk, who, f"{base}/{path}", **fields).status_code in (403, 404), path
    assert counts(desk, number) == before


def test_a_form_adds_finds_and_strikes(desk: Desk) -> None:
    number = incident(desk)
    base = f"/reports/ledger/{number}"
    sent = {"name": NAME, "state": "missing", "division": VILLAGE, "age": "７１", "sex": "f", "home": "六组12号",
            "happened_at": "2026-07-01T05:30", "source": "家属"}  # fmt: skip
    refused = post(desk, "town", f"{base}/person", **{**sent, "age": "老"})
    assert refused.status_code == 422
    assert "六组12号" in refused.text
    assert post(desk, "town", f"{base}/person", **sent).status_code == 302
    assert post(desk, "town", f"{base}/person", **sent).status_code == 409
    assert (
        post(desk, "town", f"{base}/house", household="陆阿根", division_text="海涯村", collapsed="3").status_code
        == 302
    )
    post(desk, "town", f"{base}/person/1/found", state="dead", note="派出所确认")
    post(desk, "town", f"{base}/house/1/strike", reason="")
    assert counts(desk, number) == (1, 0, 0, 0, 1)
    post(desk, "town", f"{base}/house/1/strike", reason="登记错")
    text = page(desk, "town", number).text
    for wanted in (NAME, "派出所确认", "71", "原失踪", "登记错"):
        assert wanted in text


def test_the_workbook_holds_what_counts_as_text(desk: Desk) -> None:
    number = incident(desk)
    person(desk, number, "=1+1", age=71)
    struck = person(desk, number, "划去的人")
    house(desk, number)
    with desk.house.work.begin(desk.actor("town")) as uow:
        service.strike_casualty(uow, Strike(struck, "重复"))
    answer = desk.browser("coordinator").client.get(f"/reports/ledger/{number}.xlsx")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={number}.xlsx"
    people, houses = load_workbook(io.BytesIO(answer.data)).worksheets
    assert [(row[2].value, row[2].data_type) for row in people.iter_rows(min_row=2)] == [("=1+1", "s")]
    assert [row[2].value for row in houses.iter_rows(min_row=2)] == ["陆阿根"]


def test_a_drill_s_ledger_is_its_own(desk: Desk) -> None:
    number = incident(desk)
    person(desk, number)
    with desk.house.work.read(7) as session:
        assert queries.counts(session, Scope(DISTRICT, 7), 1, DISTRICT).figures["missing"] == 0
    with pytest.raises(Refusal), desk.house.work.begin(desk.actor("coordinator", 7)) as uow:
        service.strike_casualty(uow, Strike(1, "演练"))


def test_lines_go_with_the_reports_that_move_to_another_incident(desk: Desk) -> None:
    number = incident(desk)
    person(desk, number)
    house(desk, number)
    person(desk, number, "外镇人", who="coordinator", division=FAR)
    say(desk, "coordinator", FAR, ref=number, affected=3)
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        opened = incident_service.open_incident(uow, OpenIncident(DISTRICT, "flood", "金山区"))
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        old, new = uow.session.get_one(Incident, 1), uow.session.get_one(Incident, opened)
        rows = joining.of_incident(uow, old)
        joining.move(uow, [row for row in rows.values() if row.division_code == FAR], new)
    other = ids.number(ids.INCIDENT, opened)
    assert counts(desk, number)[:3] == (0, 1, 1)
    assert counts(desk, other)[:3] == (0, 1, 0)
    with desk.house.work.begin(desk.actor("coordinator")) as uow:
        joining.move_all(uow, uow.session.get_one(Incident, 1), uow.session.get_one(Incident, opened))
    assert counts(desk, number)[:3] == (0, 0, 0)
    assert counts(desk, other)[:3] == (0, 2, 1)
