"""Who authorised an act that binds the branch, how and when; given by word of mouth, countersigned later."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from pydantic import BaseModel, ConfigDict, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.accounts import roles as role_table
from responder.incidents import levels
from responder.incidents.authorised import HOWS, Authorised, How
from responder.incidents.models import Authorisation
from responder.kernel.events import Event
from responder.kernel.refusals import Invalid, NotFound, Refusal
from responder.platform import config
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork


class NotTheSigner(Refusal):
    """The one who acts in the system doesn't hold the post that decides. Params: ``post`` (a signer or a name)."""

    code = "incidents.not_the_signer"


class AlreadySigned(Refusal):
    """It was countersigned before, or nothing is owed."""

    code = "incidents.already_signed"


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    signer: levels.Post
    roles: frozenset[str]

    @field_validator("roles")
    @classmethod
    def _known(cls, value: frozenset[str]) -> frozenset[str]:
        if not role_table.known(value):
            raise ValueError("no such role")
        return value


class _Authority(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    countersign_hours: dict[How, int]
    act: dict[str, _Act]


@cache
def authority() -> _Authority:
    """Read once."""
    return config.load("authority.toml", _Authority)


def signer(act: str, division: str, level: str = "") -> tuple[str, frozenset[str]]:
    """The post that decides this act at an office (a slug), and the roles that hold it."""
    if level:
        found = levels.level_at(division, level)
        return found.signer, found.roles
    other = authority().act[act]
    return other.signer, other.roles


def may_sign(session: Session, person_id: int | None, act: str, division: str, level: str = "") -> bool:
    """Whether this person holds the post that decides the act."""
    if person_id is None:
        return False
    return bool(signer(act, division, level)[1] & set(accounts.own(session, person_id).roles))


def record(uow: UnitOfWork, subject: str, act: str, division: str, by: Authorised, level: str = "") -> int:
    """Keeps who authorised; returns the row's id. ``subject`` is a number, ``division`` the acting office.

    Raises NotTheSigner where the actor authorises alone without holding the post, Invalid for a missing name or a
    time to come.
    """
    post = signer(act, division, level)[0]
    if by.how not in HOWS:
        raise Invalid(field="how", problem="unknown")
    if by.how == "system":
        if not may_sign(uow.session, uow.actor.person_id, act, division, level):
            raise NotTheSigner(post=post)
        by = replace(by, name=uow.actor.name, person_id=uow.actor.person_id, at=uow.now)
    if not by.name.strip():
        raise Invalid(field="authorised_by", problem="required")
    at = by.at or uow.now
    if at > uow.now:
        raise Invalid(field="authorised_at", problem="future")
    hours = authority().countersign_hours.get(by.how, 0)
    row = Authorisation(
        subject=subject, act=act, level=level, division_code=division, by_id=by.person_id,
        by_name=by.name.strip()[:80], by_post=(by.post.strip() or post)[:80], how=by.how, at=at,
        note=by.note.strip()[:300], recorded_at=uow.now, recorded_by=uow.actor.name,
        recorded_by_id=uow.actor.person_id, countersign_due=uow.now + timedelta(hours=hours) if hours else None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    return row.id


def countersign(uow: UnitOfWork, authorisation: int) -> str:
    """The signer confirms what was authorised by word of mouth; returns the subject's number.

    Whoever wrote it down doesn't confirm it. Raises NotFound, AlreadySigned, NotTheSigner.
    """
    row = uow.session.get(Authorisation, authorisation, with_for_update=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.countersign_due is None or row.countersigned_at is not None:
        raise AlreadySigned()
    me = uow.actor.person_id
    post = row.by_name
    holds = me == row.by_id
    if row.by_id is None:
        post = signer(row.act, row.division_code, row.level)[0]
        holds = may_sign(uow.session, me, row.act, row.division_code, row.level)
    if not holds or me == row.recorded_by_id:
        raise NotTheSigner(post=post)
    row.countersigned_at, row.countersigned_by, row.countersigned_by_id = uow.now, uow.actor.name, me
    data = {"by": uow.actor.name, "act": row.act, "level": row.level, "for": row.by_name}
    uow.record(Event("incident.countersigned", row.division_code, row.subject, data))
    return row.subject


@dataclass(frozen=True)
class AuthorisationView:
    """An authorisation as read. Times aware UTC."""

    id: int
    subject: str
    act: str
    level: str
    division: str
    by_id: int | None
    by_name: str
    by_post: str
    how: str
    at: datetime
    note: str
    recorded_at: datetime
    recorded_by: str
    recorded_by_id: int | None
    countersign_due: datetime | None
    countersigned_at: datetime | None
    countersigned_by: str

    def overdue(self, now: datetime) -> bool:
        """Whether the countersignature should have come by now."""
        return self.countersigned_at is None and self.countersign_due is not None and self.countersign_due < now


def view(row: Authorisation) -> AuthorisationView:
    """A row as read."""
    return AuthorisationView(
        row.id, row.subject, row.act, row.level, row.division_code, row.by_id, row.by_name, row.by_post, row.how,
        row.at, row.note, row.recorded_at, row.recorded_by, row.recorded_by_id, row.countersign_due,
        row.countersigned_at, row.countersigned_by,
    )  # fmt: skip


def of_subject(session: Session, scope: Scope, subject: str) -> list[AuthorisationView]:
    """All authorisations about one number, oldest first."""
    statement = select(Authorisation).where(Authorisation.subject == subject, scope.covers(Authorisation.division_code))
    return [view(row) for row in session.scalars(statement.order_by(Authorisation.id))]


def unsigned(session: Session, scope: Scope, limit: int = 100) -> list[AuthorisationView]:
    """Authorisations that still owe a countersignature, the most overdue first."""
    statement = select(Authorisation).where(
        scope.covers(Authorisation.division_code),
        Authorisation.countersign_due.is_not(None),
        Authorisation.countersigned_at.is_(None),
    )
    return [view(row) for row in session.scalars(statement.order_by(Authorisation.countersign_due).limit(limit))]
