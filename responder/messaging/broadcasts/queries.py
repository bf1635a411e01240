"""Reads of broadcasts: the list with its tallies, one with its people. Seen by the division that sent it, by those
above, and by every division of a recipient for its own part; always as far as the reader's scope reaches."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from responder.kernel import ids
from responder.messaging.broadcasts import rules
from responder.messaging.broadcasts.models import Broadcast, Recipient
from responder.messaging.broadcasts.rules import Called
from responder.messaging.commands import Option
from responder.messaging.handcalls.models import HandCall
from responder.messaging.handcalls.rules import WAITING
from responder.messaging.models import Attempt, Outbound
from responder.places.queries import places
from responder.platform.api import Cursor
from responder.platform.scope import Scope

_b: Any = Broadcast.__table__


@dataclass(frozen=True)
class Tally:
    """How people answered: counts by digit, of silence, of those who can't be texted (they are silent as well)."""

    by_digit: dict[str, int]
    total: int
    answered: int
    unreachable: int

    @property
    def silent(self) -> int:
        """Who hasn't answered."""
        return self.total - self.answered


@dataclass(frozen=True)
class BroadcastView:
    """A broadcast or callout with its tally as far as the reader sees it. ``whole`` says that all of it is theirs to
    act on, ``villages`` are the codes of a callout, ``audience`` what was chosen."""

    id: int
    number: str
    kind: str
    body: str
    warning: str
    options: tuple[Option, ...]
    urgent: bool
    state: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str
    note: str
    division: str
    audience: dict[str, Any]
    villages: tuple[str, ...]
    tally: Tally
    whole: bool


@dataclass(frozen=True)
class RecipientView:
    """One recipient. ``road`` is the gateway of their newest text, ``status`` what became of it, ``why`` the errors of
    its attempts ("twilio 30003"), ``listed`` whether they were put on the list of calls, ``call`` the state of
    their newest call, "" without one."""

    person_id: int
    name: str
    number: str
    problem: str
    post: str
    division: str
    told: int
    told_at: datetime | None
    answer: str
    label: str
    said: str
    via: str
    answered_at: datetime | None
    status: str = ""
    road: str = ""
    category: str = ""
    listed: bool = False
    why: tuple[str, ...] = ()
    call: str = ""

    @property
    def silent(self) -> bool:
        """Whether no answer came."""
        return self.answered_at is None


@dataclass(frozen=True)
class PartView:
    """How one part (a town, a village) of the recipients stands."""

    division: str
    name: str
    total: int
    answered: int
    delivered: int
    failed: int
    by_hand: int
    silent: int


@dataclass(frozen=True)
class VillageView:
    """One village of a callout: its state is a term of ``village_state``."""

    division: str
    name: str
    state: str
    people: list[RecipientView] = field(default_factory=list)


def _seen(scope: Scope) -> ColumnElement[bool]:
    mine = exists().where(Recipient.broadcast_id == Broadcast.id, scope.covers(Recipient.division_code))
    return or_(scope.covers(Broadcast.division_code), mine)


def broadcasts(session: Session, scope: Scope, cursor: Cursor) -> list[BroadcastView]:
    """Broadcasts and callouts, newest first, ``limit + 1`` of them. Two statements."""
    statement = select(Broadcast).where(_seen(scope))
    if cursor.before is not None:
        statement = statement.where(Broadcast.id < cursor.before)
    rows = session.scalars(statement.order_by(Broadcast.id.desc()).limit(cursor.limit + 1)).all()
    tallies = _tallies(session, scope, [row.id for row in rows])
    return [_view(row, tallies[row.id], scope) for row in rows]


def broadcast(session: Session, scope: Scope, number: str) -> BroadcastView | None:
    """One of them, None where there is none in scope."""
    row = session.scalar(select(Broadcast).where(Broadcast.id == ids.row_id(ids.BROADCAST, number), _seen(scope)))
    return _view(row, _tallies(session, scope, [row.id])[row.id], scope) if row is not None else None


def unanswered_count(session: Session, scope: Scope) -> int:
    """How many open ones that ask for an answer still wait for somebody's."""
    silent = (
        Recipient.broadcast_id == Broadcast.id, scope.covers(Recipient.division_code), Recipient.answered_at.is_(None),
    )  # fmt: skip
    asking = select(Broadcast.options).where(Broadcast.state == rules.OPEN, exists().where(*silent))
    return sum(bool(options) for options in session.scalars(asking))


