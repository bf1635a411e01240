"""Pages and API of teams; the spreadsheet with its dry run."""

import io
import re

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from responder.app import House
from responder.platform.scope import everything
from responder.teams import queries
from tests.cast import client_for, phone, token_for

NEW = {"name": "漕泾镇群众性救护队", "type": "first_aid", "division": "310116112", "equipment": "担架2副"}


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    page = client.get("/teams/new").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return client.post(path, data={**fields, "csrf_token": found.group(1)})


def test_a_team_is_registered_and_filled(house: House) -> None:
    client = client_for(house, "coordinator")
    made = post(client, "/teams/new", **NEW, leader_phone=phone("leader"))
    assert (made.status_code, made.headers["Location"]) == (302, "/teams/T1001")
    members = {
        "member_name": ["陆海峰", "张三", ""],
        "member_role": ["队长", "救护", ""],
        "member_certificate_no": ["SH1", "SH2", ""],
        "member_issued": ["2026-01-01", "", ""],
        "member_expires": ["2999-01-01", "2020-01-01", ""],
    }
    assert post(client, "/teams/T1001/members", **members).status_code == 302
    page = client.get("/teams/T1001").get_data(as_text=True)
    for word in ("陆海峰", "张三", "已过期", "持证不足，应有 10", "担架2副"):
        assert word in page
    listed = client.get("/teams?q=漕泾").get_data(as_text=True)
    assert "T1001" in listed
    assert "T1001" not in client.get("/teams?type=relief").get_data(as_text=True)


def test_a_refused_form_keeps_what_was_typed(house: House) -> None:
    client = client_for(house, "coordinator")
    refused = post(client, "/teams/new", **NEW, leader_phone="199 0000 9999")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "没有登记这个手机号的人" in page
    assert all(f'value="{typed}"' in page for typed in (NEW["name"], "199 0000 9999"))
    assert post(client, "/teams/new", **NEW).status_code == 302
    rests = post(client, "/teams/T1001/change", name="甲队", type="relief", rests="1")
    assert rests.status_code == 422
    assert 'value="甲队"' in rests.get_data(as_text=True)


def test_changing_keeps_the_leader_unless_another_is_named(house: House) -> None:
    client = client_for(house, "coordinator")
    post(client, "/teams/new", **NEW, leader_phone=phone("leader"), deputy_phone=phone("village"))
    post(client, "/teams/T1001/change", name="甲队", type="relief", equipment="", no_deputy="1")
    with house.work.read() as session:
        found = queries.team(session, everything(), "T1001")
        assert found
        assert (found.name, found.type, found.leader, found.deputy) == ("甲队", "relief", "陆海峰", "")


def test_another_branch_finds_nothing(house: House) -> None:
    post(client_for(house, "coordinator"), "/teams/new", **NEW)
    client = client_for(house, "stranger")
    assert client.get("/teams/T1001").status_code == 404
    assert "T1001" not in client.get("/teams").get_data(as_text=True)
    assert post(client, "/teams/T1001/change", **NEW).status_code == 404
    assert post(client, "/teams/T1001/members").status_code == 404
    assert post(client, "/teams/new", **NEW).status_code == 422
    other = post(client, "/teams/new", **{**NEW, "division": "310117"}, leader_phone=phone("leader"))
    assert other.status_code == 422


def test_who_may_not_edit_is_told(house: House) -> None:
    post(client_for(house, "coordinator"), "/teams/new", **NEW)
    client = client_for(house, "supervisor")
    page = client.get("/teams/T1001")
    assert page.status_code == 200
    assert "/teams/T1001/change" not in page.get_data(as_text=True)
    assert client.get("/teams/new").status_code == 403
    assert client.get("/teams/import").status_code == 403


@pytest.fixture
def sheet(house: House) -> io.BytesIO:
    """The template as a coordinator downloads it."""
    data = client_for(house, "coordinator").get("/teams/import/template.xlsx").get_data()
    return io.BytesIO(data)


