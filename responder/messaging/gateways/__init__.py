"""Gateways: the roads that texts take. One interface, one module each (DOMAIN §7.4)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from responder.messaging.commands import Incoming

Category = Literal["temporary", "permanent_number", "opted_out", "content", "config", "unknown"]

Count = Annotated[int, Field(gt=0)]


class Capabilities(BaseModel):
    """What a road can carry and how much: ``[can]`` of ``config/gateways/<name>.toml`` (DOMAIN §7.4).

    ``serves`` are beginnings of numbers in E.164. Without ``freeform`` only template forms go. ``signature`` is put
    before each text by the provider and counts. Caps are per number and 24 hours; None means none known.
    ``per_second`` may come in bursts of ``burst``; ``price`` is thousandths of a yuan for a segment, or a call.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    text_out: bool = True
    text_in: bool = False
    voice: bool = False
    by_hand: bool = False
    receipts: bool = False
    freeform: bool = True
    links: bool = True
    signature: str = ""
    counting: Literal["gsm", "domestic"] = "gsm"
    max_chars: Count = 500
    serves: tuple[str, ...] = ("+",)
    same_per_day: Count | None = None
    different_per_day: Count | None = None
    template_per_day: Count | None = None
    per_second: Annotated[float, Field(gt=0)] = 10.0
    burst: Count = 5
    per_hour: Count | None = None
    per_day: Count | None = None
    senders: Annotated[int, Field(gt=0, le=32)] = 4
    price: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class Letter:
    """One text for one number (E.164). ``ref`` is our own id, which receipts bring back.

    ``form`` holds the worded variables of the template's short form, for gateways that take no free text. ``line``
    names which of the gateway's own numbers carries it (a SIM), "" where it has but one.
    """

    ref: int
    number: str
    body: str
    template: str = ""
    lang: str = "zh"
    form: Mapping[str, str] = field(default_factory=dict)
    priority: int = 6
    line: str = ""


@dataclass(frozen=True)
class Sent:
    """The provider took the text. ``status`` is sent, or delivered where the gateway knows at once.

    ``segments`` is what the provider bills, 0 where it doesn't say.
    """

    provider_id: str
    status: Literal["sent", "delivered"] = "sent"
    segments: int = 0


_NUMBER = re.compile(r"\+?\d{7,}(?=\d{4})", re.ASCII)
"""What of a number nobody but its keepers sees."""


class SendFailed(Exception):
    """The provider did not take the text. ``category`` says what to do about it; ``after`` is how many seconds it
    asks us to wait, 0 where it doesn't say. Neither code nor detail shows a number: they stand where numbers are
    masked."""

    def __init__(self, code: str, category: Category, detail: str = "", after: float = 0) -> None:
        code, detail = _NUMBER.sub("…", code), _NUMBER.sub("…", detail)
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.category = category
        self.after = after


class Gateway(Protocol):
    """Sends one text. Must return or raise within seconds: a sender waits for it."""

    name: str
    can: Capabilities

    def send(self, letter: Letter) -> Sent:
        """Hands over one text. Raises SendFailed."""
        ...


@runtime_checkable
class Caller(Protocol):
    """A gateway that can also ring a number, read the text aloud and take one key as the answer."""

    def call(self, letter: Letter) -> Sent:
        """Starts a call. Raises SendFailed."""
        ...


@dataclass(frozen=True)
class Line:
    """One of a gateway's own numbers, a SIM: its name, its number (E.164, "" where unknown) and how many texts it may
    carry in any 60 minutes and in any 24 hours."""

    name: str
    number: str
    per_hour: int
    per_day: int


@runtime_checkable
class Lined(Protocol):
    """A gateway with several numbers of its own."""

    def lines(self) -> Sequence[Line]:
        """Its numbers with their budgets; none where it has but one, which ``can`` describes.

        For the router: it counts ``Attempt.line``, chooses a line with budget left and names it in ``Letter.line``.
        A letter that names none goes by the line that this process has used least against its budget.
        """
        ...


@dataclass(frozen=True)
class Health:
    """How one line of a gateway is: ``state`` as the provider words it, balance in thousandths of a yuan, signal in
    percent; None where it doesn't say."""

    line: str
    well: bool
    state: str = ""
    balance: int | None = None
    signal: int | None = None


@runtime_checkable
class Checked(Protocol):
    """A gateway that can be asked how it is."""

    def check(self) -> Sequence[Health]:
        """Every line's state. Raises SendFailed where it doesn't answer."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A gateway whose lines ask by a text what is left on them; the answer comes in later, as a text too."""

    def metered(self) -> Sequence[str]:
        """The lines that can be asked."""
        ...

    def ask_balance(self, line: str) -> None:
        """Sends the question. Raises SendFailed."""
        ...


@runtime_checkable
class Polled(Protocol):
    """A gateway that must be asked for what came in. Taken in twice, a text is one."""

    def poll(self, since: datetime) -> Sequence[Incoming]:
        """Texts that came in since a moment, repetitions allowed. Raises SendFailed."""
        ...
