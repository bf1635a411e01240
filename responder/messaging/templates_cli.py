"""The list of templates for a provider's approval: ``responder templates export``."""

import csv
import io
import sys
from collections.abc import Sequence
from typing import Protocol

import click
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from responder.messaging import templates as registry
from responder.messaging.templates import Submission
from responder.places import profiles
from responder.platform.config import ConfigError
from responder.settings import Settings

_HEADINGS = (
    "名称 name", "语言 language", "类型 kind", "模板内容 text", "示例 example", "变量 variables", "最长 longest",
    "要回复 answered", "申请说明 remark", "代号 template", "已批准 approved as",
)  # fmt: skip
_WIDTHS = (22, 10, 12, 60, 60, 40, 10, 10, 50, 22, 18)


class Context(Protocol):
    """What the command line hands over."""

    settings: Settings


@click.group()
def templates() -> None:
    """Text templates for providers that want them approved."""


@templates.command()
@click.option("--gateway", default="generic", show_default=True, help="aliyun, tencent … decides how variables look.")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.pass_obj
def export(obj: Context, gateway: str, form: str) -> None:
    """Write the list for a provider's approval to standard output."""
    settings = obj.settings
    try:
        signature = _signature(settings, gateway)
        rows = list(registry.submissions(gateway, settings.answer_number, signature, settings.data))
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None
    if form == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("an xlsx file goes into a file: add > templates.xlsx")
    made = _xlsx(signature, rows) if form == "xlsx" else _csv(signature, rows)
    click.echo(made, nl=False)


def _signature(settings: Settings, gateway: str) -> str:
    """The approved signature, else the branch's short name, which is what to ask for."""
    return registry.approval(gateway, settings.data).signature or profiles.read(settings.profile).short.zh


def _cells(row: Submission) -> Sequence[str | int]:
    answered = ("要" if row.lang == "zh" else "yes") if row.wants_answer else ""
    return (
        row.title, row.lang, row.kind, row.text, row.example, row.variables, row.longest, answered, row.remark,
        row.template, row.code,
    )  # fmt: skip


def _csv(signature: str, rows: Sequence[Submission]) -> bytes:
    # With the mark at the front: office programs otherwise take UTF-8 for something else.
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("签名 signature", f"【{signature}】"))
    writer.writerow(_HEADINGS)
    writer.writerows(_cells(row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(signature: str, rows: Sequence[Submission]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "templates"
    sheet.append(("签名 signature", f"【{signature}】"))
    sheet.append(_HEADINGS)
    for row in rows:
        sheet.append(tuple(_cells(row)))
    for n, (column, width) in enumerate(zip(sheet.columns, _WIDTHS, strict=True), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
        for cell in column:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in (*sheet[1], *sheet[2]):
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A3"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
