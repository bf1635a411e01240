"""What the map says in words."""

from flask_babel import gettext as _

from responder.board.mapping import TeamMark
from responder.board.queries import IncidentRow
from responder.platform import terms, web


def incident(row: IncidentRow) -> str:
    """An incident as the map names it."""
    lang = web.language()
    said = {"hazard": terms.term("hazard", row.incident.hazard, lang), "weight": row.severity.word(lang)}
    return str(_("%(hazard)s · %(place)s，%(weight)s，来报 %(n)s 份", place=row.label, n=row.told, **said))


def team(mark: TeamMark) -> str:
    """Teams as the map names them."""
    names = ("、" if web.language() == "zh" else ", ").join(mark.names)
    if mark.mission is None:
        return str(_("待命：%(teams)s", teams=names))
    status = terms.term("mission_status", mark.mission.status, web.language())
    return f"{names} · {mark.mission.number} · {status}"
