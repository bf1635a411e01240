"""What templates find everywhere: the reader, the branch, the world, the words, built files."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Flask, g, request, url_for
from flask_babel import Babel
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from responder.kernel import clock, phones
from responder.platform import house, terms, web
from responder.platform.principal import Principal

_NEXT_DOOR_KM = 0.1


@dataclass(frozen=True)
class NavItem:
    """One entry of the frame's menu: shown to those who have one of the permissions (none: everybody).

    ``pages``: beginnings of the endpoints that stand under this entry; none given: those of its room.
    """

    endpoint: str
    label: Callable[[], str]
    permissions: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    def holds(self, endpoint: str) -> bool:
        """Whether a page stands under this entry."""
        return endpoint.startswith(self.pages or (self.endpoint.split(".")[0] + ".",))


@dataclass(frozen=True)
class NavEntry:
    """A menu entry as the frame draws it."""

    endpoint: str
    label: str
    url: str
    active: bool


@cache
def _manifest(path: Path, _changed: float) -> dict[str, str]:
    return {str(k): str(v) for k, v in json.loads(path.read_text()).items()}


def asset(name: str) -> str:
    """The URL of a built file (``app.js``) with its content in the name, so that browsers may keep it for ever."""
    path = house.root() / "static" / "dist" / "manifest.json"
    built = _manifest(path, path.stat().st_mtime).get(name, name) if path.exists() else name
    return url_for("static", filename=built)


def age(moment: datetime) -> str:
    """How long ago, in words: 刚刚, 3 分钟前, 2 小时前, 4 天前."""
    seconds = (clock.now() - moment).total_seconds()
    if seconds < 0:
        return ""
    if seconds < 60:
        return str(_("刚刚"))
    if seconds < 3600:
        return str(_("%(n)s 分钟前", n=int(seconds // 60)))
    if seconds < 86400:
        return str(_("%(n)s 小时前", n=int(seconds // 3600)))
    return str(_("%(n)s 天前", n=int(seconds // 86400)))


def local(moment: datetime, zone: ZoneInfo, *, short: bool = False) -> str:
    """Local time: ``03:08`` today, ``9-16 03:08`` this year, with the year before; ``short`` leaves the day out."""
    there, today = moment.astimezone(zone), clock.now().astimezone(zone)
    if short or there.date() == today.date():
        return there.strftime("%H:%M")
    if there.year == today.year:
        return f"{there.month}-{there.day} {there:%H:%M}"
    return f"{there.year}-{there.month}-{there.day} {there:%H:%M}"


def day(one: date) -> str:
    """A day of the year in the reader's language: 5月8日, May 8."""
    return format_skeleton("MMMd", one, locale=web.language())


def who(name: str) -> str:
    """Who did it, by name; what the system did by itself is said so."""
    return str(_("系统")) if name == "system" else name


def far(km: float | None) -> str:
    """A distance as it is read: next door it would be a false exactness."""
    if km is None:
        return str(_("距离未知"))
    return str(_("当地")) if km < _NEXT_DOOR_KM else f"{terms.quantity(km, web.language())} km"


def init_pages(
    app: Flask,
    nav: list[NavItem],
    branch: Callable[[], object],
    zone: Callable[[], ZoneInfo],
    drill: Callable[[int], object],
) -> None:
    """Wires languages, filters and the frame's context. ``drill`` gives the drill of a world for the band."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(house.root() / "translations")
    Babel(app, default_locale="zh", locale_selector=web.language)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def when(moment: datetime | None) -> Markup:
        if moment is None:
            return Markup("—")
        text = Markup('<time datetime="{}" data-age title="{}">{} <span class="age">{}</span></time>')
        full = moment.astimezone(zone()).strftime("%Y-%m-%d %H:%M:%S")
        return text.format(moment.isoformat(), full, local(moment, zone()), escape(age(moment)))

    def worded(words: Callable[..., object]) -> Callable[..., object]:
        """A filter that answers in the reader's language: Jinja must not work it out once, while compiling."""

        @pass_context
        def said(_context: Context, *given: object) -> object:
            return words(*given)

        return said

    app.add_template_filter(worded(lambda slug, vocabulary: terms.term(vocabulary, slug, web.language())), "term")
    app.add_template_filter(when, "when")
    app.add_template_filter(lambda m: local(m, zone()) if m else "—", "local")
    app.add_template_filter(age, "age")
    app.add_template_filter(day, "day")
    app.add_template_filter(worded(far), "far")
    app.add_template_filter(worded(who), "who")
    app.add_template_filter(worded(lambda v: "—" if v is None else terms.quantity(v, web.language())), "number")
    app.add_template_filter(worded(lambda slug, value: terms.unit_of(slug, value, web.language())), "unit")
    app.add_template_filter(worded(lambda v: terms.figures(v or {}, web.language())), "figures")
    app.add_template_filter(worded(lambda v: terms.goods(v or [], web.language())), "goods")
    app.add_template_filter(phones.mask, "phone")
    app.add_template_filter(worded(lambda e: e.summary(web.language())), "summary")

    @app.context_processor
    def _frame() -> dict[str, object]:
        me: Principal | None = g.get("principal")
        entries = [
            NavEntry(item.endpoint, item.label(), url_for(item.endpoint), item.holds(request.endpoint or ""))
            for item in nav
            if me is not None and (not item.permissions or any(me.can(p) for p in item.permissions))
        ]
        return {
            "me": me,
            "lang": web.language(),
            "branch": branch(),
            "world": drill(me.world) if me is not None else None,
            "nav": entries,
            "asset": asset,
            "vocabulary": terms.vocabulary,
            "seq": g.get("seq", 0),
            "zone": zone().key,
        }
