"""Spreadsheets: templates, reading, problems by row and column, files that mean harm."""

import io
import itertools
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from responder.platform import cells, sheets
from responder.platform.sheets import Column, Sheet

SHEET = Sheet(
    "表",
    "Sheet",
    (
        Column("name", "姓名", "Name", cells.words(5), True),
        Column("phone", "手机号", "Phone", cells.phone),
        Column("count", "数量", "Count", cells.number(0, 100, whole=True)),
        Column("until", "有效期", "Until", cells.day),
        Column("kind", "类型", "Kind", cells.one_of("report_kind")),
    ),
    most_rows=10,
)


def book(*rows: list[Any], headings: tuple[str, ...] = ("姓名", "手机号", "数量", "有效期", "类型")) -> bytes:
    made = Workbook()
    page = made.active
    assert page is not None
    page.append(list(headings))
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def problems(data: bytes) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.problem) for p in sheets.read(data, SHEET).in_order()]


def test_cells_of_every_type_are_read() -> None:
    row = sheets.read(book(["王秀兰", 13800138000, "1,0", date(2026, 5, 12), "初报"]), SHEET).rows[0]
    assert row.number == 2
    assert row.values == {
        "name": "王秀兰", "phone": "+8613800138000", "count": 10, "until": date(2026, 5, 12), "kind": "initial",
    }  # fmt: skip


def test_english_headings_in_another_order_with_blanks() -> None:
    data = book(["x", "a"], headings=(" phone ", "NAME*"))
    assert problems(data) == [(2, "phone", "phone")]


@pytest.mark.parametrize("written", ["2026-05-12", "2026/5/12", "2026.5.12", "2026年5月12日"])
def test_dates_as_people_write_them(written: str) -> None:
    assert sheets.read(book(["a", None, None, written]), SHEET).rows[0].values["until"] == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([None, "13800138000"], ("name", "required")),
        (["六个字的名字啊"], ("name", "too_long")),
        (["a", "12"], ("phone", "phone")),
        (["a", None, "-1"], ("count", "negative")),
        (["a", None, "101"], ("count", "too_large")),
        (["a", None, "1.5"], ("count", "whole")),
        (["a", None, "nan"], ("count", "negative")),
        (["a", None, "很多"], ("count", "number")),
        (["a", None, None, "5月"], ("until", "date")),
        (["a", None, None, "2026-02-30"], ("until", "date")),
        (["a", None, None, None, "什么"], ("kind", "unknown")),
        (["=1+1"], ("name", "formula")),
    ],
)
def test_every_problem_names_its_row_and_column(row: list[Any], expected: tuple[str, str]) -> None:
    assert problems(book(["好"], row)) == [(3, *expected)]


def test_rows_keep_the_number_that_the_spreadsheet_shows() -> None:
    parsed = sheets.read(book(["a"], [], [None, "  "], ["b"]), SHEET)
    assert [row.number for row in parsed.rows] == [2, 5]


def test_missing_columns_are_named() -> None:
    with pytest.raises(sheets.ColumnsMissing) as refused:
        sheets.read(book(headings=("手机号",)), SHEET)
    assert "姓名" in str(refused.value.params["columns"])


def test_an_empty_page_and_too_many_rows() -> None:
    with pytest.raises(sheets.EmptySheet):
        sheets.read(book(), SHEET)
    with pytest.raises(sheets.TooManyRows):
        sheets.read(book(*[["a"]] * 11), SHEET)
    assert len(sheets.read(book(*[["a"]] * 10), SHEET).rows) == 10


@pytest.mark.parametrize("data", [b"", b"name,phone\n", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old xls"])
def test_what_is_no_workbook(data: bytes) -> None:
    with pytest.raises(sheets.NotASheet):
        sheets.read(data, SHEET)


def test_a_zip_that_unpacks_to_too_much_is_refused_unread() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (70 * 2**20))
    assert len(out.getvalue()) < sheets.LARGEST_FILE
    with pytest.raises(sheets.NotASheet):
        sheets.read(out.getvalue(), SHEET)


def test_a_zip_of_something_else() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("holiday.txt", "x")
    with pytest.raises(sheets.NotASheet):
        sheets.read(out.getvalue(), SHEET)


def test_entities_are_not_expanded() -> None:
    names = ["a", *(f"a{n}" for n in range(1, 10))]
    nested = "".join(f'<!ENTITY {name} "{("&" + below + ";") * 10}">' for below, name in itertools.pairwise(names))
    bomb = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + nested
    source = zipfile.ZipFile(io.BytesIO(book(["a"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in source.namelist():
            data = source.read(member)
            if member.endswith("sheet1.xml"):
                data = (bomb + "]><worksheet>&a9;</worksheet>").encode()
            archive.writestr(member, data)
    with pytest.raises((sheets.NotASheet, sheets.ColumnsMissing)):
        sheets.read(out.getvalue(), SHEET)


def test_what_is_confirmed_is_what_was_read() -> None:
    parsed = sheets.read(book(["王秀兰", "138 0013 8000", 7], [None], ["坏", "12"]), SHEET)
    again = sheets.unpack(sheets.pack(parsed), SHEET)
    assert again.rows == parsed.rows
    assert again.problems == parsed.problems


@pytest.mark.parametrize("packed", ["", "%%%", "aGVsbG8=", sheets.pack(sheets.Parsed(()))])
def test_a_confirmation_that_was_tampered_with(packed: str) -> None:
    with pytest.raises((sheets.NotASheet, sheets.EmptySheet)):
        sheets.unpack(packed, SHEET)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_can_be_filled_in_and_read_back(lang: str) -> None:
    filled = load_workbook(io.BytesIO(sheets.template_bytes(SHEET, lang)))
    page = filled.worksheets[0]
    assert page["B2"].number_format == "@"
    page["A2"], page["B2"] = "王秀兰", "13800138000"
    assert len(list(filled.worksheets[1].iter_rows())) == 1 + len(SHEET.columns)
    out = io.BytesIO()
    filled.save(out)
    parsed = sheets.read(out.getvalue(), SHEET)
    assert parsed.problems == []
    assert parsed.rows[0].values["phone"] == "+8613800138000"


def test_several_words_in_one_cell() -> None:
    parse = cells.many_of("report_kind")
    assert parse("初报、续报,初报") == ("initial", "followup")
    with pytest.raises(cells.BadCell):
        parse("初报、别的")


def test_yes_and_no() -> None:
    assert cells.yes_or_no("是") is True
    assert cells.yes_or_no("否") is False
    with pytest.raises(cells.BadCell):
        cells.yes_or_no("也许")
