"""What was said before: a person's last reports and texts, and the questions still open. Reads of the write path,
across worlds, because a phone has none of its own; each row names its world.

The statements are made once: they are on every text's way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from responder.hotline.manners import manners
from responder.hotline.models import Question
from responder.kernel.ids import REPORT, number
from responder.messaging.models import Inbound, Outbound
from responder.reports.models import Report

_r: Any = Report.__table__
_i: Any = Inbound.__table__
_o: Any = Outbound.__table__
_q: Any = Question.__table__

_REPORTS = (
    select(
        _r.c.id, _r.c.world, _r.c.kind, _r.c.hazard, _r.c.division_code, _r.c.place, _r.c.status, _r.c.incident_id,
        _r.c.received_at, _r.c.ref,
    )
    .where(_r.c.reporter_id == bindparam("person"))
    .order_by(_r.c.id.desc())
    .limit(8)
)  # fmt: skip
_TEXTS = (
    select(_i.c.id, _i.c.body, _i.c.received_at, _i.c.outcome, _i.c.subject, _i.c.understood, _i.c.world)
    .where(_i.c.number == bindparam("number"), _i.c.id < bindparam("before"))
    .order_by(_i.c.id.desc())
    .limit(8)
)
_OPEN = (
    select(_q.c.id, _q.c.world, _q.c.kind, _q.c.report, _q.c.options, _q.c.asked_at)
    .where(
        _q.c.person_id == bindparam("person"),
        _q.c.answered_at.is_(None),
        _q.c.asked_at >= bindparam("since", type_=_q.c.asked_at.type),
    )
    .order_by(_q.c.id.desc())
    .limit(8)
)


FILED = ("report", "partly", "repeat")
"""What became of texts that are on file as reports."""


@dataclass(frozen=True)
class Told:
    """A report that the sender filed before."""

    id: int
    world: int
    kind: str
    hazard: str | None
    division: str
    place: str
    status: str
    incident: int | None
    at: datetime
    ref: str

    @property
    def number(self) -> str:
        """The report's number."""
        return number(REPORT, self.id)


@dataclass(frozen=True)
class Text:
    """A text that came from this phone before."""

    id: int
    body: str
    at: datetime
    outcome: str
    subject: str
    understood: dict[str, Any]
    world: int


@dataclass(frozen=True)
class Asked:
    """A question that waits for its answer."""

    id: int
    world: int
    kind: str
    report: str
    options: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class Memory:
    """What one text is understood against; everything newest first."""

    reports: tuple[Told, ...]
    texts: tuple[Text, ...]
    questions: tuple[Asked, ...]

    def last(self, world: int) -> Told | None:
        """The newest report of an event in this world; zero reports tell of none."""
        return next((one for one in self.reports if one.world == world and one.incident is not None), None)

    def returned(self, world: int, now: datetime) -> Told | None:
        """The newest report that was returned and not put right yet."""
        later: set[int | None] = set()
        for one in self.reports:
            if one.world != world:
                continue
            if one.status == "returned" and one.incident not in later and now - one.at <= manners().returned:
                return one
            later.add(one.incident)
        return None

    def repeated(self, body: str, now: datetime) -> Text | None:
        """The text with the same words that has just become a report."""
        return next(
            (
                text
                for text in self.texts
                if text.body == body and text.outcome in FILED and now - text.at <= manners().repeats
            ),
            None,
        )


def recall(session: Session, person: int | None, phone: str, inbound: int, now: datetime) -> Memory:
    """What was said before by this person (None: nobody known) and from this phone, and what they were asked."""
    connection = session.connection()
    since = now - manners().question_open
    texts = tuple(Text(*row) for row in connection.execute(_TEXTS, {"number": phone, "before": inbound}))
    if person is None:
        return Memory((), texts, ())
    return Memory(
        tuple(Told(*tuple(row)) for row in connection.execute(_REPORTS, {"person": person})),
        texts,
        tuple(Asked(*row) for row in connection.execute(_OPEN, {"person": person, "since": since})),
    )


def last_sent(session: Session, phone: str, subjects: Sequence[str]) -> datetime | None:
    """When the newest text about one of these numbers was made for this phone."""
    statement = select(func.max(_o.c.created_at)).where(_o.c.number == phone, _o.c.subject.in_(subjects))
    return session.scalar(statement)
