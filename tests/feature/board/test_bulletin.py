"""The disaster bulletin: text to paste and a document, for those in scope alone."""

from io import BytesIO

import pytest
from docx import Document
from flask.testing import FlaskClient

from responder.board import papers
from tests.cast import client_for
from tests.feature.board.conftest import Night


def _words(body: bytes) -> str:
    """All that a document says, tables too."""
    paper = Document(BytesIO(body))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


@pytest.fixture
def desk(night: Night) -> FlaskClient:
    """The coordinator's browser."""
    return client_for(night.house, "coordinator")


def test_the_text_says_totals_places_teams_and_goods(night: Night, desk: FlaskClient) -> None:
    page = desk.get(f"/board/bulletin/{night.incident}/310116").get_data(as_text=True)
    assert "灾情快报" in page
    assert night.incident in page
    assert "紧急转移安置" in page or "转移" in page
    assert "枫泾镇" in page


def test_the_document_opens_and_says_the_same(night: Night, desk: FlaskClient) -> None:
    answer = desk.get(f"/board/bulletin/{night.incident}/310116/document")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename={night.incident}-310116.docx"
    words = _words(answer.data)
    for wanted in ("灾 情 快 报", "上海市金山区红十字会", night.incident, "枫泾镇", "合计"):
        assert wanted in words
    assert "{{" not in words
    assert "{%" not in words


def test_in_english(night: Night, desk: FlaskClient) -> None:
    desk.set_cookie("lang", "en")
    words = _words(desk.get(f"/board/bulletin/{night.incident}/310116/document").data)
    assert "DISASTER BULLETIN" in words
    assert "Measures taken" in words


def test_what_a_report_says_is_text_in_the_document(night: Night, desk: FlaskClient) -> None:
    odd = "</w:t>{{ 7*7 }}&<b>村"
    night.file("coordinator", hazard="snow", division="310116102", text="雪", place=odd, figures={"relocated": 3})
    words = _words(desk.get("/board/bulletin/S1003/310116/document").data)
    assert odd in words


def test_deaths_are_marked_until_released(night: Night, desk: FlaskClient) -> None:
    night.file(
        "village", kind="followup", hazard=None, division="310116112218", ref=night.incident, text="续报",
        figures={"deaths": 1},
    )  # fmt: skip
    assert "待核" in desk.get(f"/board/bulletin/{night.incident}/310116").get_data(as_text=True)
    assert "（待核）" in _words(desk.get(f"/board/bulletin/{night.incident}/310116/document").data)
    desk.set_cookie("lang", "en")
    words = _words(desk.get(f"/board/bulletin/{night.incident}/310116/document").data)
    assert "deaths 1 person (to be confirmed)" in words


@pytest.mark.parametrize("path", ["", "/document"])
def test_strangers_and_other_places_find_nothing(night: Night, path: str) -> None:
    stranger = client_for(night.house, "stranger")
    assert stranger.get(f"/board/bulletin/{night.incident}/310116{path}").status_code == 404
    village = client_for(night.house, "village")
    assert village.get(f"/board/bulletin/{night.incident}/310116{path}").status_code == 404
    desk = client_for(night.house, "coordinator")
    assert desk.get(f"/board/bulletin/S999999/310116{path}").status_code == 404
    assert desk.get(f"/board/bulletin/{night.incident}/310117{path}").status_code == 404


def test_a_branch_s_own_template_wins_and_a_broken_one_is_told(night: Night, desk: FlaskClient) -> None:
    data = night.house.settings.data
    data.mkdir(parents=True, exist_ok=True)
    own = Document()
    own.add_paragraph("本会格式 {{ b.number }}")
    own.save(str(data / "bulletin.zh.docx"))
    path = f"/board/bulletin/{night.incident}/310116/document"
    assert _words(desk.get(path).data) == f"本会格式 {night.incident}"
    own.add_paragraph("{{ b.number | nosuch }}")
    own.save(str(data / "bulletin.zh.docx"))
    answer = desk.get(path)
    assert answer.status_code == 409
    assert "Word 模板有错" in answer.get_data(as_text=True)


def test_a_template_reaches_nothing_of_the_program(night: Night, desk: FlaskClient) -> None:
    data = night.house.settings.data
    data.mkdir(parents=True, exist_ok=True)
    own = Document()
    own.add_paragraph("{{ b.__class__.__mro__ }}")
    own.save(str(data / "bulletin.zh.docx"))
    assert desk.get(f"/board/bulletin/{night.incident}/310116/document").status_code == 409


def test_the_house_s_templates_are_there() -> None:
    from pathlib import Path

    for lang in ("zh", "en"):
        assert papers.template(Path("/nonexistent"), lang).is_file()
