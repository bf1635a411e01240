"""A branch that has nobody but people who call: ``byhand`` in the list of gateways.

It carries no text (``text_out`` is false, ``by_hand`` true), so the router finds no road at once and the text takes its
last one: alerts and duties are put on the list of calls inside the router's own unit (``handcalls.service.put``), with
the words that would have been texted; what nobody is rung for ends as failed. Nothing ever leaves by a network.
"""

from responder.messaging.gateways import Capabilities, Letter, SendFailed, Sent

NAME = "byhand"


class ByHand:
    """A person who calls, as a gateway."""

    name = NAME

    def __init__(self, can: Capabilities) -> None:
        self.can = can

    def send(self, letter: Letter) -> Sent:
        """Never a text. Raises SendFailed."""
        raise SendFailed("by_hand", "config", "people are called, not texted")
