"""Spreadsheets that people fill in: the template to download, and reading it back with every problem named by row
and column. Knows no room: teams, people and goods hand in their columns.

A file is read twice: once to show what it would do (``read``), once when confirmed (``unpack`` of what ``pack`` put
into the form), so that what is imported is what was shown, and nothing waits on the server in between.
"""

import base64
import binascii
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from responder.kernel.refusals import Refusal
from responder.platform import terms
from responder.platform.cells import BadCell, Parser
from responder.platform.pool import heavy

LARGEST_FILE = 5 * 2**20
"""Bytes of an upload."""
_LARGEST_UNPACKED = 16 * 2**20
_LARGEST_PACKED = 8 * 2**20
_LONGEST_CELL = 500
_MOST_COLUMNS = 60
_BLANK_ROWS = 500
"""After so many empty rows nothing more is expected."""


class NotASheet(Refusal):
    """The file is no xlsx workbook, is damaged, or is too large to be one that a person filled in."""

    code = "sheet.not_a_sheet"


class TooManyRows(Refusal):
    """Params: ``most``."""

    code = "sheet.too_many_rows"


class ColumnsMissing(Refusal):
    """Headings that the first row lacks. Params: ``columns``."""

    code = "sheet.columns_missing"


class EmptySheet(Refusal):
    """There are headings but no rows."""

    code = "sheet.empty"


@dataclass(frozen=True)
class Column:
    """A column: its headings in both languages, whether each row needs it, and how its cells are read."""

    key: str
    zh: str
    en: str
    parse: Parser
    required: bool = False
    zh_help: str = ""
    en_help: str = ""
    example: str = ""

    def heading(self, lang: str) -> str:
        """The heading in a reader's language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Sheet:
    """What a workbook holds: its title and its columns."""

    zh: str
    en: str
    columns: tuple[Column, ...]
    most_rows: int = 2000

    def column(self, key: str) -> Column:
        """A column by its key."""
        return next(column for column in self.columns if column.key == key)


@dataclass(frozen=True)
class Problem:
    """One cell that can't be taken. ``row`` as the spreadsheet counts; ``column`` a key, "" for the whole row."""

    row: int
    column: str
    problem: str
    detail: str = ""

    def words(self, lang: str) -> str:
        """What is wrong, in the reader's language."""
        said = terms.term("problem", self.problem, lang)
        return (
            f"{said}：{self.detail}" if self.detail and lang == "zh" else ": ".join(filter(None, [said, self.detail]))
        )


@dataclass(frozen=True)
class Row:
    """One row: its number in the spreadsheet, the texts as written, the values as read (None for an empty cell)."""

    number: int
    texts: Mapping[str, str]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Parsed:
    """A workbook as read. ``rows`` holds all rows, those with problems too, their bad cells as None."""

    rows: tuple[Row, ...]
    problems: list[Problem] = field(default_factory=list)

    def found(self, row: Row, column: str, problem: str, detail: str = "") -> None:
        """Notes what only the room could see: a number taken, a name unknown."""
        self.problems.append(Problem(row.number, column, problem, detail))

    def in_order(self) -> list[Problem]:
        """The problems from the first row down."""
        return sorted(self.problems, key=lambda p: p.row)


