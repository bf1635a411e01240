"""Signing in, staying in, being thrown out."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from responder.accounts import entry, rules, service, sessions
from responder.accounts.commands import DisablePerson
from responder.accounts.models import ApiToken, Backoff, Person, WebSession
from responder.app import House, build
from responder.kernel import clock
from responder.platform import eventlog
from tests import cast
from tests.cast import SYSTEM, person_id, token_for
from tests.feature.accounts.conftest import Browser

PAGE = "/account"


def attempt(client: FlaskClient, username: str, password: str = "demo", **more: str) -> int:
    answer = client.post("/sign-in", data={"username": username, "password": password, **more})
    return answer.status_code


def kinds(house: House) -> list[str]:
    with house.work.read() as session:
        return [event.kind for event in eventlog.after(session, 0)]


@pytest.mark.parametrize("login", ["coordinator", " Coordinator ", "19900000002", "+86 199 0000 0002"])
def test_by_name_or_phone(browser: Browser, house: House, login: str) -> None:
    client = browser("")
    assert attempt(client, login) == 302
    assert client.get(PAGE).status_code == 200
    assert kinds(house)[-1] == "account.signed_in"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, house: House) -> None:
    client = browser("")
    answer = client.post("/sign-in", data={"username": "town", "password": "demo"}, base_url="https://localhost")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("responder="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie
    token = cookie.split(";")[0].removeprefix("responder=")
    with house.work.read() as session:
        kept = session.scalars(select(WebSession.token_hash)).all()
    assert token not in kept
    assert len(token) >= 43


def test_wrong_password_unknown_name_and_disabled_get_the_same_answer(browser: Browser, house: House) -> None:
    with house.work.begin(SYSTEM) as uow:
        service.disable_person(uow, DisablePerson(person_id(house, "keeper")))
    client = browser("")
    pages = set()
    for username, password in (("town", "wrong"), ("nobody", "demo"), ("keeper", "demo"), ("", "")):
        answer = client.post("/sign-in", data={"username": username, "password": password})
        assert answer.status_code == 422
        assert client.get_cookie("responder") is None
        pages.add(answer.get_data(as_text=True).replace(f'value="{username}"', ""))
    assert all("用户名或密码不对" in page for page in pages)
    assert kinds(house).count("account.sign_in_failed") == 4


def test_the_log_never_holds_what_was_typed(browser: Browser, house: House) -> None:
    attempt(browser(""), "my-password-by-mistake", "hunter2-hunter2")
    with house.work.read() as session:
        told = str([(e.data, e.subject, e.actor) for e in eventlog.after(session, 0)])
    assert "hunter2" not in told
    assert "mistake" not in told


@pytest.mark.parametrize("login", ["town", "nobody-at-all"])
def test_waits_after_five_failures_known_or_not(house: House, login: str) -> None:
    def tries(password: str) -> str:
        return entry.sign_in(house.work, house.settings, login, password, ip="10.0.0.1", user_agent="")

    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(5):
            with pytest.raises(rules.SignInFailed):
                tries("wrong")
        with pytest.raises(rules.WaitFirst) as refused:
            tries("demo")
        assert refused.value.params == {"seconds": 15}
        traveller.shift(timedelta(seconds=16))
        if login == "town":
            assert tries("demo")
            with house.work.read() as session:
                assert session.scalars(select(Backoff)).all() == []
        else:
            with pytest.raises(rules.SignInFailed):
                tries("demo")
            with pytest.raises(rules.WaitFirst) as refused:
                tries("demo")
            assert refused.value.params == {"seconds": 30}


def test_one_address_may_fail_only_so_often(browser: Browser) -> None:
    client = browser("")
    answers = [attempt(client, f"nobody{n}", "wrong") for n in range(21)]
    assert answers[:20] == [422] * 20
    assert answers[20] == 429


def test_signing_in_well_is_never_limited(browser: Browser) -> None:
    client = browser("")
    assert {attempt(client, "town") for _ in range(25)} == {302}


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site(browser: Browser, target: str) -> None:
    answer = browser("").post("/sign-in", data={"username": "town", "password": "demo", "next": target})
    assert answer.headers["Location"] == "/"


def test_back_to_the_page_that_was_asked_for(browser: Browser) -> None:
    client = browser("")
    asked = client.get("/people?q=x")
    assert asked.status_code == 302
    answer = client.post("/sign-in", data={"username": "admin", "password": "demo", "next": "/people?q=x"})
    assert answer.headers["Location"] == "/people?q=x"


def test_the_administrator_begins_with_the_people(browser: Browser) -> None:
    for username, home in (("admin", "/people"), ("coordinator", "/"), ("auditor", "/")):
        answer = browser("").post("/sign-in", data={"username": username, "password": "demo"})
        assert answer.headers["Location"] == home


def test_demonstration_accounts_only_in_a_demonstration(house: House) -> None:
    cookie, token = cast.session_for(house, "admin"), token_for(house, "admin")
    real = House(house.settings.model_copy(update={"demo": False}), house.work)
    client = build(real).test_client()
    client.set_cookie(sessions.COOKIE, cookie)
    assert client.get(PAGE).status_code == 302
    assert client.get("/api/v1/reports", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with pytest.raises(rules.SignInFailed):
        entry.sign_in(real.work, real.settings, "admin", "demo", ip="", user_agent="")


def test_the_api_takes_no_cookie_and_pages_no_token(browser: Browser, house: House) -> None:
    bearer = {"Authorization": f"Bearer {token_for(house, 'coordinator')}"}
    signed_in, visitor = browser("coordinator"), browser("")
    assert signed_in.get("/api/v1/reports").status_code == 401
    assert visitor.get("/api/v1/reports", headers=bearer).status_code == 200
    assert visitor.get(PAGE, headers=bearer).status_code == 302


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eA==", "Bearer " + "x" * 5000, "Bearer rsp_no"])
def test_what_is_no_token(browser: Browser, header: str) -> None:
    assert browser("").get("/api/v1/reports", headers={"Authorization": header}).status_code == 401


def test_tokens_are_kept_hashed_and_end_when_revoked(browser: Browser, house: House) -> None:
    client = browser("town")
    page = client.post("/account/tokens", data={"name": "weather"}).get_data(as_text=True)
    token = page.split('id="f-token" value="')[1].split('"')[0]
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/reports", headers=bearer).status_code == 200
    with house.work.read() as session:
        row = session.scalars(select(ApiToken)).one()
    assert token not in (row.token_hash, row.prefix)
    assert token.startswith(row.prefix)
    assert row.last_used_at is not None
    assert token not in client.get(PAGE).get_data(as_text=True)
    assert client.post(f"/account/tokens/{row.id}/revoke").status_code == 302
    assert client.get("/api/v1/reports", headers=bearer).status_code == 401


def test_nobody_touches_anothers_token_or_session(browser: Browser, house: House) -> None:
    token_for(house, "town")
    other = browser("town")
    with house.work.read() as session:
        token, theirs = (
            session.scalars(select(ApiToken.id)).one(),
            session.scalars(select(WebSession.id)).one(),
        )
    client = browser("village")
    assert client.post(f"/account/tokens/{token}/revoke").status_code == 404
    assert client.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert other.get(PAGE).status_code == 200


def test_signing_out_ends_the_session_in_the_store(browser: Browser, house: House) -> None:
    client = browser("town")
    cookie = client.get_cookie("responder")
    assert cookie is not None
    assert client.post("/sign-out").status_code == 302
    again = browser("")
    again.set_cookie("responder", cookie.value)
    assert again.get(PAGE).status_code == 302


def test_signing_out_everywhere_and_of_one_browser(browser: Browser, house: House) -> None:
    first, second, third = browser("town"), browser("town"), browser("town")
    with house.work.read() as session:
        ids = session.scalars(select(WebSession.id).order_by(WebSession.id)).all()
    assert first.post(f"/account/sessions/{ids[1]}/end").status_code == 302
    assert [c.get(PAGE).status_code for c in (first, second, third)] == [200, 302, 200]
    first.post("/account/sign-out-everywhere")
    assert [c.get(PAGE).status_code for c in (first, second, third)] == [302, 302, 302]
    assert kinds(house)[-1] == "account.signed_out"


def test_disabled_people_are_out_at_once(browser: Browser, house: House) -> None:
    client, bearer = browser("town"), {"Authorization": f"Bearer {token_for(house, 'town')}"}
    assert browser("admin").post(f"/people/{person_id(house, 'town')}/disable").status_code == 302
    assert client.get(PAGE).status_code == 302
    assert client.get("/api/v1/reports", headers=bearer).status_code == 401
    with house.work.read() as session:
        from responder.accounts import queries

        owner = queries.owner_of(session, cast.phone("town"))
        assert owner is not None
        assert owner.disabled
        assert owner.permissions == frozenset()
        assert queries.reach(session, person_id(house, "town")) is None


def test_a_new_password_ends_the_other_browsers(browser: Browser, house: House) -> None:
    mine, other = browser("town"), browser("town")
    data = {"present": "demo", "new": "芦苇八月黄了又青", "again": "芦苇八月黄了又青"}
    assert mine.post("/account/password", data={**data, "present": "wrong"}).status_code == 422
    assert mine.post("/account/password", data={**data, "again": "另一个"}).status_code == 422
    assert mine.post("/account/password", data=data).status_code == 302
    assert mine.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302
    assert attempt(browser(""), "town", "demo") == 422
    assert attempt(browser(""), "town", "芦苇八月黄了又青") == 302


def test_weak_passwords_are_told_why(browser: Browser, house: House) -> None:
    with house.work.begin(SYSTEM) as uow:
        uow.session.execute(update(Person).where(Person.username == "town").values(demo=False))
    client = browser("town")
    data = {"present": "demo", "new": "12345678", "again": "12345678"}
    answer = client.post("/account/password", data=data)
    assert answer.status_code == 422
    assert "太常见了" in answer.get_data(as_text=True)


def test_a_session_slides_and_ends(house: House, app: Flask) -> None:
    client = app.test_client()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        client.set_cookie(sessions.COOKIE, cast.session_for(house, "town"))
        for _ in range(6):
            traveller.shift(timedelta(days=13))
            assert client.get(PAGE).status_code == 200
        traveller.shift(timedelta(days=13))
        assert client.get(PAGE).status_code == 302


def test_an_idle_session_ends(house: House, app: Flask) -> None:
    client = app.test_client()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        client.set_cookie(sessions.COOKIE, cast.session_for(house, "town"))
        traveller.shift(timedelta(days=14, seconds=1))
        assert client.get(PAGE).status_code == 302


def test_a_hash_of_old_parameters_is_made_anew(house: House) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("demo")
    with house.work.begin(SYSTEM) as uow:
        uow.session.execute(update(Person).where(Person.username == "town").values(password_hash=old))
    cast.session_for(house, "town")
    with house.work.read() as session:
        kept = session.scalars(select(Person.password_hash).where(Person.username == "town")).one()
    assert kept != old
