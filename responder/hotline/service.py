"""Hears a stored text: finds its world, understands it, turns it into a command, answers. Nothing is ever dropped."""

from responder.accounts import queries as accounts
from responder.dispatch import queries as missions
from responder.dispatch import service as dispatch
from responder.dispatch.commands import AnswerMission
from responder.drills import queries as drills
from responder.hotline import (
    answering,
    answers,
    asking,
    enrolling,
    filing,
    joining,
    machines,
    parts,
    reachable,
    replying,
    rules,
    several,
)
from responder.hotline.call import Call
from responder.hotline.completing import again
from responder.hotline.gazetteers import gazetteer
from responder.hotline.manners import manners
from responder.hotline.memory import FILED, Memory, Text, Told, recall
from responder.hotline.refusals import NoDrill, WhichDrill, WhichWorld
from responder.hotline.senders import Sender, sender_of
from responder.hotline.understanding import Understood, understand
from responder.kernel.actors import REAL
from responder.kernel.events import Event
from responder.kernel.notices import ALERT, Notice
from responder.kernel.refusals import Refusal
from responder.messaging import service as messaging
from responder.messaging.commands import Incoming
from responder.messaging.replies import replies
from responder.places.queries import places
from responder.platform import terms
from responder.platform.scope import ancestors
from responder.platform.work import UnitOfWork
from responder.reports import queries as reports_read
from responder.reports.deadlines import queries as due
from responder.reports.red import red_words
from responder.reports.rules import repeated_since
from responder.reports.service import cried_again

_NEWS = 3
"""So many texts of an unknown phone that wait are told to the board; more in the same minutes are seen in the inbox."""


def parts_of(incoming: Incoming) -> list[str]:
    """What is heard by itself: each of several answers in one text, else the text as it is."""
    return several.split(incoming.body) or [incoming.body]


def hear(uow: UnitOfWork, inbound: int, incoming: Incoming) -> None:
    """Understands a text inside the unit that stored it, and answers it.

    Raises whatever goes wrong: the hook then undoes the unit, stores the text again and calls ``shelve``.
    """
    sender, memory = recall(uow.session, incoming.number, inbound, uow.now)
    call = Call(uow, inbound, incoming, sender, incoming.body, replied=memory.replies)
    if machines.take(call):
        pass
    elif sender is None:
        _strange(call, memory)
    else:
        _converse(call, sender, memory)
    if call.paused and not call.subject and call.outcome in ("waiting", "help", "reply"):
        # Nobody has answered this: a person must see it, the same words once.
        call.outcome = "repeat" if any(text.body == incoming.body for text in memory.texts) else "waiting"
    _note(call)


def _strange(call: Call, memory: Memory) -> None:
    """A text of a phone that nobody knows goes to a person, once."""
    if enrolling.apply(call, memory):
        return
    call.name_actor()
    uow, incoming = call.uow, call.incoming
    # An answer by a phone that was passed around lies with what it is about.
    call.subject = replying.about(call)
    lately = (text for text in memory.texts if text.outcome == "waiting" and uow.now - text.at <= replies().window)
    call.quiet = sum(1 for _ in lately) >= _NEWS
    if incoming.body.strip():
        same = (text for text in memory.texts if text.body == incoming.body and uow.now - text.at <= manners().repeats)
        if next(same, None) is not None:
            call.outcome = "repeat"
            return
    call.reply_rarely("unknown_number", rules.UNKNOWN_AGAIN)


def shelve(uow: UnitOfWork, inbound: int, incoming: Incoming, problem: Exception) -> None:
    """A text that could not be dealt with waits for a person; a refusal is told to its sender in words."""
    call = Call(uow, inbound, incoming, sender_of(uow.session, incoming.number), incoming.body)
    call.name_actor()
    if call.sender is not None and isinstance(problem, Refusal):
        _status, words = terms.refusal(problem.code, problem.params, call.lang)
        call.reply("report_refused", {"reason": words})
    elif call.sender is not None:
        # Whatever broke in here, the sender must know that the text arrived.
        call.reply("not_understood")
    if call.sender is not None and isinstance(problem, Refusal):
        # The best guess stands beside it in the inbox.
        what = understand(incoming.body, gazetteer(uow.session), call.sender.division)
        call.understood = {**what.as_dict(), "drill": what.drill, "refused": problem.code}
    _note(call)


