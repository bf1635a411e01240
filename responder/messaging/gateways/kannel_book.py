"""What the house knows of its Kannel: ``config/gateways/kannel.toml``. The SIMs, their carriers, what answers mean."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from responder.messaging.gateways import Capabilities, Category, Count
from responder.platform import config

SIGNAL_KEEPS_SECONDS = 600
"""A signal noted longer ago than this says nothing any more."""

_CSQ = re.compile(r"\+CSQ:\s*(\d+)\s*,")
_CSQ_MOST, _CSQ_UNKNOWN = 31, 99
"""What a modem answers to AT+CSQ: 0 to 31, 99 where it doesn't know (3GPP TS 27.007, 8.5)."""


_MOST_YUAN = 1_000_000
"""More is on no SIM: the text speaks of something else."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"not a pattern: {problem}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ways(_Part):
    """How texts are handed over. ``sender`` is the sender's number where no SIM is listed, ``callback`` where Kannel
    reaches this service if not by its public address."""

    validity_minutes: Count = 180
    sender: str = ""
    callback: str = ""


class Sim(_Part):
    """One SIM: ``line`` is its smsc-id in Kannel's configuration, ``number`` its own (E.164). Without a budget the
    gateway's counts. ``signal`` is a file into which something writes the modem's answer to AT+CSQ, or a percentage.
    """

    line: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,24}$")]
    number: Annotated[str, Field(pattern=r"^\+\d{6,15}$")]
    carrier: str = ""
    per_hour: Count | None = None
    per_day: Count | None = None
    signal: str = ""

    def read_signal(self, now: float) -> int | None:
        """The signal in percent, None where nothing is known or it is old. ``now`` is in seconds since 1970."""
        path = Path(self.signal)
        try:
            if not self.signal or now - path.stat().st_mtime > SIGNAL_KEEPS_SECONDS:
                return None
            said = path.read_text(encoding="ascii", errors="replace")[:200]
        except OSError:
            return None
        found = _CSQ.search(said)
        if found is None:
            return min(int(said), 100) if said.strip().isdecimal() else None
        steps = int(found[1])
        return None if steps == _CSQ_UNKNOWN else round(min(steps, _CSQ_MOST) * 100 / _CSQ_MOST)


class Carrier(_Part):
    """A carrier's own numbers, the question by which a SIM asks what is left on it, and what its answers look like:
    the first group of ``balance`` is the sum in yuan; ``trouble`` tells that the SIM is or will be cut off."""

    name: str
    numbers: tuple[str, ...]
    ask_to: str
    words: str
    balance: Pattern
    trouble: Pattern

    def read_balance(self, said: str) -> int | None:
        """The sum that a text of the carrier names, in thousandths of a yuan; None where it names none."""
        found = re.search(self.balance, said)
        if found is None or not found[1]:
            return None
        try:
            sum_ = int(Decimal(found[1]) * 1000)
        except ArithmeticError:
            return None
        return sum_ if abs(sum_) <= _MOST_YUAN * 1000 else None

    def tells_trouble(self, said: str) -> bool:
        """Whether it tells that the SIM is or will be cut off."""
        return re.search(self.trouble, said) is not None


class Meaning(_Part):
    """What the network's words in a receipt mean."""

    pattern: Pattern
    category: Category


class Book(_Part):
    """All of the file."""

    can: Capabilities
    kannel: Ways = Ways()
    sims: tuple[Sim, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    receipts: tuple[Meaning, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> "Book":
        names = [sim.line for sim in self.sims]
        if len(set(names)) < len(names):
            raise ValueError("sims: a line is listed twice")
        strange = {sim.carrier for sim in self.sims} - {one.name for one in self.carriers} - {""}
        if strange:
            raise ValueError(f"sims: no such carrier: {', '.join(sorted(strange))}")
        if any(re.compile(one.balance).groups != 1 for one in self.carriers):
            raise ValueError("carriers: balance needs one group, the sum in yuan")
        return self

    def sim(self, line: str) -> Sim | None:
        """A SIM by its line."""
        return next((sim for sim in self.sims if sim.line == line), None)

    def carrier_of(self, sim: Sim) -> Carrier | None:
        """A SIM's carrier, None where none is named."""
        return next((one for one in self.carriers if one.name == sim.carrier), None)

    def carrier_with(self, sender: str) -> Carrier | None:
        """The carrier whose own number this sender is, as the network writes it: ``10086``, ``+8610086``."""
        bare = re.sub(r"^(\+|00)?86(?=\d)", "", sender.strip())
        return next((one for one in self.carriers if bare in one.numbers or sender in one.numbers), None)

    def meaning(self, said: str) -> Category:
        """What a receipt's words mean, unknown where the book doesn't tell."""
        return next((one.category for one in self.receipts if re.search(one.pattern, said)), "unknown")


@cache
def book() -> Book:
    """The house's. Raises ConfigError, which names file and key."""
    return config.load("gateways/kannel.toml", Book)
