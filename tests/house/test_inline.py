"""The Content-Security-Policy refuses inline script and style: no template may need them."""

import re
from pathlib import Path

import pytest

from tests.house import sources

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "script in htmx": re.compile(r"\bhx-(on\b|on:|vals=['\"]js:)", re.IGNORECASE),
    "address of another machine": re.compile(r"<(script|link|img|iframe)[^>]*(src|href)=\"(https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("path", sources.pages(), ids=sources.shown)
def test_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text("utf-8")
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<p style="color:red">',
        '<button class="b" onclick="x()">',
        "<style>p{}</style>",
        '<a href="javascript:void(0)">',
        '<div hx-on:click="x()">',
        '<script src="https://cdn.example/x.js"></script>',
    ],
)
def test_the_patterns_find_what_they_look_for(bad: str) -> None:
    assert any(pattern.search(bad) for pattern in FORBIDDEN.values())
