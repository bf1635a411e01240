"""Answers to broadcasts and callouts: by code and digit, by digit alone where theirs is what was asked last, or in
words, which are kept. What was understood is said back, with the way to put it right."""

from collections.abc import Sequence
from datetime import datetime

from responder.hotline import answers
from responder.hotline.call import Call
from responder.hotline.memory import Memory, last_sent
from responder.hotline.refusals import WhichWorld
from responder.hotline.rules import ANSWERS
from responder.hotline.senders import Sender
from responder.hotline.understanding import Understood
from responder.kernel.actors import REAL
from responder.messaging.broadcasts import asked, rules, service
from responder.messaging.broadcasts.asked import Open
from responder.messaging.broadcasts.commands import Answer
from responder.messaging.broadcasts.measures import measures
from responder.messaging.broadcasts.rules import Said
from responder.messaging.handcalls.rules import GATEWAY as BY_HAND
from responder.messaging.reach import queries as reach
from responder.messaging.ringing.queries import GATEWAY as RUNG
from responder.reports.red import red_words

_LONGEST = 60
"""Letters: a longer text without code tells something of its own."""
_VIA = {"voice": "voice", RUNG: "voice", BY_HAND: "hand"}
_TOLD = ("report", "followup", "verify", "zero", "correction", "help", "stop")


def take(call: Call, sender: Sender, what: Understood, memory: Memory) -> bool:
    """Takes a text as the answer to a broadcast; False where it answers none. Raises NotAsked."""
    said = rules.read(call.body)
    if said.code:
        return _by_code(call, sender, what, said)
    if not _may_answer(call, what, said):
        return False
    one = _meant([one for one in _asked(call, sender) if not what.drill or one.world != REAL], said)
    return one is not None and _bare(call, sender, what, memory, one, said)


def _meant(recent: Sequence[Open], said: Said) -> Open | None:
    """What a text without code answers: the newest open question that has such an answer, though a text that asks
    nothing came since; for a mere receipt, whatever came last."""
    if not rules.is_receipt(said.words):
        waiting = [one for one in recent if not one.answered and one.state == rules.OPEN and one.options]
        fitting = [one for one in waiting if rules.pick(said, one.options) is not None]
        if fitting or (said.digit and waiting):
            return (fitting or waiting)[0]
    return next(iter(recent), None)


def _may_answer(call: Call, what: Understood, said: Said) -> bool:
    """Whether a text without code is short enough for an answer and tells of nothing else."""
    if len(call.body) > _LONGEST or answers.says_event(what) or (what.intent in _TOLD and not said.digit):
        return False
    return bool(said.digit) or what.intent in ANSWERS or len(said.words) <= measures().max_label


def _bare(call: Call, sender: Sender, what: Understood, memory: Memory, one: Open, said: Said) -> bool:
    """A digit or label alone, where nothing else was asked since."""
    digit = rules.pick(said, one.options)
    mission = _mission(call)
    if _asked_later(memory, mission, one) or _tested_later(call, sender, one):
        return False
    if digit is None:
        if mission is not None:
            return False
        return _unclear(call, one, said) if said.digit else _received(call, sender, what, one, said)
    _note(call, sender, one, digit, rules.remark(said, one.options), mission if said.bare else None)
    return True


def keep_words(call: Call, sender: Sender) -> bool:
    """Keeps words that nothing else was understood of with the broadcast that their sender was asked last; not counted.
    False where none was asked, or the words tell of danger: a person reads these."""
    if red_words(call.body):
        return False
    recent = [one for one in _asked(call, sender) if call.uow.now - one.told_at <= measures().words]
    if not recent or not recent[0].options or not call.body.strip():
        return False
    _keep(call, sender, recent[0], call.body)
    return True


def _asked(call: Call, sender: Sender) -> list[Open]:
    return asked.asked_of(call.uow.session, sender.person_id, call.uow.now, measures().bare)


