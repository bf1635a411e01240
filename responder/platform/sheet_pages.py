"""Pages that take a filled-in spreadsheet: the workbook to download, the sheet as uploaded or as confirmed, and what
``_ui/sheet.html`` shows of a check.
"""

from typing import Protocol

from flask import Response, request

from responder.platform import sheets, web
from responder.platform.sheets import Parsed, Problem, Sheet

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_PROBLEMS = 200
"""Problems that a page lists; the rest is counted."""


class Plan(Protocol):
    """What a room would do with a sheet."""

    @property
    def parsed(self) -> Parsed:
        """The sheet as read, with its problems."""


def workbook(sheet: Sheet, name: str) -> Response:
    """The workbook to fill in, in the reader's language, to be saved as ``name``."""
    answer = Response(sheets.template_bytes(sheet, web.language()), content_type=_XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def confirmed() -> bool:
    """Whether the form confirms what was checked before, instead of bringing a file."""
    return bool(request.form.get("packed"))


def sent(sheet: Sheet) -> Parsed:
    """The sheet of this form: the one confirmed, else the file. Raises the refusals of ``sheets``."""
    packed = request.form.get("packed", "")
    if packed:
        return sheets.unpack(packed, sheet)
    upload = request.files.get("file")
    return sheets.read(upload.stream.read(sheets.LARGEST_FILE + 1) if upload is not None else b"", sheet)


def shown(sheet: Sheet, plan: Plan | None) -> dict[str, object]:
    """What the template needs: sheet, plan, problems [(row, column's heading, words)], how many more, packed."""
    found = plan.parsed.in_order() if plan else []
    lang = web.language()

    def heading(problem: Problem) -> str:
        return sheet.column(problem.column).heading(lang) if problem.column else ""

    return {
        "sheet": sheet,
        "plan": plan,
        "problems": [(one.row, heading(one), one.words(lang)) for one in found[:_MOST_PROBLEMS]],
        "more": max(0, len(found) - _MOST_PROBLEMS),
        "packed": sheets.pack(plan.parsed) if plan else "",
    }
