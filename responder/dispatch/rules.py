"""A mission's way: which step may follow which, and what an answer from the road does (DOMAIN §3.3). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from responder.kernel.refusals import Refusal

WAY = ("created", "alerted", "acknowledged", "en_route", "arrived", "working", "done", "closed")
"""The steps of a mission that goes well, in order."""

STATUSES = (*WAY[:3], "declined", "no_answer", *WAY[3:], "cancelled")
"""Every status, as the API names them (DESIGN §8)."""

OPEN = ("created", "alerted", "no_answer", "acknowledged", "en_route", "arrived", "working")
"""While a mission has one of these its team is taken."""

OVER = ("declined", "done", "closed", "cancelled")

ANSWERS = ("acknowledged", "declined", "en_route", "arrived", "working", "done")
"""What the team itself may say."""

UNANSWERED = ("created", "alerted", "no_answer")


class TeamBusy(Refusal):
    """The team already has an open mission. Params: ``team`` (its name), ``mission`` (empty where it was
    taken in this very moment)."""

    code = "dispatch.team_busy"


class TeamResting(Refusal):
    """The team is stood down, or has nobody who could be told. Params: ``team``."""

    code = "dispatch.team_resting"


class NothingChosen(Refusal):
    """A plan without any team and without a mission that could carry the goods."""

    code = "dispatch.nothing_chosen"


class Backwards(Refusal):
    """The mission is further already. Params: ``mission``, ``status`` (as it is), ``asked``."""

    code = "dispatch.backwards"


class WhichMission(Refusal):
    """Several missions are open and the answer doesn't say which. Params: ``codes``."""

    code = "dispatch.which_mission"


class NoMission(Refusal):
    """The one who answers has no mission."""

    code = "dispatch.no_mission"


class NotByHand(Refusal):
    """This status follows by itself and can't be set. Params: ``status``."""

    code = "dispatch.not_by_hand"


Outcome = Literal["moved", "repeated", "over"]


@dataclass(frozen=True)
class Move:
    """What an answer does to a mission: ``steps`` are passed now, in order (skipped ones that it implies
    included)."""

    outcome: Outcome
    status: str
    steps: tuple[str, ...] = ()


def move(now: str, asked: str) -> Move:
    """What happens when a mission in status ``now`` is answered with ``asked``.

    Forward steps may be skipped: departing straight after the alert acknowledges too. Saying the same again
    changes nothing. Once over, the answer is only told so. Raises Backwards, NotByHand.
    """
    if asked not in ANSWERS:
        raise NotByHand(status=asked)
    if now == asked:
        return Move("repeated", now)
    if now in OVER:
        return Move("over", now)
    if asked == "declined":
        # A vehicle may break down on the way; whoever has arrived doesn't decline any more.
        if now in (*UNANSWERED, "acknowledged", "en_route"):
            return Move("moved", "declined", ("declined",))
        raise Backwards(status=now, asked=asked)
    place, target = _place(now), WAY.index(asked)
    if target > place:
        between = tuple(s for s in WAY[place + 1 : target] if s in _IMPLIED)
        return Move("moved", asked, (*between, asked))
    if asked == "acknowledged":
        # 收到 is often mere politeness on the way.
        return Move("repeated", now)
    raise Backwards(status=now, asked=asked)


def choices(now: str) -> tuple[str, ...]:
    """What may be answered now so that it moves the mission, the likeliest first."""
    found = []
    for asked in (*(s for s in WAY if s in ANSWERS), "declined"):
        try:
            if move(now, asked).outcome == "moved":
                found.append(asked)
        except Backwards:
            continue
    return tuple(found)


_IMPLIED = ("acknowledged", "en_route", "arrived")


def _place(status: str) -> int:
    return WAY.index("alerted" if status == "no_answer" else status)


def remark(note: str, channel: str, status: str) -> str:
    """What of an answer's words is worth keeping beside the mission. A text is only its answer (its words stay in
    the inbox), but why a team can't go must be read at once."""
    words = note.strip()[:500]
    by_phone = channel in ("sms", "voice")
    return "" if by_phone and (status != "declined" or len(words) < _SAYS_MORE) else words


_SAYS_MORE = 5
"""A refusal by text of so many characters says why; a shorter one is 9 or 去不了."""

Step = Literal["remind", "deputy", "no_answer"]


@dataclass(frozen=True)
class Patience:
    """How long an answer is waited for, in minutes after the alert."""

    ack_minutes: int
    deputy_minutes: int
    no_answer_minutes: int


@dataclass(frozen=True)
class Waiting:
    """An unanswered mission: when it was alerted and what was done since."""

    alerted_at: datetime
    reminded: bool
    deputy_told: bool
    has_deputy: bool


def due(waiting: Waiting, now: datetime, patience: Patience) -> Step | None:
    """The next thing to do about an unanswered mission, or None: each once, never out of order."""
    passed = now - waiting.alerted_at
    if not waiting.reminded:
        return "remind" if passed >= timedelta(minutes=patience.ack_minutes) else None
    if waiting.has_deputy and not waiting.deputy_told:
        return "deputy" if passed >= timedelta(minutes=patience.deputy_minutes) else None
    return "no_answer" if passed >= timedelta(minutes=patience.no_answer_minutes) else None
