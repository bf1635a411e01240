"""What comes of a call: a report, an answer, an item of the inbox; and what is written and texted of it."""

from typing import Any

from responder.dispatch import service as dispatch
from responder.dispatch.commands import AnswerMission
from responder.hotline import receipts
from responder.hotline.voice import book, flow
from responder.hotline.voice.book import Row
from responder.hotline.voice.flow import State
from responder.hotline.voice.menu import say
from responder.kernel.actors import REAL, Actor
from responder.kernel.events import Event
from responder.kernel.notices import ANSWER, Notice
from responder.messaging import service as messaging
from responder.messaging.calls import Prompt, digits
from responder.platform.terms import figures, term
from responder.platform.work import UnitOfWork
from responder.reports import service as reports
from responder.reports.commands import FileReport


def do(uow: UnitOfWork, row: Row, step: flow.Step) -> tuple[Prompt, ...]:
    """Carries out a step's deed; returns the last words, nothing where nobody is left to hear them.

    Raises what the reports and dispatch rooms refuse.
    """
    state = step.state
    world = state.tasks[state.task].world if step.deed == "answer" else state.world
    name, own = row["name"] or row["number"][-4:], state.division or row["division_code"]
    uow.act_as(Actor(row["person_id"], name, own, "voice", world))
    if world != row["world"]:
        book.write(uow, row["id"], world=world)
        book.move_recordings(uow, row, world, row["division_code"])
    match step.deed:
        case "report" | "zero":
            return _file(uow, row, state, step.deed)
        case "answer":
            return _answer(uow, row, state)
        case "spoken":
            return _finish(uow, row, state, "waiting" if state.keyed or state.recorded else "call")
    return _wait(uow, row, step)


def _file(uow: UnitOfWork, row: Row, state: State, deed: str) -> tuple[Prompt, ...]:
    zero = deed == "zero"
    command = FileReport(
        kind="zero" if zero else "initial", hazard=None if zero else state.hazard, division=uow.actor.division,
        figures={} if zero else state.figures, text="" if zero else body(state), channel="voice",
        inbound=row["inbound_id"], number=row["number"], form_key=f"call:{row['id']}",
    )  # fmt: skip
    filed = reports.file(uow, command)
    # Whoever has spoken besides must be heard: place and details are on the tape.
    _finish(uow, row, state, "waiting" if state.recorded else "report", filed.number)
    event = next(one for one in reversed(uow.events) if one.kind == "report.received")
    template = "zero_receipt" if zero else "report_receipt"
    known = {**event.data, "number": filed.number}
    told = receipts.params(state.lang, known)
    _text(uow, row, template, told, filed.number)
    return flow.close(state, "filed", number=digits(filed.number, state.lang))


def _answer(uow: UnitOfWork, row: Row, state: State) -> tuple[Prompt, ...]:
    task = state.tasks[state.task]
    done = dispatch.answer(uow, AnswerMission(task.number, row["person_id"], state.status))
    _finish(uow, row, state, "answer", done.mission)
    _text(uow, row, done.template, done.params, done.mission)
    words = {"moved": "answered", "repeated": "answered_already", "over": "over"}[done.outcome]
    return flow.close(state, words, number=digits(done.mission, state.lang), status=done.status)


def _wait(uow: UnitOfWork, row: Row, step: flow.Step) -> tuple[Prompt, ...]:
    """Before a person: what was keyed as a draft, what was spoken to be heard, a call without a word to be returned."""
    state, key = step.state, f"I{row['inbound_id']}"
    _finish(uow, row, state, "waiting")
    _text(uow, row, "call_noted", {"number": key, "said": body(state)}, key)
    if step.deed == "trouble":
        return step.prompts
    return flow.close(state, "noted" if state.recorded else "missed", number=digits(key, state.lang))


def _finish(uow: UnitOfWork, row: Row, state: State, outcome: str, subject: str = "") -> tuple[Prompt, ...]:
    note(uow, {**row, "world": uow.world}, state, outcome, subject)
    book.write(uow, row["id"], outcome=outcome)
    if outcome == "waiting":
        about = {"text": row["name"], "known": row["person_id"] is not None}
        uow.record(Event("message.waiting", row["division_code"], f"I{row['inbound_id']}", about))
        tell_red(uow, row, state)
    return ()


def tell_red(uow: UnitOfWork, row: Row, state: State) -> None:
    """Red first: no machine has understood a voice, so a person must at once, whoever called."""
    if state.is_red and row["inbound_id"] is not None:
        messaging.note_outcome(uow, row["inbound_id"], {"urgent": True})
        about = {"text": row["name"], "known": row["person_id"] is not None}
        uow.record(Event("call.urgent", row["division_code"], f"I{row['inbound_id']}", about))


def note(uow: UnitOfWork, row: Row, state: State, outcome: str, subject: str = "") -> None:
    """Writes a call's item of the inbox."""
    values = {
        "person_id": row["person_id"], "name": row["name"], "division_code": row["division_code"],
        "world": row["world"], "understood": _understood(uow, row, state), "outcome": outcome,
        "subject": subject, "body": body(state), "urgent": outcome == "waiting" and state.is_red,
    }  # fmt: skip
    if row["inbound_id"] is not None:
        messaging.note_outcome(uow, row["inbound_id"], values)


def list_recordings(uow: UnitOfWork, row: Row) -> None:
    """Brings the inbox item's list of recordings up to date."""
    if row["inbound_id"] is not None:
        values = {"understood": _understood(uow, row, State.of(row["state"]))}
        messaging.note_outcome(uow, row["inbound_id"], values)


def _understood(uow: UnitOfWork, row: Row, state: State) -> dict[str, Any]:
    """The best guess, in the shape that texts have (DOMAIN §9), with the recordings beside."""
    begun = bool(state.keyed or state.hazard)
    intent = "zero" if state.deed == "zero" else "report" if begun else None
    found: dict[str, Any] = {
        "intent": intent,
        "hazard": state.hazard,
        "needs": [],
        "drill": state.world != REAL,
        **state.figures,
    }
    return {**found, "call": row["id"], "recordings": book.recordings(uow, row["id"])}


def body(state: State) -> str:
    """What was keyed, as it is read: 电话按键：洪涝，死亡0人、受伤12人. What was skipped is left out."""
    hazard = term("hazard", state.hazard, state.lang) if state.hazard else ""
    parts = [part for part in (hazard, figures(state.figures, state.lang)) if part]
    comma = "，" if state.lang == "zh" else ", "
    return say("typed", state.lang, said=comma.join(parts)) if parts else ""


def _text(uow: UnitOfWork, row: Row, template: str, params: dict[str, Any], subject: str) -> None:
    """One text to the phone that called, where its owner is known."""
    if row["person_id"] is not None and row["number"].startswith("+"):
        uow.send(
            Notice(
                template, f"call:{row['id']}", person=row["person_id"], number=row["number"], params=params,
                priority=ANSWER, subject=subject, lang=row["lang"],
            )
        )  # fmt: skip
