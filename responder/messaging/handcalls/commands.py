"""What may be asked of the list of calls."""

from dataclasses import dataclass
from typing import Literal

from responder.messaging.commands import Option

Outcome = Literal["reached", "no_answer", "unreached", "wrong_number", "refused", "closed"]


@dataclass(frozen=True)
class HandCallWanted:
    """Somebody must be rung by a person.

    ``script`` is what is read aloud, as it would have been texted. ``reason`` is a term of ``call_reason``, ``detail``
    more of it in words (what each road said). ``number`` is E.164, "" where none is known. ``priority`` and
    ``template`` are the text's. ``division`` is the person's: it decides whose list it stands on. ``dedup`` is unique
    in its world. ``options`` and ``wanted`` are taken from the text ``outbound_id`` where they aren't given.
    """

    outbound_id: int | None
    person_id: int | None
    number: str
    name: str
    script: str
    reason: str
    detail: str
    template: str
    priority: int
    subject: str
    division: str
    dedup: str
    options: tuple[Option, ...] = ()
    wanted: str = ""


@dataclass(frozen=True)
class EndCall:
    """What came of a call: ``answer`` is the digit that was said, ``said`` the words. ``no_answer`` comes back."""

    call: int
    outcome: Outcome
    answer: str = ""
    said: str = ""
