"""Exceptions to the separation of duties: open, with reason and end, never for oneself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from responder.accounts import access, credentials, queries, rules, service
from responder.accounts.commands import Delegate, GrantRoles, RevokeDelegation
from responder.app import House
from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.refusals import Invalid, NotAllowed, NotFound, Refusal
from responder.platform.scope import Scope
from tests.cast import person_id
from tests.feature.accounts.conftest import Browser

As = Callable[[str], Actor]
BOTH = frozenset({"admin", "coordinator"})


def delegate(house: House, actor: Actor, *, kind: str = rules.OWN_DOCUMENTS, days: int = 30, **more: object) -> int:
    values: dict[str, object] = {"division": "310116", "reason": "只有两个人", **more}
    command = Delegate(kind=kind, valid_until=clock.now() + timedelta(days=days), **values)  # type: ignore[arg-type]
    with house.work.begin(actor) as uow:
        return credentials.delegate(uow, command)


def may(house: House, username: str) -> bool:
    with house.work.read() as session:
        return queries.may_approve_own(session, person_id(house, username))


def test_nobody_approves_their_own_by_default(house: House) -> None:
    assert not may(house, "keeper")
    with house.work.read() as session:
        assert not queries.may_approve_own(session, 999999)


def test_for_one_person_until_it_ends(house: House, as_: As) -> None:
    given = delegate(house, as_("admin"), person_id=person_id(house, "keeper"))
    assert may(house, "keeper")
    assert not may(house, "coordinator")
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert not may(house, "keeper")
    with house.work.begin(as_("admin")) as uow:
        credentials.revoke_delegation(uow, RevokeDelegation(given))
    assert not may(house, "keeper")
    with pytest.raises(NotFound), house.work.begin(as_("admin")) as uow:
        credentials.revoke_delegation(uow, RevokeDelegation(given))


def test_for_a_role_at_a_place_and_below(house: House, as_: As) -> None:
    delegate(house, as_("admin"), division="310116112", role="leader")
    assert may(house, "leader")
    assert not may(house, "keeper")
    delegate(house, as_("admin"), division="310116", role="coordinator")
    assert may(house, "coordinator")
    assert not may(house, "stranger")


def test_the_list_is_open_to_everybody_of_the_branch(browser: Browser, house: House, as_: As) -> None:
    delegate(house, as_("admin"), person_id=person_id(house, "keeper"))
    for username in ("admin", "coordinator", "auditor"):
        page = browser(username).get("/delegations").get_data(as_text=True)
        assert "朱国平" in page
        assert "只有两个人" in page
    assert "朱国平" not in browser("stranger").get("/delegations").get_data(as_text=True)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kind": "anything", "role": "keeper"}, Invalid),
        ({"reason": " ", "role": "keeper"}, Invalid),
        ({"days": -1, "role": "keeper"}, Invalid),
        ({"days": 400, "role": "keeper"}, Invalid),
        ({"role": "king"}, Invalid),
        ({}, Invalid),
        ({"kind": rules.JOINED_ROLES, "role": "keeper"}, Invalid),
        ({"division": "310117", "role": "keeper"}, rules.NoSuchDivision),
    ],
)
def test_what_is_no_exception(house: House, as_: As, more: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        delegate(house, as_("admin"), **more)  # type: ignore[arg-type]


def test_only_the_administrator_and_never_for_oneself(house: House, as_: As) -> None:
    with pytest.raises(rules.OwnRoles):
        delegate(house, as_("admin"), person_id=person_id(house, "admin"))
    with pytest.raises(NotFound):
        delegate(house, as_("admin"), person_id=person_id(house, "stranger"))
    for username in ("coordinator", "town", "supervisor"):
        with pytest.raises(NotAllowed):
            delegate(house, as_(username), role="keeper")


def roles_of(house: House, username: str) -> tuple[str, ...]:
    with house.work.read() as session:
        return queries.own(session, person_id(house, username)).roles


def test_joined_roles_end_with_their_exception(house: House, as_: As) -> None:
    keeper = person_id(house, "keeper")
    given = delegate(house, as_("admin"), kind=rules.JOINED_ROLES, person_id=keeper)
    with house.work.begin(as_("admin")) as uow:
        service.grant_roles(uow, GrantRoles(keeper, BOTH))
    assert roles_of(house, "keeper") == ("admin", "coordinator")
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert roles_of(house, "keeper") == ("admin",)
        with house.work.read() as session:
            granted = queries.permissions_of(session, keeper, "310116")
        assert "mission.confirm" not in granted
        assert "people.manage" in granted
    with house.work.begin(as_("admin")) as uow:
        credentials.revoke_delegation(uow, RevokeDelegation(given))
    assert roles_of(house, "keeper") == ("admin",)


def test_the_pages_form_records_and_ends_an_exception(browser: Browser, house: House) -> None:
    client = browser("admin")
    until = (clock.now() + timedelta(days=20)).date().isoformat()
    data = {"kind": "own_documents", "role": "keeper", "reason": "人手不够", "valid_until": until}
    assert client.post("/delegations", data={**data, "valid_until": ""}).status_code == 422
    assert client.post("/delegations", data=data).status_code == 302
    with house.work.read() as session:
        [one] = access.delegations(session, Scope("310116"))
    assert (one.role, one.granted_by, one.reason) == ("keeper", "沈志强", "人手不够")
    assert one.valid_until.astimezone().date().isoformat() >= until[:8]
    assert client.post(f"/delegations/{one.id}/revoke").status_code == 302
    with house.work.read() as session:
        assert access.delegations(session, Scope("310116")) == []
    assert browser("coordinator").post("/delegations", data=data).status_code == 403
