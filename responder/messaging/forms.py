"""Short forms of texts for providers that send nothing but approved templates: fixed words and variables. Pure.

A form is written like a text of ours: ``去{place}，灾种{hazard:hazard}，回复[{answer}：]1收到``. The part in square
brackets names the answering number, which is fixed for an installation: for the provider it is no variable.
"""

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from responder.platform.terms import fill, vocabulary

LONGEST = 35
"""Characters of one variable that Aliyun lets through (help.aliyun.com 44357)."""
ANSWER = "answer"
_BLANK = ("不详", "unknown")
_PLAIN_LISTS = ("figures", "goods", "number")
_KEEPS_END = ("place",)
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{[^{}]*\}")
_LOOSE_END = re.compile(r"[\s、，。；：,;:.%（(\d]+$")
_WORD = re.compile(r"[^\W\d_]")
Limit = Annotated[int, Field(gt=0, le=LONGEST)]


def variable(name: str, spec: str) -> str:
    """What a field is called at the provider: ``{status:mission_next}`` is ``mission_next``, ``{goods:goods}`` is
    ``goods``."""
    return spec if spec and spec not in _PLAIN_LISTS else name


def _fields(pattern: str) -> list[tuple[str, str]]:
    found = [(name, spec or "") for _text, name, spec, _conversion in Formatter().parse(pattern) if name]
    return [(variable(name, spec), f"{{{name}:{spec}}}" if spec else f"{{{name}}}") for name, spec in found]


@cache
def variables(pattern: str) -> Mapping[str, str]:
    """The variables of a form in their order, each as we write it: {mission_next: {status:mission_next}}."""
    return dict(_fields(_OPTIONAL.sub("", pattern)))


def _check(pattern: str) -> None:
    """What providers refuse (help.aliyun.com 463270, 44357): variables without words before or between them, one
    variable twice, brackets that look like a signature, links."""
    for part in _OPTIONAL.findall(pattern):
        if [name for name, _written in _fields(part)] != [ANSWER]:
            raise ValueError("only the answering number may be left out")
    bare = _OPTIONAL.sub("", pattern)
    names = [name for name, _written in _fields(bare)]
    if ANSWER in names or len(names) != len(set(names)):
        raise ValueError("each variable once, the answering number in square brackets")
    if any(not _WORD.search(words) for words in _FIELD.split(bare)[: len(names)]):
        raise ValueError("words must stand before and between variables")
    if re.search(r"[【】]|://|www\.", bare):
        raise ValueError("neither 【】 nor links")


class Form(BaseModel):
    """The short form of one template in both languages. ``limits`` are the characters that each variable may take;
    ``blanks`` what stands for a value that isn't there, in both languages: a provider takes no empty variable."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str
    limits: dict[str, Limit] = {}
    blanks: dict[str, tuple[str, str]] = {}

    @model_validator(mode="after")
    def _is_usable(self) -> "Form":
        for pattern in (self.zh, self.en):
            _check(pattern)
        named = variables(self.zh).keys() | variables(self.en).keys()
        if wrong := named ^ self.limits.keys():
            raise ValueError(f"every variable has a limit, and nothing else has: {', '.join(sorted(wrong))}")
        if wrong := self.blanks.keys() - named:
            raise ValueError(f"no such variable: {', '.join(sorted(wrong))}")
        return self

    def pattern(self, lang: str) -> str:
        """The form in a language."""
        return self.en if lang == "en" else self.zh

    def blank(self, name: str, lang: str) -> str:
        """What stands for a value that isn't there."""
        return self.blanks.get(name, _BLANK)[lang == "en"]


def longest(form: Form, lang: str, answer: str = "") -> int:
    """Characters of the form with all variables as long as they may be, without the provider's signature."""
    pattern = form.pattern(lang)
    fixed = len(_FIELD.sub("", _with_answer(pattern, answer)))
    return fixed + sum(min(form.limits[name], _most(name, lang)) for name in variables(pattern))


def _most(name: str, lang: str) -> int:
    """Characters of the longest word that a vocabulary has; of a variable that is no vocabulary's, the most of all."""
    return max((len(word[lang]) for word in vocabulary(name).values()), default=LONGEST)


def _with_answer(pattern: str, answer: str) -> str:
    """The form with the answering number in it, or without the parts that name it."""
    return _OPTIONAL.sub(lambda found: found[1].replace("{answer}", answer) if answer else "", pattern)


def submitted(form: Form, lang: str, placeholders: Mapping[str, str], answer: str = "") -> str:
    """The form as a provider gets it for approval: ``placeholders`` gives each variable in its syntax."""
    text = _with_answer(form.pattern(lang), answer)
    for name, written in variables(form.pattern(lang)).items():
        text = text.replace(written, placeholders[name])
    return text


def values(form: Form, lang: str, params: Mapping[str, object]) -> dict[str, str]:
    """The variables in words, each cut to its limit."""
    found = {}
    for name, written in variables(form.pattern(lang)).items():
        words = " ".join(fill(written, params, lang).split()) or form.blank(name, lang)
        found[name] = cut(words, form.limits[name], keeps_end=name in _KEEPS_END)
    return found


def cut(words: str, limit: int, *, keeps_end: bool = False) -> str:
    """Words in so many characters. What is left out is shown by …, and no number stands next to it: half a number
    is another number. Of a place the end stays, which is the nearer part."""
    if len(words) <= limit:
        return words
    if keeps_end:
        return cut(words[::-1], limit)[::-1]
    return _LOOSE_END.sub("", words[: limit - 1]) + "…"
