"""Kannel over its own HTTP interfaces: SIMs in modems, or SMPP (DOMAIN §7.2, §7.4).

What is sent goes to smsbox's sendsms address by POST, so that neither text nor password stands in an address. What
became of it, and what comes in, smsbox brings to us: ``hooks_kannel``. See docs/kannel.md.
"""

import ipaddress
import re
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from responder.kernel import clock
from responder.messaging.gateways import Health, Letter, Line, SendFailed, Sent, kannel_reading
from responder.messaging.gateways.kannel_book import Book, Sim
from responder.messaging.gateways.kannel_reading import DELIVERED, FAILED, REFUSED, State
from responder.messaging.gateways.session import Session
from responder.settings import Settings

STATE_SECONDS = 5.0
"""How long an answer about the lines' state counts: a dead modem is noticed after this, at one request each time."""

_PLAIN = re.compile(r"[\n\r -_a-z{|}~]*")
"""What ASCII and the GSM alphabet share: all but the accent ` and control signs. Anything else makes a text UCS-2."""


@dataclass(frozen=True)
class Access:
    """Where Kannel is and how it lets us in. ``back`` is the address of our hooks, "" where it can't reach us."""

    url: str
    username: str
    password: str
    status_url: str = ""
    status_password: str = ""
    back: str = ""
    proxy: str = ""


def hooks_at(settings: Settings, callback: str) -> str:
    """The address of our hooks with its secret: at ``callback`` where given, else at our public address; "" where
    there is neither."""
    base = (callback or settings.public_url).rstrip("/")
    return f"{base}/hooks/kannel/{settings.hook_key('kannel')}" if base else ""


def access(settings: Settings, callback: str) -> Access:
    """From the settings, whose admin address has its status page at ``/status.xml``."""
    admin = settings.kannel_status_url.rstrip("/")
    return Access(
        settings.kannel_url, settings.kannel_username, settings.kannel_password,
        f"{admin}/status.xml" if admin else "", settings.kannel_status_password, hooks_at(settings, callback),
        settings.http_proxy,
    )  # fmt: skip


