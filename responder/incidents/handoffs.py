"""Hand-off of people in danger to 119, 110, 120 and the command headquarters: told by whom, when, to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from responder.incidents.models import HandOff, Incident
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.platform import config, terms
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork


class AlreadyTold(Refusal):
    """Somebody told this line before. Params: ``who``."""

    code = "incidents.already_told"


class Line(BaseModel):
    """Somebody to whom people in danger are handed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    slug: str = Field(max_length=20)
    number: str
    words: frozenset[str]
    figures: frozenset[str]

    @field_validator("slug")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in terms.vocabulary("hand_off"):
            raise ValueError("no such hand_off")
        return value


class _Lines(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    line: list[Line] = Field(min_length=1)


@cache
def lines() -> dict[str, Line]:
    """Every line by slug, in the order of the file."""
    return {line.slug: line for line in config.load("handoffs.toml", _Lines).line}


def wanted(words: Collection[str], figures: Mapping[str, float]) -> list[str]:
    """The lines that a red report calls for."""
    return [
        slug
        for slug, line in lines().items()
        if not (line.words or line.figures)
        or line.words & set(words)
        or any(figures.get(figure) or 0 for figure in line.figures)
    ]


_h: Any = HandOff.__table__
_ALIKE = ("origin_id", "line")
_OPEN = {
    "sqlite": sqlite.insert(_h).on_conflict_do_nothing(index_elements=_ALIKE),
    "postgresql": postgresql.insert(_h).on_conflict_do_nothing(index_elements=_ALIKE),
}


def open_for(
    uow: UnitOfWork, incident_id: int, division: str, words: Collection[str], figures: Mapping[str, float]
) -> None:
    """A red report opens what isn't open yet: one statement, on the red report's way only."""
    rows = [
        {
            "world": uow.world, "division_code": division, "incident_id": incident_id, "origin_id": incident_id,
            "line": slug,
            "because": "、".join(words)[:200], "opened_at": uow.now, "needed": True, "told_to": "", "told_by": "",
            "note": "",
        }
        for slug in wanted(words, figures)
    ]  # fmt: skip
    if rows:
        connection = uow.session.connection()
        connection.execute(_OPEN[connection.dialect.name], rows)


@dataclass(frozen=True)
class TellLine:
    """Somebody told a line, or says why it isn't needed (``needed`` false, then ``note`` is due). ``told_at`` aware,
    by default now. ``origins``: the incidents, joined since, that the line was told of (S…); none given: all that are
    open. What came in after the page was read is left open by naming them."""

    incident: str
    line: str
    told_to: str = ""
    note: str = ""
    told_at: datetime | None = None
    needed: bool = True
    origins: tuple[str, ...] = ()


def tell(uow: UnitOfWork, command: TellLine, incident: Incident) -> None:
    """Writes down that a line was told; a line nobody opened may be told too.

    ``incident`` is the row, held and in the actor's scope. Raises NotFound, AlreadyTold, Invalid.
    """
    if command.line not in lines():
        raise NotFound(what=command.line)
    if not command.needed and not command.note.strip():
        raise Invalid(field="note", problem="required")
    at = command.told_at or uow.now
    if at > uow.now:
        raise Invalid(field="told_at", problem="future")
    statement = select(HandOff).where(HandOff.incident_id == incident.id, HandOff.line == command.line)
    known = uow.session.scalars(statement.order_by(HandOff.id).with_for_update()).all()
    meant = [row for row in known if not command.origins or number(INCIDENT, row.origin_id) in command.origins]
    if command.origins and not meant:
        raise NotFound(what=command.origins[0])
    rows = [row for row in meant if row.told_at is None]
    if meant and not rows:
        raise AlreadyTold(who=meant[0].told_by)
    if not rows:
        row = HandOff(
            incident_id=incident.id, origin_id=incident.id, division_code=incident.division_code, line=command.line,
            opened_at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        rows = [row]
    for row in rows:
        row.told_at, row.told_by, row.told_by_id, row.needed = at, uow.actor.name, uow.actor.person_id, command.needed
        row.told_to, row.note = command.told_to.strip()[:80], command.note.strip()[:300]
    line = lines()[command.line]
    data = {
        "by": uow.actor.name, "line": line.slug, "to": rows[0].told_to, "place": incident.place, "note": rows[0].note,
    }  # fmt: skip
    kind = "incident.handed_off" if command.needed else "incident.hand_off_unneeded"
    uow.record(Event(kind, incident.division_code, number(INCIDENT, incident.id), data))


@dataclass(frozen=True)
class HandOffView:
    """A hand-off as read. Times aware UTC; ``told_at`` None while nobody told the line."""

    incident: str
    origin: str
    line: Line
    because: str
    opened_at: datetime
    needed: bool
    told_at: datetime | None
    told_to: str
    told_by: str
    note: str


def _view(row: HandOff) -> HandOffView:
    return HandOffView(
        incident=number(INCIDENT, row.incident_id),
        origin=number(INCIDENT, row.origin_id),
        line=lines()[row.line],
        because=row.because,
        opened_at=row.opened_at,
        needed=row.needed,
        told_at=row.told_at,
        told_to=row.told_to,
        told_by=row.told_by,
        note=row.note,
    )


def of_incident(session: Session, scope: Scope, incident_id: int) -> list[HandOffView]:
    """An incident's hand-offs in the order of the lines."""
    statement = select(HandOff).where(HandOff.incident_id == incident_id, scope.covers(HandOff.division_code))
    order = list(lines())
    known = (row for row in session.scalars(statement) if row.line in lines())
    return sorted(map(_view, known), key=lambda one: order.index(one.line.slug))


def unmade(session: Session, scope: Scope, limit: int = 20) -> list[HandOffView]:
    """Lines that nobody has told yet, of incidents that go on, oldest first."""
    statement = (
        select(HandOff)
        .join(Incident, Incident.id == HandOff.incident_id)
        .where(
            HandOff.told_at.is_(None), scope.covers(HandOff.division_code), Incident.status != "closed",
            Incident.merged_into.is_(None),
        )
        .order_by(HandOff.id)
        .limit(limit)
    )  # fmt: skip
    return [_view(row) for row in session.scalars(statement) if row.line in lines()]