def template_bytes(sheet: Sheet, lang: str) -> bytes:
    """An empty workbook to fill in: headings, and a second page that explains each column with an example."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = (sheet.zh if lang == "zh" else sheet.en)[:31]
    notes = book.create_sheet("说明" if lang == "zh" else "Notes")
    notes.append(["列", "必填", "说明", "例"] if lang == "zh" else ["Column", "Required", "Meaning", "Example"])
    for index, column in enumerate(sheet.columns, start=1):
        cell = page.cell(1, index, column.heading(lang))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8ECF1")
        letter = get_column_letter(index)
        page.column_dimensions[letter].width = max(14, 2 * len(column.zh) + 4, len(column.example) + 4)
        # As text, so that a phone number keeps its digits and a code its zeros.
        page.column_dimensions[letter].number_format = "@"
        for row in range(2, 202):
            page.cell(row, index).number_format = "@"
        needed = ("是" if lang == "zh" else "yes") if column.required else ""
        notes.append([column.heading(lang), needed, column.zh_help if lang == "zh" else column.en_help, column.example])
    page.freeze_panes = "A2"
    for letter, width in zip("ABCD", (18, 8, 60, 28), strict=True):
        notes.column_dimensions[letter].width = width
    for cells in notes.iter_rows(min_row=1):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
            if cell.row == 1:
                cell.font = Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, sheet: Sheet) -> Parsed:
    """The first page of a workbook, read beside the event loop. Raises NotASheet, ColumnsMissing, TooManyRows,
    EmptySheet."""
    return heavy(_read, data, sheet)


def _read(data: bytes, sheet: Sheet) -> Parsed:
    _check(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        found = list(_texts(book.worksheets[0].iter_rows(max_col=_MOST_COLUMNS), sheet))
        book.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        KeyError,
        ValueError,
        IndexError,
        OSError,
    ) as broken:
        raise NotASheet() from broken
    return _parsed(found, sheet)


def pack(parsed: Parsed) -> str:
    """The texts of all rows as one line, to be sent back with the confirmation."""
    rows = [[row.number, dict(row.texts)] for row in parsed.rows]
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), 9)).decode()


def unpack(packed: str, sheet: Sheet) -> Parsed:
    """Rows from ``pack``, read and checked again as if from the file. Raises NotASheet, TooManyRows, EmptySheet."""
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(base64.urlsafe_b64decode(packed.encode()), _LARGEST_PACKED)
        if inflate.unconsumed_tail:
            raise NotASheet()
        keys = {column.key for column in sheet.columns}
        found = [
            (int(number), {k: (str(v)[:_LONGEST_CELL], False) for k, v in texts.items() if k in keys})
            for number, texts in json.loads(raw)
        ]
    except (binascii.Error, zlib.error, ValueError, TypeError, AttributeError) as broken:
        raise NotASheet() from broken
    return _parsed(found, sheet)


_Texts = tuple[int, dict[str, tuple[str, bool]]]
"""A row's number and, by column, its text and whether it is a formula."""


def _check(data: bytes) -> None:
    if len(data) > LARGEST_FILE:
        raise NotASheet()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise NotASheet() from None
    # A member's declared size is a bound that zipfile itself keeps while reading.
    if len(members) > 500 or sum(member.file_size for member in members) > _LARGEST_UNPACKED:
        raise NotASheet()


def _texts(cells: Iterable[Sequence[Any]], sheet: Sheet) -> Iterator[_Texts]:
    places: dict[int, str] = {}
    blank = count = 0
    for number, row in enumerate(cells, start=1):
        if number == 1:
            places = _headings(row, sheet)
            continue
        texts = {key: (_text(row[n].value), row[n].data_type == "f") for n, key in places.items() if n < len(row)}
        if not any(text for text, _formula in texts.values()):
            blank += 1
            if blank > _BLANK_ROWS:
                return
            continue
        blank = 0
        count += 1
        if count > sheet.most_rows:
            raise TooManyRows(most=sheet.most_rows)
        yield number, texts
    if not places:
        _headings((), sheet)


def _headings(row: Sequence[Any], sheet: Sheet) -> dict[int, str]:
    names = {_plain(name): column.key for column in sheet.columns for name in (column.zh, column.en)}
    places: dict[int, str] = {}
    for n, cell in enumerate(row):
        key = names.get(_plain(_text(cell.value)))
        if key is not None and key not in places.values():
            places[n] = key
    missing = [f"{c.zh} {c.en}" for c in sheet.columns if c.required and c.key not in places.values()]
    if missing:
        raise ColumnsMissing(columns="、".join(missing))
    return places


def _plain(heading: str) -> str:
    return "".join(heading.split()).strip("*＊").casefold()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).replace("\u3000", " ").split())


def _parsed(found: Iterable[_Texts], sheet: Sheet) -> Parsed:
    parsed: list[Row] = []
    problems: list[Problem] = []
    for number, texts in found:
        if len(parsed) >= sheet.most_rows:
            raise TooManyRows(most=sheet.most_rows)
        values: dict[str, Any] = {}
        for column in sheet.columns:
            text, formula = texts.get(column.key, ("", False))
            values[column.key] = None
            try:
                if formula:
                    raise BadCell("formula")
                if len(text) > _LONGEST_CELL:
                    raise BadCell("too_long")
                if text:
                    values[column.key] = column.parse(text)
                elif column.required:
                    raise BadCell("required")
            except BadCell as bad:
                problems.append(Problem(number, column.key, bad.problem, bad.detail))
        parsed.append(Row(number, {key: text for key, (text, _formula) in texts.items()}, values))
    if not parsed:
        raise EmptySheet()
    return Parsed(tuple(parsed), problems)
