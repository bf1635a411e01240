"""Brings the database to the present shape (Alembic), under a lock, so that two processes starting together agree."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from responder.platform import house
from responder.platform.database import Database

_LOCK = 7_226_003


def config(database: Database) -> Config:
    """Alembic's configuration for one database."""
    found = Config()
    found.set_main_option("script_location", str(house.root() / "migrations"))
    found.attributes["engine"] = database.reader
    return found


def upgrade(database: Database) -> None:
    """Applies what is missing. Raises what the database raises; nothing is half applied."""
    with _alone(database):
        command.upgrade(config(database), "head")


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    if database.is_sqlite:
        with open(Path(str(database.url.database) + ".migrate"), "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        return
    reader = database.reader.execution_options(isolation_level="AUTOCOMMIT")
    with reader.connect() as connection:
        # However long another process takes over it.
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.invalidate()
