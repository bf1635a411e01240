"""How the cells of a spreadsheet are read: a parser per kind of value, each saying what is wrong in one word."""

from collections.abc import Callable
from datetime import date
from typing import Any

from responder.kernel import phones
from responder.platform import terms


class BadCell(Exception):
    """A cell's text can't be taken: ``problem`` is a word of the vocabulary ``problem``."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail


Parser = Callable[[str], Any]
"""Turns a cell's text, never empty, into its value. Raises BadCell."""


def words(longest: int) -> Parser:
    """Any text up to a length."""

    def parse(text: str) -> str:
        if len(text) > longest:
            raise BadCell("too_long")
        return text

    return parse


def phone(text: str) -> str:
    """A phone number as people write it, to E.164."""
    number = phones.parse(text)
    if number is None:
        raise BadCell("phone", text)
    return number


def number(least: float = 0, most: float = 1e12, *, whole: bool = False) -> Parser:
    """A number within bounds; thousands may be parted by commas."""

    def parse(text: str) -> float | int:
        try:
            value = float(text.replace(",", "").replace("，", ""))
        except ValueError:
            raise BadCell("number", text) from None
        if not value >= least:
            raise BadCell("negative" if least == 0 else "too_small", text)
        if not value <= most:
            raise BadCell("too_large", text)
        if value.is_integer():
            return int(value)
        if whole:
            raise BadCell("whole", text)
        return value

    return parse


def day(text: str) -> date:
    """A date: 2026-05-12, 2026/5/12, 2026.5.12, 2026年5月12日, or as the spreadsheet keeps dates."""
    parts = text.split(" ", maxsplit=1)[0].replace("年", "-").replace("月", "-").replace("日", "")
    try:
        year, month, of_month = (int(part) for part in parts.replace("/", "-").replace(".", "-").split("-"))
        return date(year, month, of_month)
    except ValueError:
        raise BadCell("date", text) from None


def one_of(vocabulary: str) -> Parser:
    """A word of a vocabulary, in either language or as its slug; gives the slug."""

    def parse(text: str) -> str:
        wanted = text.casefold()
        for slug, said in terms.vocabulary(vocabulary).items():
            if wanted in (slug, said["zh"].casefold(), said["en"].casefold()):
                return slug
        raise BadCell("unknown", text)

    return parse


def many_of(vocabulary: str) -> Parser:
    """Several words of a vocabulary, parted by 、，,; or blanks; gives the slugs, each once."""
    single = one_of(vocabulary)

    def parse(text: str) -> tuple[str, ...]:
        parted = text
        for mark in "、，,;；/":
            parted = parted.replace(mark, "\n")
        return tuple(dict.fromkeys(single(part.strip()) for part in parted.split("\n") if part.strip()))

    return parse


def yes_or_no(text: str) -> bool:
    """是/否, yes/no, 1/0, √."""
    if text.casefold() in ("是", "有", "yes", "y", "1", "true", "√", "✓"):
        return True
    if text.casefold() in ("否", "无", "no", "n", "0", "false", "×"):
        return False
    raise BadCell("unknown", text)