def _note(call: Call) -> None:
    """Writes what became of a text; one that waits is an event."""
    who, division, root = call.sender, call.uow.actor.division, places(call.uow.session).profile.root
    if call.outcome == "waiting" and not division.startswith(root):
        # Nobody of this branch would read what waits at another branch's place.
        division = root
    words = red_words(call.incoming.body) if call.outcome == "waiting" else ()
    if call.outcome == "waiting":
        # The words stay in the inbox, under its own permissions; the board learns that there is something to read.
        about = {"text": who.name if who else "", "known": who is not None}
        if not call.quiet:
            call.uow.record(Event("message.waiting", division, f"I{call.inbound}", about))
        if words:
            # Red first, whoever calls: boards ring as for a report with people in danger.
            call.uow.record(Event("message.urgent", division, f"I{call.inbound}", {"words": "、".join(words[:3])}))
            _alert(call, division, words)
    values = {
        "person_id": who.person_id if who else None, "name": who.name if who else "", "division_code": division,
        "world": call.uow.world, "understood": call.understood, "outcome": call.outcome, "subject": call.subject,
        "urgent": bool(words),
    }  # fmt: skip
    messaging.note_outcome(call.uow, call.inbound, values)


def _alert(call: Call, division: str, words: tuple[str, ...]) -> None:
    """Texts the duty officers of people in danger, as for a report: what wasn't understood is no less red. Whoever
    writes on is told of once in an hour of the clock."""
    uow, who, number = call.uow, call.sender, call.incoming.number
    params = {"words": "、".join(words[:3]), "said": call.incoming.body[:30]}
    params |= {"name": who.name} if who else {"number": number[-4:]}
    for person in accounts.people_with(uow.session, "report.review", ancestors(division)):
        if who is None or person.id != who.person_id:
            dedup = f"text:{number}:{uow.now:%Y%m%d%H}:{person.id}"
            uow.send(Notice("text_urgent", dedup, person=person.id, params=params, priority=ALERT))


def _converse(call: Call, sender: Sender, memory: Memory) -> None:
    """Understands a text against what was said before: the same again, a part, an answer, or news of its own."""
    uow = call.uow
    if enrolling.decide(call, sender) or enrolling.greet(call, sender):
        return
    same = memory.repeated(call.incoming.body, uow.now)
    if same is not None and answers.digit(call.body) is None and _repeat(call, sender, same):
        return
    joined = joining.join(call, memory)
    what = understand(call.body, gazetteer(uow.session), sender.division)
    call.understood = {**what.as_dict(), "drill": what.drill}
    before = next((text for text in joined if text.outcome in FILED), None)
    if before is not None:
        call.name_actor(before.world)
        filing.rejoin(call, sender, what, before.subject)
    elif joined or not (replying.take(call, sender, what, memory) or answering.take(call, sender, what, memory)):
        _act(call, sender, what, memory)
    joining.note(call, joined)


def _repeat(call: Call, sender: Sender, same: Text) -> bool:
    """The same words again: one report, the same receipt. False where they say something new all the same."""
    call.name_actor(same.world)
    uow = call.uow
    row = again(uow, same.subject)
    if row is None or row.status == "returned" or reports_read.is_over(uow.session, row.id):
        # They stand by what was returned, or it happens once more.
        return False
    if row.kind == "zero":
        zone = places(uow.session).profile.zone()
        today = row.received_at >= repeated_since("zero", uow.now, zone)
        if not today or due.open_prompt(uow.session, sender.person_id, same.world) is not None:
            return False
    call.outcome, call.subject, call.understood = "repeat", same.subject, same.understood
    filing.answer(call, cried_again(uow, row), "report_receipt")
    return True


