"""Texts: how they are worded, counted, retried; which state may follow which. Pure."""

import hashlib
from datetime import timedelta

from responder.kernel.refusals import Refusal

DRILL_MARK = "【演练】"
"""Every text of a drill begins with it (DOMAIN §10)."""

MAX_BODY = 5000
"""What is kept of one incoming text; a longer one is cut and goes to a person."""

MAX_ID = 80
"""Characters of a provider's id that the tables hold."""

PASTE = "paste"
"""The gateway by which chats come that a person pasted."""

MAX_PASTE = 60_000
"""What is kept of a pasted chat: the whole of it."""

RETRY_MINUTES = (0.25, 1, 3, 10, 30, 60)
"""Waits before the second and later attempts at a recording that could not be fetched. Those of texts are in
``config/messaging.toml``."""

CATEGORIES = ("temporary", "permanent_number", "opted_out", "content", "config", "unknown")
"""What an error says (DOMAIN §8): of the road, the number, the words, our settings."""

_RANK = {
    "held": 0, "queued": 0, "sending": 1, "sent": 2, "bundled": 2, "by_hand": 2, "failed": 3, "delivered": 4,
    "cancelled": 4, "late": 4,
}  # fmt: skip


OPEN = ("waiting", "partly")
"""What may have become of a text that a person must still look at."""


class AlreadyHandled(Refusal):
    """Somebody has dealt with this text already. Params: ``by``."""

    code = "messaging.already_handled"


class UnknownTemplate(Refusal):
    """A notice names a template that the house does not have."""

    code = "messaging.unknown_template"


_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")


def segments(text: str) -> int:
    """How many texts a provider bills: 70 characters alone, 67 each when joined (DOMAIN §7.2); where all are of the GSM
    alphabet 160 and 153, some of them counting twice. ``static/js/segments.js`` shows the same while somebody writes.
    """
    gsm = _GSM.issuperset(text) or (_GSM | _GSM_TWICE).issuperset(text)
    alone, joined = (160, 153) if gsm else (70, 67)
    units = [2 if (one in _GSM_TWICE if gsm else one > "\uffff") else 1 for one in text]
    if sum(units) <= alone:
        return 1
    count, left = 1, joined
    for unit in units:
        # A letter of two units is never cut in two.
        if unit > left:
            count, left = count + 1, joined
        left -= unit
    return count


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts, None when it is time to give up."""
    return timedelta(minutes=RETRY_MINUTES[attempts - 1]) if attempts <= len(RETRY_MINUTES) else None


def may_follow(now: str, then: str) -> bool:
    """Whether a receipt moves the state on: receipts come twice and out of order, a final state stays.
    Only what has failed may still be delivered: the phone has it, whoever despaired of that before."""
    return _RANK.get(then, -1) > _RANK.get(now, 0)


def keepable(body: str) -> str:
    """A text as both databases can keep it: without NUL, and without halves of letters, which no phone can type."""
    return body.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def kept_id(name: str) -> str:
    """A provider's id as the tables keep it: one that is longer than their column by its fingerprint, not by its
    beginning, which another may share."""
    name = keepable(name)
    return name if len(name) <= MAX_ID else fingerprint("", name)


def fingerprint(number: str, body: str) -> str:
    """Marks the words of a number, for texts that come without an id of their own."""
    return hashlib.sha256(f"{number}\n{body}".encode()).hexdigest()[:40]
