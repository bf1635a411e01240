"""A text in words: the whole of it, and the variables of its short form for providers that want templates. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from responder.kernel import phones
from responder.messaging import forms
from responder.messaging.letters import treatment
from responder.messaging.rules import DRILL_MARK, UnknownTemplate, segments
from responder.platform import house
from responder.platform.terms import LANGUAGES, fill

SHORTER = "shorter"
"""A parameter for texts that must be one: ever shorter values of others ([{name: value}]), tried in turn."""


@dataclass(frozen=True)
class Worded:
    """A text ready to go: ``body`` as free text, ``form`` the worded and cut variables of the template's short form,
    empty where it has none."""

    body: str
    form: dict[str, str] = field(default_factory=dict)


@cache
def _pattern(template: str, lang: str) -> str:
    path = house.root() / "templates" / "messages" / template / f"{lang}.txt"
    if not path.is_file():
        raise UnknownTemplate(template=template, lang=lang)
    return path.read_text(encoding="utf-8").strip()


def known(lang: str) -> str:
    """The language in which somebody is written to: theirs where the house speaks it, else its first."""
    return lang if lang in LANGUAGES else LANGUAGES[0]


def render(template: str, lang: str, params: Mapping[str, object], *, drill: bool) -> str:
    """The text of a template. Raises UnknownTemplate."""
    lang = known(lang)
    text = fill(_pattern(template, lang), params, lang)
    return DRILL_MARK + text if drill else text


def worded(template: str, lang: str, params: Mapping[str, object], *, drill: bool, answer: str) -> Worded:
    """The text as it will be sent. ``answer`` is the number (E.164) at which the house takes answers, "" where there is
    none: a text that wants an answer names it. Raises UnknownTemplate, ConfigError."""
    treated = treatment(template)
    if treated.wants_answer:
        params = {**params, "answer": phones.dialled(answer)}
    body = render(template, lang, params, drill=drill)
    for less in cast(Sequence[Mapping[str, object]], params.get(SHORTER, ())):
        if segments(body) == 1:
            break
        body = render(template, lang, {**params, **less}, drill=drill)
    if treated.form is None:
        return Worded(body)
    return Worded(body, forms.values(treated.form, known(lang), params))