def _by_code(call: Call, sender: Sender, what: Understood, said: Said) -> bool:
    """The code decides, however late. A report that only mentions a code stays a report."""
    one = asked.of_number(call.uow.session, sender.person_id, said.code)
    if one is None:
        if what.intent in _TOLD:
            return False
        raise rules.NotAsked(number=said.code)
    if what.drill and one.world == REAL:
        raise WhichWorld()
    digit = rules.pick(said, one.options)
    if digit is not None:
        _note(call, sender, one, digit, rules.remark(said, one.options), None)
    elif what.intent in _TOLD and answers.says_event(what):
        return False
    elif said.digit and said.bare:
        _ask_again(call, one)
    else:
        _keep(call, sender, one, f"{said.digit} {said.words}".strip())
    return True


def _mission(call: Call) -> tuple[str, datetime | None] | None:
    """The open mission that a bare digit may mean, and when it was last written about to this phone."""
    numbers = [number for number, _world in call.missions()]
    return (numbers[-1], last_sent(call.uow.session, call.incoming.number, numbers)) if numbers else None


def _asked_later(memory: Memory, mission: tuple[str, datetime | None] | None, one: Open) -> bool:
    """Whether something else is what was asked last: one of our questions, or a mission. What was answered before or
    is over gives way to whatever is open."""
    done = one.answered or one.state != rules.OPEN
    if memory.questions and (done or memory.questions[0].at > one.told_at):
        return True
    return mission is not None and (done or (mission[1] is not None and mission[1] > one.told_at))


def _tested_later(call: Call, sender: Sender, one: Open) -> bool:
    """Whether what is left open is a test of reach: a 1 to it doesn't change an older answer. Who has a question open
    answers that: it proves no less that they are reached."""
    if not (one.answered or one.state != rules.OPEN):
        return False
    tested = reach.open_since(call.uow.session, sender.person_id)
    return tested is not None and tested > one.told_at


def about(call: Call) -> str:
    """The number of the broadcast that a text answers, whoever sends it; "" for none."""
    code = rules.read(call.body).code
    return code if code and asked.is_one(call.uow.session, code) else ""


def _unclear(call: Call, one: Open, said: Said) -> bool:
    """A digit that is none of the options is asked again; 0 belongs to zero reports."""
    if not said.bare or not one.options or said.digit == "0":
        return False
    _ask_again(call, one)
    return True


def _received(call: Call, sender: Sender, what: Understood, one: Open, said: Said) -> bool:
    """收到 or 在路上 of somebody without mission is kept with what they were asked, where that asks for another answer
    or for none."""
    if not rules.is_receipt(said.words) and what.intent not in ANSWERS:
        return False
    _keep(call, sender, one, said.words)
    return True


def _note(
    call: Call, sender: Sender, one: Open, digit: str, words: str, mission: tuple[str, datetime | None] | None
) -> None:
    call.name_actor(one.world)
    done = _written(call, sender, one, digit, words)
    params = {
        "code": one.number, "label": done.label, "said": words[:20], "over": one.number if done.ended else "",
        "mission": f"{mission[0]} {digit}" if mission else "",
    }  # fmt: skip
    call.reply("broadcast_noted", params, one.number)


def _keep(call: Call, sender: Sender, one: Open, words: str) -> None:
    call.name_actor(one.world)
    _written(call, sender, one, "", words)
    if one.options and not one.answered:
        call.reply("broadcast_words", _how(call, one), one.number)


def _ask_again(call: Call, one: Open) -> None:
    call.name_actor(one.world)
    call.outcome, call.subject = "reply", one.number
    call.reply("broadcast_unclear", _how(call, one), one.number)


def _how(call: Call, one: Open) -> dict[str, object]:
    return {"code": one.number, "options": rules.options_line(one.options, call.lang)}


def _written(call: Call, sender: Sender, one: Open, digit: str, words: str) -> service.Answered:
    via = _VIA.get(call.incoming.gateway, "sms")
    done = service.answer(call.uow, Answer(one.number, sender.person_id, digit, words, via))
    # Words of danger beside an answer wait for a person all the same.
    call.outcome, call.subject = "waiting" if red_words(words) else "answer", one.number
    return done
