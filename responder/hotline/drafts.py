"""What the messages of a pasted chat would become: a draft of a report each, for a person to look at and file."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.hotline import rules, whereabouts
from responder.hotline.gazetteers import gazetteer
from responder.hotline.pasted import Message, split
from responder.hotline.refusals import OtherBranch
from responder.hotline.senders import Sender
from responder.hotline.speakers import speakers
from responder.hotline.understanding import Need, understand
from responder.hotline.understanding.moment import moment
from responder.hotline.whereabouts import Where
from responder.kernel.ids import REPORT, number
from responder.places.queries import places
from responder.platform.scope import Scope
from responder.reports.models import Report
from responder.reports.red import red_words

FIGURES = (
    "deaths", "missing", "injured", "affected", "households_affected", "relocated", "houses_collapsed",
    "houses_damaged", "crop_affected", "loss_total",
)  # fmt: skip
"""The figures that texts tell, in the order of the form."""


@dataclass(frozen=True)
class Draft:
    """One message and the report that it would become. ``key`` is made of what was said, by whom and when: the same
    paste gives the same keys. ``who`` is the known person behind the speaker's name; ``options`` the divisions that
    the place may mean; ``filed`` the number of the report that it has become already."""

    key: str
    message: Message
    who: Sender | None
    kind: str
    hazard: str
    place: str
    division: str
    options: tuple[str, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[Need] = ()
    occurred_at: datetime | None = None
    occurred: str = ""
    urgent: tuple[str, ...] = ()
    drill: bool = False
    filed: str = ""

    @property
    def tells(self) -> bool:
        """Whether it looks like a report that should be filed."""
        return bool(self.kind) and not self.filed


def drafts(session: Session, scope: Scope, me: Sender, paste: str, pasted_at: datetime) -> list[Draft]:
    """A draft for each message of a paste, as ``me`` sees it. Reads only."""
    zone = places(session).profile.zone()
    messages = split(paste, pasted_at, zone)
    known = speakers(session, scope, (one.speaker for one in messages))
    made: dict[str, Draft] = {}
    last: dict[str, Where] = {}
    for message in messages:
        key = _key(message, pasted_at, zone)
        if key not in made:
            made[key] = _draft(session, scope, me, message, key, known.get(message.speaker), last, pasted_at)
    filed = _filed(session, me.person_id, list(made))
    return [replace(one, filed=filed.get(key, "")) for key, one in made.items()]


def form_key(key: str) -> str:
    """What makes a repeated filing of this message the first report."""
    return f"chat:{key}"


def _key(message: Message, pasted_at: datetime, zone: ZoneInfo) -> str:
    """Where the chat tells no time, the same words mean the same only on one day: 零报告 is said every morning."""
    said = message.at.isoformat() if message.at else pasted_at.astimezone(zone).date().isoformat()
    return hashlib.sha256("\n".join((message.speaker, said, message.text)).encode("utf-8", "replace")).hexdigest()[:32]


def _draft(
    session: Session, scope: Scope, me: Sender, message: Message, key: str, who: Sender | None,
    last: dict[str, Where], pasted_at: datetime,
) -> Draft:  # fmt: skip
    home = who.division if who else me.division
    what = understand(message.text, gazetteer(session), home)
    kind = rules.KINDS.get(what.intent, "")
    where, options = located(session, scope, who or me, what.place or "", message.text)
    if what.place:
        last[message.speaker] = where
    elif kind and message.speaker in last:
        # 受灾45户, right after 枫泾镇中洪村内涝: the same person goes on about the same place.
        where = last[message.speaker]
        options = tuple(dict.fromkeys((where.division, *options)))
    zone = places(session).profile.zone()
    return Draft(
        key=key, message=message, who=who, kind=kind, hazard=what.hazard or "", place=where.place,
        division=where.division, options=options, figures=rules.figures(what), needs=what.needs,
        occurred_at=moment(what.occurred or "", message.at or pasted_at, zone), occurred=what.occurred or "",
        urgent=tuple(red_words(message.text)), drill=what.drill,
    )  # fmt: skip


def located(session: Session, scope: Scope, who: Sender, place: str, body: str) -> tuple[Where, tuple[str, ...]]:
    """Where a place as written is, inside the reader's scope, and the divisions that it may mean."""
    try:
        where = whereabouts.find(session, who, place or None, body)
    except OtherBranch:
        where = Where(scope.division, place)
    named = [code for code in (where.division, *where.candidates) if code.startswith(scope.division)]
    home = who.division if who.division.startswith(scope.division) else scope.division
    options = tuple(dict.fromkeys([*named, home, scope.division]))
    return replace(where, division=options[0]), options


def _filed(session: Session, person: int, keys: list[str]) -> dict[str, str]:
    """Numbers of the reports that this person has made of these messages before."""
    wanted = [form_key(key) for key in keys]
    rows = session.execute(
        select(Report.form_key, Report.id).where(Report.typed_by_id == person, Report.form_key.in_(wanted))
    )
    return {str(row.form_key).removeprefix("chat:"): number(REPORT, row.id) for row in rows}
