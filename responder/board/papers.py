"""The bulletin as a document: filled into a Word file that the branch may change as it likes."""

from io import BytesIO
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from responder.board.bulletin import Bulletin
from responder.kernel.refusals import Refusal
from responder.platform import house

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class BrokenTemplate(Refusal):
    """The branch's own template asks for something that a bulletin has not. Params: ``problem``."""

    code = "board.broken_template"


def template(data: Path, lang: str) -> Path:
    """The branch's own file in its data folder (``bulletin.zh.docx``), else the one that comes with the house."""
    own = data / f"bulletin.{lang}.docx"
    return own if own.is_file() else house.root() / "config" / "bulletin" / f"{lang}.docx"


def document(one: Bulletin, path: Path) -> bytes:
    """The filled document. Raises BrokenTemplate. What the template says is text with names in it, no program: it runs
    in Jinja's sandbox, and whatever a report says is escaped."""
    try:
        paper = DocxTemplate(str(path))
        paper.render({"b": one}, SandboxedEnvironment(autoescape=True))
        kept = BytesIO()
        paper.save(kept)
    except (TemplateError, ValueError, KeyError) as problem:
        raise BrokenTemplate(problem=str(problem)[:200]) from problem
    return kept.getvalue()
