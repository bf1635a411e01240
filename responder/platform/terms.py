"""The field's own words in both languages, from ``config/terms/``, and their use inside sentences."""

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any

from responder.platform import config

LANGUAGES = ("zh", "en")


@cache
def _terms() -> dict[str, dict[str, dict[str, str]]]:
    return config.tables("terms")


def term(vocabulary: str, slug: str | None, lang: str) -> str:
    """``term("hazard", "flood", "zh")`` is ``"洪涝"``. An unknown slug is shown as it stands; None is a dash."""
    if slug is None or slug == "":
        return "—"
    word = _terms().get(vocabulary, {}).get(slug)
    if word is None and vocabulary == "field":
        # A form's fields are mostly figures, and these have their names already.
        word = _terms().get("indicator", {}).get(slug)
    return word[lang] if word else slug


def vocabulary(name: str) -> dict[str, dict[str, str]]:
    """All terms of one vocabulary in the order of the file: {slug: {"zh", "en", …}}."""
    return _terms().get(name, {})


def quantity(value: object, lang: str) -> str:
    """A number as people read it: grouped, without a needless ``.0``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{int(value):,}"


def unit_of(slug: str, value: object, lang: str) -> str:
    """The unit after a quantity: ``unit_of("person", 1, "en")`` is ``"person"``, of 2 ``"people"``. None: ``""``."""
    if not slug:
        return ""
    single = _terms().get("unit", {}).get(slug, {}).get(f"one_{lang}") if value == 1 else None
    return single or term("unit", slug, lang)


class _Words(Formatter):
    """Formats ``{field:vocabulary}``: a slug becomes its word, ``{n:number}`` is grouped, ``{f:figures}`` and
    ``{g:goods}`` become short lists."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs.get(key, "") if isinstance(key, str) else ""

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec:
            return "" if value is None else str(value)
        if format_spec == "number":
            return quantity(value, self.lang)
        if format_spec == "figures":
            return figures(value or {}, self.lang)
        if format_spec == "goods":
            return goods(value or [], self.lang)
        return term(format_spec, value, self.lang) if value else ""


_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def fill(pattern: str, values: Mapping[str, object], lang: str) -> str:
    """A sentence filled with values. A part in square brackets is left out when one of its fields is empty:
    ``"{place}[，{figures:figures}]"``."""
    words = _Words(lang)

    def part(found: re.Match[str]) -> str:
        inside = found.group(1)
        fields = [(name, spec) for _text, name, spec, _conversion in words.parse(inside) if name]
        filled = (words.format_field(values.get(name, ""), spec or "") for name, spec in fields)
        return inside if all(filled) else ""

    return words.vformat(_OPTIONAL.sub(part, pattern), (), values).strip()


def figures(values: Mapping[str, float | int | None], lang: str) -> str:
    """Figures in one line, without absent ones: ``转移 87人、倒塌房屋 4间``."""
    parts = []
    for slug, value in values.items():
        if value is None:
            continue
        entry = _terms().get("indicator", {}).get(slug, {})
        name = entry.get("short_" + lang) or entry.get(lang) or slug
        shown, unit = _scaled(slug, value, entry.get("unit", ""), lang)
        parts.append(f"{name}{shown}{unit}" if lang == "zh" else f"{name} {shown} {unit}".rstrip())
    return ("、" if lang == "zh" else ", ").join(parts)


def _scaled(slug: str, value: float, unit: str, lang: str) -> tuple[str, str]:
    # Money is kept in yuan and read in 万元 from ten thousand on (DOMAIN §1.4).
    if slug.startswith("loss") and lang == "zh" and value >= 10_000:
        return quantity(value / 10_000, lang), "万元"
    return quantity(value, lang), unit_of(unit, value, lang)


def goods(lines: list[Mapping[str, Any]], lang: str) -> str:
    """Goods in one line: ``棉被60床、彩条布20卷``. Lines are {item, qty|None, unit?}."""
    parts = []
    for line in lines:
        name = term("item", line["item"], lang)
        qty = line.get("qty")
        unit = line.get("unit") or _terms().get("item", {}).get(line["item"], {}).get("unit", "")
        if qty is None:
            parts.append(name)
        elif lang == "zh":
            parts.append(f"{name}{quantity(qty, lang)}{term('unit', unit, lang) if unit else ''}")
        else:
            parts.append(f"{quantity(qty, lang)} x {name}")
    return ("、" if lang == "zh" else ", ").join(parts)


@cache
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    return config.tables("events")


def sentence(kind: str, data: Mapping[str, object], lang: str) -> str:
    """The summary of an event in one line, as ``config/events/`` words it."""
    room, _, what = kind.partition(".")
    words = _sentences().get(room, {}).get(what)
    return fill(words[lang], data, lang) if words else kind


@cache
def _refusals() -> dict[str, Any]:
    return config.tables("refusals")


def refusal(code: str, params: Mapping[str, object], lang: str) -> tuple[int, str]:
    """HTTP status and words of a refusal. Codes with a dot live in their room's table."""
    room, _, what = code.partition(".")
    entry = _refusals().get(room, {})
    if what:
        entry = entry.get(what, {})
    if not entry:
        return 400, code
    return int(entry["status"]), fill(entry[lang], params, lang)
