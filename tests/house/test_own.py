"""The product knows nothing of the desk it was made on."""

import re

import pytest

from tests.house import sources

OUTSIDE = re.compile(r"(?<![\w.])/work/(?!\w*\.html)|\.\./shared|(?<![\w-])shared/(data|look|seeds)")
FOLDERS = (
    "responder",
    "templates",
    "config",
    "static/js",
    "static/css",
    "docs",
    "migrations",
    "tests",
    "benchmarks",
)
FILES = ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "babel.cfg")
ENDINGS = {".py", ".html", ".js", ".css", ".toml", ".md", ".txt", ".mjs", ".cfg"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_names_a_path_outside_the_project(folder: str) -> None:
    found = [
        sources.shown(path)
        for path in (sources.ROOT / folder).rglob("*")
        if path.suffix in ENDINGS and path.name != "test_own.py" and OUTSIDE.search(path.read_text("utf-8"))
    ]
    assert not found


def test_nor_do_the_files_at_the_top() -> None:
    found = [name for name in FILES if OUTSIDE.search((sources.ROOT / name).read_text("utf-8"))]
    assert not found
