"""Gateways: the roads that texts take. One interface, one module each (DOMAIN §7.4)."""

from dataclasses import dataclass
from typing import Literal, Protocol

Category = Literal["temporary", "permanent_number", "opted_out", "content", "config", "unknown"]


@dataclass(frozen=True)
class Sent:
    """The provider took the text. ``status`` is sent, or delivered where the gateway knows at once."""

    provider_id: str
    status: Literal["sent", "delivered"] = "sent"


class SendFailed(Exception):
    """The provider did not take the text. ``category`` says what to do about it."""

    def __init__(self, code: str, category: Category, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.category = category


class Gateway(Protocol):
    """Sends one text. Must return or raise within seconds: the relay waits for it."""

    name: str

    def send(self, number: str, body: str, ref: int) -> Sent:
        """Sends; ``ref`` is our own id, which receipts bring back. Raises SendFailed."""
        ...
