"""The simulator: pretend phones, which read their texts from our own tables. Only for demonstrations and tests."""

from responder.messaging.gateways import Capabilities, Letter, Sent


class Simulator:
    """Delivers at once: a pretend phone shows whatever the outbox says was sent to it."""

    name = "simulator"

    def __init__(self, can: Capabilities) -> None:
        self.can = can

    def send(self, letter: Letter) -> Sent:
        """Delivered."""
        return Sent(provider_id=f"sim-{letter.ref}", status="delivered")
