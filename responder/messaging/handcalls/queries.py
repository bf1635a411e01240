"""Reads of the list of calls, scoped by the division of whoever is to be rung."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from responder.accounts.models import Person, Phone
from responder.messaging.commands import Option
from responder.messaging.handcalls import rules
from responder.messaging.handcalls.manners import manners
from responder.messaging.handcalls.models import HandCall
from responder.messaging.models import Attempt, Outbound
from responder.places.queries import places
from responder.platform.api import Cursor
from responder.platform.scope import Scope

Wanted = Mapping[str, Callable[[Session, str], bool]]
"""Who is asked, by the first part of its ``wanted``, whether what a call is about still asks for it."""


@dataclass(frozen=True)
class Tried:
    """What one road made of the text: a term of ``send_error`` where it did not take it."""

    gateway: str
    at: datetime
    taken: bool
    category: str
    voice: bool


@dataclass(frozen=True)
class CallView:
    """A call as listed. ``number`` is E.164, "" where none is known; it is masked by whoever shows it. ``holder`` is
    the officer who is making it now, ``options`` what may be answered in the language asked for, ``coded`` whether the
    number that it is about goes before the answer."""

    id: int
    name: str
    number: str
    division: str
    place: str
    script: str
    reason: str
    detail: str
    template: str
    priority: int
    subject: str
    state: str
    created_at: datetime
    next_at: datetime
    tries: int
    holder: str
    holder_id: int | None
    options: tuple[Option, ...]
    answer: str
    said: str
    ended_at: datetime | None
    ended_by: str
    person_id: int | None
    wanted: str
    text: int | None
    coded: bool
    tried: tuple[Tried, ...] = ()

    @property
    def urgent(self) -> bool:
        """Whether it stands for an alert."""
        return rules.is_urgent(self.priority)

    @property
    def hopeless(self) -> bool:
        """Whether it has been tried often enough to ring somebody else."""
        return self.tries >= manners().tries


@dataclass(frozen=True)
class Instead:
    """Who may be rung in somebody's place: another number of theirs, or whoever shares their post (AB角)."""

    person_id: int
    name: str
    number: str
    own: bool


def waiting(session: Session, scope: Scope, now: datetime, lang: str, limit: int = 100) -> list[CallView]:
    """Who must be rung: what is due first, then alerts before all others, then the oldest."""
    order = (case((HandCall.next_at <= now, 0), else_=1), HandCall.priority, HandCall.id)
    statement = select(HandCall).where(scope.covers(HandCall.division_code), HandCall.state.in_(rules.WAITING))
    return _views(session, session.scalars(statement.order_by(*order).limit(limit)).all(), now, lang)


def ended(session: Session, scope: Scope, cursor: Cursor, now: datetime, lang: str) -> list[CallView]:
    """Calls that are done with, newest first, ``limit + 1`` of them."""
    statement = select(HandCall).where(scope.covers(HandCall.division_code), HandCall.state.in_(rules.ENDED))
    if cursor.before is not None:
        statement = statement.where(HandCall.id < cursor.before)
    rows = session.scalars(statement.order_by(HandCall.id.desc()).limit(cursor.limit + 1)).all()
    return _views(session, rows, now, lang)


def call(session: Session, scope: Scope, call_id: int, now: datetime, lang: str) -> CallView | None:
    """One call; None where there is none in scope."""
    row = session.scalar(select(HandCall).where(HandCall.id == call_id, scope.covers(HandCall.division_code)))
    return _views(session, [row], now, lang)[0] if row else None


def waiting_count(session: Session, scope: Scope) -> int:
    """How many people must still be rung."""
    statement = select(func.count(HandCall.id)).where(scope.covers(HandCall.division_code))
    return session.scalar(statement.where(HandCall.state.in_(rules.WAITING))) or 0


