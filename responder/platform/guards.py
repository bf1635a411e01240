"""What is asked of every request before anything reads it: its size, its text, the page that it comes from."""

import secrets
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask, abort, g, request
from sqlalchemy import Index, String, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.routing import IntegerConverter

from responder.kernel.refusals import Refusal
from responder.platform.database import Base
from responder.platform.principal import Principal
from responder.platform.web import API_PREFIX, HOOK_PREFIX
from responder.platform.work import UnitOfWork

KB, MB = 1024, 1024 * 1024
LARGEST = 1 * MB
"""The largest body, but for the paths below: parsing a hundred megabytes would hold up every page for half a minute."""
SIZES = {
    # Lists come here, from whoever knows the key: it is looked at before the body is read.
    HOOK_PREFIX + "http/": MB, HOOK_PREFIX + "aliyun/": MB, HOOK_PREFIX: 64 * KB, "/simulator/": 64 * KB,
    "/sign-in": 16 * KB, "/reports/new": 120 * MB, "/reports/kept": 120 * MB, "/hotline/paste": 120 * MB,
}  # fmt: skip
SHEETS = 12 * MB
FIELD = "_page"


class OtherWorld(Refusal):
    """The page was opened in another world than the one its browser is in now."""

    code = "other_world"


class SentTwice(Refusal):
    """This form has been sent and taken already."""

    code = "sent_twice"


class SentForm(Base, kw_only=True):
    """A form that was taken: the same one pressed twice, or sent again by the browser, is not taken again."""

    __tablename__ = "sent_form"
    __table_args__ = (Index("uq_sent_form_mark", "mark", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mark: Mapped[str] = mapped_column(String(64))


_table: Any = SentForm.__table__
_SEEN = select(_table.c.id).where(_table.c.mark == bindparam("asked"))
_TAKE = insert(_table)


class _BoundedInteger(IntegerConverter):
    """Row ids in paths: what no database could hold is not found."""

    def __init__(self, map_: object, *args: object, **kwargs: object) -> None:
        super().__init__(map_, max=2**31 - 1)  # type: ignore[arg-type]


def page_mark() -> str:
    """What every form carries: the world it was opened in, and a mark of its own."""
    who: Principal | None = g.get("principal")
    return f"{who.world if who else 0}.{secrets.token_hex(12)}"


IN_UTF_16 = "/hooks/kannel/"
"""There a text comes in the address in UTF-16: every other byte of a digit is a zero."""


def init_guards(app: Flask) -> None:
    """Registers the checks. Before CSRF protection, which parses the body."""
    app.url_map.converters["int"] = _BoundedInteger
    app.jinja_env.globals["page_mark"] = page_mark

    @app.before_request
    def _size_and_text() -> None:
        limit = next((size for prefix, size in SIZES.items() if request.path.startswith(prefix)), LARGEST)
        request.max_content_length = SHEETS if request.path.endswith("/import") else limit
        if b"\0" in unquote_to_bytes(request.query_string) and not request.path.startswith(IN_UTF_16):
            abort(400)


def init_page_check(app: Flask) -> None:
    """Registers the check of the page's world: after the principal is known."""

    @app.before_request
    def _same_world() -> None:
        who: Principal | None = g.get("principal")
        if who is None or request.method != "POST" or request.path.startswith((API_PREFIX, HOOK_PREFIX)):
            return
        world = request.form.get(FIELD, "").partition(".")[0]
        # Whoever leaves a drill by that very form has its world on the page.
        if world and world != str(who.world):
            raise OtherWorld()


def note_form(uow: UnitOfWork) -> None:
    """Takes this request's form once: in the unit that does what it asks. Raises SentTwice.

    Forms with a key of their own (reports, sent again by phones that were offline) answer a repetition as the first.
    """
    mark = request.form.get(FIELD, "") if request.method == "POST" else ""
    if not mark or request.form.get("idempotency_key") or g.get("form_noted"):
        return
    g.form_noted = True
    connection = uow.session.connection()
    if connection.execute(_SEEN, {"asked": mark[:64]}).first() is not None:
        raise SentTwice()
    # A plain statement: the unit may still name its actor and its world.
    connection.execute(_TAKE, {"mark": mark[:64]})
