"""Short forms of texts for providers that send nothing but approved templates: fixed words and variables. Pure.

A form is written like a text of ours, ``{place}{hazard:hazard}，…回[{answer}：]1收到``; the part with the
answering number is fixed for an installation, so that it is no variable for the provider.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from responder.platform.terms import fill

LONGEST = 35
"""Characters of one variable that Aliyun lets through (DOMAIN §7.2)."""
MISSING = "—"
"""Stands for a value that is not known: a provider takes no empty variable."""
_LISTS = ("figures", "goods", "number")
_KEEPS_END = ("place",)
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_JOINS = re.compile(r"[\s、，。；：,;:.（(]+$")
_FIGURE = re.compile(r"[\d.,:%]")
Limit = Annotated[int, Field(gt=0, le=LONGEST)]


def variable(name: str, spec: str) -> str:
    """What a field is called at the provider: ``{status:mission_next}`` is ``mission_next``, ``{goods:goods}`` is
    ``goods``."""
    return spec if spec and spec not in _LISTS else name


def variables(pattern: str) -> dict[str, str]:
    """The variables of a form, each with its field as we write it: {mission_next: {status:mission_next}}."""
    found: dict[str, str] = {}
    for _text, name, spec, _conversion in Formatter().parse(_OPTIONAL.sub("", pattern)):
        if name:
            found[variable(name, spec or "")] = f"{{{name}:{spec}}}" if spec else f"{{{name}}}"
    return found


class Form(BaseModel):
    """The short form of one template in both languages, and how many characters each variable may take."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    limits: dict[str, Limit] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> "Form":
        named = {name for pattern in (self.zh, self.en) for name in variables(pattern)}
        if unlimited := named - self.limits.keys():
            raise ValueError(f"no limit for {', '.join(sorted(unlimited))}")
        if unused := self.limits.keys() - named:
            raise ValueError(f"a limit for what no form names: {', '.join(sorted(unused))}")
        for pattern in (self.zh, self.en):
            if not re.sub(r"\{[^{}]*\}|[^\w]", "", _OPTIONAL.sub("", pattern)):
                raise ValueError("a variable may not be the whole text")
        return self

    def pattern(self, lang: str) -> str:
        """The form in a language."""
        return self.en if lang == "en" else self.zh


def values(form: Form, lang: str, params: Mapping[str, object]) -> dict[str, str]:
    """The variables in words, each cut to its limit."""
    found = {}
    for name, written in variables(form.pattern(lang)).items():
        words = " ".join(fill(written, params, lang).split())
        found[name] = cut(words, form.limits[name], keeps_end=name in _KEEPS_END) or MISSING
    return found


def cut(words: str, limit: int, *, keeps_end: bool = False) -> str:
    """Words in so many characters. What is left out is shown by …, and no number stands next to it: half a number
    is another number. Of a place the end stays, which is the nearer part."""
    if len(words) <= limit:
        return words
    if keeps_end:
        return cut(words[::-1], limit)[::-1]
    kept = words[: limit - 1]
    while kept and _FIGURE.match(kept[-1]):
        kept = kept[:-1]
    return _JOINS.sub("", kept) + "…"
