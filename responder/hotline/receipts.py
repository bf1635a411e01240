"""Receipts that fit one text: the number, the place and the hazard, then as many figures and goods as there is
room for; last how to put it right. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from responder.hotline.manners import manners
from responder.messaging.wording import SHORTER
from responder.platform import terms

LONGEST_PLACE = 24


def params(lang: str, known: Mapping[str, Any], *, ask: str = "", hint: str = "") -> dict[str, object]:
    """The parameters of a receipt, with ever shorter ones of which it takes what makes it one text.

    ``known`` has number, place, hazard, kind, figures {slug: value} and needs [{item, qty}].
    """
    steps = [
        {"figures": figures, "needs": goods} for figures, goods in _shorter(known["figures"], known["needs"], lang)
    ]
    return {
        "number": known["number"], "place": _place(str(known["place"])), "hazard": known["hazard"],
        "kind": "" if known["kind"] == "initial" else known["kind"], **steps[0], "ask": ask, "hint": hint,
        SHORTER: steps[1:],
    }  # fmt: skip


def _place(label: str) -> str:
    return label if len(label) <= LONGEST_PLACE else label[: LONGEST_PLACE - 1] + "…"


def main_first(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures with those first that a receipt must tell."""
    order = [slug for slug in manners().main_figures if slug in figures]
    return {slug: figures[slug] for slug in [*order, *(slug for slug in figures if slug not in order)]}


def _shorter(
    figures: Mapping[str, Any], needs: Sequence[Mapping[str, Any]], lang: str
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Figures and goods in words, ever shorter."""
    ordered = list(main_first(figures).items())
    goods = list(needs)
    steps = [(len(ordered), len(goods))]
    steps += [(n, 1) for n in range(min(len(ordered), 4), 2, -1)]
    steps += [(n, 0) for n in range(min(len(ordered), 3), 0, -1)]
    for shown, listed in steps:
        words = terms.figures(dict(ordered[:shown]), lang)
        if shown < len(ordered):
            words += "等" if lang == "zh" else " …"
        yield words, _goods(goods, listed, lang)


def _goods(goods: Sequence[Mapping[str, Any]], listed: int, lang: str) -> str:
    told = terms.goods(list(goods[:listed]), lang)
    if listed >= len(goods):
        return told
    return f"{told}等{len(goods)}样" if lang == "zh" else f"{told} … ({len(goods)} kinds)".strip()