def _tallies(session: Session, scope: Scope, row_ids: Sequence[int]) -> dict[int, Tally]:
    statement = (
        select(
            Recipient.broadcast_id, Recipient.answer, func.count(), func.count(Recipient.answered_at),
            func.count().filter(Recipient.number == ""),
        )
        .where(Recipient.broadcast_id.in_(row_ids), scope.covers(Recipient.division_code))
        .group_by(Recipient.broadcast_id, Recipient.answer)
    )  # fmt: skip
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(statement) if row_ids else ():
        found[row[0]].append(row)
    return {
        one: Tally(
            {digit: n for _id, digit, n, _answered, _without in found[one] if digit},
            sum(row[2] for row in found[one]), sum(row[3] for row in found[one]), sum(row[4] for row in found[one]),
        )
        for one in row_ids
    }  # fmt: skip


def _view(row: Broadcast, tally: Tally, scope: Scope) -> BroadcastView:
    villages = tuple(code for code in row.audience.get("villages", ()) if scope.holds(code))
    return BroadcastView(
        row.id, ids.number(ids.BROADCAST, row.id), row.kind, row.body, row.warning, options_of(row.options), row.urgent,
        row.state, row.made_by, row.made_at, row.ended_at, row.ended_by, row.note, row.division_code, row.audience,
        villages, tally, scope.holds(row.division_code),
    )  # fmt: skip


def options_of(kept: Iterable[dict[str, Any]]) -> tuple[Option, ...]:
    """Numbered answers as they are kept."""
    return tuple(Option(one["digit"], one["label"]) for one in kept)


def recipients(session: Session, scope: Scope, number: str) -> list[RecipientView]:
    """The recipients inside the scope, each with what became of their newest text. Five statements, however many."""
    found = broadcast(session, scope, number)
    if found is None:
        return []
    here = (Recipient.broadcast_id == found.id, scope.covers(Recipient.division_code))
    rows = session.scalars(select(Recipient).where(*here).order_by(Recipient.division_code, Recipient.id)).all()
    texts, why = _texts(session, scope, number)
    calls = {
        row.person_id: row.state
        for row in session.execute(
            select(HandCall.person_id, HandCall.state)
            .where(HandCall.subject == number, scope.covers(HandCall.division_code))
            .order_by(HandCall.id)
        )
    }
    labels = {one.digit: one.label for one in found.options}
    views = []
    for row in rows:
        text = texts.get(row.person_id)
        views.append(
            RecipientView(
                row.person_id, row.name, row.number, row.problem, row.post, row.division_code, row.told, row.told_at,
                row.answer, labels.get(row.answer, ""), row.said, row.via, row.answered_at,
                text.status if text else "", (text.gateway or text.road) if text else "",
                text.category if text else "", row.hand_at is not None, tuple(why.get(text.id, ())) if text else (),
                calls.get(row.person_id, ""),
            )
        )  # fmt: skip
    return views


def _texts(session: Session, scope: Scope, number: str) -> tuple[dict[int, Any], dict[int, list[str]]]:
    """Everybody's newest text, by person, and the errors of its attempts, by text."""
    mine = (Outbound.subject == number, Outbound.template.in_(rules.ASKING), scope.covers(Outbound.division_code))
    columns = (
        Outbound.id, Outbound.person_id, Outbound.status, Outbound.gateway, Outbound.road, Outbound.category,
    )  # fmt: skip
    texts = {row.person_id: row for row in session.execute(select(*columns).where(*mine).order_by(Outbound.id))}
    why: dict[int, list[str]] = defaultdict(list)
    failed = (
        select(Attempt.outbound_id, Attempt.gateway, Attempt.code)
        .join(Outbound, Outbound.id == Attempt.outbound_id)
        .where(*mine, Attempt.taken.is_(False))
        .order_by(Attempt.id)
    )
    for row in session.execute(failed):
        said = f"{row.gateway} {row.code}".strip()
        if said not in why[row.outbound_id]:
            why[row.outbound_id].append(said)
    return texts, why


