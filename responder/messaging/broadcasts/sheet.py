"""The tally as a file: who was told, who answered what. What somebody wrote is text, never a formula."""

import csv as writer
import io
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from responder.kernel import phones
from responder.messaging.broadcasts.queries import RecipientView
from responder.platform import terms

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8",
}  # fmt: skip

_HEADINGS = {
    "zh": [
        "地方", "姓名", "电话", "短信", "通道", "错误", "发了几次", "回复", "附言", "方式", "回复时间",
        "发不到的原因",
    ],
    "en": [
        "Place", "Name", "Phone", "Text", "Gateway", "Errors", "Times sent", "Answer", "Note", "By", "Answered at",
        "Why not reachable",
    ],
}  # fmt: skip
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(
    people: Sequence[RecipientView], label: Callable[[str], str], lang: str, zone: ZoneInfo, numbers: bool
) -> list[list[str]]:
    """Headings and one row for each recipient; times in the branch's own; numbers masked unless they may be read."""

    def word(vocabulary: str, slug: str) -> str:
        return terms.term(vocabulary, slug, lang) if slug else ""

    table = [_HEADINGS[lang]]
    for one in people:
        number = phones.shown(one.number) if numbers else phones.mask(one.number) if one.number else ""
        at = f"{one.answered_at.astimezone(zone):%Y-%m-%d %H:%M}" if one.answered_at else ""
        table.append([
            label(one.division), one.name, number, word("outbound_status", one.status), one.road, "; ".join(one.why),
            str(one.told), one.label, one.said, word("answer_via", one.via), at, word("call_reason", one.problem),
        ])  # fmt: skip
    return table


def csv(table: Sequence[Sequence[str]]) -> io.BytesIO:
    """A csv file that spreadsheet programs open as UTF-8; what begins like a formula gets a mark before it."""
    out = io.StringIO()
    safe = ([f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell for cell in row] for row in table)
    writer.writer(out).writerows(safe)
    return io.BytesIO(("\ufeff" + out.getvalue()).encode())


def xlsx(table: Sequence[Sequence[str]], title: str) -> io.BytesIO:
    """A workbook with one page."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = title
    for n, row in enumerate(table, start=1):
        for column, value in enumerate(row, start=1):
            cell = page.cell(n, column, value)
            cell.data_type = "s"
            if n == 1:
                cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out
