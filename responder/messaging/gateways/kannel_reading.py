"""What Kannel says, read: its answers, its status page, the texts that it hands on. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree

from responder.messaging.gateways import Category, SendFailed
from responder.messaging.gateways.session import Answer

DELIVERED, FAILED, QUEUED, TAKEN, REFUSED = 1, 2, 4, 8, 16
"""The kinds of receipt (``%d``): the phone has it; never will; the network keeps it; took it; refused it."""

_NO_LINE = "NACK/no SMSC"
"""Kannel's receipt where no line fits. Its answer to the request has told us already, and we went another way."""

_NUMBER_REFUSED = ("denied by white", "receiver number")
_ENCODINGS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
}
_TRIED = ("utf-8", "gb18030")
_LATEST = 4_000_000_000


@dataclass(frozen=True)
class State:
    """Kannel as a whole, and its lines by smsc-id with the state as it words it."""

    well: bool
    said: str
    lines: Mapping[str, str] = field(default_factory=dict)

    def online(self, line: str) -> bool:
        """Whether a line is connected."""
        return re.match(r"online\b", self.lines.get(line, "")) is not None


def check_taken(answer: Answer) -> None:
    """Passes where sendsms took the text; raises SendFailed with what to do about it otherwise."""
    said = answer.body.decode("utf-8", "replace").strip()[:120]
    if answer.status == 202:
        return
    category: Category = "unknown"
    if answer.status >= 500 or answer.status == 429:
        category = "temporary"
    elif answer.status == 400 and any(words in said for words in _NUMBER_REFUSED):
        category = "permanent_number"
    elif answer.status == 400 and said.startswith("Charset or body"):
        category = "content"
    elif answer.status in (400, 401, 403, 404, 405):
        category = "config"
    raise SendFailed(str(answer.status), category, said)


def state(answer: Answer) -> State:
    """The status page. Raises SendFailed where it isn't one, or refuses us."""
    if answer.status != 200:
        raise SendFailed(str(answer.status), "temporary" if answer.status >= 500 else "config")
    try:
        # A megabyte at most, and expat itself ends entities that grow without bound.
        page = ElementTree.fromstring(answer.body)  # noqa: S314  (see above)
    except ElementTree.ParseError:
        raise SendFailed("unreadable", "unknown", "status page") from None
    said = (page.findtext("status") or "").partition(",")[0].strip()
    if not said:
        denied = "Denied" in (page.text or "")
        raise SendFailed("denied" if denied else "unreadable", "config" if denied else "unknown", "status page")
    boxes = [box.findtext("type") or "" for box in page.iter("box")]
    if said == "running" and "smsbox" not in boxes:
        said = "no smsbox"
    lines = {one.findtext("id") or "": _line(one) for one in page.iter("smsc")}
    return State(said == "running", said[:80], lines)


def _line(one: ElementTree.Element) -> str:
    # "online 4711s": the seconds would make every look another state.
    said = re.sub(r"\s+\d+s$", "", (one.findtext("status") or "unknown").strip())
    for name in ("queued", "failed"):
        count = one.findtext(name) or "0"
        said += f", {count} {name}" if count not in ("0", "-1") else ""
    return said[:80]


def decoded(raw: bytes, charset: str, coding: str) -> str:
    """The words of a text as Kannel hands it on (``%b``, ``%C``, ``%c``). Never fails: a text of which only half can be
    read is read by half.

    UCS-2 comes as UTF-16BE; eight bits say nothing of their alphabet, and modems put GBK there.
    """
    name = charset.strip().strip('"').lower()
    name = _ENCODINGS.get(name, name)
    if name in ("", "8-bit") and coding == "2":
        name = "utf-16-be"
    if name == "utf-16-be":
        return raw[: len(raw) // 2 * 2].decode("utf-16-be", "replace").removeprefix("\ufeff")
    tried = _TRIED if name in ("", "8-bit") else (name, *_TRIED)
    for one in tried:
        try:
            return raw.decode(one)
        except (ValueError, LookupError):
            continue
    return raw.decode("latin-1")


def moment(seconds: str) -> datetime | None:
    """A moment as ``%T`` gives it, seconds since 1970; None where it is none."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 11 and 0 < int(seconds) < _LATEST):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def status_of(kind: str, said: str) -> str:
    """Our word for a kind of receipt: sent, delivered, failed; "" where it tells nothing new."""
    if said.startswith(_NO_LINE):
        return ""
    found = {str(DELIVERED): "delivered", str(FAILED): "failed", str(TAKEN): "sent", str(REFUSED): "failed"}
    return found.get(kind, "")
