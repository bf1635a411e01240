"""One function per act on what is owed. What reports fulfil by themselves is found by the job (``feed``)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from responder.incidents.models import Incident
from responder.kernel.events import Event
from responder.kernel.ids import INCIDENT, number, row_id
from responder.kernel.refusals import Invalid, NotAllowed, NotFound
from responder.places.queries import places
from responder.platform.work import UnitOfWork
from responder.reports import service as reports
from responder.reports.commands import FileReport, Said
from responder.reports.deadlines import matching, texts
from responder.reports.deadlines.commands import (
    AnswerZero,
    AskAgain,
    DeclareStable,
    FileRound,
    ToldOutside,
    Waive,
)
from responder.reports.deadlines.models import Due
from responder.reports.deadlines.rules import OPEN, RED_CROSS, AskedJustNow, NotOwed
from responder.reports.queries import ReportView

PAUSE = timedelta(minutes=10)
"""An office that was just texted isn't texted by hand again within this time."""

REACHED = "电话联系，今日无新灾情"
"""What a zero report of a village that its office reached by telephone says."""


def answer_zero(uow: UnitOfWork, command: AnswerZero) -> ReportView:
    """The answer "nothing new": a full zero report of the prompted village by whoever of it answers.

    Raises NotFound; NotOwed where the village has reported meanwhile.
    """
    row = uow.session.get(Due, command.due, with_for_update=True)
    if row is None or row.kind != "zero" or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.status != OPEN:
        raise NotOwed()
    filed = FileReport(
        kind="zero", hazard=None, division=row.division_code, text=command.text, channel=command.channel,
        inbound=command.inbound, number=command.number,
    )  # fmt: skip
    return _file(uow, row, filed)


def file_round(uow: UnitOfWork, command: FileRound) -> int:
    """Files zero reports for the villages that the office has reached: said by whoever called, typed by the same.

    A village that has answered meanwhile is passed over. Returns how many were filed. Raises NotFound for a place
    that isn't below the actor, Invalid where none was ticked.
    """
    if not command.reached:
        raise Invalid(field="reached", problem="required")
    mine = uow.actor.division
    if not all(code.startswith(mine) and code != mine for code in command.reached):
        raise NotFound()
    waiting = select(Due).where(
        Due.division_code.in_(command.reached), Due.kind == "zero", Due.status == OPEN, Due.started_from <= uow.now
    )
    rows = uow.session.scalars(waiting.order_by(Due.due_at.desc()).with_for_update()).all()
    done = set()
    caller = Said(uow.actor.name, person_id=uow.actor.person_id)
    for row in rows:
        if row.division_code in done:
            continue
        done.add(row.division_code)
        filed = FileReport(
            kind="zero", hazard=None, division=row.division_code, text=REACHED, channel="proxy", said=caller
        )
        _file(uow, row, filed)
    if done:
        data = {"by": uow.actor.name, "office": places(uow.session).name(mine), "n": len(done)}
        uow.record(Event("due.round_filed", mine, "", data))
    return len(done)


def _file(uow: UnitOfWork, row: Due, command: FileReport) -> ReportView:
    # The day and the place stand in the words: "0" of yesterday, or of the next village, is no repetition.
    words = f"{row.round_on} {places(uow.session).name(row.division_code)}零报告：{command.text}"
    filed = reports.file(uow, replace(command, text=words, form_key=f"zero:{row.key}"[:80]))
    uow.session.flush()
    matching.meet(uow.session, row.id, uow.now, "report", filed.id)
    uow.session.expire(row)
    matching.complete_rounds(uow.session, places(uow.session), uow.world, row.division_code, uow.now)
    return filed


def ask_again(uow: UnitOfWork, command: AskAgain) -> None:
    """Texts the office about it now. Raises NotFound, NotOwed, AskedJustNow, Invalid (nobody can be texted)."""
    row = _owed(uow, command.due)
    last = max((at for at in (row.nagged_at, row.reminded_at) if at is not None), default=None)
    if last is not None and uow.now - last < PAUSE:
        raise AskedJustNow()
    turn = row.nags
    row.nags, row.nagged_at = row.nags + 1, uow.now
    if not texts.ask(uow, row, turn, late=row.due_at < uow.now, by_hand=True):
        raise Invalid(field="number", problem="unknown")
    _tell(uow, "due.prompted", row)


def waive(uow: UnitOfWork, command: Waive) -> None:
    """The receiving office says that it isn't needed, and why. Raises NotFound, NotOwed, NotAllowed, Invalid."""
    row = _owed(uow, command.due)
    reason = command.reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(field="reason", problem="too_long" if reason else "required")
    own = row.division_code == uow.actor.division
    if own and row.division_code != places(uow.session).profile.root:
        # Nobody excuses themselves; above the branch there is nobody in here to do it.
        raise NotAllowed()
    matching.waive(uow.session, _table.c.id == row.id, reason)
    _tell(uow, "due.waived", row, reason=reason)


def told_outside(uow: UnitOfWork, command: ToldOutside) -> None:
    """The higher Red Cross, which isn't in this software, was told. Raises NotFound, NotOwed, Invalid."""
    row = _owed(uow, command.due)
    how = command.how.strip()
    if row.kind != RED_CROSS:
        raise NotOwed()
    if not how or len(how) > 200:
        raise Invalid(field="how", problem="too_long" if how else "required")
    row.reason = how
    uow.session.flush()
    matching.meet(uow.session, row.id, uow.now, "told")
    _tell(uow, "due.told", row, how=how)


def declare_stable(uow: UnitOfWork, command: DeclareStable) -> None:
    """Starts the verification clocks of an incident; a second time changes nothing. Raises NotFound."""
    key = row_id(INCIDENT, command.incident)
    row = uow.session.get(Incident, key) if key else None
    if row is None or not row.division_code.startswith(uow.actor.division) or row.status == "closed":
        raise NotFound()
    if matching.open_verification(uow.session, places(uow.session), uow.world, row.id, uow.now):
        data = {"by": uow.actor.name, "place": row.place, "incident": number(INCIDENT, row.id)}
        uow.record(Event("incident.stable", row.division_code, number(INCIDENT, row.id), data))


_table: Any = Due.__table__


def _owed(uow: UnitOfWork, due: int) -> Due:
    row = uow.session.get(Due, due, with_for_update=True)
    if row is None or not row.division_code.startswith(uow.actor.division):
        raise NotFound()
    if row.status != OPEN:
        raise NotOwed()
    return row


def _tell(uow: UnitOfWork, kind: str, row: Due, **more: object) -> None:
    incident = uow.session.get(Incident, row.incident_id) if row.incident_id else None
    data = {
        "by": uow.actor.name, "office": places(uow.session).name(row.division_code), "kind": row.kind,
        "place": incident.place if incident is not None else None, **more,
    }  # fmt: skip
    uow.record(Event(kind, row.division_code, texts.subject(row), data))
