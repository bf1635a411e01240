"""Contact list and blank forms on paper, every day."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from responder.app import House
from responder.messaging import web_prints
from responder.messaging.reach import paper, printing
from responder.messaging.reach.book import Book, book
from responder.platform import eventlog
from responder.platform.scope import Scope, everything
from tests import cast

MORNING = datetime(2026, 9, 16, 22, 31, tzinfo=UTC)
"""06:31 of the next day where the branch is."""


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A printer that writes down what it was given; returns its list."""
    given = tmp_path / "given.txt"
    script = tmp_path / "printer.sh"
    script.write_text(f'#!/bin/sh\nfor file in "$@"; do echo "$file" >> {given}; done\n')
    script.chmod(0o700)
    use(monkeypatch, [str(script), "-d", "office"])
    return given


def use(monkeypatch: pytest.MonkeyPatch, command: list[str], seconds: int = 5) -> None:
    changed = book().prints.model_copy(update={"command": command, "seconds": seconds})
    found = Book(tests=book().tests, prints=changed)
    monkeypatch.setattr(printing, "book", lambda: found)


def daily(house: House, at: datetime = MORNING) -> int:
    with time_machine.travel(at, tick=False):
        return printing.daily(house.work, house.settings.data)


def folder(house: House, day: str = "2026-09-17") -> Path:
    return house.settings.data / "prints" / day


def test_nothing_is_written_before_its_time(house: House) -> None:
    assert daily(house, MORNING - timedelta(minutes=2)) == 0
    assert not folder(house).exists()


def test_the_files_are_written_once_and_are_nobody_elses(house: House) -> None:
    assert daily(house) >= 2
    assert daily(house, MORNING + timedelta(hours=3)) == 0
    assert stat.S_IMODE(folder(house).stat().st_mode) == 0o700
    files = {path.name: path for path in folder(house).iterdir()}
    assert {"contacts.html", "forms.html"} <= files.keys()
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}


def test_the_contact_list_is_the_whole_branch_and_nobody_elses(house: House) -> None:
    daily(house)
    page = (folder(house) / "contacts.html").read_text("utf-8")
    for who in ("village", "town", "leader", "coordinator", "keeper"):
        assert cast.PEOPLE[who][1] in page
        assert cast.phone(who).removeprefix("+86") in page
    assert "何伟" not in page
    assert "无人登记" in page
    assert "http" not in page
    assert "<script" not in page


def test_the_forms_have_their_fields_and_numbered_slips(house: House) -> None:
    daily(house)
    page = (folder(house) / "forms.html").read_text("utf-8")
    for words in ("灾情初报", "零报告", "人工呼叫记录", "20260917-01", "20260917-05", "受灾人口"):
        assert words in page, words


def test_old_days_are_removed(house: House) -> None:
    for day in range(9):
        daily(house, MORNING + timedelta(days=day))
    kept = sorted(path.name for path in (house.settings.data / "prints").iterdir())
    assert kept == [f"2026-09-{day}" for day in range(19, 26)]


def test_the_printer_is_given_each_days_files_once(house: House, printer: Path) -> None:
    daily(house)
    daily(house, MORNING + timedelta(hours=1))
    lines = printer.read_text().splitlines()
    assert lines[:2] == ["-d", "office"]
    assert [Path(line).stem for line in lines[2:]] == ["contacts", "forms"]


@pytest.mark.parametrize(
    ("command", "problem"),
    [(["/bin/sh", "-c", "echo out of paper >&2; exit 3"], "out of paper"), (["/no/such/printer"], "No such file")],
)
def test_a_printer_that_fails_is_told_once(
    house: House, monkeypatch: pytest.MonkeyPatch, command: list[str], problem: str
) -> None:
    use(monkeypatch, command)
    daily(house)
    daily(house, MORNING + timedelta(hours=1))
    with house.work.read() as session:
        told = [one for one in eventlog.since(session, everything(), 0, 100) if one.kind == "prints.failed"]
    assert [one.division for one in told] == ["310116"]
    assert problem in str(told[0].data["problem"])


def test_a_printer_that_hangs_is_left_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ["/bin/sleep", "30"], seconds=1)
    # sleep takes the files' names for times and would fail at once.
    monkeypatch.setattr(printing, "_print", lambda command, _files, seconds: printing._run(command, seconds))
    daily(house)
    with house.work.read() as session:
        assert [one.kind for one in eventlog.since(session, everything(), 0, 100)][-1] == "prints.failed"


def test_a_pdf_beside_it_where_weasyprint_is_installed(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A stand-in: the library needs pango, which a machine may lack."""
    (tmp_path / "weasyprint.py").write_text(
        "import sys, pathlib\n"
        "page, pdf = map(pathlib.Path, sys.argv[1:])\n"
        "pdf.write_bytes(b'%PDF ' + page.read_bytes())\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path) + os.pathsep + os.environ.get("PYTHONPATH", ""))
    monkeypatch.setattr(printing, "find_spec", lambda name: name)
    daily(house)
    pdf = folder(house) / "contacts.pdf"
    assert pdf.read_bytes()[:5] == b"%PDF "
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600


def test_pages_hold_the_readers_own_part(house: House) -> None:
    page = cast.client_for(house, "town").get("/messages/print/contacts").get_data(as_text=True)
    assert "王秀兰" in page
    assert cast.phone("village").removeprefix("+86") in page
    assert "周慧敏" not in page
    assert "王秀兰" not in cast.client_for(house, "stranger").get("/messages/print/contacts").get_data(as_text=True)
    assert cast.client_for(house, "village").get("/messages/print/contacts").status_code == 403


def test_a_large_branch_prints_one_part_at_a_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_prints, "AT_ONCE", 3)
    client = cast.client_for(house, "coordinator")
    page = client.get("/messages/print/contacts").get_data(as_text=True)
    assert "周慧敏" in page
    assert "王秀兰" not in page
    assert "/messages/print/contacts?division=310116112" in page
    part = client.get("/messages/print/contacts?division=310116112").get_data(as_text=True)
    assert "王秀兰" in part
    assert "周慧敏" not in part


def test_numbers_are_masked_from_whoever_has_no_need_of_them(house: House) -> None:
    page = cast.client_for(house, "auditor").get("/messages/print/contacts").get_data(as_text=True)
    assert cast.phone("village").removeprefix("+86") not in page
    assert "199****0004" in page


def test_the_forms_in_english(house: House) -> None:
    with house.work.read() as session:
        groups = paper.contacts(session, Scope("310116"), MORNING, numbers=True)
    page = paper.contacts_file(groups, "Jinshan", MORNING, MORNING.tzinfo, "en")  # type: ignore[arg-type]
    assert 'lang="en"' in page
    assert "liaison" in page.lower()
