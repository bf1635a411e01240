"""Pages, exports and API of broadcasts: previewed, sent once, answered, exported; a stranger meets none of it."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, func, select

from responder.accounts.models import Person, Phone
from responder.app import House, build
from responder.kernel.actors import Actor
from responder.messaging.broadcasts import service
from responder.messaging.broadcasts.commands import Audience, SendBroadcast
from responder.messaging.broadcasts.models import Broadcast
from responder.messaging.commands import Option
from responder.messaging.models import Outbound
from responder.teams import queries as teams
from tests import cast
from tests.at_once import at_once

FORM = {"body": "今晚值班，请回", "option1": "在岗", "option2": "不在", "divisions": "310116"}


def hidden(page: str, name: str) -> str:
    """A hidden field's value."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1).replace("&#34;", '"').replace("&quot;", '"')


def post(client: FlaskClient, path: str, form: dict[str, Any], page: str = "/messages/broadcasts/new") -> Any:
    token = hidden(client.get(page).text, "csrf_token")
    return client.post(path, data={"csrf_token": token, **form})


def sent(house: House, body: str = "今晚值班", *, who: str = "coordinator") -> str:
    division, name, _roles, _phone = cast.PEOPLE[who]
    with house.work.begin(Actor(cast.person_id(house, who), name, division, "web")) as uow:
        options = (Option("1", "在岗"), Option("2", "不在"))
        command = SendBroadcast(Audience(divisions=(division,)), body, options, True, body)
        return service.send(uow, command, teams.musters)


