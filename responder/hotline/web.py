"""Pages of the hotline: recordings to be heard, the cards that hang in the villages."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, render_template, send_file

from responder.hotline.voice import queries, recordings
from responder.kernel import phones
from responder.kernel.refusals import NotFound
from responder.places.index import Places
from responder.places.queries import places
from responder.platform import terms, web
from responder.platform.scope import PREFIXES
from responder.settings import Settings

bp = Blueprint("hotline", __name__)


@bp.get("/hotline/recordings/<int:key>")
@web.needs("message.see", "report.review")
def recording(key: int) -> Response:
    """A recording's sound, for those in whose scope the call came in. Answers byte ranges, so that it can be wound."""
    with web.reading() as session:
        found = queries.recording(session, web.scope(), key)
    if found is None or found.state != "kept":
        raise NotFound()
    path = recordings.path(_settings().data.absolute(), found.sha256, found.kind)
    if not path.is_file():
        raise NotFound()
    return send_file(path, mimetype=recordings.KINDS[found.kind], max_age=0, conditional=True)


@dataclass(frozen=True)
class Card:
    """What one card says of its place: ``hung`` is where it hangs, ``said`` how its people call the place."""

    code: str
    above: str
    hung: str
    said: str


@bp.get("/hotline/card/<code>")
@web.needs("report.see", "people.local")
def card(code: str) -> str:
    """One village's card, A6."""
    with web.reading() as session:
        tree = places(session)
        _visible(tree, code)
        return render_template("hotline/card.html", cards=[_card(tree, code)], **_frame(tree))


@bp.get("/hotline/cards/<code>")
@web.needs("report.see", "people.local")
def cards(code: str) -> str:
    """The cards of all villages below a division, one A6 sheet each, in one print."""
    with web.reading() as session:
        tree = places(session)
        _visible(tree, code)
        lowest = PREFIXES[tree.profile.levels[-1] - 1]
        found = [p.code for p in tree.below(code) if len(p.code) == lowest and p.kind == "normal"]
        made = [_card(tree, one) for one in found or [code]]
        return render_template("hotline/cards.html", cards=made, place=tree.label(code), **_frame(tree))


def _visible(tree: Places, code: str) -> None:
    found = tree.find(code)
    if found is None or not found.valid or not web.scope().holds(code):
        raise NotFound()


def _card(tree: Places, code: str) -> Card:
    above = tree.path(code)[-2].name if len(tree.path(code)) > 1 and code != tree.profile.root else ""
    name = tree.name(code)
    return Card(code, above, name, re.sub(r"(?:社区)?(?:居民委员会|村民委员会|居委会|村委会)$", "", name) or name)


def _frame(tree: Places) -> dict[str, object]:
    return {"words": terms.vocabulary("card"), "office": tree.profile.branch, "phone": _phone()}


def _phone() -> str:
    """The number to text and call, as the office writes it; "" where none is set."""
    settings = _settings()
    return settings.public_phone or phones.dialled(settings.texts_to())


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


from responder.hotline import web_paste  # noqa: E402, F401  (it hangs its page on ``bp``)
