"""The pages themselves: forms that keep what was typed, secrets shown once, worlds, language, CSRF, the log."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from responder.accounts import queries
from responder.accounts.models import Person, WebSession
from responder.app import House
from responder.platform import terms
from responder.platform.scope import Scope
from tests import cast
from tests.cast import person_id
from tests.feature.accounts.conftest import Browser

EVERYBODY = Scope("", 0, frozenset({"people.manage"}))


def test_every_form_needs_its_token(app: Flask, browser: Browser, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = browser("admin")
    posts = [r for r in app.url_map.iter_rules() if r.endpoint.startswith("accounts.") and "POST" in (r.methods or ())]
    assert len(posts) > 20
    for rule in posts:
        path = re.sub(r"<int:\w+>", "1", rule.rule)
        assert client.post(path, data={"csrf_token": "made-up"}).status_code == 400, path


def test_forms_carry_the_token(app: Flask, browser: Browser, house: House) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = browser("admin")
    village = person_id(house, "village")
    for path in ("/account", "/people/new", "/people/import", f"/people/{village}", "/delegations"):
        page = client.get(path).get_data(as_text=True)
        assert page.count('<form method="post"') + page.count('method="post"') > 0
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL):
            assert 'name="csrf_token"' in form, path


def test_a_new_person_gets_a_password_shown_once(browser: Browser, house: House) -> None:
    client = browser("admin")
    data = {
        "name": "施雯", "phone": "199 0000 0444", "division": "310116", "roles": "coordinator",
        "username": "shiwen", "lang": "zh",
    }  # fmt: skip
    page = client.post("/people/new", data=data).get_data(as_text=True)
    found = re.search(r'value="(\w{4}-\w{4}-\w{4})"', page)
    assert found is not None
    fresh = browser("")
    assert fresh.post("/sign-in", data={"username": "shiwen", "password": found[1]}).status_code == 302
    # Nothing but a password of one's own comes first.
    assert fresh.get("/people").headers["Location"] == "/account"
    assert "一次性密码" in fresh.get("/account").get_data(as_text=True)
    own = {"present": found[1], "new": "自己的密码真好记", "again": "自己的密码真好记"}
    assert fresh.post("/account/password", data=own).status_code == 302
    assert fresh.get("/people").status_code == 200
    assert found[1] not in client.get(f"/people/{person_id(house, 'shiwen')}").get_data(as_text=True)


def test_a_liaison_who_only_texts_gets_no_password(browser: Browser, house: House) -> None:
    client = browser("town")
    data = {"name": "顾阿妹", "phone": "19900000445", "division": "310116112218", "lang": "zh"}
    answer = client.post("/people/new", data=data)
    assert answer.status_code == 302
    with house.work.read() as session:
        owner = queries.owner_of(session, "+8619900000445")
        assert owner is not None
        assert owner.roles == ("liaison",)
        assert session.get_one(Person, owner.person_id).password_hash is None


def test_the_place_may_be_typed_where_there_is_no_script(browser: Browser, house: House) -> None:
    client = browser("town")
    data = {"name": "顾阿妹", "phone": "19900000445", "division_text": "漕泾镇海涯村", "lang": "zh"}
    assert client.post("/people/new", data=data).status_code == 302
    assert client.post("/people/new", data={**data, "division_text": "新元村"}).status_code == 422


def test_a_refused_form_keeps_what_was_typed(browser: Browser) -> None:
    data = {"name": "顾阿妹", "phone": "19900000005", "division": "310116112218", "lang": "en"}
    answer = browser("town").post("/people/new", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "199****0005 已经登记在别人名下" in page
    assert 'value="顾阿妹"' in page
    assert 'value="310116112218"' in page


def test_phones_are_masked_where_there_is_no_need(browser: Browser) -> None:
    page = browser("village").get("/account").get_data(as_text=True)
    assert "199****0004" in page
    assert "19900000004" not in page


def test_into_a_drill_and_back(browser: Browser, house: House) -> None:
    client = browser("coordinator")

    def world() -> int:
        with house.work.read() as session:
            return session.scalars(select(WebSession.world)).one()

    assert client.post("/world", data={"drill": "Y1007", "next": "/drills"}).headers["Location"] == "/drills"
    assert world() == 7
    assert client.post("/world", data={"drill": "Y9999"}).status_code == 404
    assert world() == 7
    client.post("/world", data={})
    assert world() == 0


def test_people_are_the_same_inside_a_drill(browser: Browser, house: House) -> None:
    with house.work.read() as session:
        before = queries.people(session, EVERYBODY)[1]
    client = browser("admin")
    with house.work.begin(cast.SYSTEM) as uow:
        uow.session.scalars(select(WebSession)).one().world = 7
    data = {"name": "新人", "division": "310116112218", "roles": "liaison", "lang": "zh"}
    assert client.post("/people/new", data=data).status_code == 302
    with house.work.read() as session:
        assert queries.people(session, EVERYBODY)[1] == before + 1


@pytest.mark.parametrize("username", ["", "town"])
def test_language_of_the_browser(browser: Browser, username: str) -> None:
    client = browser(username)
    answer = client.post("/language", data={"lang": "en", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    cookie = client.get_cookie("lang")
    assert cookie is not None
    assert cookie.value == "en"
    client.post("/language", data={"lang": "xx"})
    assert client.get_cookie("lang").value == "en"  # type: ignore[union-attr]


def test_language_of_ones_own_texts(browser: Browser, house: House) -> None:
    assert browser("town").post("/account/language", data={"lang": "en"}).status_code == 302
    with house.work.read() as session:
        reach = queries.reach(session, person_id(house, "town"))
    assert reach is not None
    assert reach.lang == "en"
    assert browser("town").post("/account/language", data={"lang": "xx"}).status_code == 422


def test_the_audit_log_is_the_auditors(browser: Browser, house: House) -> None:
    village = person_id(house, "village")
    assert browser("admin").post(f"/people/{village}/disable").status_code == 302
    auditor = browser("auditor")
    page = auditor.get("/audit?kind=account").get_data(as_text=True)
    assert "停用 王秀兰" in page
    assert "沈志强" in page
    subject = auditor.get(f"/audit?subject=p{1000 + village}").get_data(as_text=True)
    assert "停用 王秀兰" in subject
    assert "登录" not in re.sub(r"<nav.*?</nav>|<header.*?</header>", "", subject.split("<tbody>")[1], flags=re.DOTALL)
    for other in ("admin", "coordinator", "supervisor", "stranger"):
        assert browser(other).get("/audit").status_code == 403


def test_the_log_pages_backwards(browser: Browser, house: House) -> None:
    for _ in range(105):
        cast.token_for(house, "town")
    client = browser("auditor")
    first = client.get("/audit?kind=account").get_data(as_text=True)
    older = re.search(r'href="(/audit\?[^"]*before=\d+[^"]*)"', first)
    assert older is not None
    second = client.get(older[1].replace("&amp;", "&")).get_data(as_text=True)
    rows = [re.findall(r'class="n num faint">(\d+)<', page) for page in (first, second)]
    assert len(rows[0]) == 100
    assert not set(rows[0]) & set(rows[1])
    assert int(rows[0][-1]) == int(rows[1][0]) + 1


def test_no_page_shows_a_vocabulary_slug(browser: Browser, house: House) -> None:
    page = browser("admin").get("/people").get_data(as_text=True)
    assert "值班调度员" in page
    assert set(terms.vocabulary("role")) >= {"admin", "auditor"}
    assert ">coordinator</td>" in page
    assert ">liaison<" not in page
