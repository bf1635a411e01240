"""The command line, the socket's entrance, the demonstration."""

from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from flask import Flask

from responder.accounts import demo, entry, passwords, queries, rules, sessions
from responder.accounts.cli import token, user
from responder.app import House
from responder.places import demo as places_demo
from responder.places.queries import places
from responder.platform.database import Base
from responder.platform.scope import everything
from tests import cast
from tests.cast import SYSTEM
from tests.feature.accounts.conftest import drill_world


@dataclass
class Context:
    """What the command line hands over."""

    built: House

    def house(self) -> House:
        return self.built


def test_the_token_stands_alone_and_works(house: House) -> None:
    result = CliRunner().invoke(token, ["coordinator"], obj=Context(house))
    assert result.exit_code == 0
    made = result.stdout.removesuffix("\n")
    assert made.startswith("rsp_")
    assert not set(made) & set(" \n")
    found = sessions.enter(house.work, house.settings)({"token": made})
    assert found is not None
    assert found.username == "coordinator"


def test_no_token_for_nobody(house: House) -> None:
    result = CliRunner().invoke(token, ["nobody"], obj=Context(house))
    assert result.exit_code == 1
    assert result.stdout == ""


def test_adding_somebody_with_the_password_from_a_pipe(house: House) -> None:
    arguments = ["add", "shi.wen", "--name", "施雯", "--role", "coordinator", "--phone", "13800138001"]
    result = CliRunner().invoke(user, arguments, obj=Context(house), input="芦苇八月黄了又青\n")
    assert result.exit_code == 0, result.output
    real = house.settings.model_copy(update={"demo": False})
    assert entry.sign_in(house.work, real, "shi.wen", "芦苇八月黄了又青", ip="", user_agent="")
    with house.work.read() as session:
        owner = queries.owner_of(session, "+8613800138001")
    assert owner is not None
    assert owner.division == "310116"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--role", "king"], "Roles"),
        (["--role", "admin", "--role", "keeper"], "can't be the same person"),
        (["--role", "keeper", "--division", "999"], "no such place"),
        (["--role", "keeper", "--password", "123"], "8 characters"),
        (["--role", "keeper", "--phone", "19900000001"], "already belongs"),
    ],
)
def test_what_is_refused_is_said(house: House, arguments: list[str], said: str) -> None:
    given = ["add", "shiwen", "--name", "施雯", "--password", "long enough words", *arguments]
    result = CliRunner().invoke(user, given, obj=Context(house))
    assert result.exit_code == 1
    assert said in result.output


def test_a_socket_enters_by_cookie_or_token_and_into_a_drill(house: House, app: Flask) -> None:
    door = sessions.enter(house.work, house.settings, drill_world)
    made, cookie = cast.token_for(house, "town"), cast.session_for(house, "village")
    with app.test_request_context("/socket.io/", headers={"Cookie": f"{sessions.COOKIE}={cookie}"}):
        found = door({})
        assert found is not None
        assert (found.username, found.world) == ("village", 0)
        inside = door({"drill": "Y1007"})
        assert inside is not None
        assert inside.world == 7
        assert door({"drill": "Y9"}) is None
        by_token = door({"token": made, "drill": "Y1007"})
        assert by_token is not None
        assert (by_token.username, by_token.world) == ("town", 7)
        assert door({"token": "wrong"}) is None
        assert door({"token": {"a": 1}}) is None
    with app.test_request_context("/socket.io/"):
        assert door({}) is None


def test_the_api_names_its_drill(house: House, app: Flask) -> None:
    find = sessions.authenticate(house.work, house.settings, drill_world)
    bearer = f"Bearer {cast.token_for(house, 'town')}"
    from flask import request

    from responder.kernel.refusals import NotFound

    for drill, world in (("", 0), ("Y1007", 7)):
        with app.test_request_context("/api/v1/x", headers={"Authorization": bearer, "Responder-Drill": drill}):
            found = find(request)
            assert found is not None
            assert found.world == world
    unknown = app.test_request_context("/api/v1/x", headers={"Authorization": bearer, "Responder-Drill": "Y9"})
    with unknown, pytest.raises(NotFound):
        find(request)
    with app.test_request_context("/api/v1/x", headers={"Responder-Drill": "Y9"}):
        assert find(request) is None


def test_an_unknown_name_costs_one_hash_like_a_known_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bool] = []
    real = passwords.matches

    def matches(kept: str | None, password: str) -> bool:
        checked.append(kept is not None)
        return real(kept, password)

    monkeypatch.setattr(passwords, "matches", matches)
    for login in ("town", "nobody"):
        with pytest.raises(rules.SignInFailed):
            entry.sign_in(house.work, house.settings, login, "wrong", ip="", user_agent="")
    assert checked == [True, False]


@pytest.mark.parametrize("profile", ["jinshan", "jilin"])
def test_the_demonstration_has_people_everywhere(house: House, profile: str) -> None:
    Base.metadata.drop_all(house.work.database.reader)
    Base.metadata.create_all(house.work.database.reader)
    with house.work.begin(SYSTEM) as uow:
        places_demo.furnish(uow, profile)
        demo.furnish(uow, profile)
    with house.work.read() as session:
        found = queries.phones(session, everything())
        tree = places(session)
        tiers = {p.division: tree.profile.tier(p.division) for p in found if p.roles == ("liaison",)}
        towns = {place.code for place in tree.children(tree.profile.root)}
        stranger = queries.own(session, next(p.person_id for p in found if p.number.endswith("0008")))
    assert towns <= tiers.keys()
    assert sum(tier == 3 for tier in tiers.values()) >= 40
    assert all(p.number.startswith("+861990000") for p in found)
    assert stranger.username == "stranger"
    assert not stranger.division.startswith(tree.profile.root)
    for username in cast.PEOPLE:
        assert entry.sign_in(house.work, house.settings, username, "demo", ip="", user_agent="")
    if profile == "jinshan":
        with house.work.read() as session:
            seats = {p.username: p.division for p in queries.people_with(session, "report.file", sorted(tiers))}
        assert seats["town"] == "310116112"
        assert seats["village"] == "310116112218"
