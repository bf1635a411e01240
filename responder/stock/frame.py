"""The blueprint, and what all pages of the store share."""

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as BaseResponse

from responder.kernel.refusals import NotFound, Refusal
from responder.platform import terms, web
from responder.stock import catalogue, queries, rules
from responder.stock.queries import WarehouseView

bp = Blueprint("stock", __name__)

Answer = str | tuple[str, int] | Response | BaseResponse


def refused(template: str, refusal: Refusal, **context: object) -> tuple[str, int]:
    """The page again with the refusal's words; what was typed is in the context. Not found stays not found."""
    if isinstance(refusal, NotFound):
        raise refusal
    status, words = web.refusal_words(refusal)
    return render_template(template, problem=words, **context), status


def the_warehouse(number: str) -> WarehouseView:
    """A warehouse that the reader may see. Raises NotFound."""
    with web.reading() as session:
        found = queries.warehouse(session, web.scope(), number)
    if found is None:
        raise NotFound()
    return found


def item_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The catalogue for a select, by category: [(category, [(slug, name with unit)])]."""
    lang = web.language()
    groups: dict[str, list[tuple[str, str]]] = {}
    for slug, good in catalogue.goods().items():
        unit = terms.term("unit", catalogue.unit(slug), lang)
        label = f"{terms.term('item', slug, lang)}（{unit}）" if lang == "zh" else terms.term("item", slug, lang)
        groups.setdefault(terms.term("goods_category", good.category, lang), []).append((slug, label))
    return list(groups.items())


def source_choices() -> list[tuple[str, str]]:
    """Where goods come from, for a select."""
    return [(slug, terms.term("goods_source", slug, web.language())) for slug in rules.SOURCES]


@bp.app_template_filter("location")
def location(place: str) -> str:
    """A location of the ledger in words: a warehouse's number, 在途 M1001, 发放点 M1001."""
    head, _colon, reference = place.partition(":")
    word = terms.term("location", head, web.language())
    return f"{word} {reference}" if reference else word
