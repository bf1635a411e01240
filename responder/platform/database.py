"""The database: SQLite by default, PostgreSQL by URL. Engines, types and the mixins that every room's tables use."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import DateTime, Engine, MetaData, String, Text, create_engine, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.types import TypeDecorator

from responder.kernel.actors import REAL

_WAIT_SECONDS = 15.0
"""After this a wait for another's lock, or for the server's first answer, ends with OperationalError."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases (SQLite has no zones: there it is kept naive, in UTC)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Packed(TypeDecorator[Any]):
    """JSON kept as compact text with sorted keys: dumped once, the same bytes on both databases, fit for hashing.

    Bind a dict or list, or the text that ``pack`` has already made of it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return value if value is None or isinstance(value, str) else pack(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def pack(value: object) -> str:
    """Compact JSON with sorted keys; what JSON has no form for is written as its text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """The base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}


class InWorld(MappedAsDataclass, kw_only=True):
    """Rows that live in one world: the real one (0) or a drill's (its id). The session filters and fills it."""

    world: Mapped[int] = mapped_column(default=-1, index=False)


class InDivision(MappedAsDataclass, kw_only=True):
    """Rows that belong to a division: scope decides by it who sees them."""

    division_code: Mapped[str] = mapped_column(String(12))


class Database:
    """Engines for one URL. ``writer`` begins IMMEDIATE on SQLite; ``reader`` sees a snapshot."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._gate = threading.Lock()
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.reader: Engine = create_engine(
                self.url,
                connect_args={"check_same_thread": False, "timeout": _WAIT_SECONDS},
                # What somebody wrote must not reach a log through an error.
                hide_parameters=True,
                pool_size=pool_size,
                max_overflow=40,
            )
            event.listen(self.reader, "connect", _prepare_sqlite)
            event.listen(self.reader, "begin", _begin_sqlite)
            self.writer: Engine = self.reader.execution_options(begin="BEGIN IMMEDIATE")
        else:
            self.reader = create_engine(
                self.url,
                connect_args={"connect_timeout": int(_WAIT_SECONDS)} if "connect_timeout" not in self.url.query else {},
                hide_parameters=True,
                pool_size=pool_size,
                max_overflow=20,
            )
            event.listen(self.reader, "connect", _prepare_postgres)
            self.writer = self.reader

    @contextmanager
    def gate(self) -> Iterator[None]:
        """One writer at a time per process on SQLite: waiting here costs nothing, waiting in SQLite costs tails.

        Raises OperationalError where the one before doesn't end.
        """
        if not self.is_sqlite:
            yield
            return
        if not self._gate.acquire(timeout=_WAIT_SECONDS):
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
        try:
            yield
        finally:
            self._gate.release()

    @contextmanager
    def session(self, world: int, *, write: bool = False) -> Iterator[Session]:
        """A session that sees one world. It never commits by itself."""
        session = Session(self.writer if write else self.reader, expire_on_commit=False, info={"world": world})
        try:
            yield session
        finally:
            session.close()

    def dispose(self) -> None:
        """Closes all connections."""
        self.reader.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # From here on we wait ourselves: SQLite's own wait would freeze every greenlet of the process.
    cursor.execute("PRAGMA busy_timeout=0")
    cursor.close()


def _prepare_postgres(connection: Any, _record: object) -> None:
    # A limit that the server, the role or the address sets stands.
    limit = "SELECT set_config('lock_timeout', %s, false) WHERE current_setting('lock_timeout') = '0'"
    connection.autocommit = True
    connection.execute(limit, [f"{_WAIT_SECONDS}s"])
    connection.autocommit = False


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    raw = connection.connection.dbapi_connection
    assert raw is not None
    deadline = time.monotonic() + _WAIT_SECONDS
    pause = 0.001
    while True:
        try:
            raw.execute(begin)
            return
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > deadline:
                raise
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)


@event.listens_for(Session, "do_orm_execute")
def _stay_in_world(state: ORMExecuteState) -> None:
    """Every ORM statement sees the session's world alone: no room has to remember it."""
    world = state.session.info.get("world")
    if world is None or not (state.is_select or state.is_update or state.is_delete):
        return
    if state.is_column_load or state.is_relationship_load:
        return
    state.statement = state.statement.options(
        with_loader_criteria(InWorld, lambda cls: cls.world == world, include_aliases=True)
    )


@event.listens_for(Session, "before_flush")
def _fill_world(session: Session, _context: object, _instances: object) -> None:
    world = session.info.get("world", REAL)
    for row in session.new:
        if isinstance(row, InWorld):
            if row.world == -1:
                row.world = world
            elif row.world != world:
                raise RuntimeError(f"{type(row).__name__} of world {row.world} written in world {world}")
