"""Fixtures that every test may use: databases, the write path, the application with the fixed cast."""

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from sqlalchemy.engine.url import make_url

from responder import migrate
from responder.app import House, assemble
from responder.kernel.actors import Actor
from responder.platform.database import Database
from responder.platform.work import Work
from responder.settings import Settings
from tests import cast, once

REQUIRED = {name.strip() for name in os.environ.get("RESPONDER_TEST_REQUIRE", "").split(",") if name.strip()}
POSTGRES = os.environ.get("RESPONDER_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")

# On busy cores a clock on the wall measures the neighbours.
_PATIENT = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=_PATIENT)
hypothesis.settings.load_profile("house")

once.compile_once()


def on_server(url: str = POSTGRES) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection to PostgreSQL on which nothing is waited for without end."""
    return psycopg.connect(url, autocommit=True, connect_timeout=10, options="-c statement_timeout=60s")


def missing(what: str, reason: str) -> None:
    """Skips on a person's machine, with the reason; fails where CI asked for it."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(f"{what}: {reason}")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that would leave the machine fails the test."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address[0]}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "responder.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    cast.furnish(database)
    with database.reader.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    return path


def _columns(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> list[str]:
    names = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'pristine' AND table_name = %s"
    return [row[0] for row in connection.execute(names, (table,))]


class _Pristine:
    """One PostgreSQL database per test process, put back to the cast's state before each test.

    Making and dropping a database per test costs a checkpoint each: most of a suite's time.
    """

    def __init__(self, name: str) -> None:
        self.url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        database = Database(self.url)
        migrate.upgrade(database)
        cast.furnish(database)
        database.dispose()
        with on_server(self.url) as connection:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            tables = [row[0] for row in connection.execute(names)]
            connection.execute("CREATE SCHEMA pristine")
            back = ["SET session_replication_role = replica", "SET lock_timeout = '20s'"]
            for table in tables:
                connection.execute(f'CREATE TABLE pristine."{table}" AS TABLE public."{table}"')
                back.append(f'DELETE FROM public."{table}"')
                if connection.execute(f'SELECT 1 FROM pristine."{table}" LIMIT 1').fetchone():
                    # By name: a test that makes the tables anew has them in the models' order, not the migrations'.
                    columns = ", ".join(f'"{name}"' for name in _columns(connection, table))
                    back.append(f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM pristine."{table}"')
            sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            for sequence, last in connection.execute(sequences):
                back.append(f"SELECT setval('public.\"{sequence}\"', {last or 1}, {'true' if last else 'false'})")
        self._back = "; ".join(back)

    def restore(self) -> None:
        """Every row and every sequence as the cast left them; what a test left open is ended first."""
        with on_server(self.url) as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            connection.execute(f"{others} AND pid <> pg_backend_pid()")
            connection.execute(f"BEGIN; {self._back}; COMMIT")


@pytest.fixture(scope="session")
def _postgres() -> Iterator[_Pristine]:
    name = f"responder_test_{uuid.uuid4().hex[:12]}"
    try:
        with on_server() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError as problem:
        missing("postgres", f"no server at {make_url(POSTGRES).host}: {problem}")
    yield _Pristine(name)
    with on_server() as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with the cast in it: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        path = tmp_path / "responder.db"
        path.write_bytes(template.read_bytes())
        return f"sqlite:///{path}"
    pristine: _Pristine = request.getfixturevalue("_postgres")
    pristine.restore()
    return pristine.url


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """The whole application on a fresh database, as a demonstration with the simulator gateway."""
    settings = Settings(
        data=tmp_path / "data", database_url=database_url, demo=True, secret_key="test", gateways="simulator"
    )
    built = assemble(settings)
    yield built
    built.work.database.dispose()


@pytest.fixture
def work(house: House) -> Work:
    """The write path."""
    return house.work


@pytest.fixture
def system() -> Actor:
    """The system itself as an actor in Jinshan."""
    return Actor(None, "system", "310116", "job")
