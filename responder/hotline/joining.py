"""Texts of one phone that belong together: parts cut by carriers, and the same text once more."""

from typing import Any

from responder.hotline import parts
from responder.hotline.call import Call
from responder.hotline.manners import manners
from responder.hotline.memory import Memory, Text
from responder.messaging import service as messaging


def join(call: Call, memory: Memory) -> tuple[Text, ...]:
    """Puts the parts before this text in front of it, where it is one; returns the texts that it was joined with.

    ``call.body`` is then the whole. An unfinished part keeps what is surely said of it: nothing waits.
    """
    mine = parts.part(call.incoming.body)
    if mine is not None:
        return _marked(call, memory, mine)
    before = memory.texts[0] if memory.texts else None
    if (
        before is not None
        and not before.understood.get("joined")
        and (call.uow.now - before.at).total_seconds() <= manners().join_seconds
        and parts.looks_cut(before.body, manners().cut_at)
        and len(call.incoming.body) > 1
    ):
        call.body = before.body + call.incoming.body
        return (before,)
    return ()


def _marked(call: Call, memory: Memory, mine: parts.Part) -> tuple[Text, ...]:
    found: dict[int, Text] = {}
    for text in memory.texts:
        other = parts.part(text.body)
        if other is None or other.n != mine.n or text.understood.get("joined"):
            continue
        if call.uow.now - text.at <= manners().continues and other.k != mine.k:
            found.setdefault(other.k, text)
    bodies = {k: other.body for k, text in found.items() if (other := parts.part(text.body)) is not None}
    whole = parts.whole({**bodies, mine.k: mine.body}, mine.n)
    if whole is None:
        call.body = parts.sure(mine.body) if mine.k == 1 else ""
        return ()
    call.body = whole
    return tuple(found.values())


def note(call: Call, joined: tuple[Text, ...]) -> None:
    """Writes beside the earlier parts what became of the whole: they wait for nobody any more."""
    for text in joined:
        values: dict[str, Any] = {"understood": {**text.understood, "joined": call.inbound}}
        if text.outcome == "waiting":
            values |= {"outcome": call.outcome, "subject": call.subject}
        messaging.note_outcome(call.uow, text.id, values)
