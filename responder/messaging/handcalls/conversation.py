"""What a person says to the officer on the telephone goes the way of a text: the same ears hear it.

An answer is heard first, under an id of its own, then the call ends: whatever breaks in between, the officer presses
once more, and what was heard already is not heard twice.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from responder.kernel import clock, ids
from responder.kernel.actors import REAL, Actor
from responder.kernel.refusals import NotFound
from responder.messaging.broadcasts.commands import Answer
from responder.messaging.broadcasts.rules import NotAsked
from responder.messaging.broadcasts.service import answer
from responder.messaging.commands import Incoming
from responder.messaging.handcalls import queries, rules, service
from responder.messaging.handcalls.commands import EndCall
from responder.messaging.handcalls.queries import CallView
from responder.messaging.letters import treatments
from responder.messaging.models import Inbound
from responder.platform.scope import Scope
from responder.platform.work import UnitOfWork, Work


@dataclass(frozen=True)
class Heard:
    """What became of an answer: the id under which it stands in the inbox, and a term of ``outcome``."""

    provider_id: str
    outcome: str


class Ear(Protocol):
    """Stores a text and has it understood, once for each id. Wired to ``messaging.hooks.hear``."""

    def __call__(self, incoming: Incoming, /) -> int | None: ...


def hear_answer(work: Work, actor: Actor, command: EndCall, lang: str, ear: Ear) -> Heard | None:
    """Hears what the person said, before the call ends; None where they said nothing.

    Raises NotFound, CallTaken, CallEnded, NoSuchAnswer.
    """
    with work.read(actor.world) as session:
        one = queries.call(session, Scope(actor.division, actor.world), command.call, clock.now(), lang)
    if one is None:
        raise NotFound()
    if one.state not in rules.WAITING:
        raise rules.CallEnded(by=one.ended_by if one.ended_by != "system" else "")
    if one.holder and one.holder_id != actor.person_id:
        raise rules.CallTaken(by=one.holder)
    if not rules.is_answer(one.options, command.answer):
        raise rules.NoSuchAnswer(answer=command.answer)
    said = command.said if _is_heard(one, command.answer) else ""
    body = rules.spoken(one.subject if one.coded else "", command.answer, said, drill=actor.world != REAL)
    if command.outcome != "reached" or not body or not one.number:
        return None
    provider_id = f"call-{one.id}-{one.tries}"
    ear(Incoming(rules.GATEWAY, provider_id, one.number, body))
    with work.read() as session:
        table = Inbound.__table__
        mine = (table.c.gateway == rules.GATEWAY) & (table.c.provider_id == provider_id)
        outcome = session.execute(select(table.c.outcome).where(mine)).scalar_one()
    return Heard(provider_id, outcome)


def _is_heard(one: CallView, answer: str) -> bool:
    """Whether the words are heard too; else they are only kept beside the call. Beside a mission's digit they must not
    be: 路上有积水 after 1 would be read as being on the way."""
    if answer:
        return ids.row_id(ids.BROADCAST, one.subject) is not None
    found = treatments().get(one.template)
    return bool(one.options) or (found is not None and found.wants_answer)


def end(uow: UnitOfWork, command: EndCall, heard: Heard | None) -> str:
    """Ends the call and keeps who typed the answer; returns the call's state. Raises NotFound, CallTaken, CallEnded."""
    if heard is not None:
        service.note_typist(uow, heard.provider_id)
    state = service.end(uow, command)
    if heard is None and state == "reached" and command.answer:
        _note(uow, command)
    return state


def _note(uow: UnitOfWork, command: EndCall) -> None:
    """What somebody without a number says to a broadcast is noted by who they are: no ear knows them by their phone."""
    one = queries.call(uow.session, Scope(uow.actor.division, uow.world), command.call, uow.now, "zh")
    if one is None or one.number or one.person_id is None or ids.row_id(ids.BROADCAST, one.subject) is None:
        return
    with suppress(NotAsked):
        answer(uow, Answer(one.subject, one.person_id, command.answer, command.said, "hand"))
