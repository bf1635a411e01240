"""Buttons of pages: the act is done, or what the rules say against it is said next to it."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from responder.kernel.refusals import NotFound, Refusal
from responder.platform import web
from responder.platform.work import UnitOfWork


def act(do: Callable[[UnitOfWork], object], done: str | None, back: str) -> ResponseReturnValue:
    """Does it in one unit of work and goes back, with ``done`` (None: with the words that ``do`` returns) or with the
    refusal in words. What isn't there, or isn't the reader's, stays a page of its own."""
    try:
        with web.begin() as uow:
            said = do(uow)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(web.refusal_words(refusal)[1], "error")
    else:
        flash(str(said) if done is None else done, "ok")
    return redirect(back)
