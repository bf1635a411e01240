"""Incidents from the first look to the public page: once seen, verified by another, closed with nobody out."""

import re
from datetime import timedelta
from typing import Any

import pytest

from responder.accounts import credentials
from responder.accounts.commands import Delegate
from responder.app import House, build
from responder.dispatch import service as dispatch
from responder.dispatch.commands import CancelMission, ConfirmPlan, Scene
from responder.incidents import queries, service
from responder.incidents.commands import CloseIncident, PublishIncident, SeeIncident, VerifyIncident
from responder.incidents.models import Incident
from responder.incidents.queries import IncidentView
from responder.incidents.rules import MissionsOpen, WrongState
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.refusals import NotFound
from responder.platform import eventlog
from responder.platform.api import Cursor
from responder.platform.scope import Scope, everything
from responder.reports import service as reports
from responder.reports.commands import FileReport
from responder.teams import service as teams
from responder.teams.commands import AddTeam
from tests import cast
from tests.at_once import at_once

VILLAGE = "310116112218"


def _actor(house: House, who: str) -> Actor:
    division, name, _roles, _phone = cast.PEOPLE[who]
    return Actor(cast.person_id(house, who), name, division, "web")


def _report(house: House, who: str = "village", **more: Any) -> str:
    """A report; returns its incident."""
    with house.work.begin(_actor(house, who)) as uow:
        command = FileReport(
            **{"kind": "initial", "hazard": "flood", "division": VILLAGE, "figures": {"relocated": 87}, **more}
        )
        filed = reports.file(uow, command)
    assert filed.incident is not None
    return filed.incident


def _incident(house: House, number: str = "S1001") -> IncidentView:
    with house.work.read() as session:
        found = queries.incident(session, Scope("310116"), number)
    assert found is not None
    return found


def _kinds(house: House) -> list[str]:
    with house.work.read() as session:
        return [event.kind for event in eventlog.since(session, everything(), 0, 1000)]


def _press(house: House, who: str, path: str, **fields: str) -> str:
    """Presses a button of the incident's page; returns the page that follows."""
    client = cast.client_for(house, who)
    token = re.search(
        r'name="csrf_token" value="([^"]+)"', client.get("/account").text + client.get("/incidents/S1001").text
    )
    assert token is not None
    answered = client.post(path, data={"csrf_token": token.group(1), **fields}, follow_redirects=True)
    return f"{answered.status_code} {answered.text}"


def _send_out(house: House) -> str:
    with house.work.begin(_actor(house, "coordinator")) as uow:
        team = teams.add(uow, AddTeam("漕泾镇救护队", "first_aid", "310116112", cast.person_id(house, "leader")))
    with house.work.begin(_actor(house, "coordinator")) as uow:
        (number,) = dispatch.confirm(uow, ConfirmPlan(Scene("S1001", "flood", VILLAGE, "海涯村"), (team,)))
    return number


def test_the_first_look_by_somebody_who_manages_is_noted_once(house: House) -> None:
    number = _report(house)
    for who in ("town", "village", "auditor", "stranger"):
        cast.client_for(house, who).get(f"/incidents/{number}")
    assert _incident(house).seen_at is None
    cast.client_for(house, "coordinator").get(f"/incidents/{number}")
    first = _incident(house)
    assert first.seen_by == "周慧敏"
    cast.client_for(house, "coordinator").get(f"/incidents/{number}")
    assert _incident(house).seen_at == first.seen_at
    assert _kinds(house).count("incident.seen") == 1


def test_two_first_looks_at_once_are_one(house: House) -> None:
    number = _report(house)

    def look() -> bool:
        with house.work.begin(_actor(house, "coordinator")) as uow:
            return service.see(uow, SeeIncident(number))

    assert sorted(at_once(look, look, look)) == [False, False, True]
    assert _kinds(house).count("incident.seen") == 1