def _act(call: Call, sender: Sender, what: Understood, memory: Memory) -> None:
    world, mission = _world(call, sender, what, memory)
    call.name_actor(world)
    what = rules.in_context(what, call.body, memory.last(world) is not None, sender.division)
    if reachable.take(call, sender, what):
        return
    if what.intent in rules.ANSWERS:
        _answer(call, sender, what, mission)
    elif what.intent in rules.CONTINUES and rules.is_empty(what):
        _ask_content(call, what, memory)
    elif what.intent in rules.KINDS:
        filing.file(call, sender, what, memory)
    elif what.intent == "help":
        call.outcome = "help"
        call.reply("help")
    elif what.intent == "stop":
        _stop(call, sender)
    elif parts.part(call.incoming.body) is not None:
        call.reply("part_received")
    elif not replying.keep_words(call, sender):
        call.reply_rarely("not_understood", rules.PUZZLED_AGAIN)


def _ask_content(call: Call, what: Understood, memory: Memory) -> None:
    """A bare 更正 or 续报: the next text says what."""
    kind = rules.KINDS[what.intent]
    last = memory.last(call.uow.world)
    asking.ask(call, "content", what.ref or (last.number if last else ""), {"kind": kind})
    call.outcome = "reply"
    call.reply("ask_content" if kind == "correction" else "ask_news")


def _world(call: Call, sender: Sender, what: Understood, memory: Memory) -> tuple[int, str | None]:
    """The world of a text and the mission that it answers.

    A drill's text begins 演练 or carries a code that the drill issued; absent means real. A bare answer belongs to
    the open missions of its sender: when all of them are of one world, to that one, else to the real world.
    A report that names a number belongs to that number's world. Raises NoDrill, WhichDrill, WhichWorld.
    """
    uow, answering = call.uow, what.intent in rules.ANSWERS
    if answering and what.ref and (found := missions.world_of(uow.session, what.ref)) is not None:
        if what.drill and found == REAL:
            raise WhichWorld()
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
        worlds = {world for _number, world in call.missions()}
        if len(worlds) == 1:
            return worlds.pop(), None
    if what.intent == "zero" and (asked := _drill_s_prompt(uow, sender)) is not None:
        return asked, None
    newest = memory.reports[0] if memory.reports else None
    goes_on = rules.is_fragment(what) and newest is not None and uow.now - newest.at <= manners().continues
    if (what.intent in rules.CONTINUES or goes_on) and newest is not None and _may_mean_drill(uow, sender, newest):
        # Their last receipt was a drill's: a correction without number or 演练 may mean either.
        raise WhichWorld()
    return REAL, None


def _may_mean_drill(uow: UnitOfWork, sender: Sender, newest: Told) -> bool:
    """Whether words that go on with the newest report may still mean a drill: one that runs, or has just ended. One
    of last month must not stand in the way of a real follow-up."""
    if newest.world == REAL:
        return False
    running = {one.world for one in drills.running_for(uow.session, sender.division)}
    return newest.world in running or uow.now - newest.at <= manners().drill_echo


def _drill_s_prompt(uow: UnitOfWork, sender: Sender) -> int | None:
    """The world of a drill that asked for a zero report, while the real world asks for none."""
    worlds = [one.world for one in drills.running_for(uow.session, sender.division)]
    if not worlds or due.open_prompt(uow.session, sender.person_id, REAL) is not None:
        return None
    return next((world for world in worlds if due.open_prompt(uow.session, sender.person_id, world)), None)


def _answer(call: Call, sender: Sender, what: Understood, mission: str | None) -> None:
    note = rules.remark(call.incoming.body)[:200]
    done = dispatch.answer(call.uow, AnswerMission(mission, sender.person_id, rules.ANSWERS[what.intent], note))
    call.outcome, call.subject = "answer", done.mission
    call.reply(done.template, done.params, done.mission)


def _stop(call: Call, sender: Sender) -> None:
    """Someone on duty who wants no texts can't be dispatched: the administrator must know (DOMAIN §7.4)."""
    call.outcome = "stop"
    call.reply("stopped")
    call.uow.record(Event("message.stop_asked", sender.division, f"I{call.inbound}", {"name": sender.name}))
