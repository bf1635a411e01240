"""The project's own files, for the tests that hold the house together."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "responder"
TEMPLATES = ROOT / "templates"


def shown(path: Path) -> str:
    """A path as a message names it."""
    return str(path.relative_to(ROOT))


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, parsed, by its path inside the project."""
    return {shown(path): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """All calls in a module."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last part of a call's name: ``commit`` for ``session.commit()``."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def pages() -> list[Path]:
    """All templates of pages, macros and layouts."""
    return sorted(TEMPLATES.rglob("*.html"))
