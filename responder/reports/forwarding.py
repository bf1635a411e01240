"""A sheet goes upward in one action: to the office above, and past it where a rule of config/reporting.toml says so
(越级, DOMAIN §1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.accounts import queries as accounts
from responder.incidents import authority
from responder.incidents import queries as incidents
from responder.incidents.models import Authorisation
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number, row_id
from responder.kernel.notices import ALERT, ANSWER, Notice
from responder.kernel.refusals import NotFound
from responder.places.index import Places
from responder.places.queries import places
from responder.places.rules import ancestors, level
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork
from responder.reports import rules, sheets
from responder.reports.commands import Forward
from responder.reports.deadlines import rulebook
from responder.reports.deadlines.rules import receivers
from responder.reports.models import Submission
from responder.reports.standing import Figures, Given

ACT = "report_forward"
UNREAL = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


def forward(uow: UnitOfWork, command: Forward) -> str:
    """Keeps what went upward, by whose authority, and tells the offices above; returns the incident's number.

    Raises NotFound, NothingToForward, and what ``authority.record`` raises.
    """
    key = row_id(INCIDENT, command.incident)
    held = incidents.open_one(uow.session, uow.world, key) if key else None
    if held is None or not command.division.startswith(uow.actor.division):
        raise NotFound()
    scope = Scope(uow.actor.division, uow.world)
    sheet = sheets.sheet(uow.session, scope, number(INCIDENT, held.id), command.division)
    to = targets(places(uow.session), command.division, sheet.tier.figures) if sheet is not None else []
    if sheet is None or sheet.tier.silent or not to:
        raise rules.NothingToForward()
    name = sheet.incident
    row = Submission(
        division_code=command.division, incident_id=held.id, to=to, leap=len(to) > 1, figures=sheet.tier.figures,
        difference=sheet.tier.differences, reporting=sum(not child.silent for child in sheet.rows), at=uow.now,
        by_id=uow.actor.person_id, by_name=uow.actor.name, note=command.note.strip()[:300],
        authorisation_id=authority.record(uow, name, ACT, command.division, command.authority),
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    _tell(uow, row, name, held.place)
    return name


def targets(tree: Places, division: str, figures: Given) -> list[str]:
    """The offices that a division's sheet goes to, the nearest first: the tier above (for the branch's top its
    government tier, outside the branch), and those that a triggered leap-frog rule names."""
    above = [code for code in ancestors(division) if code != division]
    offices = [code for code in above if tree.tier(code) is not None] or above
    found = set(offices[-1:])
    for rule in rulebook.applying([1, 2, 3, 4, 5]):
        if rule.kind == "initial" and rule.figures and rule.sender == level(division) and rule.is_triggered(figures):
            found |= {code for code in receivers(rule, division) if code in above}
    return sorted(found, key=len, reverse=True)


def office(tree: Places, code: str) -> str:
    """An office's name. 市辖区 is a line of the statistics and no office: its province is meant."""
    return tree.name(code[:2] if tree.name(code) in UNREAL else code)


def _tell(uow: UnitOfWork, row: Submission, incident: str, place: str) -> None:
    tree = places(uow.session)
    names = "、".join(office(tree, code) for code in row.to)
    data = {
        "incident": incident, "place": tree.name(row.division_code), "to": names, "figures": row.figures,
        "leap": row.leap, "by": row.by_name,
    }  # fmt: skip
    uow.record(Event("report.forwarded", row.division_code, incident, data))
    params = {"office": tree.name(row.division_code), "place": place, "figures": row.figures, "number": incident}
    for person in accounts.people_with(uow.session, "report.review", row.to):
        if person.id == uow.actor.person_id:
            continue
        dedup = f"forwarded:{row.id}:{person.id}"
        priority = ALERT if row.leap else ANSWER
        uow.send(Notice("sheet_forwarded", dedup, person=person.id, params=params, priority=priority, subject=incident))


@dataclass(frozen=True)
class SubmissionView:
    """A sheet that went upward, as read: figures as they stood, who authorised it how and when."""

    division: str
    to: Sequence[str]
    leap: bool
    figures: Figures
    difference: Figures
    reporting: int
    at: datetime
    by: str
    note: str
    authorised_by: str
    how: str
    authorised_at: datetime | None


def submissions(session: Session, scope: Scope, incident: str) -> list[SubmissionView]:
    """What went upward of an incident, newest first."""
    statement: Any = (
        select(Submission, Authorisation)
        .outerjoin(Authorisation, Authorisation.id == Submission.authorisation_id)
        .where(Submission.incident_id == (row_id(INCIDENT, incident) or 0), scope.covers(Submission.division_code))
        .where(Submission.world == scope.world)
        .order_by(Submission.id.desc())
    )
    return [
        SubmissionView(
            one.division_code, one.to, one.leap, one.figures, one.difference, one.reporting, one.at, one.by_name,
            one.note, by.by_name if by else "", by.how if by else "", by.at if by else None,
        )
        for one, by in session.execute(statement)
    ]  # fmt: skip
