"""The page on which a forwarded chat is pasted: taken apart, looked at, and filed by proxy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from responder.hotline import drafts, items, pasting
from responder.hotline.drafts import FIGURES, Draft
from responder.hotline.pasted import LONGEST
from responder.hotline.pasting import Chosen
from responder.hotline.senders import Sender
from responder.hotline.web import bp
from responder.kernel import clock
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.places.queries import places
from responder.platform import terms, web
from responder.reports import indicators, photos
from responder.reports.commands import StoredPhoto
from responder.reports.rules import KINDS, MAX_PLACE

_STALE = timedelta(hours=24)


@dataclass(frozen=True)
class Row:
    """A message on the page: its draft, the values of its fields, what is wrong with them."""

    draft: Draft
    values: Mapping[str, str]
    options: Sequence[tuple[str, str]]
    ticked: bool
    problem: str = ""


@dataclass
class _Page:
    """The paste as the form has it."""

    text: str = ""
    pasted_at: datetime = field(default_factory=clock.now)
    pictures: list[tuple[str, StoredPhoto]] = field(default_factory=list)


@bp.get("/hotline/paste")
@web.needs("report.review")
def paste() -> str:
    """An empty form."""
    return _shown(_Page(), [])


@bp.post("/hotline/paste")
@web.needs("report.review")
def take_paste() -> Response | str | tuple[str, int]:
    """Shows what a chat would become; files it when told to."""
    text = request.form.get("paste", "").replace("\r\n", "\n")
    page = _Page(text[:LONGEST], _pasted_at(), _pictures())
    try:
        page.pictures += _uploaded()
    except Refusal as refusal:
        return _shown(page, [], refused=web.refusal_words(refusal)[1]), 422
    with web.reading() as session:
        found = drafts.drafts(session, web.scope(), _me(), page.text, page.pasted_at)
        rows = [_row(session, one, page.pictures) for one in found]
    if request.form.get("do") != "file":
        return _shown(page, rows)
    return _file(page, rows)


def _file(page: _Page, rows: list[Row]) -> Response | tuple[str, int]:
    ticked = [row for row in rows if row.ticked]
    if not ticked:
        return _shown(page, rows, refused=_("还没有勾选要报的消息")), 422
    wrong: dict[str, str] = {}
    chosen: list[Chosen] = []
    for row in ticked:
        try:
            chosen.append(_chosen(row, page.pictures))
        except Invalid as problem:
            wrong[row.draft.key] = _words(problem)
    if not wrong:
        try:
            with web.begin() as uow:
                filed = pasting.file(uow, page.text, chosen)
            flash(_filed_words([one.number for one in filed if not one.repeated], filed), "ok")
            return redirect(url_for("reports.reports"))
        except pasting.Refused as refused:
            wrong[refused.key] = web.refusal_words(refused.refusal)[1]
    rows = [Row(r.draft, r.values, r.options, r.ticked, wrong.get(r.draft.key, "")) for r in rows]
    return _shown(page, rows, refused=_("有一条报不了，其余的也还没有报")), 422


def _filed_words(fresh: list[str], filed: Sequence[object]) -> str:
    if not fresh:
        return str(_("这些消息早已报过，没有重复上报"))
    listed = _("、").join(fresh)
    before = len(filed) - len(fresh)
    if before:
        return str(_("%(numbers)s 已上报，另有 %(n)s 条早已报过", numbers=listed, n=before))
    return str(_("%(numbers)s 已上报", numbers=listed))


def _words(problem: Invalid) -> str:
    lang = web.language()
    name = str(problem.params["field"])
    label = terms.term("indicator", name, lang) if name in indicators.indicators() else terms.term("field", name, lang)
    words = terms.term("problem", str(problem.params["problem"]), lang)
    return str(_("%(field)s：%(problem)s", field=label, problem=words))


def _me() -> Sender:
    who = web.principal()
    return Sender(who.person_id, who.name, who.division, web.language())


def _pasted_at() -> datetime:
    """When the paste was first taken apart: 昨天 means the same when it is filed a minute after midnight."""
    now = clock.now()
    try:
        told = datetime.fromisoformat(request.form.get("pasted_at", ""))
    except ValueError:
        return now
    return told if told.tzinfo is not None and now - _STALE <= told <= now else now


def _row(session: Session, draft: Draft, pictures: Sequence[tuple[str, StoredPhoto]]) -> Row:
    """The draft with what was typed over it. A changed place is looked up anew."""
    tree = places(session)
    typed = {name.removesuffix(f"-{draft.key}"): v for name, v in request.form.items() if name.endswith(draft.key)}
    known = bool(typed)
    place = typed.get("place", draft.place)[:MAX_PLACE]
    division, options = typed.get("division", draft.division), draft.options
    if known and place != typed.get("place_was", ""):
        where, options = drafts.located(session, web.scope(), draft.who or _me(), place, draft.message.text)
        division = where.division
    values = {
        "speaker": typed.get("speaker", draft.message.speaker)[:80], "place": place, "division": division,
        "kind": typed.get("kind", draft.kind or "initial"), "hazard": typed.get("hazard", draft.hazard),
        "needs": typed.get("needs", items.shown(draft.needs)),
    }  # fmt: skip
    values |= {slug: typed.get(slug, _number(draft.figures.get(slug))) for slug in FIGURES}
    codes = dict.fromkeys([*options, division])
    shown = [(code, tree.label(code)) for code in codes if web.scope().holds(code) and tree.find(code)]
    ticked = bool(typed.get("tick")) if known else draft.tells and not draft.drill
    return Row(draft, values, shown, ticked)


def _number(value: object) -> str:
    return "" if value is None else str(value)


def _chosen(row: Row, pictures: Sequence[tuple[str, StoredPhoto]]) -> Chosen:
    """The row as it will be filed. Raises Invalid."""
    values, draft = row.values, row.draft
    if values["kind"] not in KINDS:
        raise Invalid(field="kind", problem="unknown")
    if not web.scope().holds(values["division"]):
        raise Invalid(field="division", problem="unknown")
    if values["kind"] == "initial" and not values["hazard"]:
        raise Invalid(field="hazard", problem="required")
    figures = {slug: indicators.typed(slug, values[slug], "") for slug in FIGURES}
    mine = [photo for n, (_token, photo) in enumerate(pictures) if request.form.get(f"photo_of_{n}") == draft.key]
    return Chosen(
        draft=draft, kind=values["kind"], hazard=values["hazard"] or None, division=values["division"],
        place=values["place"].strip(), speaker=values["speaker"].strip(),
        figures={slug: value for slug, value in figures.items() if value is not None},
        needs=[{"item": need.item, "qty": need.qty} for need in items.read(values["needs"])],
        said_at=draft.message.at, photos=tuple(mine),
    )  # fmt: skip


def _shown(page: _Page, rows: Sequence[Row], refused: str = "") -> str:
    keys = [row.draft.key for row in rows]
    asked = {n: request.form.get(f"photo_of_{n}", "") for n in range(len(page.pictures))}
    guessed = _guessed(rows, [n for n in asked if f"photo_of_{n}" not in request.form])
    lang = web.language()
    every = indicators.indicators()
    return render_template(
        "hotline/paste.html",
        page=page, rows=rows, refused=refused,
        figures=[(slug, _short(slug, lang), every[slug].unit) for slug in FIGURES],
        hazards=[(slug, terms.term("hazard", slug, lang)) for slug in terms.vocabulary("hazard")],
        kinds=[(slug, terms.term("report_kind", slug, lang)) for slug in KINDS],
        belongs=[key if key in keys else guessed.get(n, "") for n, key in asked.items()],
        looked=bool(page.text.strip()), most=photos.MAX_PHOTOS,
    )  # fmt: skip


def _short(slug: str, lang: str) -> str:
    """An indicator's name for a narrow field."""
    return str(terms.vocabulary("indicator")[slug].get(f"short_{lang}") or terms.term("indicator", slug, lang))


