"""The disaster bulletin of an incident: to read and paste, and as a document."""

from flask import Response, current_app, render_template
from sqlalchemy.orm import Session

from responder.board import bulletin as bulletins
from responder.board import papers
from responder.board.bulletin import Bulletin
from responder.board.frame import bp
from responder.kernel.refusals import NotFound
from responder.platform import web
from responder.platform.pool import heavy
from responder.settings import Settings


@bp.get("/board/bulletin/<number>/<division>")
@web.needs("report.see")
def bulletin(number: str, division: str) -> str:
    """The bulletin as text to paste, with the document to download."""
    with web.reading() as session:
        found = _bulletin(session, number, division)
    text = bulletins.as_text(found)
    return render_template("board/bulletin.html", one=found, division=division, text=text, rows=text.count("\n") + 1)


@bp.get("/board/bulletin/<number>/<division>/document")
@web.needs("report.see")
def bulletin_document(number: str, division: str) -> Response:
    """The document, editable in any word processor."""
    settings: Settings = current_app.extensions["settings"]
    with web.reading() as session:
        found = _bulletin(session, number, division)
    made = heavy(papers.document, found, papers.template(settings.data, web.language()))
    answer = Response(made, content_type=papers.TYPE)
    answer.headers["Content-Disposition"] = f"attachment; filename={found.number}-{division}.docx"
    return answer


def _bulletin(session: Session, number: str, division: str) -> Bulletin:
    found = bulletins.bulletin(session, web.scope(), number, division, web.principal().name, web.language())
    if found is None:
        raise NotFound(what=number)
    return found
