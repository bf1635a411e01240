"""What may be asked of messaging."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Incoming:
    """A text as a gateway handed it over. ``number`` is E.164 where the provider gave one, else as it stands."""

    gateway: str
    provider_id: str
    number: str
    body: str
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What a provider says of a text sent: ``status`` is sent, delivered or failed. Found by ``ref`` (our id)."""

    ref: int
    provider_id: str
    status: str
    error: str = ""
    category: str = ""


@dataclass(frozen=True)
class Settle:
    """A person has dealt with a text of the inbox. ``subject`` is the number it was about, if any."""

    inbound: int
    subject: str = ""
