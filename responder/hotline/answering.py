"""Answers to what we asked: decided by the newest thing asked, said back in the echo, late ones too."""

from collections.abc import Callable

from responder.hotline import answers, asking, filing, rules, whereabouts
from responder.hotline.call import Call
from responder.hotline.completing import complete, settle
from responder.hotline.memory import Asked, Memory, last_sent
from responder.hotline.senders import Sender
from responder.hotline.understanding import Understood, understand
from responder.hotline.whereabouts import Where
from responder.kernel.actors import REAL
from responder.messaging import service as messaging
from responder.reports.amending import explain
from responder.reports.commands import Amend
from responder.reports.deadlines import queries as due
from responder.reports.queries import ReportView

_MINUTE_WORDS = 40
"""Letters: a longer text tells something of its own."""
_PATIENCE = 2
"""So often a question is put once more; whoever misses it again is rung by a person."""


def take(call: Call, sender: Sender, what: Understood, memory: Memory) -> bool:
    """Takes a text as the answer to one of our questions, the newest that it fits; False where it fits none."""
    if what.ref or what.intent in ("help", "stop") or len(call.body) > _MINUTE_WORDS:
        return False
    asked = [one for one in memory.questions if not what.drill or one.world != REAL]
    pressed = answers.digit(call.body) is not None or answers.is_yes(call.body)
    for one in asked:
        if pressed and _mission_is_newer(call, sender, one):
            return False
        if what.intent == "zero" and _prompt_is_newer(call, sender, one):
            return False
        if _ANSWERED[one.kind](call, sender, what, memory, one):
            call.outcome = "report" if call.outcome == "report" else "reply"
            return True
    return _again(call, sender, memory, asked)


def _again(call: Call, sender: Sender, memory: Memory, asked: list[Asked]) -> bool:
    """A digit that is none of the choices, and answers no mission either: the question once more, and then a person."""
    newest = asked[0] if asked else None
    if newest is None or not newest.options.get("ask") or answers.digit(call.body) in (None, 0):
        return False
    if call.missions():
        return False
    call.name_actor(newest.world)
    call.subject = newest.report
    missed = (text for text in memory.texts if text.at >= newest.at and text.subject == newest.report)
    if sum(text.outcome != "report" and answers.digit(text.body) is not None for text in missed) >= _PATIENCE:
        call.reply_rarely("not_understood", rules.PUZZLED_AGAIN)
        return True
    call.outcome = "reply"
    call.reply("ask_again", {"ask": newest.options["ask"]}, newest.report)
    return True


def _mission_is_newer(call: Call, sender: Sender, question: Asked) -> bool:
    """Whether the newest thing that this phone was asked is a mission: then a digit answers that."""
    numbers = [number for number, _world in call.missions()]
    sent = last_sent(call.uow.session, call.incoming.number, numbers) if numbers else None
    return sent is not None and sent > question.at


def _prompt_is_newer(call: Call, sender: Sender, question: Asked) -> bool:
    """Whether the newest thing that they were asked is this morning's zero report: 0 and 无 answer that, and no figure
    of yesterday."""
    prompt = due.open_prompt(call.uow.session, sender.person_id, question.world)
    return prompt is not None and prompt.asked_at > question.at


def _place(call: Call, sender: Sender, what: Understood, _memory: Memory, question: Asked) -> bool:
    if answers.says_event(what):
        return False
    codes, session = tuple(question.options.get("codes", ())), call.uow.session
    pressed = answers.digit(call.body)
    if pressed is not None:
        if not 1 <= pressed <= len(codes):
            return False
        found: tuple[str, ...] = (codes[pressed - 1],)
    elif codes and answers.is_yes(call.body) and len(codes) == 1:
        found = codes
    elif codes and answers.is_no(call.body):
        _begin(call, question, call.body)
        words = asking.ask_place(call, question.report, Where(sender.division, ""))
        _echo(call, question, asks=words)
        return True
    else:
        said = what.place or call.body
        found = whereabouts.narrowed(session, question.options.get("all", ()), said)
        found = found or whereabouts.bare(session, sender, said)
    if not found:
        return False
    _begin(call, question, call.body)
    if len(found) > 1:
        where = Where(sender.division, "", found, str(question.options.get("name") or call.body.strip()[:12]))
        _echo(call, question, asks=asking.ask_place(call, question.report, where))
        return True
    row = complete(call.uow, Amend(question.report, call.body, division=found[0], place="", hazard=what.hazard))
    _completed(call, row)
    return True


def _hazard(call: Call, _sender: Sender, what: Understood, _memory: Memory, question: Asked) -> bool:
    found = None if what.place else answers.hazard(call.body, what, question.options.get("hazards", ()))
    if found is None:
        return False
    _begin(call, question, call.body)
    _completed(call, complete(call.uow, Amend(question.report, call.body, hazard=found)))
    return True


def _figure(call: Call, _sender: Sender, _what: Understood, _memory: Memory, question: Asked) -> bool:
    found = answers.figure(call.body)
    if not found:
        # Asked are 好几十人 and "2 more than before": 0 and 无 are no such number, but nothing new.
        return False
    _begin(call, question, call.body)
    figures = {str(question.options["slug"]): found}
    _completed(call, complete(call.uow, Amend(question.report, call.body, figures=figures)))
    return True


def _change(call: Call, _sender: Sender, what: Understood, _memory: Memory, question: Asked) -> bool:
    found = None if answers.says_event(what) else answers.change(call.body)
    if found is None:
        return False
    _begin(call, question, call.body)
    _completed(call, settle(call.uow, question.report, found, call.body))
    return True


def _reason(call: Call, _sender: Sender, what: Understood, _memory: Memory, question: Asked) -> bool:
    if not answers.gives_reason(what, call.body):
        return False
    _begin(call, question, call.body)
    explain(call.uow, question.report, call.body)
    call.reply("reason_noted", {"number": question.report, "reason": call.body.strip()[:30]}, question.report)
    return True


def _content(call: Call, sender: Sender, what: Understood, memory: Memory, question: Asked) -> bool:
    told = what
    if not answers.says_event(told):
        told = understand(("更正：" if call.lang == "zh" else "correction: ") + call.body, None, sender.division)
    if not answers.says_event(told) or what.intent not in ("report", "followup", "correction", "unknown"):
        return False
    call.name_actor(question.world)
    filing.file(call, sender, told, memory, promised=question)
    return True


def _zero(_call: Call, _sender: Sender, _what: Understood, _memory: Memory, _question: Asked) -> bool:
    return False


_ANSWERED: dict[str, Callable[[Call, Sender, Understood, Memory, Asked], bool]] = {
    "place": _place, "hazard": _hazard, "casualties": _figure, "update_or_correction": _change, "reason": _reason,
    "content": _content, "zero": _zero,
}  # fmt: skip


def _begin(call: Call, question: Asked, said: str) -> None:
    """Moves into the question's world and closes it."""
    call.name_actor(question.world)
    asking.close(call, question.id, said)
    call.subject = question.report


def _echo(call: Call, question: Asked, *, asks: str) -> None:
    call.reply("ask_next", {"number": question.report, "ask": asks}, question.report)


def _completed(call: Call, row: ReportView) -> None:
    """The echo of an answer, with the next question where one is left."""
    asks = ""
    if row.kind == "initial" and row.hazard is None:
        asks = asking.ask_hazard(call, row.number)
    else:
        messaging.complete(call.uow, row.number)
    call.subject = row.number
    filing.answer(call, row, "report_completed", asks=asks)
