"""What the board's pages share: the blueprint, and incidents' clocks and missions' lines as the macros draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from responder.board.clock import Stop, spelled
from responder.dispatch import line
from responder.dispatch.line import Step
from responder.dispatch.queries import MissionView
from responder.places.queries import places
from responder.platform import pages, web

bp = Blueprint("board", __name__)


def page_of(number: str) -> str:
    """The address of an incident's page."""
    return url_for("board.incident", number=number)


_NAMES = {
    "received": lambda: _("首报"),
    "seen": lambda: _("看到"),
    "sent": lambda: _("派出"),
    "acknowledged": lambda: _("首个确认"),
    "arrived": lambda: _("到达现场"),
    "goods": lambda: _("首批物资"),
}


@dataclass(frozen=True)
class Shown:
    """A stop as the macro ``clock`` draws it."""

    label: str
    value: str
    state: str
    late: bool
    title: str


def faced(session: Session, stops: Sequence[Stop]) -> list[Shown]:
    """The clock's stops in words: the first by the hour, the others by how long after it."""
    zone = places(session).profile.zone()
    return [
        Shown(
            str(_NAMES[stop.name]()),
            _value(stop, pages.local(stop.at, zone) if stop.at else ""),
            stop.state,
            stop.late,
            pages.local(stop.at, zone) if stop.at else "",
        )
        for stop in stops
    ]


def _value(stop: Stop, at: str) -> str:
    if stop.name == "received":
        return at
    if stop.after is not None:
        return spelled(stop.after)
    if stop.expected is not None:
        return str(_("约 +%(n)s 分", n=round(stop.expected.total_seconds() / 60)))
    return ""


def lines(session: Session, found: Sequence[MissionView]) -> list[tuple[MissionView, list[Step]]]:
    """Missions with their lines."""
    zone = places(session).profile.zone()
    return [(one, line.steps(one, zone, web.language())) for one in found]
