"""A file past 350 lines is a file with two subjects."""

import pytest

from tests.house import sources

LONGEST = 350
FOLDERS = ("responder", "templates", "static/js", "tests", "benchmarks")
"""A migration is written by Alembic and never changed again: it may be as long as it is."""
ENDINGS = {".py", ".html", ".js"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_too_long(folder: str) -> None:
    lengths = {
        sources.shown(path): len(path.read_text("utf-8").splitlines())
        for path in (sources.ROOT / folder).rglob("*")
        if path.suffix in ENDINGS
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}
