"""People from a spreadsheet: a dry run first, then all of them or none."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from responder.accounts import queries, roster
from responder.app import House
from responder.platform.scope import Scope
from tests.feature.accounts.conftest import Browser

HEADINGS = [column.zh for column in roster.SHEET.columns]
EVERYBODY = Scope("", 0, frozenset({"people.manage"}))

Row = list[Any]
"""name, place, phone, second phone, roles, login name, language"""


def book(*rows: Row) -> bytes:
    made = Workbook()
    page = made.active
    assert page is not None
    page.append(HEADINGS)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def upload(client: FlaskClient, data: bytes) -> tuple[int, str]:
    answer = client.post("/people/import", data={"file": (io.BytesIO(data), "people.xlsx")})
    return answer.status_code, answer.get_data(as_text=True)


def told(page: str) -> list[tuple[str, str, str]]:
    """Row, column and words of every problem on the page."""
    rows = re.findall(r'<tr><td class="n">(\d+)</td><td>([^<]*)</td><td>([^<]*)</td></tr>', page)
    return [(number, column, words) for number, column, words in rows]


def packed(page: str) -> str:
    found = re.search(r'name="packed" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def total(house: House) -> int:
    with house.work.read() as session:
        return queries.people(session, EVERYBODY)[1]


GOOD: list[Row] = [
    ["顾阿妹", "海涯村", 19900000501, None, None, None, None],
    ["陈志刚", "枫泾镇新元村", "199 0000 0502", "199 0000 0503", "救灾联络员、队长", "chenzg", "英文"],
    ["陆云", "310116102", "+8619900000504", None, "liaison", None, None],
]


def test_a_dry_run_changes_nothing_and_the_confirmation_imports_what_was_shown(browser: Browser, house: House) -> None:
    client, before = browser("admin"), total(house)
    status, page = upload(client, book(*GOOD))
    assert status == 200
    assert "将添加 3 人" in page
    assert total(house) == before
    assert client.post("/people/import", data={"packed": packed(page)}).status_code == 302
    assert total(house) == before + 3
    with house.work.read() as session:
        owner = queries.owner_of(session, "+8619900000503")
    assert owner is not None
    assert (owner.name, owner.division, owner.lang, owner.roles) == (
        "陈志刚", "310116102201", "en", ("liaison", "leader"),
    )  # fmt: skip


def test_every_problem_is_named_and_nothing_is_imported(browser: Browser, house: House) -> None:
    client, before = browser("admin"), total(house)
    rows: list[Row] = [
        *GOOD,
        [None, "海涯村", 19900000511],
        ["甲", None, 19900000512],
        ["乙", "没有这个村", 19900000513],
        ["丙", "海涯村", "12"],
        ["丁", "海涯村", 19900000501],
        ["戊", "海涯村", 19900000005],
        ["己", "海涯村", None, None, "国王"],
        ["庚", "海涯村", None, None, "系统管理员、队长"],
        ["辛", "海涯村", None, None, None, "town"],
        ["壬", "海涯村", None, None, None, "chenzg"],
        ["癸", "310117", 19900000514],
        ["=1+1", "海涯村"],
    ]
    status, page = upload(client, book(*rows))
    assert status == 422
    assert [(number, column) for number, column, _words in told(page)] == [
        ("5", "姓名"), ("6", "所在地"), ("7", "所在地"), ("8", "手机号"), ("9", "手机号"), ("10", "手机号"),
        ("11", "角色"), ("12", "角色"), ("13", "登录名"), ("14", "登录名"), ("15", "所在地"), ("16", "姓名"),
    ]  # fmt: skip
    assert ("9", "手机号", "和上面的行重复") in told(page)
    assert ("10", "手机号", "已经有人用了") in told(page)
    assert 'name="packed"' not in page
    assert total(house) == before


def test_what_became_wrong_between_check_and_confirmation_stops_it(browser: Browser, house: House) -> None:
    client = browser("admin")
    _status, page = upload(client, book(*GOOD))
    data = {"name": "先到", "phone": "19900000502", "division": "310116", "roles": "liaison", "lang": "zh"}
    assert client.post("/people/new", data=data).status_code == 302
    before = total(house)
    answer = client.post("/people/import", data={"packed": packed(page)})
    assert answer.status_code == 422
    assert ("3", "手机号", "已经有人用了") in told(answer.get_data(as_text=True))
    assert total(house) == before


def test_a_list_sent_again_adds_only_who_is_new(browser: Browser, house: House) -> None:
    client, before = browser("admin"), total(house)
    _status, page = upload(client, book(*GOOD))
    client.post("/people/import", data={"packed": packed(page)})
    more: Row = ["新来的", "海涯村", 19900000599]
    _status, page = upload(client, book(*GOOD, more))
    assert "将添加 1 人" in page
    assert "3 人已经在册" in page
    client.post("/people/import", data={"packed": packed(page)})
    assert total(house) == before + 4


def test_a_town_imports_liaisons_of_its_own_villages_only(browser: Browser, house: House) -> None:
    status, page = upload(
        browser("town"),
        book(
            ["甲", "海涯村", 19900000601],
            ["乙", "漕泾镇", 19900000602],
            ["丙", "枫泾镇新元村", 19900000603],
            ["丁", "海涯村", 19900000604, None, "队长"],
        ),
    )
    assert status == 422
    assert [(number, column) for number, column, _words in told(page)] == [
        ("3", "所在地"), ("4", "所在地"), ("5", "角色"),
    ]  # fmt: skip


def test_two_thousand_people_at_once(browser: Browser, house: House) -> None:
    rows: list[Row] = [[f"联络员{n}", "海涯村", f"1990001{n:04d}"] for n in range(2000)]
    client, before = browser("admin"), total(house)
    _status, page = upload(client, book(*rows))
    assert "将添加 2,000 人" in page or "将添加 2000 人" in page
    assert client.post("/people/import", data={"packed": packed(page)}).status_code == 302
    assert total(house) == before + 2000
    status, page = upload(client, book(*rows, ["多了", "海涯村"]))
    assert status == 422
    assert "2,000" in page


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_told(browser: Browser, data: bytes) -> None:
    status, page = upload(browser("admin"), data)
    assert status == 422
    assert "这个文件读不了" in page


def test_a_confirmation_that_was_tampered_with(browser: Browser) -> None:
    assert browser("admin").post("/people/import", data={"packed": "eJyLBQA="}).status_code == 422


def test_the_template_opens(browser: Browser) -> None:
    answer = browser("town").get("/people/import/template.xlsx")
    filled = load_workbook(io.BytesIO(answer.data))
    assert [cell.value for cell in filled.worksheets[0][1]] == HEADINGS
    assert browser("village").get("/people/import/template.xlsx").status_code == 403
