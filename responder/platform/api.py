"""What every API resource stands on: pages of items, numbers in paths, POSTs that may be repeated."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from flask import Response, json, request
from sqlalchemy import Index, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from responder.kernel.refusals import Invalid, Refusal
from responder.platform import web
from responder.platform.database import Base, InWorld, Packed
from responder.platform.work import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")

MAX_LIMIT = 500
LONGEST_KEY = 200


class KeyReused(Refusal):
    """The same Idempotency-Key came with another body."""

    code = "key_reused"


class IdempotencyRow(InWorld, Base, kw_only=True):
    """The answer that a POST got, kept in the same transaction as what it did, in the same world."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("uq_idempotency_world_person_id_key", "world", "person_id", "key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    person_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(200))
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Packed)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of views, newest first. ``next`` is the cursor of the page after it, None at the end."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: rows with an id below ``before``; ``limit`` of them."""

    before: int | None
    limit: int

    def page(self, rows: Sequence[T], row_id: Callable[[T], int]) -> Page[T]:
        """Cuts ``limit + 1`` rows, as queried, into a page."""
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        return Page(rows, str(row_id(rows[-1])) if more else None)


def cursor(default: int = 25) -> Cursor:
    """``?limit=&cursor=`` of this request. Raises Invalid for what is no number."""
    try:
        limit = int(request.args.get("limit", default))
        before = int(request.args["cursor"]) if request.args.get("cursor") else None
    except ValueError:
        raise Invalid(field="limit" if "limit" in request.args else "cursor", problem="number") from None
    if limit < 1 or (before is not None and not 0 <= before < 2**31):
        raise Invalid(field="limit" if limit < 1 else "cursor", problem="number")
    return Cursor(before, min(limit, MAX_LIMIT))


def listed(page: Page[Any], shape: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page as the API sends it."""
    return {"items": [shape(item) for item in page.items], "next": page.next}


def _fingerprint() -> str:
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data()).hexdigest()


def writing(view: Callable[Concatenate[UnitOfWork, P], tuple[dict[str, Any], int]]) -> Callable[P, Response]:
    """Runs a POST inside one unit of work; with an Idempotency-Key a repetition gets the first answer again.

    The view takes the unit first and returns (body, status). Raises KeyReused.
    """

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > LONGEST_KEY:
            raise Invalid(field="Idempotency-Key", problem="too_long")
        try:
            return _once(key, view, *args, **kwargs)
        except IntegrityError:
            if not key:
                raise
            # The same request came twice at once: the other one has answered by now.
            return _once(key, view, *args, **kwargs)

    return run


def _once(
    key: str, view: Callable[Concatenate[UnitOfWork, P], tuple[dict[str, Any], int]], *args: P.args, **kwargs: P.kwargs
) -> Response:
    person = web.principal().person_id
    with web.begin() as uow:
        if key:
            statement = select(IdempotencyRow).where(IdempotencyRow.person_id == person, IdempotencyRow.key == key)
            seen = uow.session.scalar(statement)
            if seen is not None:
                if seen.request != _fingerprint():
                    raise KeyReused()
                return _answer(seen.body, seen.status)
        body, status = view(uow, *args, **kwargs)
        if key:
            row = IdempotencyRow(
                person_id=person, key=key, request=_fingerprint(), status=status, body=body, at=uow.now
            )
            uow.session.add(row)
    return _answer(body, status)


def _answer(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body, ensure_ascii=False, default=str), status, content_type="application/json")
