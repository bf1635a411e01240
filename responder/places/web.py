"""Pages of the places room: the tree as data for pickers and maps, and one page per division."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places import coordinates, queries, rules, service
from responder.places.commands import MovePoint, RenameDivision, SetAliases
from responder.places.coordinates import Crs
from responder.places.index import Place, Places
from responder.platform import web

bp = Blueprint("places", __name__)

EDITORS = ("people.local", "settings.manage")
"""Who may correct names and points, each in their own subtree: those who know the place."""


def _tree() -> Places:
    with web.reading() as session:
        return queries.places(session)


def _item(tree: Places, place: Place) -> dict[str, object]:
    return {"code": place.code, "name": place.name, "leaf": tree.is_leaf(place.code), "level": place.level}


@bp.get("/places/children")
@web.needs()
def children() -> Response:
    """The divisions one level below ``?of=CODE``; without a code the provinces that the store knows."""
    tree = _tree()
    code = request.args.get("of", "")
    if code and tree.find(code) is None:
        raise NotFound(what=code)
    return jsonify(items=[_item(tree, place) for place in tree.children(code)])


@bp.get("/places/tree")
@web.needs()
def tree() -> Response:
    """The reader's own subtree, for a phone to keep: ``{"items": [[code, name]]}``, each after the one above it.

    It changes with the profile and with names only, so phones ask by its version.
    """
    known, mine = _tree(), web.principal().division
    below = [(place.code, place.name) for place in known.below(mine) if place.kind == rules.NORMAL]
    answer = jsonify(of=mine, items=below)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(f"{known.version}-{mine}")
    return answer.make_conditional(request)  # type: ignore[return-value]


@bp.get("/places/search")
@web.needs()
def search() -> Response:
    """Divisions by name, the reader's own subtree first: ``?q=``; at most 20."""
    tree = _tree()
    found = tree.search(request.args.get("q", "")[:60], within=web.principal().division)
    return jsonify(items=[{**_item(tree, place), "label": tree.label(place.code)} for place in found])


@bp.get("/places/boundary.geojson")
@web.needs()
def boundary() -> Response:
    """The branch's outline. It changes with the profile only, so browsers ask by its version."""
    tree = _tree()
    answer = jsonify(tree.boundary)
    answer.mimetype = "application/geo+json"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(tree.version)
    return answer.make_conditional(request)  # type: ignore[return-value]


@bp.get("/places/")
@bp.get("/places/<code>")
@web.needs()
def division(code: str = "") -> str:
    """One division (the reader's own without a code): its names, its point, what lies below."""
    return _page(code or web.principal().division)


@bp.post("/places/<code>/point")
@web.needs(*EDITORS)
def move(code: str) -> tuple[str, int] | Response:
    """Sets the point from the form: lat and lng in degrees, crs one of the three systems."""
    crs = request.form.get("crs", "wgs84")
    try:
        if crs not in coordinates.SYSTEMS:
            raise Invalid(field="crs", problem="unknown")
        command = MovePoint(code, _degrees("lat"), _degrees("lng"), _system(crs))
        with web.begin() as uow:
            service.move_point(uow, command)
    except Refusal as refusal:
        return _again(code, refusal)
    return _done(code)


@bp.post("/places/<code>/name")
@web.needs(*EDITORS)
def rename(code: str) -> tuple[str, int] | Response:
    """Sets the everyday name from the form."""
    try:
        with web.begin() as uow:
            service.rename_division(uow, RenameDivision(code, request.form.get("name", "")))
    except Refusal as refusal:
        return _again(code, refusal)
    return _done(code)


@bp.post("/places/<code>/aliases")
@web.needs(*EDITORS)
def alias(code: str) -> tuple[str, int] | Response:
    """Sets the other names from the form, one per line."""
    lines = tuple(line for line in request.form.get("aliases", "").splitlines() if line.strip())
    try:
        with web.begin() as uow:
            service.set_aliases(uow, SetAliases(code, lines))
    except Refusal as refusal:
        return _again(code, refusal)
    return _done(code)


def _page(code: str, refused: str = "") -> str:
    tree = _tree()
    me = web.principal()
    place = tree.division(code)
    may_edit = rules.is_within(code, me.division) and any(me.can(p) for p in EDITORS)
    return render_template(
        "places/division.html",
        place=place,
        path=tree.path(code),
        located=tree.point(code),
        below=tree.children(code, zones=True),
        may_edit=may_edit,
        systems=coordinates.SYSTEMS,
        typed=request.form,
        refused=refused,
    )


def _again(code: str, refusal: Refusal) -> tuple[str, int]:
    """The page once more, with what was typed and why it can't be."""
    if isinstance(refusal, NotFound):
        raise refusal
    status, words = web.refusal_words(refusal)
    return _page(code, words), status


def _done(code: str) -> Response:
    flash(_("已保存"), "ok")
    return redirect(url_for("places.division", code=code))  # type: ignore[return-value]


def _degrees(name: str) -> float:
    try:
        return float(request.form.get(name, ""))
    except ValueError:
        raise Invalid(field="point", problem="point") from None


def _system(name: str) -> Crs:
    return next(system for system in coordinates.SYSTEMS if system == name)
