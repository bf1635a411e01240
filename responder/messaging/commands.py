"""What may be asked of messaging."""

from dataclasses import dataclass
from datetime import datetime

from responder.messaging import rules


@dataclass(frozen=True)
class Incoming:
    """A text as a gateway handed it over. ``number`` is E.164 where the provider gave one, else as it stands.

    Whatever was handed over, both databases can keep it.
    """

    gateway: str
    provider_id: str
    number: str
    body: str
    sent_at: datetime | None = None

    def __post_init__(self) -> None:
        kept = {"provider_id": rules.kept_id(self.provider_id), "number": rules.keepable(self.number)}
        for name, value in {**kept, "body": rules.keepable(self.body)}.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Option:
    """One of a question's numbered answers: the digit that is texted or said, and what it means."""

    digit: str
    label: str


@dataclass(frozen=True)
class Receipt:
    """What a provider says of a text sent: ``status`` is sent, delivered or failed. Found by ``ref`` (our id);
    ``gateway`` is who says so, "" where only its own texts could be meant."""

    ref: int
    provider_id: str
    status: str
    error: str = ""
    category: str = ""
    gateway: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider_id", rules.kept_id(self.provider_id))
        object.__setattr__(self, "error", rules.keepable(self.error))


@dataclass(frozen=True)
class Settle:
    """A person has dealt with a text of the inbox. ``subject`` is the number it was about, if any."""

    inbound: int
    subject: str = ""