def parts(session: Session, scope: Scope, found: BroadcastView, people: Sequence[RecipientView]) -> list[PartView]:
    """How each part below the reader stands: those of a district by town, of a town by village."""
    tree = places(session)
    base = max((scope.division, found.division), key=len)
    below = next((n for n in (2, 4, 6, 9, 12) if n > len(base)), 12)
    groups: dict[str, list[RecipientView]] = defaultdict(list)
    for one in people:
        groups[one.division[:below]].append(one)
    return [
        PartView(
            code, tree.name(code), len(group), sum(not one.silent for one in group),
            sum(one.status == "delivered" for one in group),
            sum(one.status in FAILED or not one.number for one in group),
            sum(one.call in WAITING for one in group), sum(one.silent for one in group),
        )
        for code, group in sorted(groups.items())
    ]  # fmt: skip


FAILED = ("failed", "late", "cancelled")
"""What a text came to that its recipient never had."""


def villages(
    session: Session, scope: Scope, found: BroadcastView, people: Sequence[RecipientView]
) -> list[VillageView]:
    """The villages of a callout inside the scope with their people, those that need somebody first; of any other
    broadcast none."""
    tree, at = places(session), defaultdict(list)
    for one in people:
        at[one.division].append(one)
    views = [
        VillageView(code, tree.label(code), rules.village_state([_called(one) for one in at[code]]), at[code])
        for code in found.villages
        if scope.holds(code)
    ]
    return sorted(views, key=lambda view: (_NEEDY.index(view.state), view.division))


_NEEDY = ("unmanned", "listed", "waiting", "answered")


def _called(one: RecipientView) -> Called:
    return Called(one.number, one.told, one.told_at, not one.silent, one.listed or bool(one.call))


def village_counts(found: Sequence[VillageView]) -> dict[str, int]:
    """How many villages stand how."""
    counted = Counter(view.state for view in found)
    return {state: counted.get(state, 0) for state in ("answered", "waiting", "listed", "unmanned")}


def said_before(session: Session, scope: Scope, body: str, since: datetime) -> str | None:
    """The number of a broadcast of this division that said the same words since a moment."""
    mine = (Broadcast.division_code == scope.division, Broadcast.body == body, Broadcast.made_at >= since)
    found = session.scalar(select(func.max(Broadcast.id)).where(*mine, scope.covers(Broadcast.division_code)))
    return ids.number(ids.BROADCAST, found) if found is not None else None


def next_number(session: Session) -> str:
    """The number that the next broadcast will most likely get."""
    return ids.number(ids.BROADCAST, (session.scalar(select(func.max(_b.c.id))) or 0) + 1)


def waiting_for(session: Session, scope: Scope, limit: int = 8) -> list[BroadcastView]:
    """What asks the reader for an answer that they haven't given, newest first."""
    if scope.person_id is None:
        return []
    mine = (
        Recipient.broadcast_id == Broadcast.id, Recipient.person_id == scope.person_id,
        Recipient.answered_at.is_(None),
    )  # fmt: skip
    statement = select(Broadcast).where(Broadcast.state == rules.OPEN, exists().where(*mine))
    rows = session.scalars(statement.order_by(Broadcast.id.desc()).limit(limit))
    return [_view(row, Tally({}, 0, 0, 0), scope) for row in rows if row.options]


def asked(session: Session, scope: Scope, number: str) -> tuple[BroadcastView, RecipientView] | None:
    """A broadcast and the reader's own place in it; None where it didn't go to them."""
    row_id = ids.row_id(ids.BROADCAST, number)
    mine = (Recipient.broadcast_id == row_id, Recipient.person_id == scope.person_id)
    to = session.scalar(select(Recipient).where(*mine))
    row = session.scalar(select(Broadcast).where(Broadcast.id == row_id)) if to is not None else None
    if to is None or row is None:
        return None
    view = _view(row, Tally({}, 0, 0, 0), scope)
    label = next((one.label for one in view.options if one.digit == to.answer), "")
    return view, RecipientView(
        to.person_id, to.name, to.number, to.problem, to.post, to.division_code, to.told, to.told_at, to.answer, label,
        to.said, to.via, to.answered_at,
    )  # fmt: skip
