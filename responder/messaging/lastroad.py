"""The end of a text that no road carries: the deputy gets a copy, a person calls, or the board is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update

from responder.accounts import queries as accounts
from responder.kernel.events import Event
from responder.kernel.refusals import Refusal
from responder.messaging import numbers, rules
from responder.messaging.handcalls import service as handcalls
from responder.messaging.handcalls.commands import HandCallWanted
from responder.messaging.letters import treatment
from responder.messaging.manners import Course, manners
from responder.messaging.models import Outbound
from responder.messaging.posting import copy_for
from responder.messaging.roads import Choice, Failure, why
from responder.platform import terms
from responder.platform.work import UnitOfWork

_outbound: Any = Outbound.__table__
COPY = ":deputy"
"""Ends the dedup key of a copy, which gets no deputy and no call of its own."""


def course_of(row: Mapping[str, Any]) -> Course:
    """How a text goes. A copy has no last road: the text that it copies has taken it."""
    course = manners().course(treatment(row["template"]).kind)
    if row["dedup"].endswith(COPY):
        return course.model_copy(update={"deputy": False, "person": False, "voice": False})
    return course


def end(uow: UnitOfWork, row: Mapping[str, Any], choice: Choice, failures: Sequence[Failure], late: bool) -> bool:
    """Ends a text that waits for a road, unless somebody else has done so. Returns whether it was this one."""
    course = course_of(row)
    if course.person and not late and row["person_id"] is not None and _readdressed(uow, row, failures):
        return False
    reason = "late" if late else why(choice, failures)
    status = "late" if late else "by_hand" if course.person else "failed"
    waits = (_outbound.c.id == row["id"]) & (_outbound.c.status == "queued") & (_outbound.c.road == "")
    values = {"status": status, **({} if row["error"] else {"error": reason}), **_category(row, reason)}
    if not uow.session.connection().execute(update(_outbound).where(waits).values(values)).rowcount:
        return False
    end_inside(uow, row["id"], values)
    if course.person:
        if course.deputy and row["person_id"] is not None:
            _to_deputy(uow, row)
        try:
            _to_person(uow, row, reason, said(choice, failures))
            return True
        except Refusal:
            # The drill is over: nobody calls for it any more.
            pass
    if late:
        data = {"template": row["template"], "about": row["subject"]}
        uow.record(Event("message.late", row["division_code"], row["subject"] or row["template"], data))
    else:
        tell_failed(uow, row, reason)
    return True


def _readdressed(uow: UnitOfWork, row: Mapping[str, Any], failures: Sequence[Failure]) -> bool:
    """Whoever has another number gets it there, before anybody is called."""
    number = numbers.another(uow, row["person_id"], {row["number"], *(one.number for one in failures)})
    if number is None:
        return False
    waits = (_outbound.c.id == row["id"]) & (_outbound.c.status == "queued") & (_outbound.c.road == "")
    values = {"number": number, "next_at": uow.now}
    return bool(uow.session.connection().execute(update(_outbound).where(waits).values(values)).rowcount)


def _category(row: Mapping[str, Any], reason: str) -> dict[str, str]:
    return {} if row["category"] else {"category": reason if reason in rules.CATEGORIES else "unknown"}


def end_inside(uow: UnitOfWork, text: int, values: Mapping[str, Any]) -> None:
    """What went inside a text ends like it."""
    inside = update(_outbound).where(_outbound.c.bundle_id == text, _outbound.c.status.in_(("bundled", "failed")))
    uow.session.connection().execute(inside.values({name: values[name] for name in _SHARED if name in values}))


_SHARED = ("status", "error", "category", "delivered_at")


def tell_failed(uow: UnitOfWork, row: Mapping[str, Any], category: str) -> None:
    """A text that will not arrive is an event: somebody must call by hand."""
    known = category if category in rules.CATEGORIES else "unknown"
    data = {"template": row["template"], "about": row["subject"], "category": known}
    uow.record(Event("message.failed", row["division_code"], row["subject"] or row["template"], data))


def _to_deputy(uow: UnitOfWork, row: Mapping[str, Any]) -> None:
    deputy = accounts.stand_in(uow.session, row["person_id"])
    if deputy is not None and deputy.number != row["number"]:
        copy_for(uow, row, deputy, COPY)


def _to_person(uow: UnitOfWork, row: Mapping[str, Any], reason: str, detail: str) -> None:
    person = row["person_id"]
    name = accounts.names(uow.session, [person]).get(person, "") if person is not None else ""
    handcalls.put(
        uow,
        HandCallWanted(
            row["id"], person, row["number"], name, row["body"], reason, detail, row["template"], row["priority"],
            row["subject"], row["division_code"], f"outbound:{row['id']}", wanted=row["wanted"],
        ),
    )  # fmt: skip


def said(choice: Choice, failures: Sequence[Failure]) -> str:
    """What every road said, in words for whoever has to call: codes of the providers, our own reasons."""
    parts = [f"{one.road} {one.code or one.category}" for one in failures]
    parts += [f"{road} {terms.term('road_reason', slug, 'zh')}" for road, slug in choice.reasons.items()]
    return "；".join(dict.fromkeys(parts))[:200]
