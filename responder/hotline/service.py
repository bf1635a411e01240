"""Hears a stored text: finds its world, understands it, turns it into a command, answers. Nothing is ever dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from responder.dispatch import queries as missions
from responder.dispatch import service as dispatch
from responder.dispatch.commands import AnswerMission
from responder.drills import queries as drills
from responder.hotline import rules
from responder.hotline.gazetteers import gazetteer
from responder.hotline.senders import Sender, sender_of
from responder.hotline.understanding import Understood, resolve, understand
from responder.hotline.understanding.moment import moment
from responder.kernel.actors import REAL, Actor
from responder.kernel.events import Event
from responder.kernel.notices import ANSWER, Notice
from responder.kernel.refusals import Refusal
from responder.messaging import queries as messages
from responder.messaging import service as messaging
from responder.messaging.commands import Incoming
from responder.places.queries import places
from responder.platform import terms
from responder.platform.work import UnitOfWork
from responder.reports import queries as reports_read
from responder.reports import service as reports
from responder.reports.commands import FileReport
from responder.reports.red import red_words
from responder.stock.catalogue import match_item


@dataclass
class _Call:
    """One text being dealt with, and what becomes of it: to be written beside it."""

    uow: UnitOfWork
    inbound: int
    incoming: Incoming
    sender: Sender | None
    outcome: str = "waiting"
    subject: str = ""
    understood: dict[str, Any] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """The language to answer in."""
        return rules.language(self.incoming.body, self.sender.lang if self.sender else "zh")

    def reply(self, template: str, params: Mapping[str, object] | None = None, subject: str = "") -> None:
        """One answer to one text, to the number that it came from."""
        self.uow.send(
            Notice(
                template, f"reply:{self.inbound}", person=self.sender.person_id if self.sender else None,
                number=self.incoming.number, params=params or {}, priority=ANSWER, subject=subject, lang=self.lang,
            )
        )  # fmt: skip

    def reply_rarely(self, template: str, pause: timedelta) -> None:
        """An answer that says nothing new, not again within the pause: two machines must not loop."""
        last = messages.last_note_to(self.uow.session, self.incoming.number, template)
        if self.incoming.gateway != "voice" and (last is None or self.uow.now - last > pause):
            self.reply(template)


class NoDrill(Refusal):
    """A text begins with 演练, but no drill that covers its sender is running."""

    code = "hotline.no_drill"


class WhichWorld(Refusal):
    """A follow-up or correction by somebody whose last report was a drill's doesn't say which it means."""

    code = "hotline.which_world"


class EmptyCorrection(Refusal):
    """The word 更正 alone corrects nothing."""

    code = "hotline.empty_correction"


class OtherBranch(Refusal):
    """A phone of another branch tells of a place of ours: a person decides what it counts for."""

    code = "hotline.other_branch"


class WhichDrill(Refusal):
    """More than one drill is running there: a text can't say which it belongs to, a code can."""

    code = "hotline.which_drill"


def hear(uow: UnitOfWork, inbound: int, incoming: Incoming) -> None:
    """Understands a text inside the unit that stored it, and answers it.

    Raises whatever goes wrong: the hook then undoes the unit, stores the text again and calls ``shelve``.
    """
    call = _Call(uow, inbound, incoming, sender_of(uow.session, incoming.number))
    if call.sender is None:
        _name_actor(call)
        call.reply_rarely("unknown_number", rules.UNKNOWN_AGAIN)
    else:
        _understand(call, call.sender)
    _note(call)


def shelve(uow: UnitOfWork, inbound: int, incoming: Incoming, problem: Exception) -> None:
    """A text that could not be dealt with waits for a person; a refusal is told to its sender in words."""
    call = _Call(uow, inbound, incoming, sender_of(uow.session, incoming.number))
    _name_actor(call)
    if call.sender is not None and isinstance(problem, Refusal):
        _status, words = terms.refusal(problem.code, problem.params, call.lang)
        call.reply("report_refused", {"reason": words})
    elif call.sender is not None:
        # Whatever broke in here, the sender must know that the text arrived.
        call.reply("not_understood")
    _note(call)


def _name_actor(call: _Call, world: int = REAL) -> None:
    if call.sender is None:
        root = places(call.uow.session).profile.root
        call.uow.act_as(Actor(None, call.incoming.number[-4:], root, "sms"))
    else:
        who = call.sender
        call.uow.act_as(Actor(who.person_id, who.name, who.division, "sms", world))


def _note(call: _Call) -> None:
    """Writes what became of a text; one that waits is an event."""
    who, division, root = call.sender, call.uow.actor.division, places(call.uow.session).profile.root
    if call.outcome == "waiting" and not division.startswith(root):
        # Nobody of this branch would read what waits at another branch's place.
        division = root
    if call.outcome == "waiting":
        # The words stay in the inbox, under its own permissions; the board learns that there is something to read.
        about = {"text": who.name if who else "", "known": who is not None}
        call.uow.record(Event("message.waiting", division, f"I{call.inbound}", about))
        if words := red_words(call.incoming.body):
            # Red first, whoever calls: boards ring as for a report with people in danger.
            call.uow.record(Event("message.urgent", division, f"I{call.inbound}", {"words": "、".join(words[:3])}))
    values = {
        "person_id": who.person_id if who else None, "name": who.name if who else "", "division_code": division,
        "world": call.uow.world, "understood": call.understood, "outcome": call.outcome, "subject": call.subject,
    }  # fmt: skip
    messaging.note_outcome(call.uow, call.inbound, values)


