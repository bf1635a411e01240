"""The disaster bulletin (灾情快报): one tier's sheet of one incident, with what was done, for another office to read.

It leaves as plain text to paste and as a document that stays editable. It names places, teams and goods; no liaison
officer, no phone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.board import goods, queries
from responder.board.queries import Case
from responder.dispatch.queries import MissionView
from responder.incidents import standing_levels
from responder.incidents.rules import withheld
from responder.kernel import clock
from responder.places.queries import places
from responder.platform import pages, terms
from responder.platform.scope import Scope
from responder.reports import sheets
from responder.reports.sheets import Sheet

WIDEST = 8
"""Columns of figures in the table of a page of paper; the totals above it are always all."""

_MU = 15
"""亩 in a hectare."""


@dataclass(frozen=True)
class Line:
    """A figure in words: ``label`` 转移, ``value`` 210人; ``unsure`` says 待核 while deaths or missing wait for
    release: words already, for the document is filled outside the request, where no language is known."""

    label: str
    value: str
    unsure: str = ""

    @property
    def said(self) -> str:
        """As it is read, with 待核 where it is."""
        return f"{self.label} {self.value}{self.unsure}"


@dataclass(frozen=True)
class Bulletin:
    """What a bulletin says, all in the reader's language. ``rows`` are (place, values under ``columns``)."""

    branch: str
    number: str
    title: str
    hazard: str
    place: str
    until: str
    reported: str
    level: str
    totals: list[Line]
    columns: list[str]
    rows: list[tuple[str, list[str]]]
    silent: list[str]
    differences: list[str]
    sources: list[str]
    measures: list[str]
    needs: str
    by: str
    drill: bool = False
    totalled: list[str] = field(default_factory=list)


def bulletin(session: Session, scope: Scope, number: str, division: str, by: str, lang: str) -> Bulletin | None:
    """The bulletin of an incident for a division's sheet; None where either is out of scope or nothing is known."""
    case = queries.case(session, scope, number)
    found = sheets.sheet(session, scope, number, division)
    if case is None or found is None:
        return None
    tree, one = places(session), case.row.incident
    zone = tree.profile.zone()
    hazard = terms.term("hazard", one.hazard, lang)
    unsure = set() if one.released else set(withheld(found.tier.figures))
    doubt = str(_("（待核）"))
    stated = queries.ordered([slug for slug in found.slugs() if slug in found.tier.figures])
    shown = stated[:WIDEST]
    whole = division == tree.profile.root or len(division) >= len(one.division)
    place = one.place if whole else tree.label(division)
    said = [row for row in found.rows if not row.silent]
    level = [view for view in standing_levels.of_scope(session, scope, one.id) if view.status == "running"]
    return Bulletin(
        branch=tree.profile.branch.get(lang),
        number=one.number,
        title=str(_("%(place)s%(hazard)s灾情快报", place=place, hazard=hazard)),
        hazard=hazard,
        place=place,
        until=_dated(clock.now(), zone, lang),
        reported=_dated(one.opened_at, zone, lang),
        level=terms.term("response_level", level[-1].level, lang) if level else "",
        totals=[
            Line(
                terms.term("indicator", slug, lang),
                amount(slug, found.tier.figures[slug], lang),
                doubt if slug in unsure else "",
            )
            for slug in stated
        ],
        columns=[_short(slug, lang) for slug in shown],
        rows=[(row.name, _values(shown, row.figures, lang)) for row in said],
        silent=[row.name for row in found.rows if row.silent] if said else [],
        differences=_differences(found, lang),
        sources=[
            f"{terms.term('figure_source', source, lang)}{_('：')}{terms.figures(row.figures, lang)}"
            for source, row in found.sources.items()
        ],
        measures=_measures(session, scope, case, zone, lang),
        needs=terms.goods(list(queries.asked(case)), lang),
        by=by,
        drill=scope.world != 0,
        totalled=_values(shown, found.tier.figures, lang),
    )


def amount(slug: str, value: float, lang: str) -> str:
    """A figure with its unit; areas of crops in 亩 too, which is how villages count them."""
    unit = terms.vocabulary("indicator").get(slug, {}).get("unit", "")
    if slug.startswith("loss") and lang == "zh" and value >= 10_000:
        return f"{terms.quantity(value / 10_000, lang)}万元"
    said = terms.quantity(value, lang)
    if unit:
        said += ("" if lang == "zh" else " ") + terms.unit_of(unit, value, lang)
    if unit == "ha" and lang == "zh":
        said += f"（{terms.quantity(round(value * _MU), lang)}亩）"
    return said


