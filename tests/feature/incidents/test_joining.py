"""Many reports, one incident: proposed with reasons, joined, parted again; numbers stay valid and nothing is lost."""

from typing import Any

import pytest

from responder.app import House
from responder.dispatch import joining
from responder.dispatch import queries as dispatch
from responder.dispatch import service as missions
from responder.dispatch.commands import ConfirmPlan, Scene
from responder.dispatch.joining import Merge, Part
from responder.incidents import handoffs, joins, queries
from responder.incidents import responses as levels
from responder.incidents.authorised import Authorised
from responder.incidents.joins import CannotJoin, CannotPart, KeepApart
from responder.incidents.queries import IncidentView
from responder.incidents.responses import StartLevel
from responder.incidents.similarity import likely_same
from responder.kernel import clock
from responder.kernel.refusals import NotFound
from responder.platform.api import Cursor
from responder.platform.scope import Scope
from responder.reports import queries as reads
from responder.reports import service as reports
from responder.reports.commands import FileReport
from responder.reports.queries import ReportView
from responder.teams import service as teams
from responder.teams.commands import AddTeam
from tests import cast
from tests.at_once import at_once
from tests.feature.incidents.test_responses import actor, events

HERE, TOWN, DISTRICT, OTHER = "310116112218", "310116112", "310116", "310116102201"


def file(house: House, division: str, who: str = "coordinator", **more: Any) -> ReportView:
    with house.work.begin(actor(house, who)) as uow:
        command = {"kind": "initial", "hazard": "flood", "division": division, "figures": {"relocated": 20}, **more}
        return reports.file(uow, FileReport(**command))


def incident(house: House, number: str, division: str = DISTRICT) -> IncidentView | None:
    with house.work.read() as session:
        return queries.incident(session, Scope(division), number)


def relocated(house: House, number: str) -> float:
    found = incident(house, number)
    assert found is not None
    return float(found.figures.get("relocated", 0))


def told(house: House, number: str) -> list[str]:
    with house.work.read() as session:
        return [one.number for one in reads.of_incident(session, Scope(DISTRICT), number)]


def proposals(house: House, division: str = DISTRICT) -> list[joins.ProposalView]:
    with house.work.read() as session:
        return joins.proposals(session, Scope(division))


def merge(house: House, one: str = "S1001", other: str = "S1002", who: str = "coordinator") -> str:
    with house.work.begin(actor(house, who)) as uow:
        return joining.merge(uow, Merge(one, other))


def part(house: House, *numbers: str, back: str = "") -> str:
    with house.work.begin(actor(house, "coordinator")) as uow:
        return joining.part(uow, Part("S1001", numbers, back=back))


def test_what_is_alike_is_proposed_with_its_reasons(house: House) -> None:
    file(house, HERE)
    file(house, TOWN, hazard="typhoon")
    (found,) = proposals(house)
    assert (found.first, found.second) == ("S1001", "S1002")
    assert {reason["kind"] for reason in found.reasons} >= {"hazard", "division", "time"}
    assert proposals(house, "310117") == []
    assert len(events(house, "incident.join_proposed")) == 1


def test_other_hazards_are_not_proposed(house: House) -> None:
    file(house, HERE)
    file(house, TOWN, hazard="fire")
    assert proposals(house) == []


def test_kept_apart_is_not_asked_again(house: House) -> None:
    file(house, HERE)
    file(house, TOWN)
    (found,) = proposals(house)
    with pytest.raises(NotFound), house.work.begin(actor(house, "stranger")) as uow:
        joins.keep_apart(uow, KeepApart(found.id))
    with house.work.begin(actor(house, "coordinator")) as uow:
        joins.keep_apart(uow, KeepApart(found.id))
    assert proposals(house) == []


def test_joined_they_are_one_and_both_numbers_lead_there(house: House) -> None:
    file(house, HERE)
    file(house, OTHER, text="3人被困", urgent=("被困",))
    assert merge(house) == "S1001"
    kept, gone = incident(house, "S1001"), incident(house, "S1002")
    assert kept is not None
    assert gone is not None
    assert (kept.division, kept.figures["relocated"], kept.urgent) == (DISTRICT, 40, True)
    assert (gone.status, gone.joined_to) == ("joined", "S1001")
    assert told(house, "S1001") == ["R1001", "R1002"]
    with house.work.read() as session:
        listed = queries.incidents(session, Scope(DISTRICT), Cursor(None, 10))
        assert [one.number for one in listed] == ["S1001"]
        assert [one.line.slug for one in handoffs.unmade(session, Scope(DISTRICT))] == ["fire", "command"]
        assert joins.joined_here(session, Scope(DISTRICT), kept.id)[0][0] == "S1002"


