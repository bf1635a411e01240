"""The drills of a demonstration: this year's two fixed dates, or the next ones where they are past."""

from datetime import datetime, time

from sqlalchemy import select

from responder.accounts.models import Person
from responder.drills import rules, service
from responder.drills.commands import PlanDrill
from responder.drills.days import days
from responder.places import queries as places
from responder.platform.work import UnitOfWork

_HELD = {
    "disaster_reduction_day": (
        "防灾减灾日疏散演练",
        "08:55 村联络员发“演练 …”报灾\n09:00 区里派救护队\n09:40 队伍到达\n10:00 清点、点评",
    ),
    "first_aid_day": (
        "世界急救日救护演练",
        "09:00 街头模拟多人受伤\n09:05 区里派救护队\n09:30 心肺复苏与 AED\n10:30 点评",
    ),
}


def furnish(uow: UnitOfWork, _profile: str = "jinshan") -> None:
    """Plans the drills of 12 May and of September's second Saturday at the branch's root."""
    branch = places.places(uow.session).profile
    director = uow.session.scalar(select(Person.id).where(Person.username == "director"))
    for day in days():
        if day.slug not in _HELD or day.kind is None:
            continue
        name, script = _HELD[day.slug]
        command = PlanDrill(
            name=name,
            kind=day.kind,
            division=branch.root,
            planned_at=_next(day, uow.now.astimezone(branch.zone())),
            director=director,
            script=script,
            day=day.slug,
        )
        service.plan(uow, command)


def _next(day: rules.Day, now: datetime) -> datetime:
    """Nine in the morning of the day, this year if that is still to come, else next year."""
    for year in (now.year, now.year + 1):
        at = datetime.combine(rules.occurrence(day, year).on, time(9), now.tzinfo)
        if at > now:
            return at
    raise ValueError(f"{day.slug}: not found in {now.year} or the year after")
