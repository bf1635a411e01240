"""What is on paper when nothing else works: the contact list and blank forms. As pages, and as files of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from sqlalchemy.orm import Session

from responder.kernel import phones
from responder.messaging.reach import queries
from responder.messaging.reach.book import book
from responder.places.queries import places
from responder.platform import house, terms
from responder.platform.scope import Scope


@dataclass(frozen=True)
class Line:
    """Somebody on the contact list: the numbers as they are dialled, the last sign of them as a day."""

    name: str
    post: str
    roles: tuple[str, ...]
    numbers: tuple[str, ...]
    state: str
    last: str


@dataclass(frozen=True)
class Group:
    """A division's people on the contact list; none where there is nobody."""

    code: str
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Blank:
    """A figure to be filled in: its name and its unit."""

    name: str
    unit: str


def contacts(
    session: Session, scope: Scope, now: datetime, divisions: Sequence[str] | None = None, *, numbers: bool
) -> list[Group]:
    """The contact list of a scope, or of these divisions of it, in their order; without ``numbers`` they are masked."""
    shown: Callable[[str], str] = phones.shown if numbers else phones.mask
    zone, held = places(session).profile.zone(), queries.roles(session, scope, divisions)
    return [
        Group(
            spot.division,
            spot.label,
            tuple(
                Line(
                    one.name, one.post, held.get(one.person_id, ()),
                    tuple(shown(number) for number in (one.number, *one.others) if number), one.state,
                    _day(one.last.at, zone) if one.last else "",
                )
                for one in spot.people
            ),
        )
        for spot in queries.spots(session, scope, now, divisions)
    ]  # fmt: skip


def forms(today: date, lang: str) -> dict[str, object]:
    """What the blank forms show: figures with their units, hazards, numbers of the slips for goods.

    A slip's number says its day, so that what was handed out by hand is entered once, under that number.
    """
    told = book().prints
    units = terms.vocabulary("indicator")
    return {
        "figures": [
            Blank(terms.term("indicator", slug, lang), terms.unit_of(str(units[slug].get("unit", "")), None, lang))
            for slug in told.figures
        ],
        "hazards": [terms.term("hazard", slug, lang) for slug in terms.vocabulary("hazard")],
        "slips": [f"{today:%Y%m%d}-{n:02}" for n in range(1, told.slips + 1)],
        "day": f"{today:%Y-%m-%d}",
    }


def contacts_file(groups: Sequence[Group], branch: str, at: datetime, zone: ZoneInfo, lang: str) -> str:
    """The contact list as a file that stands by itself."""
    return _file("_contacts_sheet", lang, groups=groups, branch=branch, at=f"{at.astimezone(zone):%Y-%m-%d %H:%M}")


def forms_file(branch: str, at: datetime, zone: ZoneInfo, lang: str) -> str:
    """The blank forms as a file that stands by itself."""
    today = at.astimezone(zone)
    return _file("_forms_sheet", lang, branch=branch, at=f"{today:%Y-%m-%d %H:%M}", **forms(today.date(), lang))


def _file(sheet: str, lang: str, **values: object) -> str:
    page = _environment(lang).get_template("messaging/_paper.html")
    css = (house.root() / "templates" / "messaging" / "paper.css").read_text(encoding="utf-8")
    style = Markup(f"<style>{css}</style>")  # noqa: S704  (a file of ours, nobody's words)
    return page.render(sheet=sheet, lang=lang, style=style, **values)


@cache
def _environment(lang: str) -> Environment:
    """Templates outside a request: with the words of one language, without addresses and without a reader."""
    folder = house.root()
    found: NullTranslations = Translations.load(str(folder / "translations"), [lang])
    made = Environment(
        loader=FileSystemLoader(folder / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_translations(found, newstyle=True)  # type: ignore[attr-defined]
    made.filters["term"] = lambda slug, vocabulary: terms.term(vocabulary, slug, lang)
    return made


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"
