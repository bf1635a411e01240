"""Who can be reached, as a workbook."""

import io
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from responder.kernel import phones
from responder.messaging.reach.queries import Known, Spot
from responder.platform import terms

_HEADS = {
    "zh": ["代码", "地方", "姓名", "A/B角", "电话", "情况", "最近联系上", "怎么联系上的"],
    "en": ["Code", "Place", "Name", "Post", "Telephone", "State", "Last reached", "How"],
}
_TITLE = {"zh": "通联测试", "en": "Contact test"}
_WIDTHS = (14, 28, 12, 8, 18, 14, 18, 14)


def workbook(found: Sequence[Spot], zone: ZoneInfo, lang: str, *, numbers: bool) -> bytes:
    """An xlsx file: a row for each person, and one for each division where there is nobody. ``numbers``: in full."""
    shown: Callable[[str], str] = phones.shown if numbers else phones.mask
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = _TITLE[lang]
    page.append(_HEADS[lang])
    for spot in found:
        if not spot.people:
            page.append([spot.division, spot.label, "", "", "", terms.term("reach_state", spot.state, lang), "", ""])
        for one in spot.people:
            page.append([spot.division, spot.label, one.name, one.post, shown(one.number) if one.number else "",
                         terms.term("reach_state", one.state, lang), *_last(one, zone, lang)])  # fmt: skip
    for index, width in enumerate(_WIDTHS, start=1):
        page.cell(1, index).font = Font(bold=True)
        page.column_dimensions[get_column_letter(index)].width = width
    page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _last(one: Known, zone: ZoneInfo, lang: str) -> tuple[str, str]:
    if one.last is None:
        return "", ""
    return f"{one.last.at.astimezone(zone):%Y-%m-%d %H:%M}", terms.term("reach_by", one.last.by, lang)
