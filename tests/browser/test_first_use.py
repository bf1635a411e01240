"""9. A branch begins with its own data: set-up by code, then people from a sheet with a dry run."""

import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, start, stop


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service on an empty store, without the demonstration."""
    running = start(tmp_path_factory.mktemp("own") / "data", "", "--host", "127.0.0.1")
    yield running
    stop(running)


def _sheet(template: bytes, rows: list[list[str]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(template))
    page = book.worksheets[0]
    head = next(n for n, row in enumerate(page.iter_rows(values_only=True), 1) if row[0] in ("姓名", "姓名*"))
    for number, row in enumerate(rows, head + 1):
        for column in range(1, page.max_column + 1):
            page.cell(number, column).value = row[column - 1] if column <= len(row) else None
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_from_an_empty_store_to_liaisons_on_the_phone(empty: Server, browser: Browser) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(empty.base + "/")
    assert page.url.endswith("/setup")
    code = (empty.data / "setup_code").read_text().strip()
    for given in ("WRONG-CODE", code):
        page.fill("[name=code]", given)
        page.locator("[name=profile][value=jinshan]").check(force=True)
        page.fill("[name=name]", "沈主任")
        page.fill("[name=username]", "shen")
        page.fill("[name=password]", "rain bridge 42 lamp")
        page.fill("[name=again]", "rain bridge 42 lamp")
        page.locator("main form button").last.click()
        page.wait_for_load_state()
        if given == "WRONG-CODE":
            assert page.url.endswith("/setup")
    expect(page.locator("h1")).to_contain_text("接下来")
    assert empty.get("/readyz")["gateways"] != ["simulator"]

    # A dry run names row and column; nothing is written; the corrected sheet goes in.
    template = page.request.get(empty.base + "/people/import/template.xlsx").body()
    good = ["王秀兰", "漕泾镇海涯村", "199 0000 0012"]
    bad = ["李明", "没有这个村", "12345"]
    page.goto(empty.base + "/people/import")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    for rows in ([good, bad], [good]):
        page.locator("input[type=file]").set_input_files(
            {"name": "people.xlsx", "mimeType": kind, "buffer": _sheet(template, rows)}
        )
        page.locator("main form:has(input[type=file]) button").last.click()
        page.wait_for_load_state()
        if bad in rows:
            told = page.locator("main").inner_text()
            assert "所在地" in told
            assert "手机号" in told
            assert re.search(r"\b\d+\b", told)
    page.locator("main form button.primary").last.click()
    page.wait_for_load_state()
    page.goto(empty.base + "/people")
    expect(page.locator("main")).to_contain_text("王秀兰")
    assert "李明" not in page.locator("main").inner_text()

    # Pretend phones and demonstration accounts belong to the demonstration alone.
    assert page.request.get(empty.base + "/simulator/phones").status == 404
    other = browser.new_context().new_page()
    other.goto(empty.base + "/")
    assert "/sign-in" in other.url
    other.fill("[name=username]", "coordinator")
    other.fill("[name=password]", "demo")
    other.click("main button:not([type=button])")
    other.wait_for_load_state()
    assert "/sign-in" in other.url