def count(house: House, table: type[Any]) -> int:
    with house.work.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_preview_says_everything_and_sends_nothing(house: House) -> None:
    with house.work.begin(Actor(None, "s", "310116", "job")) as uow:
        uow.session.add(Person(name="无号码", division_code="310116102", created_at=uow.now))
    client = cast.client_for(house, "coordinator")
    answer = post(client, "/messages/broadcasts/new", FORM)
    assert answer.status_code == 200
    for words in (
        "确认发给 9 人",
        "今晚值班，请回（B1001回1在岗 2不在）",
        "无号码",
        "没有号码",
        "模拟 · ",
        "按 9 条计费",
    ):
        assert words in answer.text, words
    assert count(house, Broadcast) == count(house, Outbound) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": " "}, "短信内容"), ({"body": "长" * 501}, "短信内容"), ({"option2": ""}, "至少两个选项"),
        ({"divisions": ""}, "发给谁"), ({"divisions": "310117"}, "没有符合条件"), ({"area": "x"}, "地图范围"),
        ({"area": '{"center": [31, 121], "km": -1}'}, "地图范围"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(house: House, change: dict[str, str], words: str) -> None:
    answer = post(cast.client_for(house, "coordinator"), "/messages/broadcasts/new", {**FORM, **change})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_night_s_routine_waits_and_the_same_words_warn(house: House) -> None:
    with time_machine.travel("2026-07-03T16:00:00+00:00", tick=True):
        client = cast.client_for(house, "coordinator")
        assert "现在是夜间" in post(client, "/messages/broadcasts/new", FORM).text
        assert "现在是夜间" not in post(client, "/messages/broadcasts/new", {**FORM, "urgent": "1"}).text
        number = sent(house, FORM["body"])
        assert f"一小时内发过同样的内容（{number}）" in post(client, "/messages/broadcasts/new", FORM).text


def test_the_confirmation_pressed_twice_at_once_sends_once(house: House) -> None:
    client = cast.client_for(house, "coordinator")
    page = post(client, "/messages/broadcasts/new", FORM).text
    form = {name: hidden(page, name) for name in ("csrf_token", "idempotency_key", "packed")}
    other = cast.client_for(house, "coordinator")
    token = hidden(other.get("/messages/broadcasts/new").text, "csrf_token")
    presses: list[Callable[[], Any]] = [
        lambda: client.post("/messages/broadcasts", data=form),
        lambda: other.post("/messages/broadcasts", data={**form, "csrf_token": token}),
    ]
    answers = at_once(*presses)
    assert [answer.location for answer in answers] == ["/messages/broadcasts/B1001"] * 2
    assert count(house, Broadcast) == 1
    assert count(house, Outbound) == 9


def test_the_tally_shows_who_is_silent_and_why(house: House) -> None:
    number = sent(house)
    build(house).test_client().post("/simulator/sms", json={"from": cast.phone("village"), "body": "1 马上到"})
    client = cast.client_for(house, "coordinator")
    page = client.get(f"/messages/broadcasts/{number}").text
    assert "再发给未回的 8 人" in page
    assert "马上到" in page
    assert client.get(f"/messages/_broadcasts/{number}").status_code == 200
    assert number in client.get("/messages/broadcasts").text
    town = cast.client_for(house, "town").get(f"/messages/broadcasts/{number}").text
    assert "这里只有您辖区内的人" in town
    assert "朱国平" not in town
    assert "再发给" not in town


def test_the_tally_s_statements_do_not_grow_with_its_people(house: House) -> None:
    client = cast.client_for(house, "coordinator")
    asked: list[str] = []
    event.listen(house.work.database.reader, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def statements(number: str) -> int:
        client.get(f"/messages/_broadcasts/{number}")
        asked.clear()
        assert client.get(f"/messages/_broadcasts/{number}").status_code == 200
        return len(asked)

    few = statements(sent(house, "少", who="town"))
    with house.work.begin(Actor(None, "s", "310116", "job")) as uow:
        people = [Person(name=f"人{n}", division_code="310116102201", created_at=uow.now) for n in range(60)]
        uow.session.add_all(people)
        uow.session.flush()
        uow.session.add_all(Phone(person_id=p.id, e164=f"+86139{n:08}", primary=True) for n, p in enumerate(people))
    assert statements(sent(house, "多")) == few


def test_acts_on_the_page(house: House) -> None:
    number = sent(house)
    client = cast.client_for(house, "coordinator")
    at, page = f"/messages/broadcasts/{number}", f"/messages/broadcasts/{number}"
    assert post(client, f"{at}/resend", {}, page).location == at
    post(client, f"{at}/note", {"person": str(cast.person_id(house, "leader")), "digit": "2"}, page)
    assert "人工呼叫" in client.get(at).text
    post(client, f"{at}/calls", {}, page)
    post(client, f"{at}/stand-down", {"note": "=雨停了"}, page)
    said = client.get(at).text
    assert "已解除" in said
    assert "=雨停了" in said
    assert "解除并通知" not in said


def test_a_recipient_answers_on_the_web_and_nobody_else(house: House) -> None:
    number = sent(house)
    village = cast.client_for(house, "village")
    path = f"/messages/broadcasts/{number}/answer"
    assert "今晚值班" in village.get(path).text
    assert post(village, path, {"digit": "2", "said": "明早到"}, path).location == path
    assert "不在" in village.get(path).text
    assert village.get(f"/messages/broadcasts/{number}").status_code == 403
    stranger = cast.client_for(house, "stranger")
    assert stranger.get(path).status_code == 404
    token = hidden(stranger.get("/messages/broadcasts/new").text, "csrf_token")
    assert stranger.post(path, data={"csrf_token": token, "digit": "1"}).location == path
    with house.work.read() as session:
        from responder.messaging.broadcasts.models import Recipient

        found = session.scalars(select(Recipient).where(Recipient.answered_at.is_not(None))).all()
    assert [(one.name, one.answer, one.said, one.via) for one in found] == [("王秀兰", "2", "明早到", "web")]


def test_a_question_stands_on_the_first_page_of_whoever_is_asked_until_it_is_answered(house: House) -> None:
    number = sent(house)
    village = cast.client_for(house, "village")
    page = village.get("/").text
    assert "今晚值班" in page
    assert f"/messages/broadcasts/{number}/answer" in page
    form = {"digit": "2", "back": "/"}
    assert post(village, f"/messages/broadcasts/{number}/answer", form, page="/").location == "/"
    assert "今晚值班" not in village.get("/board/_needs").text
    form = {"digit": "2", "back": "//elsewhere.example"}
    assert post(village, f"/messages/broadcasts/{number}/answer", form, page="/").location.startswith("/messages/")


def test_exports_hold_no_formulas_and_only_the_reader_s_part(house: House) -> None:
    number = sent(house)
    build(house).test_client().post("/simulator/sms", json={"from": cast.phone("village"), "body": f"{number} 1 =1+1"})
    client = cast.client_for(house, "coordinator")
    table = client.get(f"/messages/broadcasts/{number}/export?as=csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 10
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any("'=1+1" in row for row in rows)
    book = load_workbook(io.BytesIO(client.get(f"/messages/broadcasts/{number}/export").data))
    page = book.active
    assert page is not None
    cells = [cell for row in page.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=1+1" in [cell.value for cell in cells]
    town = cast.client_for(house, "town").get(f"/messages/broadcasts/{number}/export?as=csv")
    assert len(list(csv.reader(io.StringIO(town.data.decode("utf-8-sig"))))) == 4
    auditor = cast.client_for(house, "auditor").get(f"/messages/broadcasts/{number}/export?as=csv").text
    assert "199****0004" in auditor
    assert "19900000004" not in auditor


def test_a_stranger_meets_none_of_it(house: House) -> None:
    number = sent(house, "绝密的话")
    stranger = cast.client_for(house, "stranger")
    base = f"/messages/broadcasts/{number}"
    for path in (base, f"/messages/_broadcasts/{number}", f"{base}/export", f"{base}/answer"):
        assert stranger.get(path).status_code == 404, path
    assert "绝密" not in stranger.get("/messages/broadcasts").text
    for act in ("resend", "calls", "close", "stand-down"):
        assert post(stranger, f"{base}/{act}", {}).status_code == 404, act
    note = {"person": str(cast.person_id(house, "leader")), "digit": "1"}
    assert post(stranger, f"{base}/note", note).status_code == 404
    headers = {"Authorization": f"Bearer {cast.token_for(house, 'stranger')}"}
    client = build(house).test_client()
    assert client.get(f"/api/v1/broadcasts/{number}", headers=headers).status_code == 404
    assert client.get("/api/v1/broadcasts", headers=headers).get_json()["items"] == []


def test_the_api_sends_once_and_lists(house: House) -> None:
    client = build(house).test_client()
    headers = {"Authorization": f"Bearer {cast.token_for(house, 'coordinator')}", "Idempotency-Key": "k1"}
    body = {"body": "集合", "audience": {"roles": ["liaison"]}, "options": ["能到", "不能"], "urgent": True}
    first = client.post("/api/v1/broadcasts", json=body, headers=headers)
    assert first.status_code == 201, first.text
    made = first.get_json()
    assert (made["number"], made["total"], made["silent"]) == ("B1001", 2, 2)
    assert client.post("/api/v1/broadcasts", json=body, headers=headers).get_json() == made
    assert count(house, Broadcast) == 1
    (listed,) = client.get("/api/v1/broadcasts", headers=headers).get_json()["items"]
    assert listed["options"] == [{"digit": "1", "label": "能到", "n": 0}, {"digit": "2", "label": "不能", "n": 0}]
    assert len(client.get("/api/v1/broadcasts/B1001", headers=headers).get_json()["recipients"]) == 2
    for wrong in ({**body, "options": ["一"]}, {**body, "audience": {}}, {**body, "audience": {"area": {"km": 3}}}):
        answer = client.post(
            "/api/v1/broadcasts", json=wrong, headers={**headers, "Idempotency-Key": json.dumps(wrong)}
        )
        assert answer.status_code == 422, answer.text
    village = {"Authorization": f"Bearer {cast.token_for(house, 'village')}"}
    assert client.post("/api/v1/broadcasts", json=body, headers=village).status_code == 403