def _dated(moment: datetime, zone: ZoneInfo, lang: str) -> str:
    """A paper is read days later: the whole date."""
    at = moment.astimezone(zone)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}" if lang == "zh" else f"{at.day} {at:%B %Y, %H:%M}"


def _short(slug: str, lang: str) -> str:
    entry = terms.vocabulary("indicator").get(slug, {})
    name = entry.get("short_" + lang) or entry.get(lang) or slug
    unit = terms.term("unit", entry["unit"], lang) if entry.get("unit") else ""
    return f"{name}（{unit}）" if unit and lang == "zh" else f"{name} ({unit})" if unit else name


def _values(slugs: Sequence[str], figures: Mapping[str, float], lang: str) -> list[str]:
    return [terms.quantity(figures[slug], lang) if slug in figures else "–" for slug in slugs]


def _differences(found: Sheet, lang: str) -> list[str]:
    """A tier's own word beside what lies below it, wherever the two differ (DOMAIN §1.5, rule 15)."""
    said = []
    for row in (found.tier, *found.rows):
        for slug in queries.ordered([slug for slug, value in row.differences.items() if value]):
            own = row.own[slug].value
            name = terms.term("indicator", slug, lang)
            words = _("%(place)s %(what)s：本级 %(own)s，下级合计 %(below)s，差 %(gap)s", place=row.name, what=name,
                      own=terms.quantity(own, lang), below=terms.quantity(own - row.differences[slug], lang),
                      gap=terms.quantity(row.differences[slug], lang))  # fmt: skip
            said.append(str(words))
    return said


def _measures(session: Session, scope: Scope, case: Case, zone: ZoneInfo, lang: str) -> list[str]:
    """Teams and goods under way, oldest first."""
    sent = [one for one in case.sent if one.status not in ("cancelled", "declined")]
    carried = goods.carried(session, scope, [one.number for one in sent])
    return [_measure(one, carried.get(one.number, []), zone, lang) for one in sent]


def _measure(one: MissionView, brought: Iterable[goods.Carried], zone: ZoneInfo, lang: str) -> str:
    at = one.times.get(one.status)
    parts = [f"{one.team_name} {terms.term('mission_status', one.status, lang)}"]
    if at is not None:
        parts[0] += f" {pages.local(at, zone, short=True)}"
    for line in brought:
        for qty, words in ((line.received, _("送达")), (line.under_way, _("在途")), (line.reserved, _("待出库"))):
            if qty:
                parts.append(f"{terms.goods([{'item': line.item, 'qty': qty, 'unit': line.unit}], lang)} {words}")
    return ("；" if lang == "zh" else "; ").join(parts)


def as_text(one: Bulletin) -> str:
    """The bulletin to be pasted into a chat: short lines, nothing that needs a table."""
    head = f"【{_('演练')}】" if one.drill else ""
    lines = [head + one.title, str(_("截至%(at)s，编号%(number)s", at=one.until, number=one.number))]
    if one.level:
        lines.append(str(_("响应级别：%(level)s", level=one.level)))
    lines += (
        ["", str(_("合计："))] + [f"· {line.said}" for line in one.totals] if one.totals else ["", str(_("暂无数字"))]
    )
    if one.rows:
        lines += ["", str(_("各地："))]
        for name, values in one.rows:
            told = [f"{column} {value}" for column, value in zip(one.columns, values, strict=True) if value != "–"]
            lines.append(f"· {name}{_('：')}{_('、').join(told)}")
    if one.silent:
        lines.append(str(_("还没有报告：%(names)s", names=_("、").join(one.silent))))
    for title, said in (
        (_("需核对："), one.differences),
        (_("其他来源："), one.sources),
        (_("已采取措施："), one.measures),
    ):
        if said:
            lines += ["", str(title), *(f"· {words}" for words in said)]
    if one.needs:
        lines += ["", str(_("急需：%(goods)s", goods=one.needs))]
    return "\n".join([*lines, "", f"{one.branch} {one.by}"]) + "\n"
