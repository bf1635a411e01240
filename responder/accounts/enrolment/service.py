"""Changes to enrolments. Whoever applies is nobody yet; whoever decides keeps the people of the place."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from responder.accounts import credentials
from responder.accounts import queries as accounts
from responder.accounts import service as people
from responder.accounts.commands import AddPerson, AddPhone
from responder.accounts.enrolment import queries, rules
from responder.accounts.enrolment.commands import Apply, Confirm, Refuse
from responder.accounts.enrolment.queries import EnrolmentView
from responder.accounts.models import Enrolment
from responder.accounts.rules import LIAISON
from responder.kernel.events import Event
from responder.kernel.notices import Notice
from responder.kernel.refusals import NotFound
from responder.places.queries import places
from responder.platform.scope import Scope, ancestors
from responder.platform.work import UnitOfWork

_row: Any = Enrolment.__table__
_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_DECIDING = 4
"""Priority of a text to whoever decides: somebody waits for the answer, nobody's life hangs on it."""


@dataclass(frozen=True)
class Applied:
    """An application as it stands now: ``again`` says that the number had one open before, ``told`` that somebody has
    been asked to decide."""

    enrolment: EnrolmentView
    again: bool
    told: bool


def apply(uow: UnitOfWork, command: Apply) -> Applied:
    """Notes that somebody wants to be a liaison officer and asks the people above the place to decide.

    A number has one open application: another text puts it right. One without a known place is asked for the place
    first, and goes to the branch's office only when that doesn't help. Raises Invalid.
    """
    root = places(uow.session).profile.root
    values = {
        "name": people.clean_name(command.name), "division_code": command.division or root,
        "said": command.said[: rules.LONGEST_SAID],
    }  # fmt: skip
    connection = uow.session.connection()
    new = {
        **values, "number": command.number, "asked_at": uow.now, "state": rules.OPEN, "decided_by": "",
    }  # fmt: skip
    insert = _INSERTS[connection.dialect.name](_row).on_conflict_do_nothing().returning(_row.c.id)
    added = connection.execute(insert, new).scalar()
    mine = select(Enrolment).where(Enrolment.number == command.number, Enrolment.state == rules.OPEN)
    row = uow.session.scalars(mine.with_for_update()).one()
    if added is None:
        row.name, row.said = values["name"], values["said"]
        row.division_code = command.division or row.division_code
    placed = row.division_code != root
    if added is not None:
        data = {"name": row.name, "at": places(uow.session).label(row.division_code)}
        uow.record(Event("account.enrolment_asked", row.division_code, rules.number(row.id), data, private=True))
    found = queries.view(uow.session, row)
    if placed or added is None:
        _ask(uow, found)
    return Applied(found, added is None, placed or added is None)


def _ask(uow: UnitOfWork, asked: EnrolmentView) -> None:
    """Texts those who decide: at the nearest division above the place that has somebody who keeps its people."""
    scope = Scope("", uow.world)
    known = queries.namesakes(uow.session, scope, asked.name, asked.division) if asked.placed else []
    params: dict[str, object] = {"number": asked.number, "name": asked.name, "tail": asked.phone[-4:]}
    if asked.placed:
        params |= {"place": places(uow.session).name(asked.division), "known": known[0][1] if known else ""}
    else:
        params |= {"said": asked.said[:20]}
    above = [code for code in ancestors(asked.division) if code != asked.division or not asked.placed]
    for code in reversed(above):
        deciding = accounts.people_with(uow.session, "people.local", [code])
        for officer in deciding:
            dedup = f"enrol:{asked.id}:{asked.division}:{asked.name}:{officer.id}"
            template = "enrol_asked" if asked.placed else "enrol_asked_web"
            uow.send(
                Notice(
                    template, dedup, person=officer.id, params=params, priority=_DECIDING, subject=asked.number,
                    wanted=f"enrolment:{asked.number}",
                )
            )  # fmt: skip
        if deciding:
            return


def confirm(uow: UnitOfWork, command: Confirm) -> EnrolmentView:
    """Makes the applicant a liaison officer, or gives the number to a person who is one, and tells them how to report.

    Raises NotFound, Decided, NoPlaceYet, NobodySuch and what adding a person or a number raises.
    """
    row = _target(uow, command.enrolment)
    name, division = command.name or row.name, command.division or row.division_code
    if not command.division and row.division_code == places(uow.session).profile.root:
        raise rules.NoPlaceYet(number=rules.number(row.id))
    lang = rules.language(row.said)
    if command.join is not None:
        known = queries.namesakes(uow.session, people.reach_of(uow), name, division)
        if command.join not in [one for one, _name in known]:
            raise rules.NobodySuch(name=name)
        credentials.add_phone(uow, AddPhone(command.join, row.number))
        row.person_id = command.join
    else:
        added = AddPerson(name, division, frozenset({LIAISON}), "", lang, (row.number,), post=command.post)
        row.person_id = people.add_person(uow, added)
    row.name, row.division_code = name, division
    _decide(uow, row, rules.CONFIRMED)
    _tell(uow, row, "enrol_confirmed", lang)
    return queries.view(uow.session, row)


def refuse(uow: UnitOfWork, command: Refuse) -> EnrolmentView:
    """Turns the applicant down and tells them. Raises NotFound, Decided."""
    row = _target(uow, command.enrolment)
    _decide(uow, row, rules.REFUSED)
    _tell(uow, row, "enrol_refused", rules.language(row.said))
    return queries.view(uow.session, row)


def _target(uow: UnitOfWork, enrolment: int) -> Enrolment:
    """The enrolment, locked, if the actor decides on it and it is open."""
    mine = select(Enrolment).where(Enrolment.id == enrolment, queries.visible(people.reach_of(uow)))
    row = uow.session.scalars(mine.with_for_update()).first()
    if row is None:
        raise NotFound(what=rules.number(enrolment))
    if row.state != rules.OPEN:
        raise rules.Decided(by=row.decided_by, state=row.state)
    return row


def _decide(uow: UnitOfWork, row: Enrolment, state: str) -> None:
    row.state, row.decided_by, row.decided_at = state, uow.actor.name, uow.now
    data = {"name": row.name, "at": places(uow.session).label(row.division_code), "by": uow.actor.name}
    kind = "account.enrolment_confirmed" if state == rules.CONFIRMED else "account.enrolment_refused"
    uow.record(Event(kind, row.division_code, rules.number(row.id), data, private=True))


def _tell(uow: UnitOfWork, row: Enrolment, template: str, lang: str) -> None:
    params = {"name": row.name, "place": places(uow.session).name(row.division_code)}
    dedup = f"enrol:{row.id}:{row.state}"
    uow.send(
        Notice(
            template, dedup, number=row.number, params=params, priority=_DECIDING, subject=rules.number(row.id),
            lang=lang,
        )
    )  # fmt: skip
