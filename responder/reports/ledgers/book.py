"""The ledgers as a workbook: people on one page, houses on another, struck lines left out."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from responder.platform import terms
from responder.reports.ledgers.queries import CasualtyView, HouseView

_PEOPLE = {
    "zh": ["序号", "地方", "姓名", "性别", "年龄", "住址", "情况", "时间", "来源", "说明", "登记人", "登记时间"],
    "en": ["No.", "Place", "Name", "Sex", "Age", "Home", "State", "When", "Source", "Note", "Noted by", "Noted at"],
}
_HOUSES = {
    "zh": [
        "序号", "地方", "户主", "地址", "住房", "倒塌间数", "严重损坏间数", "一般损坏间数", "说明", "登记人",
        "登记时间",
    ],
    "en": [
        "No.", "Place", "Household", "Address", "Dwelling", "Rooms collapsed", "Rooms severe", "Rooms minor", "Note",
        "Noted by", "Noted at",
    ],
}  # fmt: skip
_TITLES = {
    "zh": ("因灾死亡失踪人口台账", "倒损房屋台账"),
    "en": ("Dead and missing", "Damaged houses"),
}


def workbook(
    people: Sequence[CasualtyView], houses: Sequence[HouseView], label: Callable[[str], str], zone: ZoneInfo, lang: str
) -> bytes:
    """An xlsx file. ``label`` names a division; times are the branch's own, in full: a workbook is kept for years."""

    def local(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = _TITLES[lang][0]
    standing = [one for one in people if one.struck_at is None]
    rows: list[list[str | int | None]] = [
        [
            n, label(one.division), one.name, terms.term("sex", one.sex, lang) if one.sex else "", one.age, one.home,
            terms.term("casualty_state", one.state, lang), local(one.happened_at) if one.happened_at else "",
            one.source, "；".join(filter(None, [one.note, one.turned_note])), one.noted_by, local(one.noted_at),
        ]
        for n, one in enumerate(standing, start=1)
    ]  # fmt: skip
    _fill(page, _PEOPLE[lang], rows)
    yes, no = ("是", "否") if lang == "zh" else ("yes", "no")
    kept = [one for one in houses if one.struck_at is None]
    rows = [
        [
            n, label(one.division), one.household, one.address, yes if one.dwelling else no, one.collapsed, one.severe,
            one.minor, one.note, one.noted_by, local(one.noted_at),
        ]
        for n, one in enumerate(kept, start=1)
    ]  # fmt: skip
    second = book.create_sheet(_TITLES[lang][1])
    _fill(second, _HOUSES[lang], rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, headings: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> None:
    for column, heading in enumerate(headings, start=1):
        cell = page.cell(1, column, heading)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8ECF1")
        page.column_dimensions[get_column_letter(column)].width = 8 if column == 1 else max(12, 2 * len(heading) + 4)
    for n, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            line = page.cell(n, column, value)
            if isinstance(value, str):
                # What somebody wrote is text, also where it begins like a formula.
                line.data_type = "s"
            line.alignment = Alignment(vertical="top", wrap_text=True)
    page.freeze_panes = "A2"
