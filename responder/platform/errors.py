"""Errors as the caller can read them: problem documents for programs, a plain page for people."""

import structlog
from apiflask import HTTPError
from flask import Flask, Response, json, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from responder.kernel.refusals import ChangedMeanwhile, Refusal
from responder.platform import web

log = structlog.get_logger(__name__)


def problem(status: int, detail: str = "", **more: object) -> Response:
    """A problem document (RFC 9457)."""
    body = json.dumps({**web.error_fields(status, detail), **more}, ensure_ascii=False)
    return Response(body, status, content_type="application/problem+json")


def answer(status: int, detail: str = "", **more: object) -> Response:
    """The error in the form that fits the caller."""
    if web.is_json_caller():
        return problem(status, detail, **more)
    fields = web.error_fields(status, detail)
    if request.headers.get("HX-Request"):
        return Response(detail or str(fields["title"]), status, content_type="text/plain; charset=utf-8")
    try:
        return Response(render_template("_layout/error.html", **fields), status)
    except SQLAlchemyError:
        # The frame reads the database, which may be what is broken.
        return Response(f"{status} {fields['title']}", status, content_type="text/plain; charset=utf-8")


def _rule() -> str:
    """Where it happened, for the log: not the path itself, which may bear a key or a number."""
    return request.url_rule.rule if request.url_rule is not None else ""


def init_errors(app: Flask) -> None:
    """Registers the handlers. No traceback ever reaches a caller."""

    @app.errorhandler(Refusal)
    def _refused(refusal: Refusal) -> Response:
        status, words = web.refusal_words(refusal)
        return answer(status, words, code=refusal.code)

    @app.errorhandler(CSRFError)
    def _csrf(_error: CSRFError) -> Response:
        return answer(400, _("页面放得太久了，请返回刷新后再提交"))

    @app.errorhandler(ValidationError)
    def _invalid(error: ValidationError) -> Response:
        details = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        return answer(422, "; ".join(f"{d['field']}: {d['problem']}" for d in details), errors=details)

    @app.errorhandler(HTTPError)
    def _unfit(error: HTTPError) -> Response:
        """A body that doesn't fit the API's schema: APIFlask's own error, in our form."""
        found = [
            {"field": field, "problem": problem}
            for fields in (error.detail.values() if isinstance(error.detail, dict) else ())
            if isinstance(fields, dict)
            for field, problems in fields.items()
            for problem in (problems if isinstance(problems, list) else [problems])
        ]
        told = "; ".join(f"{one['field']}: {one['problem']}" for one in found)
        return answer(error.status_code, told or str(error.message or ""), errors=found)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None and isinstance(error.response, Response):
            return error.response
        answered = answer(error.code or 500)
        if error.code == 401:
            answered.headers["WWW-Authenticate"] = "Bearer"
        if error.code == 405 and (allowed := getattr(error, "valid_methods", None)):
            answered.headers["Allow"] = ", ".join(allowed)
        return answered

    @app.errorhandler(IntegrityError)
    def _raced(error: IntegrityError) -> Response:
        """Two people wrote the same unique thing at once: the second is told, nothing of theirs is kept."""
        log.warning("written twice at once", path=_rule(), problem=type(error.orig).__name__)
        status, words = web.refusal_words(ChangedMeanwhile())
        return answer(status, words, code=ChangedMeanwhile.code)

    @app.errorhandler(OperationalError)
    def _database(error: OperationalError) -> Response:
        log.error("database unavailable", path=_rule(), problem=str(error.orig))
        return answer(503)

    @app.errorhandler(DataError)
    def _unkeepable(error: DataError) -> Response:
        """A value that the database can't hold (a NUL, a number beyond all rows)."""
        log.warning("a value can't be kept", path=_rule(), problem=type(error.orig).__name__)
        return answer(422)

    @app.errorhandler(RecursionError)
    def _too_deep(_error: RecursionError) -> Response:
        """A body nested deeper than anybody writes."""
        return answer(400)

    @app.errorhandler(Exception)
    def _broken(_error: Exception) -> Response:
        log.exception("request failed", path=_rule(), endpoint=request.endpoint)
        return answer(500)