def _understand(call: _Call, sender: Sender) -> None:
    what = understand(call.incoming.body, gazetteer(call.uow.session), sender.division)
    call.understood = {**what.as_dict(), "drill": what.drill}
    world, mission = _world(call.uow, sender, what)
    _name_actor(call, world)
    if what.intent in rules.ANSWERS:
        _answer(call, sender, what, mission)
    elif what.intent in rules.KINDS:
        if what.intent == "correction" and not (rules.figures(what) or what.needs or what.hazard):
            raise EmptyCorrection()
        _report(call, sender, what)
    elif what.intent == "help":
        call.outcome = "help"
        call.reply("help")
    elif what.intent == "stop":
        _stop(call, sender)
    else:
        call.reply_rarely("not_understood", rules.PUZZLED_AGAIN)


def _world(uow: UnitOfWork, sender: Sender, what: Understood) -> tuple[int, str | None]:
    """The world of a text and the mission that it answers.

    A drill's text begins 演练 or carries a code that the drill issued; absent means real. A bare answer belongs to
    the open missions of its sender: when all of them are of one world, to that one, else to the real world.
    A report that names a number belongs to that number's world. Raises NoDrill, WhichDrill, WhichWorld.
    """
    answering = what.intent in rules.ANSWERS
    if answering and what.ref and (found := missions.world_of(uow.session, what.ref)) is not None:
        return found, what.ref
    if what.intent in rules.KINDS and what.ref and (found := reports_read.world_of(uow.session, what.ref)) is not None:
        if what.drill and found == REAL:
            raise WhichWorld()
        return found, None
    if what.drill:
        running = drills.running_for(uow.session, sender.division)
        if len(running) != 1:
            raise WhichDrill() if running else NoDrill()
        return running[0].world, None
    if answering:
        worlds = {world for _number, world in missions.open_everywhere(uow.session, sender.person_id)}
        if len(worlds) == 1:
            return worlds.pop(), None
    if what.intent in rules.CONTINUES and reports_read.last_world_of(uow.session, sender.person_id) not in (None, REAL):
        # Their last receipt was a drill's: a correction without number or 演练 may mean either.
        raise WhichWorld()
    return REAL, None


def _answer(call: _Call, sender: Sender, what: Understood, mission: str | None) -> None:
    note = rules.remark(call.incoming.body)[:200]
    done = dispatch.answer(call.uow, AnswerMission(mission, sender.person_id, rules.ANSWERS[what.intent], note))
    call.outcome, call.subject = "answer", done.mission
    call.reply(done.template, done.params, done.mission)


def _report(call: _Call, sender: Sender, what: Understood) -> None:
    division, place = _place(call.uow, sender, what)
    zone = places(call.uow.session).profile.zone()
    command = FileReport(
        kind=rules.KINDS[what.intent], hazard=what.hazard, division=division, place=place,
        figures=rules.figures(what), needs=[{"item": need.item, "qty": need.qty} for need in what.needs],
        text=call.incoming.body, ref=what.ref or "", occurred_text=what.occurred or "", channel="sms",
        occurred_at=moment(what.occurred or "", call.uow.now, zone),
        inbound=call.inbound, number=call.incoming.number,
    )  # fmt: skip
    row = reports.file(call.uow, command)
    call.outcome, call.subject = "report", row.number
    event = next(one for one in reversed(call.uow.events) if one.kind == "report.received")
    template = "zero_receipt" if row.kind == "zero" else "report_receipt"
    # The catalogue knows the unit of what was asked for: 棉被 60 becomes 棉被60床.
    asked = [{"item": match_item(need["item"]) or need["item"], "qty": need["qty"]} for need in row.needs]
    call.reply(template, {**event.data, "number": row.number, "needs": asked}, row.number)


def _place(uow: UnitOfWork, sender: Sender, what: Understood) -> tuple[str, str]:
    """Where it is: the division and the place as written. A place that isn't ours is kept in words, under the
    sender's own division, so that the right people read it."""
    if not what.place:
        return sender.division, ""
    tree = places(uow.session)
    found = resolve(what.place, gazetteer(uow.session), sender.division)
    ours = found.code is not None and found.code.startswith(tree.profile.root)
    if ours and not sender.division.startswith(tree.profile.root):
        raise OtherBranch()
    if found.code and ours:
        name, town = tree.name(found.code), tree.name(found.code[:9])
        if rules.is_meant(name, found.code, town, what.place, sender.division):
            return found.code, what.place[:200]
    return sender.division, what.place[:200]


def _stop(call: _Call, sender: Sender) -> None:
    """Someone on duty who wants no texts can't be dispatched: the administrator must know (DOMAIN §7.4)."""
    call.outcome = "stop"
    call.reply("stopped")
    call.uow.record(Event("message.stop_asked", sender.division, f"I{call.inbound}", {"name": sender.name}))
