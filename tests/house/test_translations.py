"""The English catalogue is complete: every text of a page, in templates and code, has its translation."""

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.house import sources

ENGLISH = sources.ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


@cache
def extracted() -> dict[str, str]:
    """{msgid: where}."""
    with (sources.ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found: dict[str, str] = {}
    for path, line, message, _comments, _context in extract_from_dir(
        sources.ROOT, methods, options, keywords=KEYWORDS, directory_filter=_is_ours
    ):
        for msgid in message if isinstance(message, tuple) else (message,):
            found.setdefault(msgid, f"{path}:{line}")
    return found


def _is_ours(folder: str) -> bool:
    name = folder.rpartition("/")[2]
    return not name.startswith((".", "_", "node_modules", "var")) or name in ("_layout", "_ui")


@cache
def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def translation(msgid: str) -> str:
    message = english().get(msgid)
    if message is None or message.fuzzy:
        return ""
    words = message.string
    return words if isinstance(words, str) else (words or ("",))[0]


def test_the_pages_are_looked_through() -> None:
    assert len(extracted()) > 100
    assert any(where.startswith("templates/_layout/") for where in extracted().values())
    assert any(where.startswith("responder/") for where in extracted().values())


def test_every_text_is_translated() -> None:
    missing = {msgid: where for msgid, where in extracted().items() if not translation(msgid).strip()}
    assert missing == {}


def test_no_translation_outlives_its_text() -> None:
    assert {str(message.id) for message in english() if message.id} <= extracted().keys()


def test_translations_fill_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return {a or b for a, b in PLACEHOLDER.findall(text)}

    wrong = [msgid for msgid in extracted() if translation(msgid) and places(msgid) != places(translation(msgid))]
    assert wrong == []


def test_english_is_english() -> None:
    # A language's own name is written in that language.
    chinese = [m for m in extracted() if re.search(r"[\u4e00-\u9fff]", translation(m)) and "【" not in m]
    assert chinese == []


@pytest.mark.parametrize("path", sources.pages(), ids=sources.shown)
def test_no_chinese_stands_bare_in_a_template(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", "", text, flags=re.DOTALL)
    # Marks between values (、：【】) need no translation, words do.
    assert re.findall(r"[\u4e00-\u9fff]+", text) == []