def test_from_verified_to_published(house: House) -> None:
    number = _report(house)
    assert _press(house, "supervisor", f"/incidents/{number}/verify").startswith("200")
    one = _incident(house)
    assert (one.status, one.verified_by, one.exception) == ("verified", "高卫东", "")
    _press(house, "coordinator", f"/incidents/{number}/close")
    one = _incident(house)
    assert (one.status, one.closed_by) == ("closed", "周慧敏")
    assert one.published_at is None
    _press(house, "supervisor", f"/incidents/{number}/publish")
    assert _incident(house).published_at is not None
    kinds = [kind for kind in _kinds(house) if kind.startswith("incident.")]
    assert [kind for kind in kinds if kind != "incident.seen"] == [
        "incident.opened", "incident.level_suggested", "incident.verified", "incident.closed", "incident.published"
    ]  # fmt: skip


def test_nobody_verifies_what_they_reported(house: House) -> None:
    number = _report(house)
    with house.work.begin(_actor(house, "supervisor")) as uow:
        reports.file(uow, FileReport("followup", None, VILLAGE, figures={"relocated": 90}))
    assert "不能核实自己报的数字" in _press(house, "supervisor", f"/incidents/{number}/verify")
    assert _incident(house).status == "open"


def test_a_small_branch_may_delegate_it_and_the_exception_is_listed(house: House) -> None:
    number = _report(house)
    with house.work.begin(_actor(house, "supervisor")) as uow:
        reports.file(uow, FileReport("followup", None, VILLAGE, figures={"relocated": 90}))
    with house.work.begin(_actor(house, "admin")) as uow:
        until = clock.now() + timedelta(days=30)
        person = cast.person_id(house, "supervisor")
        credentials.delegate(uow, Delegate("own_documents", "310116", "只有两个人", until, person_id=person))
    _press(house, "supervisor", f"/incidents/{number}/verify")
    one = _incident(house)
    assert (one.status, one.verified_by) == ("verified", "高卫东")
    assert one.exception
    with house.work.read() as session:
        (told,) = [e for e in eventlog.since(session, everything(), 0, 1000) if e.kind == "incident.verified"]
    assert told.data["exception"] == one.exception
    assert "只有两个人" in cast.client_for(house, "auditor").get("/delegations").text


def test_contradictions_come_first(house: House) -> None:
    number = _report(house, figures={"relocated": 87, "affected": 10})
    said = _press(house, "supervisor", f"/incidents/{number}/verify")
    assert "87" in said
    assert "矛盾" in said
    assert _incident(house).status == "open"


@pytest.mark.parametrize(
    ("who", "what"),
    [
        ("coordinator", "verify"),
        ("village", "verify"),
        ("supervisor", "close"),
        ("town", "close"),
        ("coordinator", "publish"),
    ],
)
def test_who_may_not(house: House, who: str, what: str) -> None:
    number = _report(house)
    assert _press(house, who, f"/incidents/{number}/{what}").startswith("403")
    assert _incident(house).status == "open"


def test_not_closed_before_it_is_verified_nor_published_before_it_is_closed(house: House) -> None:
    number = _report(house)
    _press(house, "coordinator", f"/incidents/{number}/close")
    assert _incident(house).status == "open"
    _press(house, "supervisor", f"/incidents/{number}/publish")
    assert _incident(house).published_at is None
    with house.work.begin(_actor(house, "supervisor")) as uow:
        service.verify(uow, VerifyIncident(number))
    with pytest.raises(WrongState), house.work.begin(_actor(house, "supervisor")) as uow:
        service.verify(uow, VerifyIncident(number))
    with pytest.raises(WrongState), house.work.begin(_actor(house, "supervisor")) as uow:
        service.publish(uow, PublishIncident(number))


