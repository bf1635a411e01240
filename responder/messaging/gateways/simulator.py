"""The simulator: pretend phones, which read their texts from our own tables. Only for demonstrations and tests."""

import hashlib
import uuid
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from responder.messaging.gateways import Capabilities, Letter, SendFailed, Sent


class Switches(BaseModel):
    """What a pretend phone does to texts. ``opted_out`` and ``blocked`` are the provider's refusals, of the number
    and of the words; ``duplicates`` lets texts and receipts of this phone reach us twice."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    delay_seconds: Annotated[StrictInt, Field(ge=0, le=3600)] = 0
    loss_percent: Annotated[StrictInt, Field(ge=0, le=100)] = 0
    off: StrictBool = False
    opted_out: StrictBool = False
    blocked: StrictBool = False
    duplicates: StrictBool = False


NONE_SET = Switches()


class Network(Protocol):
    """What lies between the gateway and the phones. Wired to ``messaging.pretending``."""

    def switches(self, number: str) -> Switches:
        """How a phone is set."""
        ...

    def owe(self, letter: Letter, provider_id: str, status: str, seconds: int, *, error: str = "", times: int) -> None:
        """A receipt to be brought after so many seconds, so many times. A failed one is a temporary failure."""
        ...


def lost(number: str, ref: int, percent: int) -> bool:
    """Whether a text gets lost: always the same for the same text, so that a test can count on it."""
    return int.from_bytes(hashlib.sha256(f"{number}:{ref}".encode()).digest()[:4], "big") % 100 < percent


class Simulator:
    """Delivers at once, unless a switch of the phone says otherwise."""

    name = "simulator"

    def __init__(self, can: Capabilities, network: Network | None = None) -> None:
        self.can = can
        self._network = network

    def send(self, letter: Letter) -> Sent:
        """Delivered, or taken and its receipt owed. Raises SendFailed with the codes that Twilio has for the same."""
        network, phone = self._network, self._phone(letter)
        if phone.opted_out:
            raise SendFailed("21610", "opted_out", "opted out")
        if phone.blocked:
            raise SendFailed("30007", "content", "carrier")
        provider_id = f"sim-{letter.ref}-{uuid.uuid4().hex[:8]}"
        if network is None or phone == NONE_SET:
            return Sent(provider_id, "delivered")
        times = 2 if phone.duplicates else 1
        if phone.off:
            network.owe(letter, provider_id, "failed", phone.delay_seconds, error="30003", times=times)
        elif not lost(letter.number, letter.ref, phone.loss_percent):
            network.owe(letter, provider_id, "delivered", phone.delay_seconds, times=times)
        return Sent(provider_id)

    def call(self, letter: Letter) -> Sent:
        """Rings and is answered: the phone shows the words and keys to press, which come in as a text would.

        A phone that is off rings in vain: that is told later, as by any provider, and doesn't speak against the road.
        Loss, opting out and a carrier's filter are of texts alone.
        """
        provider_id = f"sim-call-{letter.ref}-{uuid.uuid4().hex[:8]}"
        if self._network is None or not self._phone(letter).off:
            return Sent(provider_id, "delivered")
        self._network.owe(letter, provider_id, "failed", 0, error="no-answer", times=1)
        return Sent(provider_id)

    def _phone(self, letter: Letter) -> Switches:
        return self._network.switches(letter.number) if self._network else NONE_SET