def filled(sheet: io.BytesIO, rows: list[list[str]]) -> io.BytesIO:
    book = load_workbook(sheet)
    page = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for column, text in enumerate(row, start=1):
            page.cell(number, column, text)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def test_a_sheet_is_tried_before_it_is_taken(house: House, sheet: io.BytesIO) -> None:
    client = client_for(house, "coordinator")
    rows = [
        ["漕泾镇群众性救护队", "群众性救护队", "漕泾镇", "199 0000 0006", "担架2副"],
        ["区医疗队", "medical", "金山区", "", ""],
    ]
    tried = post(client, "/teams/import", file=(filled(sheet, rows), "teams.xlsx"))
    page = tried.get_data(as_text=True)
    assert tried.status_code == 200
    with house.work.read() as session:
        assert queries.teams(session, everything()) == []
    packed = re.search(r'name="packed" value="([^"]+)"', page)
    assert packed
    assert post(client, "/teams/import", packed=packed.group(1)).status_code == 302
    with house.work.read() as session:
        found = queries.teams(session, everything())
        assert sorted((t.name, t.type, t.division, t.leader) for t in found) == [
            ("区医疗队", "medical", "310116", ""),
            ("漕泾镇群众性救护队", "first_aid", "310116112", "陆海峰"),
        ]


def test_a_sheet_with_mistakes_names_row_and_column(house: House, sheet: io.BytesIO) -> None:
    client = client_for(house, "coordinator")
    rows = [
        ["甲队", "飞行队", "漕泾镇", "", ""],
        ["乙队", "赈济队", "松江区", "199 0000 0010", ""],
        ["", "赈济队", "漕泾镇", "12", ""],
    ]
    tried = post(client, "/teams/import", file=(filled(sheet, rows), "teams.xlsx"))
    page = tried.get_data(as_text=True)
    assert tried.status_code == 422
    named = re.findall(r'<td class="n">(\d+)</td><td>([^<]+)</td>', page)
    assert set(named) == {
        ("2", "类型"), ("3", "所在地"), ("3", "队长手机号"), ("4", "名称"), ("4", "队长手机号"),
    }  # fmt: skip
    packed = re.search(r'name="packed" value="([^"]+)"', page)
    assert packed is None


def test_what_is_no_sheet_is_refused(house: House) -> None:
    client = client_for(house, "coordinator")
    refused = post(client, "/teams/import", file=(io.BytesIO(b"not a sheet"), "teams.xlsx"))
    assert refused.status_code in (400, 415, 422)
    assert post(client, "/teams/import").status_code in (400, 415, 422)
    assert post(client, "/teams/import", packed="nonsense").status_code in (400, 415, 422)


def test_teams_by_the_api(house: House) -> None:
    client = client_for(house, "coordinator")
    for n in range(3):
        post(client, "/teams/new", **{**NEW, "name": f"第{n}队"}, leader_phone=phone("leader"))
    mine = {"Authorization": f"Bearer {token_for(house, 'coordinator')}"}
    first = client.get("/api/v1/teams?limit=2", headers=mine).json
    assert first
    assert [t["number"] for t in first["items"]] == ["T1003", "T1002"]
    rest = client.get(f"/api/v1/teams?limit=2&cursor={first['next']}", headers=mine).json
    assert rest
    assert ([t["number"] for t in rest["items"]], rest["next"]) == (["T1001"], None)
    one = client.get("/api/v1/teams/T1001", headers=mine).json
    assert one
    assert (one["division"], one["leader"], one["people"]) == (
        {"code": "310116112", "name": "漕泾镇"}, "陆海峰", [],
    )  # fmt: skip
    other = {"Authorization": f"Bearer {token_for(house, 'stranger')}"}
    assert client.get("/api/v1/teams/T1001", headers=other).status_code == 404
    listed = client.get("/api/v1/teams", headers=other).json
    assert listed
    assert listed["items"] == []