def test_later_reports_of_both_places_go_on_there(house: House) -> None:
    file(house, HERE)
    file(house, OTHER)
    merge(house)
    again = file(house, OTHER, figures={"relocated": 35})
    by_number = file(house, OTHER, kind="followup", ref="S1002", figures={"relocated": 36})
    assert (again.incident, by_number.incident) == ("S1001", "S1001")
    assert relocated(house, "S1001") == 56


def test_the_places_still_see_what_theirs_became_and_strangers_nothing(house: House) -> None:
    file(house, HERE)
    file(house, OTHER)
    merge(house)
    for division in (HERE, TOWN, OTHER):
        assert incident(house, "S1001", division) is not None
    assert incident(house, "S1001", "310117") is None
    assert incident(house, "S1002", "310117") is None
    with pytest.raises(NotFound):
        merge(house, who="stranger")


def test_missions_and_levels_follow(house: House) -> None:
    file(house, HERE)
    file(house, OTHER)
    with house.work.begin(actor(house, "coordinator")) as uow:
        team = teams.add(uow, AddTeam("漕泾镇救护队", "first_aid", TOWN, cast.person_id(house, "leader")))
    with house.work.begin(actor(house, "coordinator")) as uow:
        missions.confirm(uow, ConfirmPlan(Scene("S1002", "flood", OTHER, "东林"), (team,)))
        levels.start(uow, StartLevel("S1002", "IV", Authorised()))
    merge(house)
    with house.work.read() as session:
        assert [m.number for m in dispatch.of_incident(session, Scope(DISTRICT), "S1001")] == ["M1001"]
        assert [one.incident for one in levels.running(session)] == ["S1001"]
    assert part(house, "R1002", back="S1002") == "S1002"
    with house.work.read() as session:
        assert [m.number for m in dispatch.of_incident(session, Scope(DISTRICT), "S1002")] == ["M1001"]
        assert [one.incident for one in levels.running(session)] == ["S1002"]


def test_a_join_is_undone_by_parting(house: House) -> None:
    file(house, HERE)
    file(house, OTHER, figures={"relocated": 7})
    merge(house)
    part(house, "R1002", back="S1002")
    kept, back = incident(house, "S1001"), incident(house, "S1002")
    assert kept is not None
    assert back is not None
    assert (kept.division, kept.figures["relocated"]) == (HERE, 20)
    assert (back.division, back.figures["relocated"], back.status, back.joined_to) == (OTHER, 7, "open", "")
    assert told(house, "S1002") == ["R1002"]


def test_chosen_reports_part_into_a_new_incident(house: House) -> None:
    file(house, HERE)
    file(house, HERE, kind="followup", figures={"relocated": 30})
    file(house, TOWN, kind="followup", ref="S1001", figures={"relocated": 99})
    with pytest.raises(CannotPart):
        part(house)
    with pytest.raises(CannotPart):
        part(house, *told(house, "S1001"))
    new = part(house, "R1003")
    assert (relocated(house, "S1001"), relocated(house, new)) == (30, 99)
    found = incident(house, new)
    assert found is not None
    assert found.division == TOWN
    assert proposals(house) == []


def test_only_two_open_ones_of_the_own_area_are_joined(house: House) -> None:
    file(house, HERE)
    file(house, OTHER)
    with pytest.raises(CannotJoin):
        merge(house, "S1001", "S1001")
    with pytest.raises(NotFound):
        merge(house, who="town")
    merge(house)
    with pytest.raises(CannotJoin):
        merge(house)


def test_a_report_filed_while_they_are_joined_is_counted_once(house: House) -> None:
    file(house, HERE)
    file(house, OTHER)

    def say() -> str:
        return file(house, OTHER, figures={"relocated": 50}).incident or ""

    for result in at_once(lambda: merge(house), say):
        assert result in ("S1001", "S1002")
    assert told(house, "S1001") == ["R1001", "R1002", "R1003"]
    assert relocated(house, "S1001") == 70
    with house.work.read() as session:
        assert queries.open_count(session, Scope(DISTRICT)) == 1


def test_the_form_is_told_of_what_is_likely_the_same(house: House) -> None:
    file(house, HERE)
    now = clock.now()
    with house.work.read() as session:
        for scope in (Scope(DISTRICT), Scope(TOWN)):
            (found,) = likely_same(session, scope, TOWN, "typhoon", None, None, now)
            assert (found.incident, found.division) == ("S1001", HERE)
        assert likely_same(session, Scope(DISTRICT), TOWN, "fire", None, None, now) == []
        assert likely_same(session, Scope("310117"), TOWN, "flood", None, None, now) == []
