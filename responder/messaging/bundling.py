"""Low-priority texts to one number that go together, numbered. Pure."""

from collections.abc import Sequence

from responder.messaging.gateways import Capabilities
from responder.messaging.manners import Bundles
from responder.messaging.rules import DRILL_MARK, segments


def fitting(bodies: Sequence[str], can: Capabilities, manners: Bundles) -> int:
    """How many of these texts, from the first on, fit into one that a gateway takes; 1 where they can't be joined."""
    if not can.freeform:
        return 1
    for count in range(min(len(bodies), manners.most), 1, -1):
        joint = can.signature + joined(bodies[:count])
        if len(joint) <= can.max_chars and segments(joint) <= manners.segments:
            return count
    return 1


def joined(bodies: Sequence[str]) -> str:
    """One numbered text. A drill's mark is said once, before all."""
    if len(bodies) == 1:
        return bodies[0]
    drill = all(body.startswith(DRILL_MARK) for body in bodies)
    if drill:
        bodies = [body.removeprefix(DRILL_MARK) for body in bodies]
    # Words between numbers: "1 收到" inside a text must not be taken for the first of the list.
    text = "\n".join(f"({n}) {body}" for n, body in enumerate(bodies, 1))
    return DRILL_MARK + text if drill else text
