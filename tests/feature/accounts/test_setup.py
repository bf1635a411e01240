"""The first minutes of an empty store: only with the code, only once."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy import delete

from responder.accounts import founding, queries
from responder.accounts.models import Phone, RoleGrant
from responder.app import House, assemble, build
from responder.places.queries import places
from responder.platform.database import Base
from responder.settings import Settings
from tests.cast import SYSTEM

FORM = {
    "profile": "jinshan", "name": "沈志强", "username": "Shen", "phone": "13800138000",
    "password": "芦苇八月黄了又青", "again": "芦苇八月黄了又青",
}  # fmt: skip


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[House]:
    """A store with tables and nothing in them, not a demonstration."""
    settings = Settings(data=tmp_path / "data", database_url=database_url, secret_key="test")
    built = assemble(settings)
    Base.metadata.drop_all(built.work.database.reader)
    Base.metadata.create_all(built.work.database.reader)
    yield built
    built.work.database.dispose()


@pytest.fixture
def app(empty: House) -> Flask:
    """Its application."""
    built = build(empty)
    built.config["WTF_CSRF_ENABLED"] = False
    return built


def test_every_page_leads_to_set_up(app: Flask) -> None:
    client = app.test_client()
    for path in ("/sign-in", "/account", "/people"):
        assert client.get(path).headers["Location"] == "/setup"
    assert client.get("/setup").status_code == 200
    with app.test_request_context():
        style = url_for("static", filename="app.css")
    assert client.get(style).status_code in (200, 404)
    assert client.get("/healthz").status_code != 302


def test_the_code_is_kept_from_others(empty: House) -> None:
    code = founding.setup_code(empty.settings)
    assert founding.setup_code(empty.settings) == code
    assert stat.S_IMODE((empty.settings.data / "setup_code").stat().st_mode) == 0o600
    assert len(set(code)) > 2


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "' OR 1=1"])
def test_a_stranger_without_the_code_gets_nowhere(app: Flask, empty: House, code: str) -> None:
    answer = app.test_client().post("/setup", data={**FORM, "code": code})
    assert answer.status_code == 422
    assert "设置码不对" in answer.get_data(as_text=True)
    with empty.work.read() as session:
        assert not queries.anybody(session)


def test_guessing_the_code_is_limited(app: Flask) -> None:
    client = app.test_client()
    answers = [client.post("/setup", data={**FORM, "code": "AAAA-AAAA"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("username", "沈"),
        ("password", "12345678"),
        ("again", "x"),
        ("profile", "../x"),
        ("phone", "1"),
    ],
)
def test_a_bad_field_is_told_and_nothing_is_kept(app: Flask, empty: House, field: str, value: str) -> None:
    data = {**FORM, "code": founding.setup_code(empty.settings), field: value}
    if field == "password":
        data["again"] = value
    answer = app.test_client().post("/setup", data=data)
    assert answer.status_code == 422
    with empty.work.read() as session:
        assert not queries.anybody(session)


def test_set_up_once(app: Flask, empty: House) -> None:
    client = app.test_client()
    code = founding.setup_code(empty.settings)
    answer = client.post("/setup", data={**FORM, "code": code.lower()})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/next-steps"
    assert client.get("/account").status_code == 200
    with empty.work.read() as session:
        owner = queries.owner_of(session, "+8613800138000")
        assert len(places(session)) > 250
    assert owner is not None
    assert (owner.roles, owner.division) == (("admin",), "310116")
    assert not (empty.settings.data / "setup_code").exists()
    stranger = app.test_client()
    assert stranger.get("/setup").headers["Location"] == "/sign-in"
    again = {**FORM, "username": "evil", "code": founding.setup_code(empty.settings)}
    assert stranger.post("/setup", data=again).headers["Location"] == "/sign-in"


def test_two_at_once_make_one_administrator(empty: House) -> None:
    from responder.accounts import rules
    from responder.accounts.commands import SetUp
    from responder.places import sources

    command = SetUp("甲", "first", "hash")
    with empty.work.begin(SYSTEM) as uow:
        founding.set_up(uow, command, sources.gather("jinshan"))
    with pytest.raises(rules.SetupDone), empty.work.begin(SYSTEM) as uow:
        founding.set_up(uow, SetUp("乙", "second", "hash"), None)


def test_a_store_with_people_is_never_open(house: House) -> None:
    real = House(house.settings.model_copy(update={"demo": False}), house.work)
    client = build(real).test_client()
    assert client.get("/setup").headers["Location"] == "/sign-in"
    assert client.get("/sign-in").status_code == 200


def test_a_demonstration_is_never_open(house: House) -> None:
    with house.work.begin(SYSTEM) as uow:
        for table in (Phone, RoleGrant):
            uow.session.execute(delete(table))
    assert not founding.is_open(house.work, house.settings)
