"""What the form can say before it is sent: the rules of ``config/checks.toml`` that compare stated figures, in words,
for the browser to apply without a network. The server applies all of them anyway."""

from collections.abc import Mapping
from typing import Any

from responder.platform.scope import PREFIXES
from responder.platform.terms import quantity, term
from responder.reports import checks


def hints(lang: str, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """[{parts, than or most, words, digits}]: ``parts`` together are not above the figure ``than`` or the number
    ``most``; with ``least``, not below it. ``digits``: only for divisions with a code of at least that length.
    ``before``: what the division said so far. Words hold {a} and {b} for the two numbers."""
    rules = checks.checks()

    def said(name: str, **names: str) -> str:
        blanks = {"a": "{a}", "b": "{b}"}
        return rules.words[name][lang].format(**{**blanks, **names})

    def named(*slugs: str) -> str:
        return ("、" if lang == "zh" else ", ").join(term("indicator", slug, lang) for slug in slugs)

    found: list[dict[str, Any]] = []
    for one in rules.at_most:
        for less in one.less:
            words = said("at_most", less=named(less), than=named(one.than))
            found.append({"parts": [less], "than": one.than, "words": words})
    for several in rules.sum_at_most:
        words = said("sum_at_most", names=named(*several.parts), than=named(several.than))
        found.append({"parts": several.parts, "than": several.than, "words": words})
    for limit in rules.limit:
        words = said("limit", figure=named(limit.figure))
        digits = PREFIXES[limit.level - 1]
        found.append({"parts": [limit.figure], "most": limit.above, "words": words, "digits": digits})
    for cumulative in rules.never_falls:
        for slug in cumulative.figures:
            if (then := before.get(slug)) is not None:
                words = said("never_falls", figure=named(slug), b=quantity(then, lang))
                found.append({"parts": [slug], "least": then, "words": words})
    return found