def instead_of(session: Session, scope: Scope, one: CallView) -> list[Instead]:
    """Who else may be rung: their other numbers, then the other person who stands for the same division."""
    if one.person_id is None:
        return []
    called = select(Person.post).where(Person.id == one.person_id).scalar_subquery()
    shares = (Person.division_code == one.division) & (called != "") & (Person.post != "")
    statement = (
        select(Person.id, Person.name, Phone.e164)
        .join(Phone, Phone.person_id == Person.id)
        .where((Person.id == one.person_id) | shares, Person.disabled_at.is_(None), Phone.e164 != one.number)
        .where(Phone.state != "bad", scope.covers(Person.division_code))
        .order_by(Person.id != one.person_id, Person.post, Person.id, Phone.primary.desc(), Phone.id)
    )
    return [Instead(row.id, row.name, row.e164, row.id == one.person_id) for row in session.execute(statement)]


def is_wanted(session: Session, key: str, text: int | None, reason: str, wanted: Wanted) -> bool:
    """Whether a call is still needed: what it is about asks for it, and its text hasn't arrived since. Who is called
    for want of an answer (``reason`` silent) has had the text: its arrival ends nothing."""
    if not _asks(session, key, wanted):
        return False
    return text is None or reason == rules.SILENT or not _over(session, [text])


def needed(session: Session, found: Sequence[CallView], wanted: Wanted) -> list[CallView]:
    """Those of these calls that are still needed, as ``is_wanted`` says; their texts are read in one statement."""
    texts = [one.text for one in found if one.text is not None and one.reason != rules.SILENT]
    over = _over(session, texts)
    left = [one for one in found if one.reason == rules.SILENT or one.text not in over]
    return [one for one in left if _asks(session, one.wanted, wanted)]


def _asks(session: Session, key: str, wanted: Wanted) -> bool:
    prefix, _, rest = key.partition(":")
    return prefix not in wanted or wanted[prefix](session, rest)


def _over(session: Session, texts: Sequence[int]) -> set[int]:
    """Which of these texts have arrived or are wanted no more."""
    ended = Outbound.id.in_(texts), Outbound.status.in_(("delivered", "cancelled"))
    return set(session.scalars(select(Outbound.id).where(*ended))) if texts else set()


def _views(session: Session, rows: Sequence[HandCall], now: datetime, lang: str) -> list[CallView]:
    tried = _tried(session, [row.outbound_id for row in rows if row.outbound_id is not None])
    label, release = places(session).label, manners().release
    found = []
    for row in rows:
        held = rules.is_held(row.state, row.taken_at, now, release)
        answers = manners().to(row.template)
        coded = bool(row.options) or (answers is not None and answers.coded)
        state = "open" if row.state == "taken" and not held else row.state
        found.append(
            CallView(
                row.id, row.name, row.number, row.division_code, label(row.division_code), row.script, row.reason,
                row.detail, row.template, row.priority, row.subject, state, row.created_at, row.next_at, row.tries,
                row.taken_by if held else "", row.taken_by_id if held else None, _options(row, lang), row.answer,
                row.said, row.ended_at, row.ended_by, row.person_id, row.wanted, row.outbound_id,
                coded, tried.get(row.outbound_id or 0, ()),
            )
        )  # fmt: skip
    return found


def _options(row: HandCall, lang: str) -> tuple[Option, ...]:
    if row.options:
        return tuple(Option(str(one["digit"]), str(one["label"])) for one in row.options)
    answers = manners().to(row.template)
    return answers.worded(lang) if answers else ()


def _tried(session: Session, texts: Sequence[int]) -> dict[int, tuple[Tried, ...]]:
    """What the roads made of these texts, oldest first: a road that failed alike several times stands once."""
    if not texts:
        return {}
    a: Any = Attempt.__table__
    found: dict[int, dict[tuple[str, str], Tried]] = defaultdict(dict)
    for row in session.execute(select(a).where(a.c.outbound_id.in_(texts)).order_by(a.c.id)):
        found[row.outbound_id][row.gateway, row.category] = Tried(
            row.gateway, row.at, row.taken, row.category, row.voice
        )
    return {text: tuple(one.values()) for text, one in found.items()}
