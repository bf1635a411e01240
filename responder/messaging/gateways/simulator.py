"""The simulator: pretend phones, which read their texts from our own tables. Only for demonstrations and tests."""

from responder.messaging.gateways import Sent


class Simulator:
    """Delivers at once: a pretend phone shows whatever the outbox says was sent to it."""

    name = "simulator"

    def send(self, number: str, body: str, ref: int) -> Sent:
        """Delivered."""
        return Sent(provider_id=f"sim-{ref}", status="delivered")
