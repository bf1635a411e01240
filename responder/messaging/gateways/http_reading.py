"""What a provider says, whatever its form: JSON, XML, form fields or plain text become one tree with one kind of path.

``a.b.0.c`` goes down by names and places. In XML names stand without their prefixes and an attribute is ``@name``;
an element that is there several times is a list. In plain text the pattern's named groups are the names, and ``all``
lists every match.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from responder.messaging import rules

Kind = Literal["json", "xml", "form", "text"]


class Unreadable(Exception):
    """What came isn't in the form that the gateway's file says."""


def tree(kind: Kind, body: bytes, encoding: str, pattern: re.Pattern[str] | None = None) -> Any:
    """The body as nested dicts, lists and texts. Raises Unreadable."""
    if kind == "form":
        return form(body, encoding)
    return reread(kind, body.decode(encoding, "replace"), pattern)


def reread(kind: Kind, text: str, pattern: re.Pattern[str] | None = None) -> Any:
    """As ``tree``, of a text that is decoded already: one that stood inside another. Raises Unreadable."""
    try:
        if kind == "json":
            return json.loads(text)
        if kind == "xml":
            return _xml(text)
    except (ValueError, RecursionError, ElementTree.ParseError) as problem:
        raise Unreadable(type(problem).__name__) from None
    if kind == "form":
        return form(text.encode(), "utf-8")
    found = [match.groupdict("") for match in pattern.finditer(text)] if pattern else []
    if not found:
        raise Unreadable("no match")
    return {**found[0], "all": found}


def form(body: bytes, encoding: str) -> dict[str, str]:
    """Form fields or a query, percent-encoded or raw, in the provider's letters. Of a repeated field the first."""
    plain = re.sub(rb"[^\x21-\x7e]", lambda found: b"%%%02X" % found[0][0], body).decode("ascii")
    try:
        pairs = parse_qsl(plain, keep_blank_values=True, encoding=encoding, errors="replace", max_num_fields=1000)
    except ValueError:
        raise Unreadable("fields") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _xml(text: str) -> Any:
    # Without a document type there are no entities to blow up, and none that fetch a file.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("document type")
    root = ElementTree.fromstring(text.strip())  # noqa: S314  (see above)
    return {_local(root.tag): _element(root)}


def _element(element: ElementTree.Element) -> Any:
    found: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _local(child.tag), _element(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    if len(element):
        return found
    text = (element.text or "").strip()
    return {**found, "#text": text} if found else text


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def at(found: Any, path: str) -> Any:
    """What stands at a path, None where nothing does. The empty path is the whole."""
    for step in path.split(".") if path else ():
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def word(found: Any, path: str) -> str:
    """What stands at a path as text; "" where nothing does, or something that is no single word."""
    if not path:
        return ""
    value = at(found, path)
    if isinstance(value, dict) and "#text" in value:
        value = value["#text"]
    if isinstance(value, bool):
        return "true" if value else "false"
    return rules.keepable(str(value)).strip() if isinstance(value, str | int | float) else ""


def items(found: Any, path: str) -> Sequence[Any]:
    """The list at a path: an element alone is a list of one, nothing an empty one."""
    value = at(found, path)
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]
