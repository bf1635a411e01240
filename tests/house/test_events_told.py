"""Every kind of event that the code records, and every refusal it raises, has its words."""

import ast
import importlib
import re

import pytest

from responder.kernel.refusals import Refusal
from responder.platform import config, terms
from tests.house import sources

KINDS = {f"{room}.{what}" for room, kinds in config.tables("events").items() for what in kinds}


def recorded() -> dict[str, str]:
    """{kind as written: where}, of every ``Event("…", …)``; ``{…}`` is a part known only at run time."""
    found: dict[str, str] = {}
    for path, tree in sources.modules().items():
        for call in sources.calls(tree):
            if sources.called(call) != "Event" or "icalendar" in ast.dump(tree):
                continue
            kind = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "kind"), None)
            if isinstance(kind, ast.Constant):
                found[str(kind.value)] = f"{path}:{call.lineno}"
            elif isinstance(kind, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "{…}" for p in kind.values]
                found["".join(map(str, parts))] = f"{path}:{call.lineno}"
    return found


RECORDED = recorded()


@pytest.mark.parametrize("kind", sorted(RECORDED))
def test_every_recorded_kind_has_words(kind: str) -> None:
    pattern = re.escape(kind).replace(re.escape("{…}"), "[a-z_]+")
    assert any(re.fullmatch(pattern, known) for known in KINDS), RECORDED[kind]


def test_every_worded_kind_is_recorded_somewhere() -> None:
    written = {
        node.value
        for tree in sources.modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    idle = {kind for kind in KINDS if kind not in written and kind.partition(".")[2] not in written}
    assert not idle


def refusals() -> dict[str, list[str]]:
    """{code: the classes that carry it}."""
    for path in sources.modules():
        importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    found: dict[str, list[str]] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.__module__.startswith("responder."):
            found.setdefault(kind.code, []).append(f"{kind.__module__}.{kind.__name__}")
    return found


REFUSALS = refusals()


@pytest.mark.parametrize("code", sorted(REFUSALS))
@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_every_refusal_has_words(code: str, lang: str) -> None:
    _status, words = terms.refusal(code, {}, lang)
    assert words != code, REFUSALS[code]


def test_every_worded_refusal_is_raised_by_a_class() -> None:
    worded = set()
    for room, table in config.tables("refusals").items():
        worded |= {room} if "status" in table else {f"{room}.{what}" for what in table}
    assert worded <= REFUSALS.keys()


def told_invalid() -> set[tuple[str, str]]:
    """(vocabulary, slug) that an ``Invalid(field=…, problem=…)`` of the code needs words for."""
    found = set()
    for tree in sources.modules().values():
        for call in sources.calls(tree):
            if sources.called(call) == "Invalid":
                found |= {
                    (str(given.arg), str(given.value.value))
                    for given in call.keywords
                    if given.arg in ("field", "problem") and isinstance(given.value, ast.Constant)
                }
    return found


@pytest.mark.parametrize(("vocabulary", "slug"), sorted(told_invalid()))
def test_every_field_that_may_be_wrong_has_its_name(vocabulary: str, slug: str) -> None:
    assert slug in terms.vocabulary(vocabulary) or slug in terms.vocabulary("indicator")
