"""One application for the tests of this folder: none of them changes anything."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from responder.app import House, assemble, build
from responder.settings import Settings


@pytest.fixture(scope="session")
def standing(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole house on one SQLite file, as a demonstration."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(_sqlite_template, folder / "responder.db")
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder}/responder.db",
        demo=True,
        secret_key="test",
        gateways="simulator",
    )
    built = assemble(settings)
    yield built
    built.work.database.dispose()


@pytest.fixture(scope="session")
def app(standing: House) -> Flask:
    """Its web application."""
    return build(standing)