class Kannel:
    """Sends by Kannel; its lines are the SIMs of the book, each an ``smsc-id`` of Kannel's."""

    name = "kannel"

    def __init__(self, book: Book, to: Access) -> None:
        self.can = book.can
        self._book = book
        self._to = to
        # What stands beside us isn't reached through somebody else.
        self._sending = Session("" if _is_near(to.url) else to.proxy, book.can.senders)
        self._asking = Session("" if _is_near(to.status_url) else to.proxy, 1)
        self._used = _Used()
        self._last = _Last()

    def send(self, letter: Letter) -> Sent:
        """Hands one text to smsbox. Raises SendFailed.

        A SIM that Kannel says is away is not tried: Kannel would keep the text until the SIM is back, and it would
        arrive hours after the copy that went by another road.
        """
        if len(letter.body.encode("utf-16-be")) // 2 > self.can.max_chars:
            # Kannel cuts what has more parts than its max-messages, and says nothing.
            raise SendFailed("too long", "content")
        sim = self._choose(letter.line)
        ours = uuid.uuid4().hex[:16]
        self._hand_over(letter.number, letter.body, sim, self._manner(letter, ours))
        if sim is not None:
            self._used.note(sim.line, clock.now())
        return Sent(provider_id=ours)

    def lines(self) -> Sequence[Line]:
        """The SIMs of the book with their budgets."""
        return [Line(sim.line, sim.number, *self._budget(sim)) for sim in self._book.sims]

    def check(self) -> Sequence[Health]:
        """Kannel as a whole ("") and each line, by its status page. Nothing where no such page is set. Raises
        SendFailed."""
        if not self._to.status_url:
            return []
        found = self._ask_state()
        told = [Health("", found.well, found.said)]
        for line in [sim.line for sim in self._book.sims] or found.lines:
            sim = self._book.sim(line)
            signal = sim.read_signal(time.time()) if sim else None
            told.append(
                Health(line, found.well and found.online(line), found.lines.get(line, "not there"), signal=signal)
            )
        return told

    def metered(self) -> Sequence[str]:
        """The SIMs whose carrier tells by text what is left on them."""
        return [sim.line for sim in self._book.sims if sim.carrier]

    def ask_balance(self, line: str) -> None:
        """Texts the carrier's question from this SIM. Raises SendFailed."""
        sim = self._book.sim(line)
        carrier = self._book.carrier_of(sim) if sim else None
        if sim is None or carrier is None:
            raise SendFailed("line", "config", line)
        self._hand_over(carrier.ask_to, carrier.words, sim, {})

    def close(self) -> None:
        """Lets go of the connections."""
        self._sending.close()
        self._asking.close()

    def _manner(self, letter: Letter, ours: str) -> dict[str, str]:
        """How urgent it is, how long it keeps, and where to tell what became of it."""
        # Kannel's 3 is the most urgent of four; ours count the other way.
        urgent = 3 if letter.priority <= 0 else 2 if letter.priority <= 3 else 1
        found = {"X-Kannel-Priority": str(urgent), "X-Kannel-Validity": str(self._book.kannel.validity_minutes)}
        if self._to.back:
            # That the network took it tells nothing new: it is sent since Kannel has it.
            wanted = DELIVERED | FAILED | REFUSED
            told = urlencode({"ref": letter.ref, "id": ours})
            found["X-Kannel-DLR-Mask"] = str(wanted)
            found["X-Kannel-DLR-Url"] = f"{self._to.back}/status?{told}&type=%d&answer=%A"
        return found

    def _hand_over(self, number: str, body: str, sim: Sim | None, more: Mapping[str, str]) -> None:
        headers = {
            "Content-Type": "text/plain; charset=UTF-8", "X-Kannel-Username": self._to.username,
            "X-Kannel-Password": self._to.password, "X-Kannel-To": number,
            "X-Kannel-Coding": "0" if _PLAIN.fullmatch(body) else "2", **more,
        }  # fmt: skip
        if sim is not None:
            headers["X-Kannel-SMSC"] = sim.line
        sender = sim.number if sim is not None else self._book.kannel.sender
        if sender:
            headers["X-Kannel-From"] = sender
        kannel_reading.check_taken(self._sending.ask("POST", self._to.url, headers=headers, body=body.encode()))

    def _budget(self, sim: Sim) -> tuple[int, int]:
        """A SIM's own budget, else the gateway's; without any, one that no SIM can use up."""
        per_hour = sim.per_hour or self.can.per_hour or 3600
        return per_hour, sim.per_day or self.can.per_day or 24 * per_hour

    def _choose(self, named: str) -> Sim | None:
        """The SIM that carries a text: the one named, else of those that are there the one used least against its
        budget. None where the book has none. Raises SendFailed."""
        now = self._state()
        if now is not None and not now.well:
            raise SendFailed("kannel", "temporary", now.said)
        if named and self._book.sim(named) is None:
            raise SendFailed("line", "config", named)
        sims = [sim for sim in self._book.sims if named in ("", sim.line)]
        there = [sim for sim in sims if now is None or now.online(sim.line)]
        if sims and not there:
            raise SendFailed("line", "temporary", f"{named or 'every line'} is away")
        if named or not there:
            return there[0] if there else None
        share, best = min(
            ((self._used.share(sim.line, *self._budget(sim), clock.now()), sim) for sim in there),
            key=lambda pair: pair[0],
        )
        if share >= 1:
            raise SendFailed("budget", "temporary", "used up")
        return best

    def _state(self) -> State | None:
        """The lines' state, a few seconds old at most; None where it can't be told: Kannel then decides."""
        return self._last.state(self._ask_state) if self._to.status_url else None

    def _ask_state(self) -> State:
        question = urlencode({"password": self._to.status_password})
        return kannel_reading.state(self._asking.ask("GET", f"{self._to.status_url}?{question}"))


class _Last:
    """The last answer about the lines' state, for all sender threads. Where none could be had, that is kept too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._found: State | None = None

    def state(self, ask: Callable[[], State]) -> State | None:
        """The answer, asked anew where it is old."""
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._found = ask()
                except SendFailed:
                    self._found = None
                self._until = time.monotonic() + STATE_SECONDS
            return self._found


class _Used:
    """How many texts this process has sent by each line. What others sent, the router counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, deque[datetime]] = defaultdict(deque)

    def note(self, line: str, now: datetime) -> None:
        """One more."""
        with self._lock:
            self._sent[line].append(now)

    def share(self, line: str, per_hour: int, per_day: int, now: datetime) -> float:
        """How much of its budget a line has used: of the hour or of the day, whichever is more. 1 is all of it."""
        with self._lock:
            sent = self._sent[line]
            while sent and sent[0] <= now - timedelta(days=1):
                sent.popleft()
            hour = sum(1 for at in sent if at > now - timedelta(hours=1))
            return max(hour / per_hour, len(sent) / per_day)


def _is_near(url: str) -> bool:
    """Whether an address is this machine's or the own network's."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"