def _guessed(rows: Sequence[Row], free: list[int]) -> dict[int, str]:
    """Photos in their order to the marks of photos in theirs; one sent alone belongs to what its sender said last."""
    slots: list[str] = []
    last: dict[str, str] = {}
    for row in rows:
        message = row.draft.message
        if row.ticked:
            last[message.speaker] = row.draft.key
        slots += [last.get(message.speaker, row.draft.key)] * message.pictures
    first = next((row.draft.key for row in rows if row.ticked), "")
    return {n: slots[i] if i < len(slots) else first for i, n in enumerate(free)}


def _sealed() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="pasted photo")


def _seal(photo: StoredPhoto) -> str:
    """What stands for a kept photo on the page; only whoever brought it can use it."""
    told = [photo.sha256, photo.width, photo.height, photo.size, photo.lat, photo.lng]
    return str(_sealed().dumps([web.principal().person_id, *told]))


def _opened(token: str) -> StoredPhoto | None:
    try:
        person, *told = _sealed().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return StoredPhoto(*told) if person == web.principal().person_id else None


def _pictures() -> list[tuple[str, StoredPhoto]]:
    tokens = request.form.getlist("photo")[: photos.MAX_PHOTOS]
    return [(token, photo) for token in tokens if (photo := _opened(token)) is not None]


def _uploaded() -> list[tuple[str, StoredPhoto]]:
    """Photos that came with this form, checked and kept. Raises BadPhoto."""
    uploads = [one.read(photos.MAX_BYTES + 1) for one in request.files.getlist("photos") if one.filename]
    kept = len(request.form.getlist("photo"))
    if kept + len(uploads) > photos.MAX_PHOTOS:
        raise photos.BadPhoto(reason="many")
    stored: Any = photos.store(current_app.extensions["settings"].data, uploads)
    return [(_seal(photo), photo) for photo in stored]


@bp.get("/hotline/paste/photos/<token>")
@web.needs("report.review")
def paste_photo(token: str) -> Response:
    """A photo that was brought along and not filed yet, for whoever brought it."""
    photo = _opened(token)
    if photo is None:
        raise NotFound()
    path = photos.path(current_app.extensions["settings"].data.absolute(), photo.sha256)
    if not path.is_file():
        raise NotFound()
    return send_file(path, mimetype="image/jpeg", max_age=0)
