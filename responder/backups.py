"""Backup and restore: the database and the attachments in one file, by the databases' own tools."""

import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from responder.app import House
from responder.platform.database import Database
from responder.settings import Settings


class BackupError(Exception):
    """A backup or restore that can't be done; the message says why."""


def write(built: House, target: Path) -> None:
    """Writes one consistent state while the service runs. The secret key is part of it: keep the file safe."""
    target.parent.mkdir(parents=True, exist_ok=True)
    database = built.work.database
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / ("database.db" if database.is_sqlite else "database.dump")
        if database.is_sqlite:
            _copy(Path(str(database.url.database)), dump)
        else:
            _run(["pg_dump", "--format=custom", f"--file={dump}", _libpq(database)])
        aside = target.with_name(target.name + ".part")
        with tarfile.open(aside, "w:gz") as archive:
            archive.add(dump, dump.name)
            for name in ("attachments", "secret_key"):
                if (built.settings.data / name).exists():
                    archive.add(built.settings.data / name, name)
        aside.chmod(0o600)
        aside.replace(target)


def restore(settings: Settings, source: Path) -> None:
    """Brings a backup into an empty store. Raises BackupError where the store isn't empty or the kinds differ."""
    database = Database(settings.url())
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        dump = Path(folder) / ("database.db" if database.is_sqlite else "database.dump")
        if not dump.exists():
            raise BackupError("the backup is of the other kind of database")
        if database.is_sqlite:
            target = Path(str(database.url.database))
            if target.exists():
                raise BackupError(f"{target} exists: restore into an empty folder")
            _copy(dump, target)
        else:
            _run(["pg_restore", "--exit-on-error", f"--dbname={_libpq(database)}", str(dump)])
        settings.data.mkdir(parents=True, exist_ok=True)
        for name in ("attachments", "secret_key"):
            found = Path(folder) / name
            if found.is_dir():
                shutil.copytree(found, settings.data / name, dirs_exist_ok=True)
            elif found.is_file():
                shutil.copy2(found, settings.data / name)


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online copy: consistent while others write."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()


def _libpq(database: Database) -> str:
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupError(f"{command[0]} is not installed: install PostgreSQL's client tools") from None
    except subprocess.CalledProcessError as problem:
        raise BackupError(f"{command[0]}: {problem.stderr.strip()}") from None
