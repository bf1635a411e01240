"""Contact list and blank forms on paper every day, so that the office can work when nothing else does."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import structlog

from responder.kernel import clock
from responder.kernel.actors import Actor
from responder.kernel.events import Event
from responder.messaging.reach import paper
from responder.messaging.reach.book import book
from responder.places.queries import is_loaded, places
from responder.platform.scope import Scope
from responder.platform.work import Work

log = structlog.get_logger(__name__)

_SENT = "sent"
"""Stands in a day's folder once the printer was given its files, or refused them: it is asked once a day."""


def daily(work: Work, data: Path) -> int:
    """Writes today's files into ``<data>/prints/<date>/`` and gives them to the printer, each once. Returns how many
    files were written. They hold the whole branch's numbers: nobody but the service's own user may read them."""
    told, now = book().prints, clock.now()
    with work.read() as session:
        if not is_loaded(session):
            return 0
        tree = places(session)
        profile, zone = tree.profile, tree.profile.zone()
        local = now.astimezone(zone)
        if local.time() < told.at:
            return 0
        folder = data / "prints" / f"{local:%Y-%m-%d}"
        made = 0
        if not folder.exists():
            branch = profile.branch.get(profile.lang)
            groups = paper.contacts(session, Scope(profile.root), now, numbers=True)
            made = _write(
                folder,
                {
                    "contacts": paper.contacts_file(groups, branch, now, zone, profile.lang),
                    "forms": paper.forms_file(branch, now, zone, profile.lang),
                },
            )
            _forget(folder.parent, local.date() - timedelta(days=told.keep_days))
    if told.command and not (folder / _SENT).exists():
        problem = _print(told.command, sorted(folder.glob("*.pdf")) or sorted(folder.glob("*.html")), told.seconds)
        _private(folder / _SENT, problem)
        if problem:
            with work.begin(Actor(None, "system", profile.root, "job")) as uow:
                uow.record(Event("prints.failed", profile.root, "", {"problem": problem}))
    return made


def jobs(data: Path) -> Sequence[tuple[str, float, Callable[[Work], int]]]:
    """What the worker runs: name, seconds between runs, function."""
    return (("prints.daily", 60.0, partial(daily, data=data)),)


def _write(folder: Path, files: dict[str, str]) -> int:
    """All files or none: they are written aside and moved."""
    aside = folder.with_name(f".{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True, mode=0o700)
    for name, text in files.items():
        _private(aside / f"{name}.html", text)
        _as_pdf(aside / f"{name}.html")
    made = len(list(aside.iterdir()))
    aside.rename(folder)
    return made


def _private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)


def _as_pdf(page: Path) -> None:
    """The same as PDF where WeasyPrint is installed: in a process of its own, for thousands of lines take a while."""
    if find_spec("weasyprint") is None:
        return
    pdf = page.with_suffix(".pdf")
    problem = _run([sys.executable, "-m", "weasyprint", str(page), str(pdf)], 600)
    if problem:
        pdf.unlink(missing_ok=True)
        log.error("no PDF made", page=page.name, problem=problem)
    else:
        pdf.chmod(0o600)


def _print(command: Sequence[str], files: Sequence[Path], seconds: int) -> str:
    """What went wrong, "" where nothing did."""
    return _run([*command, *map(str, files)], seconds)


def _run(command: Sequence[str], seconds: int) -> str:
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=True)
    except subprocess.CalledProcessError as problem:
        said = problem.stderr.decode("utf-8", "replace").strip().splitlines()
        return (said[-1] if said else f"{command[0]}: {problem.returncode}")[:200]
    except subprocess.TimeoutExpired:
        return f"{command[0]}: {seconds} s"
    except OSError as problem:
        return f"{command[0]}: {problem.strerror}"
    return ""


def _forget(folder: Path, before: date) -> None:
    """Old days are removed: numbers change, and paper that nobody needs must not lie about."""
    for old in folder.iterdir():
        if old.is_dir() and old.name.lstrip(".") <= f"{before:%Y-%m-%d}":
            shutil.rmtree(old, ignore_errors=True)
