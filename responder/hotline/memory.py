"""What was said before: a person's last reports and texts, and the questions still open. Reads of the write path,
across worlds, because a phone has none of its own; each row names its world.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, cast, func, literal_column, null, select, union_all
from sqlalchemy import Text as Words
from sqlalchemy.orm import Session

from responder.accounts.models import Person, Phone
from responder.hotline.manners import manners
from responder.hotline.models import Question
from responder.hotline.senders import Sender
from responder.kernel.ids import REPORT, number
from responder.kernel.notices import ANSWER
from responder.messaging.models import Inbound, Outbound
from responder.messaging.replies import replies
from responder.platform.database import Packed, UtcDateTime
from responder.reports.models import Report

_r: Any = Report.__table__
_i: Any = Inbound.__table__
_o: Any = Outbound.__table__
_q: Any = Question.__table__
_person: Any = Person.__table__
_phone: Any = Phone.__table__

_SENDER, _REPORT, _TEXT, _QUESTION, _REPLY = range(5)
_NEWEST = 8
_SENT = 100
"""The newest texts to a phone among which our answers are counted: the most that ``replies.toml`` may allow."""
_SHAPE: dict[str, Any] = {
    "id": Integer(), "world": Integer(), "kind": Words(), "words": Words(), "division": Words(), "ref": Words(),
    "hazard": Words(), "status": Words(), "incident": Integer(), "at": UtcDateTime(), "packed": Packed(),
}  # fmt: skip
_WHO = (
    select(_person.c.id, _person.c.name, _person.c.division_code, _person.c.lang)
    .join(_phone, _phone.c.person_id == _person.c.id)
    .where(_phone.c.e164 == bindparam("number"), _person.c.disabled_at.is_(None))
    .cte("who")
)
_ME = select(_WHO.c.id).scalar_subquery()


def _shaped(what: int, columns: Mapping[str, Any]) -> Any:
    filled = [columns.get(name, cast(null(), kind)).label(name) for name, kind in _SHAPE.items()]
    return select(literal_column(str(what)).label("what"), *filled)


def _newest(what: int, columns: Mapping[str, Any], *where: Any) -> Any:
    # Inside a subquery of its own: SQLite has no order within a union.
    return select(_shaped(what, columns).where(*where).order_by(columns["id"].desc()).limit(_NEWEST).subquery())


_lately = (
    select(_o.c.id, _o.c.world, _o.c.template, _o.c.subject, _o.c.priority, _o.c.created_at)
    .where(_o.c.number == bindparam("number"))
    .order_by(_o.c.id.desc())
    .limit(_SENT)
    .subquery()
)
_REPLIED = _shaped(
    _REPLY,
    {
        "id": _lately.c.id, "world": _lately.c.world, "kind": _lately.c.template, "ref": _lately.c.subject,
        "at": _lately.c.created_at,
    },
).where(
    _lately.c.priority == ANSWER, _lately.c.created_at > bindparam("lately", type_=_o.c.created_at.type)
)  # fmt: skip
_RECALL = union_all(
    _shaped(
        _SENDER, {"id": _WHO.c.id, "kind": _WHO.c.lang, "words": _WHO.c.name, "division": _WHO.c.division_code}
    ),
    _newest(
        _REPORT,
        {
            "id": _r.c.id, "world": _r.c.world, "kind": _r.c.kind, "words": _r.c.place, "division": _r.c.division_code,
            "ref": _r.c.ref, "hazard": _r.c.hazard, "status": _r.c.status, "incident": _r.c.incident_id,
            "at": _r.c.received_at,
        },
        _r.c.reporter_id == _ME,
    ),
    _newest(
        _TEXT,
        {
            "id": _i.c.id, "world": _i.c.world, "kind": _i.c.outcome, "words": _i.c.body, "ref": _i.c.subject,
            "at": _i.c.received_at, "packed": _i.c.understood,
        },
        _i.c.number == bindparam("number"), _i.c.id < bindparam("before"),
    ),
    _newest(
        _QUESTION,
        {
            "id": _q.c.id, "world": _q.c.world, "kind": _q.c.kind, "ref": _q.c.report, "at": _q.c.asked_at,
            "packed": _q.c.options,
        },
        _q.c.person_id == _ME, _q.c.answered_at.is_(None),
        _q.c.asked_at >= bindparam("since", type_=_q.c.asked_at.type),
    ),
    _REPLIED,
)  # fmt: skip
"""Who writes, what they reported, what this phone said and what was asked, in one statement: it is on every text's
way. ``what`` tells the rows apart; what one kind of row hasn't is NULL."""


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
class Replied:
    """An answer that this phone got from the house by itself, within the time in which they are counted."""

    template: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class Memory:
    """What one text is understood against; everything newest first."""

    reports: tuple[Told, ...]
    texts: tuple[Text, ...]
    questions: tuple[Asked, ...]
    replies: tuple[Replied, ...] = ()

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


def recall(session: Session, phone: str, inbound: int, now: datetime) -> tuple[Sender | None, Memory]:
    """Whose phone this is (None: nobody known), and what was said before by this person and from this phone."""
    asked = {
        "number": phone, "before": inbound, "since": now - manners().question_open, "lately": now - replies().window,
    }  # fmt: skip
    found: dict[int, list[Any]] = {what: [] for what in (_SENDER, _REPORT, _TEXT, _QUESTION, _REPLY)}
    for row in session.connection().execute(_RECALL, asked):
        found[row.what].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: -row.id)
    who = next((Sender(row.id, row.words, row.division, row.kind) for row in found[_SENDER]), None)
    return who, Memory(
        tuple(
            Told(
                row.id, row.world, row.kind, row.hazard, row.division, row.words, row.status, row.incident, row.at,
                row.ref,
            )
            for row in found[_REPORT]
        ),
        tuple(Text(row.id, row.words, row.at, row.kind, row.ref, row.packed, row.world) for row in found[_TEXT]),
        tuple(Asked(row.id, row.world, row.kind, row.ref, row.packed, row.at) for row in found[_QUESTION]),
        tuple(_replied(row) for row in found[_REPLY]),
    )  # fmt: skip


def replied(session: Session, phone: str, now: datetime) -> tuple[Replied, ...]:
    """The answers that a phone got lately, newest first: for a text that nothing else is remembered for."""
    asked = {"number": phone, "lately": now - replies().window}
    rows = session.connection().execute(_REPLIED, asked)
    return tuple(_replied(row) for row in sorted(rows, key=lambda row: -row.id))


def _replied(row: Any) -> Replied:
    return Replied(row.kind, row.ref or "", row.at)


def last_sent(session: Session, phone: str, subjects: Sequence[str]) -> datetime | None:
    """When the newest text about one of these numbers was made for this phone."""
    statement = select(func.max(_o.c.created_at)).where(_o.c.number == phone, _o.c.subject.in_(subjects))
    return session.scalar(statement)


def times(session: Session, phone: str, outcome: str, since: datetime) -> int:
    """How many texts from this phone have become of a kind since a moment."""
    statement = select(func.count()).where(_i.c.number == phone, _i.c.outcome == outcome, _i.c.received_at >= since)
    return session.scalar(statement) or 0
