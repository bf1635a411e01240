"""Hears calls: every step once, whatever the order and however often it is told. Nothing that was said is dropped."""

from dataclasses import replace
from typing import Any

from responder.drills import queries as drills
from responder.hotline.senders import Sender, sender_of
from responder.hotline.voice import book, deeds, flow
from responder.hotline.voice.book import Row
from responder.hotline.voice.flow import State
from responder.hotline.voice.menu import say
from responder.hotline.voice.queries import tasks_of
from responder.kernel.actors import REAL
from responder.messaging import service as messaging
from responder.messaging.calls import Heard, Line, Prompt, Spoken, Turn
from responder.messaging.commands import Incoming
from responder.places.queries import places
from responder.platform.scope import PREFIXES
from responder.platform.work import UnitOfWork


def ring(uow: UnitOfWork, line: Line) -> Turn:
    """A call comes in, or the provider tells of it again: the first words."""
    return book.turn(_open(uow, line), 0)


def hear(uow: UnitOfWork, line: Line, step: int, heard: Heard, spoken: Spoken | None = None) -> Turn:
    """What the caller did at a step, and what follows. A step that was heard before is answered as before.

    Raises what the deed raises (a refusal of the reports or dispatch room); then call ``stumble`` in a new unit.
    """
    row = _open(uow, line)
    if step + 1 != len(row["turns"]):
        found = book.turn(row, min(step + 1, len(row["turns"]) - 1))
    else:
        found = _advance(uow, row, flow.step(State.of(row["state"]), heard))
    _keep(uow, line, spoken)
    return found


def stumble(uow: UnitOfWork, line: Line, step: int, spoken: Spoken | None = None) -> Turn:
    """A step that could not be carried out: what the caller keyed waits for a person, and the caller is told so."""
    row = _open(uow, line)
    if step + 1 != len(row["turns"]):
        found = book.turn(row, min(step + 1, len(row["turns"]) - 1))
    else:
        before = State.of(row["state"])
        state = replace(before, node="over", deed="wait", recorded=before.recorded or spoken is not None)
        found = _advance(uow, row, flow.Step(state, flow.close(state, "trouble"), "trouble"))
    _keep(uow, line, spoken)
    return found


def end(uow: UnitOfWork, line: Line) -> None:
    """The line is closed. What was begun and not finished waits for a person."""
    row = book.find(uow, line)
    if row is None or row["ended_at"] is not None:
        return
    state = State.of(row["state"])
    if state.node != "over":
        _advance(uow, row, flow.step(state, Heard("gone")))
    book.write(uow, row["id"], ended_at=uow.now)


def keep(uow: UnitOfWork, line: Line, spoken: Spoken) -> None:
    """The provider tells of a recording by itself, before, after or beside the call's own steps."""
    _open(uow, line)
    _keep(uow, line, spoken)


def _keep(uow: UnitOfWork, line: Line, spoken: Spoken | None) -> None:
    row = book.find(uow, line) if spoken is not None else None
    if spoken is None or row is None:
        return
    new = book.note_recording(uow, row, spoken)
    state = State.of(row["state"])
    if new and not state.recorded:
        # The provider may tell of it before the step that it belongs to, or when the caller is gone already.
        state = replace(state, recorded=True)
        book.write(uow, row["id"], state=state.as_dict())
        row = {**row, "state": state.as_dict()}
        if state.node == "over":
            deeds.tell_red(uow, row, state)
    deeds.list_recordings(uow, row)


def _open(uow: UnitOfWork, line: Line) -> Row:
    """The call's row, begun where it is new."""
    row = book.find(uow, line)
    if row is None:
        tree = places(uow.session)
        begun = book.begin(uow, line, tree.profile.root)
        row = book.find(uow, line)
        assert row is not None
        if begun:
            row = _begin(uow, line, row)
    return row


def _begin(uow: UnitOfWork, line: Line, row: Row) -> Row:
    sender = sender_of(uow.session, line.number)
    state = _state(uow, line, sender)
    first = flow.begin(state)
    inbound = messaging.take_in(uow, Incoming("voice", f"{line.provider}:{line.call}"[:80], line.number, ""))
    values: dict[str, Any] = {
        "state": first.state.as_dict(), "turns": [book.kept(first.prompts)], "lang": state.lang, "inbound_id": inbound,
    }  # fmt: skip
    if sender is not None:
        root = places(uow.session).profile.root
        # Nobody of this branch would read what waits at another branch's place.
        values |= {"person_id": sender.person_id, "name": sender.name}
        values |= {"division_code": sender.division if sender.division.startswith(root) else root}
    book.write(uow, row["id"], **values)
    row = {**row, **values}
    deeds.note(uow, row, first.state, "calling")
    return row


def _state(uow: UnitOfWork, line: Line, sender: Sender | None) -> State:
    tree = places(uow.session)
    profile = tree.profile
    duty = line.duty if line.duty != line.number else ""
    if sender is None:
        return State("speak", profile.lang, office=profile.short.get("zh"), known=False, duty=duty)
    length = PREFIXES[profile.levels[1] - 1]
    office = profile.short.get("zh")
    if len(sender.division) >= length and sender.division.startswith(profile.root):
        office = say("office", "zh", place=tree.name(sender.division[:length]))
    running = drills.running_for(uow.session, sender.division)
    return State(
        "menu", sender.lang, sender.name, office, tree.label(sender.division), sender.division, duty=duty,
        tasks=tasks_of(uow.session, sender.person_id), drill=running[0].world if len(running) == 1 else REAL,
    )  # fmt: skip


def _advance(uow: UnitOfWork, row: Row, step: flow.Step) -> Turn:
    prompts: tuple[Prompt, ...] = step.prompts
    if step.deed:
        prompts = deeds.do(uow, row, step) or prompts
    turns = [*row["turns"], book.kept(prompts)]
    book.write(uow, row["id"], state=step.state.as_dict(), turns=turns, lang=step.state.lang)
    return Turn(len(turns) - 1, prompts)
