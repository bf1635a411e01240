"""Buttons of the incident's page: the act is done, or the refusal is said next to it."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from responder.kernel.refusals import NotFound, Refusal
from responder.platform import web
from responder.platform.work import UnitOfWork


def act(number: str, do: Callable[[UnitOfWork], None], done: str) -> ResponseReturnValue:
    """Does it and goes back to the incident, with ``done`` or with what the rules say against it."""
    try:
        with web.begin() as uow:
            do(uow)
        flash(done, "ok")
    except NotFound:
        raise
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    return redirect(url_for("board.incident", number=number))