def test_not_closed_while_a_team_is_out(house: House) -> None:
    number = _report(house)
    mission = _send_out(house)
    _press(house, "supervisor", f"/incidents/{number}/verify")
    assert "还有 1 支队伍" in _press(house, "coordinator", f"/incidents/{number}/close")
    assert _incident(house).status == "verified"
    with pytest.raises(MissionsOpen), house.work.begin(_actor(house, "coordinator")) as uow:
        service.close(uow, CloseIncident(number, 1))
    with house.work.begin(_actor(house, "coordinator")) as uow:
        dispatch.cancel(uow, CancelMission(mission))
    _press(house, "coordinator", f"/incidents/{number}/close")
    assert _incident(house).status == "closed"


def test_a_report_after_the_end_opens_another_incident(house: House) -> None:
    number = _report(house)
    _press(house, "supervisor", f"/incidents/{number}/verify")
    _press(house, "coordinator", f"/incidents/{number}/close")
    assert _report(house) != number


@pytest.mark.parametrize("act", [SeeIncident, VerifyIncident, CloseIncident, PublishIncident])
@pytest.mark.parametrize("number", ["S1001", "S9999", "R1001", "x"])
def test_a_stranger_finds_nothing(house: House, act: Any, number: str) -> None:
    _report(house)
    acts: dict[Any, Any] = {
        SeeIncident: service.see, VerifyIncident: service.verify, CloseIncident: service.close,
        PublishIncident: service.publish,
    }  # fmt: skip
    with pytest.raises(NotFound), house.work.begin(_actor(house, "stranger")) as uow:
        acts[act](uow, act(number))


def test_published_is_what_is_closed_real_and_released(house: House) -> None:
    number = _report(house)
    with house.work.begin(_actor(house, "coordinator").within(9)) as uow:
        uow.session.add(
            Incident(
                division_code=VILLAGE, hazard="flood", place="演练", status="closed", opened_at=uow.now,
                touched_at=uow.now, published_at=uow.now,
            )
        )  # fmt: skip
        uow.session.info["open_world"] = 9
    with house.work.read() as session:
        assert queries.published(session, Cursor(None, 10)) == []
    _press(house, "supervisor", f"/incidents/{number}/verify")
    _press(house, "coordinator", f"/incidents/{number}/close")
    _press(house, "supervisor", f"/incidents/{number}/publish", release="1")
    with house.work.read() as session:
        (one,) = queries.published(session, Cursor(None, 10))
    assert (one.number, one.released) == (number, True)


class TestApi:
    """The API of incidents."""

    def _get(self, house: House, who: str, path: str) -> Any:
        token = {"Authorization": f"Bearer {cast.token_for(house, who)}"}
        return build(house).test_client().get(f"/api/v1/incidents{path}", headers=token)

    def test_one_and_the_list(self, house: House) -> None:
        number = _report(house)
        (one,) = self._get(house, "coordinator", "").get_json()["items"]
        assert one == self._get(house, "village", f"/{number}").get_json()
        assert (one["number"], one["hazard"], one["status"], one["urgent"]) == (number, "flood", "open", False)
        assert one["figures"] == {"relocated": 87}
        assert one["division"] == {"code": VILLAGE, "name": "海涯村"}
        assert one["opened_at"].endswith("+00:00")
        assert self._get(house, "coordinator", "?status=closed").get_json()["items"] == []

    def test_scope_and_rights(self, house: House) -> None:
        number = _report(house)
        assert self._get(house, "stranger", f"/{number}").status_code == 404
        assert self._get(house, "stranger", "").get_json() == {"items": [], "next": None}
        assert self._get(house, "admin", "").status_code == 403
        assert build(house).test_client().get("/api/v1/incidents").status_code == 401

    def test_newest_first_by_pages(self, house: House) -> None:
        for hazard in ("flood", "fire", "drought"):
            _report(house, hazard=hazard)
        first = self._get(house, "coordinator", "?limit=2").get_json()
        last = self._get(house, "coordinator", f"?limit=2&cursor={first['next']}").get_json()
        assert [one["hazard"] for one in first["items"] + last["items"]] == ["drought", "fire", "flood"]
        assert last["next"] is None
