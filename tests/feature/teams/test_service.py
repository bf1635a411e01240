"""Teams: added, changed, listed in scope; on both databases."""

from datetime import timedelta

import pytest

from responder.accounts.models import Person
from responder.app import House
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotFound
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from responder.platform.work import Work
from responder.teams import queries, service
from responder.teams.commands import AddTeam, ChangeTeam, ImportTeams, MemberLine, SetMembers, TeamRow
from responder.teams.rules import LeaderUnreachable, NameTaken
from tests.cast import person_id

COORDINATOR = Actor(None, "周慧敏", "310116", "web")
STRANGER = Actor(None, "何伟", "310117", "web")


def add(work: Work, name: str = "漕泾镇群众性救护队", leader: int | None = None) -> str:
    with work.begin(COORDINATOR) as uow:
        return service.add(uow, AddTeam(name, "first_aid", "310116112", leader))


def test_a_team_stands_where_its_division_is(work: Work, house: House) -> None:
    number = add(work, leader=person_id(house, "leader"))
    with work.read() as session:
        found = queries.team(session, everything(), number)
        assert found
        assert (found.number, found.leader, found.division_name) == ("T1001", "陆海峰", "漕泾镇")
        assert found.point is not None
        assert not found.own_point
        assert found.reachable
        assert [e.kind for e in eventlog.about(session, everything(), [number])] == ["team.added"]


def test_a_team_without_leader_cannot_be_told(work: Work) -> None:
    number = add(work)
    with work.read() as session:
        found = queries.team(session, everything(), number)
        assert found
        assert not found.reachable


def test_what_makes_no_team_is_refused(work: Work, house: House) -> None:
    add(work)
    with pytest.raises(NameTaken):
        add(work)
    for wrong in (
        AddTeam("", "first_aid", "310116112"),
        AddTeam("甲", "nonsense", "310116112"),
        AddTeam("甲", "first_aid", "310117"),
        AddTeam("甲", "first_aid", "999999"),
        AddTeam("甲" * 81, "first_aid", "310116112"),
        AddTeam("甲", "first_aid", "310116112", lat=30.0),
        AddTeam("甲", "first_aid", "310116112", lat=95.0, lng=121.0),
    ):
        with pytest.raises(Invalid), work.begin(COORDINATOR) as uow:
            service.add(uow, wrong)


def test_a_leader_needs_a_phone(work: Work, house: House) -> None:
    with work.begin(COORDINATOR) as uow:
        mute = Person(name="无机者", division_code="310116112", created_at=uow.now)
        uow.session.add(mute)
        uow.session.flush()
        silent = mute.id
    with pytest.raises(LeaderUnreachable):
        add(work, leader=silent)
    with pytest.raises(LeaderUnreachable):
        add(work, leader=99999)


def test_standing_down_needs_a_reason(work: Work) -> None:
    number = add(work)
    change = ChangeTeam(number, "漕泾镇救护队", "first_aid", None, None, 30.79, 121.4, "担架2副", False)
    with pytest.raises(Invalid), work.begin(COORDINATOR) as uow:
        service.change(uow, change)
    with work.begin(COORDINATOR) as uow:
        service.change(uow, ChangeTeam(**{**change.__dict__, "stood_down": "车辆检修"}))
    with work.read() as session:
        found = queries.team(session, everything(), number)
        assert found
        assert (found.name, found.active, found.stood_down) == ("漕泾镇救护队", False, "车辆检修")
        assert found.own_point
    with work.begin(COORDINATOR) as uow:
        service.change(uow, ChangeTeam(**{**change.__dict__, "active": True, "stood_down": "车辆检修"}))
    with work.read() as session:
        found = queries.team(session, everything(), number)
        assert found
        assert (found.active, found.stood_down) == (True, "")


def test_members_are_replaced_and_only_valid_certificates_count(work: Work) -> None:
    number = add(work)
    with work.begin(COORDINATOR) as uow:
        today = uow.now.date()
        # Three years from the day of issue, where the last day isn't said.
        good = [MemberLine("甲", issued=today - timedelta(days=500))]
        good += [MemberLine(f"甲{n}", expires=today + timedelta(days=400)) for n in range(8)]
        late = MemberLine("乙", expires=today - timedelta(days=2))
        service.set_members(uow, SetMembers(number, (*good, late, MemberLine("丙"))))
    with work.read() as session:
        found = queries.team(session, everything(), number)
        assert found
        light = found.readiness
        assert (light.light, light.reason, light.members, light.certified) == ("amber", "few_certified", 11, 9)
        states = [m.certificate for m in queries.members(session, everything(), number)]
        assert states == ["valid"] * 9 + ["expired", "none"]
    with work.begin(COORDINATOR) as uow:
        service.set_members(uow, SetMembers(number, ()))
    with work.read() as session:
        assert queries.members(session, everything(), number) == []
    with pytest.raises(Invalid), work.begin(COORDINATOR) as uow:
        service.set_members(uow, SetMembers(number, (MemberLine(" "),)))


def test_another_branch_sees_and_changes_nothing(work: Work, house: House) -> None:
    number = add(work, leader=person_id(house, "leader"))
    scope = Scope("310117", 0, frozenset({"team.see"}), person_id(house, "stranger"))
    with work.read() as session:
        assert queries.teams(session, scope) == []
        assert queries.team(session, scope, number) is None
        assert queries.members(session, scope, number) == []
    with pytest.raises(NotFound), work.begin(STRANGER) as uow:
        service.set_members(uow, SetMembers(number, ()))
    with pytest.raises(NotFound), work.begin(STRANGER) as uow:
        service.change(uow, ChangeTeam(number, "甲", "relief", None, None, None, None, "", True))


def test_a_leader_sees_the_own_team_wherever_it_is(work: Work, house: House) -> None:
    stranger = person_id(house, "stranger")
    number = add(work, leader=stranger)
    with work.read() as session:
        found = queries.team(session, Scope("310117", 0, frozenset(), stranger), number)
        assert found
        assert queries.teams(session, Scope("310117", 0, frozenset(), stranger)) == []


def test_a_drill_uses_the_same_teams(work: Work) -> None:
    number = add(work)
    with work.read(5) as session:
        assert [t.number for t in queries.teams(session, Scope("310116", 5))] == [number]


def test_a_sheet_adds_and_changes(work: Work, house: House) -> None:
    leader = person_id(house, "leader")
    number = add(work, leader=leader)
    rows = (
        TeamRow("漕泾镇群众性救护队", "relief", "310116112", equipment="帐篷1顶"),
        TeamRow("海涯村救护小组", "first_aid_group", "310116112218", leader),
    )
    with work.begin(COORDINATOR) as uow:
        assert service.import_teams(uow, ImportTeams(rows)) == (1, 1)
    with work.read() as session:
        found = queries.team(session, everything(), number)
        assert found
        # What the row leaves blank stays.
        assert (found.type, found.equipment, found.leader_id) == ("relief", "帐篷1顶", leader)
        assert len(queries.teams(session, everything())) == 2


def test_a_sheet_goes_in_whole_or_not_at_all(work: Work) -> None:
    rows = (TeamRow("甲队", "relief", "310116"), TeamRow("乙队", "nonsense", "310116"))
    with pytest.raises(Invalid), work.begin(COORDINATOR) as uow:
        service.import_teams(uow, ImportTeams(rows))
    with work.read() as session:
        assert queries.teams(session, everything()) == []
